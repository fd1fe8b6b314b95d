r"""The grain of filtered back-projection: noise whose power rises with frequency until the scanner's blur takes it away.

$$ S(f) = \frac{\pi\,\Delta s}{N}\,\sigma_p^2\, f\, e^{-4\pi^2 \sigma^2 f^2}, \qquad
   \mathrm{var} = \int S\, \mathrm{d}^2 f = \frac{\pi\,\Delta s}{N}\,\sigma_p^2\,\frac{2\pi\sqrt{\pi}}{4\,(2\pi\sigma)^3} $$

σ_p is the noise of one line integral, Δs the distance of rays, N the views of a half turn (or of a full one), σ the standard
deviation of the point spread; S is in 1/m² times area. Slices are independent. A mean over a region is less noisy than the
mean of as many independent voxels: the mean of the noise over a whole slice is nought. Pixels that are not finer than the
spread leave out the frequencies that they cannot hold. Noise is that of the center; it is less near the skin.
Source: the power spectrum of convolution back-projection is textbook matter (Riederer, Pelc and Chesler 1978, not opened
here); a test compares it with reconstructed noise.
"""

from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
from jax import random
from jaxtyping import Array, Float

from janusome.numerics.blur import _applied, _cosines

Field = Float[Array, "z y x"]
Size = Float[Array, " 3"]


@partial(jax.jit, static_argnames="shape")
def grain_variance(shape: tuple[int, int, int], *, scale: Array, width: Array, voxel_size: Size) -> Field:
    """Return the variance in every voxel; `scale` is π Δs σ_p²/N and `width` the standard deviation of the point spread."""
    power = _amplitude(shape, scale=scale, width=width, voxel_size=voxel_size) ** 2
    return jnp.broadcast_to((_cosines(shape[1]) ** 2) @ power @ (_cosines(shape[2]) ** 2).T, shape)


@partial(jax.jit, static_argnames="shape")
def grain(key: Array, shape: tuple[int, int, int], *, scale: Array, width: Array, voxel_size: Size) -> Field:
    """Draw the noise of one image."""
    white = random.normal(key, shape, dtype=jnp.result_type(float))
    return _shaped(white * _amplitude(shape, scale=scale, width=width, voxel_size=voxel_size))


@jax.jit
def grain_of_sum(weights: Field, *, scale: Array, width: Array, voxel_size: Size) -> Array:
    """Return the standard deviation of a weighted sum of voxels."""
    waves = weights
    for axis in (1, 2):
        waves = _applied(_cosines(weights.shape[axis]).T, waves, axis=axis)
    amplitude = _amplitude(weights.shape, scale=scale, width=width, voxel_size=voxel_size)
    return jnp.sqrt(jnp.sum((waves * amplitude) ** 2))


def _amplitude(shape: tuple[int, ...], *, scale: Array, width: Array, voxel_size: Size) -> Array:
    """Return the standard deviation of every wave (y, x) of a slice."""
    along_y, along_x = (
        jnp.arange(count) / (2.0 * count * size) for count, size in zip(shape[1:], voxel_size[1:], strict=True)
    )
    frequency = jnp.sqrt(along_y[:, None] ** 2 + along_x[None, :] ** 2)
    density = scale * frequency * jnp.exp(-((2.0 * math.pi * width * frequency) ** 2)) / (voxel_size[1] * voxel_size[2])
    return jnp.sqrt(density)


def _shaped(waves: Field) -> Field:
    for axis in (1, 2):
        waves = _applied(_cosines(waves.shape[axis]), waves, axis=axis)
    return waves
