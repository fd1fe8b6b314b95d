r"""Blurs of a field on a grid that keep its sum, its uniformity and its sign.

Both are functions of the negative Laplacian Λ of the grid with closed borders, which cosines make diagonal:

$$ \text{Gaussian: } e^{-\sigma^2\Lambda/2}, \qquad \text{exponential: } (1 + \bar r^2\Lambda/4)^{-1} $$

Neither can turn a positive field negative, at any voxel size, as a sampled Fourier kernel does where it is finer than a voxel;
two Gaussian blurs are exactly one of the summed variances; and the second moments are exact. What differs from the
continuous kernel is its fourth moment, by (voxel size)².
"""

from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jaxtyping import Array, Float

Field = Float[Array, "z y x"]
Size = Float[Array, " 3"]


def standard_deviation(full_width_at_half_maximum: Array) -> Array:
    """Return the standard deviation of a Gaussian from its full width at half maximum.

    >>> round(float(standard_deviation(2.3548)), 4)
    1.0
    """
    return full_width_at_half_maximum / (2.0 * math.sqrt(2.0 * math.log(2.0)))


@jax.jit
def gaussian_blur(field: Field, *, width: Array, voxel_size: Size) -> Field:
    """Blur with an isotropic Gaussian of standard deviation `width`; nothing leaves through the border."""
    for axis, count in enumerate(field.shape):
        waves = _cosines(count)
        blur = (waves * jnp.exp(-0.5 * width**2 * _laplacian(count, voxel_size[axis]))) @ waves.T
        field = _applied(blur, field, axis=axis)
    return field


@jax.jit
def exponential_blur(field: Field, *, mean_distance: Array, voxel_size: Size) -> Field:
    r"""Blur with the point density $e^{-\mu r}/r$, where $\mu = 2/\bar r$ and $\bar r$ is the mean distance in space.

    Seen along any line it is the cusp $\tfrac{\mu}{2}e^{-\mu|x|}$; its variance along each axis is $\bar r^2/2$.
    """
    spectrum = jnp.zeros(())
    for axis, count in enumerate(field.shape):
        field = _applied(_cosines(count).T, field, axis=axis)
        spectrum = spectrum + _along(_laplacian(count, voxel_size[axis]), axis)
    field = field / (1.0 + (0.5 * mean_distance) ** 2 * spectrum)
    for axis, count in enumerate(field.shape):
        field = _applied(_cosines(count), field, axis=axis)
    return field


@partial(jax.jit, static_argnames="shape")
def squared_kernel(shape: tuple[int, ...], *, width: Array, voxel_size: Size) -> Field:
    r"""Return, voxel by voxel, the sum of the squares of the Gaussian blur's weights.

    It is the variance of blurred white noise of unit variance: h³/(8π^{3/2}σ³) far from the border where σ is many voxels,
    one where σ is far below a voxel.
    """
    variance = jnp.ones(())
    for axis, count in enumerate(shape):
        weights = (_cosines(count) ** 2) @ jnp.exp(-(width**2) * _laplacian(count, voxel_size[axis]))
        variance = variance * _along(weights, axis)
    return variance


@partial(jax.jit, static_argnames="shape")
def correlated_noise(key: Array, shape: tuple[int, ...], *, width: Array, voxel_size: Size) -> Field:
    """Draw Gaussian noise of mean zero and unit variance in every voxel, as smooth as the Gaussian blur makes it."""
    white = random.normal(key, shape, dtype=jnp.result_type(float))
    spread = jnp.sqrt(squared_kernel(shape, width=width, voxel_size=voxel_size))
    return gaussian_blur(white, width=width, voxel_size=voxel_size) / spread


def _applied(matrix: Array, field: Field, *, axis: int) -> Field:
    return jnp.moveaxis(jnp.tensordot(matrix, field, axes=(1, axis)), 0, axis)


def _laplacian(count: int, spacing: Array) -> Array:
    """Return the eigenvalues of the negative second difference of a line of voxels with closed ends."""
    return 2.0 * (1.0 - jnp.cos(math.pi * jnp.arange(count) / count)) / spacing**2


def _cosines(count: int) -> Array:
    """Return its eigenvectors: voxels down, eigenvalues across."""
    places, orders = np.arange(count)[:, None], np.arange(count)[None, :]
    waves = np.sqrt(2.0 / count) * np.cos(math.pi * (places + 0.5) * orders / count)
    waves[:, 0] = np.sqrt(1.0 / count)
    return jnp.asarray(waves)


def _along(line: Array, axis: int) -> Field:
    return jnp.expand_dims(line, tuple(other for other in range(3) if other != axis))
