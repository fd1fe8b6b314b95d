r"""Point spreads of magnetic particle imaging along one axis of a grid, as matrices over its voxels.

$$ K(x) = \frac{\beta G}{2}\,L'(\beta G x), \qquad
   R(x) = \frac{1}{2\ell}\,e^{-|x|/\ell}, \quad \ell = \frac{\dot B\,\tau}{G}, \quad \dot B = \tfrac{16}{3} A f $$

K is what an ideal tracer draws of a point; it falls to half within 4.161/(β G). A moment that lags behind by τ is drawn late,
by an exponential along the way of the field-free point, which moves at Ḃ/G, in the mean over a swing of amplitude A and
frequency f that counts what is heard with the square of the speed; the way back draws the mirror image, and R is the mean of
both. Each is integrated over voxels, so that none is missed however narrow it is. The surroundings go on as a mirror image
beyond each border, and then comes air.
Source: Goodwill and Conolly 2010, Croft and others 2012 (not opened beyond abstracts); a test compares them with the
simulated signal of a coil.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from janusome.numerics.langevin import langevin, langevin_integral

Matrix = Float[Array, "voxels voxels"]
Scalar = Float[Array, ""]


@partial(jax.jit, static_argnames="count")
def magnetization_spread(count: int, *, step: Scalar) -> Matrix:
    """Return the point spread of an ideal tracer; `step` is β G times the edge of a voxel."""

    def weight(apart: Array) -> Array:
        return 0.5 * (langevin((apart + 0.5) * step) - langevin((apart - 0.5) * step))

    return _mirrored(weight(_apart(count)), count)


@partial(jax.jit, static_argnames="count")
def gridded_spread(count: int, *, step: Scalar) -> Matrix:
    """Return the same along the way of the field-free point, where a voxel is the mean of what was heard while in it."""

    def weight(apart: Array) -> Array:
        beside = langevin_integral((apart + 1.0) * step) + langevin_integral((apart - 1.0) * step)
        return 0.5 * (beside - 2.0 * langevin_integral(apart * step)) / step

    return _mirrored(jnp.maximum(weight(_apart(count)), 0.0), count)


@partial(jax.jit, static_argnames="count")
def lag_spread(count: int, *, step: Scalar) -> Matrix:
    """Return the point spread of lag on the way to and back; `step` is the edge of a voxel over the length of the lag."""
    apart = jnp.abs(_apart(count))
    beyond = -0.5 * jnp.expm1(-step) * jnp.exp(-(jnp.maximum(apart, 1.0) - 0.5) * step)
    return _mirrored(jnp.where(apart < 0.5, -jnp.expm1(-0.5 * step), beyond), count)


def mean_slew(amplitude: Scalar, frequency: Scalar) -> Scalar:
    """Return how fast a drive field changes, in the mean over its swing that weighs it as gridding does, T/s."""
    return 16.0 / 3.0 * amplitude * frequency


def _apart(count: int) -> Array:
    """Return how many voxels apart two may be, with their mirror images."""
    return jnp.arange(-(2 * count - 1), 2 * count, dtype=jnp.result_type(float))


def _mirrored(weights: Array, count: int) -> Matrix:
    to, source = np.arange(count)[:, None], np.arange(count)[None, :]
    middle = 2 * count - 1
    return sum(weights[middle + apart] for apart in (to - source, to + source + 1, to + source + 1 - 2 * count))
