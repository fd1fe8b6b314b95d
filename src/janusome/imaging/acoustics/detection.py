r"""How a plane of detectors weighs the waves of a source: by frequency, by direction, and by its own width.

$$ H(f) = e^{-\ln 2\,(f/f_2)^2}\left(1 - e^{-\ln 2\,(f/f_1)^2}\right) $$

f₁ and f₂ are where the response is half. A plane of side L sees a source at depth d under tan θ = L/2d along each axis: waves
that leave more sideways miss it. The border of that cone is soft, as diffraction at the border of the plane makes it.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

Scalar = Float[Array, ""]
BORDER = 4  # steepness of the cone's border; compared with reconstructed records in a test


def band(frequency: Array, *, lowest: Scalar, highest: Scalar) -> Array:
    """Return the response of a detector at frequencies (Hz), one at most."""
    low, high = math.log(2.0) * (frequency / lowest) ** 2, math.log(2.0) * (frequency / highest) ** 2
    return -jnp.exp(-high) * jnp.expm1(-low)


def cone(along: Array, across: Array, *, greatest_tangent: Scalar) -> Array:
    """Return the share of waves of wave number `along` the axis and `across` it that meet the plane."""
    ahead = along**BORDER
    aside = (across / greatest_tangent) ** BORDER
    total = ahead + aside
    return jnp.where(total > 0.0, ahead / jnp.where(total > 0.0, total, 1.0), 1.0)


def width_response(wave_number: Array, *, width: Scalar) -> Array:
    """Return how a flat element of a width weighs waves along it."""
    return jnp.sinc(wave_number * width / (2.0 * math.pi))
