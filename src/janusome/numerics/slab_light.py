r"""Diffuse light of a point in a slab between two flat borders, by images.

$$ \phi = \sum_{m=-M}^{M} \frac{e^{-\kappa r_m^+}}{4\pi D r_m^+} - \frac{e^{-\kappa r_m^-}}{4\pi D r_m^-}, \qquad
   z_m^+ = 2m(T + 2z_e) + z_s, \quad z_m^- = 2m(T + 2z_e) - 2z_e - z_s $$

D = 1/(3(μa + μs')), κ = √(μa/D); the fluence vanishes z_e = 2AD beyond both borders (A of `light_diffusion.border_factor`),
and what leaves through a border is φ/(2A), which is Robin's condition to (κz_e)²/3 or so. Limits are those of diffusion: some
transport lengths away from the point.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

Scalar = Float[Array, ""]

IMAGES = 3  # on either side; the next would change the light at the far border by e^-8κT or so


def slab_fluence(
    beside: Array,
    depth: Array,
    *,
    source_depth: Array,
    thickness: Scalar,
    absorption: Scalar,
    reduced_scattering: Scalar,
    border: Scalar,
    smallest: Scalar,
) -> Array:
    """Return φ per power, 1/m^2, of points at a depth (m), where the square of the distance beside them is `beside` (m^2).

    Depths count from one border. `smallest` (m) smears the point: 0.42 of a voxel gives the mean over its own.
    """
    D = 1.0 / (3.0 * (absorption + reduced_scattering))
    kappa, beyond = jnp.sqrt(absorption / D), 2.0 * border * D
    period = 2.0 * (thickness + 2.0 * beyond)

    def point(place: Array) -> Array:
        r = jnp.sqrt(beside + (depth - place) ** 2 + smallest**2)
        return jnp.exp(-kappa * r) / (4.0 * math.pi * D * r)

    phi = jnp.zeros(())
    for m in range(-IMAGES, IMAGES + 1):
        phi = phi + point(m * period + source_depth) - point(m * period - 2.0 * beyond - source_depth)
    return jnp.maximum(phi, 0.0)
