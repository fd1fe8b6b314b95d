r"""Filters of an image that depend on wave number and direction, and noise with such a spectrum, on a box with closed borders.

A box that is mirrored at its borders is a sum of cosines, of wave numbers π m/(n h) along each axis; a filter that is even
along each axis weighs each of them. Noise with the power spectrum S (variance times volume) is a sum of cosines whose
variances are S over the volume of a voxel, so that the variance of one voxel, and of any weighted sum of voxels, is a sum too.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import random
from jaxtyping import Array, Float

from janusome.numerics.blur import _along, _applied, _cosines

Field = Float[Array, "z y x"]
Size = Float[Array, " 3"]


def wave_numbers(shape: tuple[int, ...], *, voxel_size: Size) -> tuple[Field, Field, Field]:
    """Return the wave numbers along z, y, x of every cosine, as arrays that broadcast to the box."""
    z, y, x = (_along(math.pi * jnp.arange(count) / (count * voxel_size[axis]), axis) for axis, count in enumerate(shape))
    return z, y, x


@jax.jit
def filtered(field: Field, response: Field) -> Field:
    """Return a field with each of its cosines weighed."""
    return _from_cosines(_to_cosines(field) * response)


@jax.jit
def spectral_noise(key: Array, power: Field, *, voxel_size: Size) -> Field:
    """Draw Gaussian noise of a power spectrum (variance times volume)."""
    return _from_cosines(random.normal(key, power.shape, dtype=jnp.result_type(float)) * _deviation(power, voxel_size))


@jax.jit
def spectral_variance(power: Field, *, voxel_size: Size) -> Field:
    """Return the variance of such noise in every voxel."""
    variance = _deviation(power, voxel_size) ** 2
    for axis, count in enumerate(power.shape):
        variance = _applied(_cosines(count) ** 2, variance, axis=axis)
    return variance


@jax.jit
def spectral_noise_of_sum(weights: Field, power: Field, *, voxel_size: Size) -> Array:
    """Return the standard deviation of a weighted sum of voxels."""
    return jnp.sqrt(jnp.sum((_to_cosines(weights) * _deviation(power, voxel_size)) ** 2))


def _deviation(power: Field, voxel_size: Size) -> Field:
    return jnp.sqrt(power / jnp.prod(voxel_size))


def _to_cosines(field: Field) -> Field:
    for axis, count in enumerate(field.shape):
        field = _applied(_cosines(count).T, field, axis=axis)
    return field


def _from_cosines(waves: Field) -> Field:
    for axis, count in enumerate(waves.shape):
        waves = _applied(_cosines(count), waves, axis=axis)
    return waves
