r"""Diffuse light in a uniform half-space, in closed form: a broad beam going in, and light born inside coming out.

$$ \phi(z) = P\left[e^{-\mu_t z} - \frac{1+2AD\mu_t}{1+2AD\kappa_0}e^{-\kappa_0 z}\right],\qquad
   J(k) = \frac{e^{-\kappa z}}{1+2AD\kappa},\qquad \kappa = \sqrt{k^2 + \mu_a/D} $$

with μt = μa + μs', D = 1/(3 μt), P = μs'/(μa - μt/3), and A of the border. φ is per irradiance, J the share that leaves
above a plane of light at depth z with transverse wavenumber k. Limits are those of diffusion: not within a transport length
of the border, and μs' far above μa.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.numerics.blur import _along, _applied, _cosines, _laplacian

Scalar = Float[Array, ""]
Field = Float[Array, "z y x"]


def broad_beam(depth: Array, *, absorption: Scalar, reduced_scattering: Scalar, border: Scalar) -> Array:
    """Return φ at depths (m) per irradiance of a broad beam that falls straight on the border."""
    total = absorption + reduced_scattering
    D = 1.0 / (3.0 * total)
    kappa, peak = jnp.sqrt(absorption / D), reduced_scattering / (absorption - total / 3.0)
    ratio = (1.0 + 2.0 * border * D * total) / (1.0 + 2.0 * border * D * kappa)
    return jnp.maximum(0.0, peak * (jnp.exp(-total * depth) - ratio * jnp.exp(-kappa * depth)))


def emerging(
    born: Field, depth: Array, *, voxel_size: Array, absorption: Scalar, reduced_scattering: Scalar, border: Scalar
) -> Float[Array, "y x"]:
    """Return what leaves through the border above every (y, x), of light born in layers at depths (m); sides are mirrors."""
    D = 1.0 / (3.0 * (absorption + reduced_scattering))
    field, squares = born, jnp.zeros(())
    for axis in (1, 2):
        count = born.shape[axis]
        field = _applied(_cosines(count).T, field, axis=axis)
        squares = squares + _along(_laplacian(count, voxel_size[axis]), axis)
    kappa = jnp.sqrt(squares + absorption / D)
    field = jnp.sum(field * jnp.exp(-kappa * depth[:, None, None]) / (1.0 + 2.0 * border * D * kappa), axis=0)[None]
    for axis in (1, 2):
        field = _applied(_cosines(born.shape[axis]), field, axis=axis)
    return jnp.maximum(0.0, field[0])
