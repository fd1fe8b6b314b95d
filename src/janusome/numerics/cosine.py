"""Cosines over the layers of a field: what mirrors at the sides, and even kernels, make diagonal."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from janusome.numerics.blur import _applied, _cosines

Field = Float[Array, "z y x"]


def to_waves(field: Field) -> Field:
    """Return orthonormal cosine amplitudes along the last two axes."""
    for axis in (1, 2):
        field = _applied(_cosines(field.shape[axis]).T, field, axis=axis)
    return field


def from_waves(waves: Field) -> Field:
    """Return the field of such amplitudes."""
    for axis in (1, 2):
        waves = _applied(_cosines(waves.shape[axis]), waves, axis=axis)
    return waves


def squared_waves(variances: Field) -> Field:
    """Return the variance in every voxel of amplitudes that vary independently."""
    for axis in (1, 2):
        variances = _applied(_cosines(variances.shape[axis]) ** 2, variances, axis=axis)
    return variances


def kernel_waves(kernel: Array) -> Array:
    """Return the gain of each cosine under a kernel that is even in its last two axes, given from its center outward."""
    for axis in (-2, -1):
        count = kernel.shape[axis]
        steps = np.arange(count)
        waves = np.where(steps == 0, 1.0, 2.0) * np.cos(np.pi * steps[:, None] * steps[None, :] / count)
        kernel = jnp.moveaxis(jnp.tensordot(jnp.asarray(waves), kernel, axes=(1, axis)), 0, axis)
    return kernel
