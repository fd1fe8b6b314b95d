"""From one grid to another, by the volume that their voxels share: what leaves one voxel enters others, and no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Field = Float[Array, "z y x"]
Size = Float[Array, " 3"]
Shape = tuple[int, ...]


def field_of_view(shape: Shape, *, voxel_size: Size | Sequence[float], of: Size | Sequence[float], margin: float) -> Shape:
    """Return how many voxels of size `of` cover a grid and `margin` metres around it.

    >>> field_of_view((10, 10, 2), voxel_size=(1e-3, 1e-3, 6e-3), of=(4e-3, 4e-3, 4e-3), margin=0.0)
    (3, 3, 3)
    """
    return tuple(
        max(1, math.ceil(round((n * float(h) + 2.0 * margin) / float(to), 9)))
        for n, h, to in zip(shape, voxel_size, of, strict=True)
    )


@partial(jax.jit, static_argnames="shape")
def resample(density: Field, *, voxel_size: Size, of: Size, shape: Shape) -> Field:
    """Average a density over the voxels, of size `of`, of a grid with the same center.

    Outside the given grid the density is zero, so that the sum of density times volume is kept exactly wherever the new grid
    covers the old one; `embed` fills what it does not cover.
    """
    for axis, count in enumerate(shape):
        share = _shared(density.shape[axis], voxel_size[axis], count, of[axis])
        density = jnp.moveaxis(jnp.tensordot(share, density, axes=(1, axis)), 0, axis)
    return density


def embed(density: Field, *, voxel_size: Size, of: Size, shape: Shape, background: Array) -> Field:
    """Resample a density onto a larger grid that holds `background` around it."""
    covered = resample(jnp.ones_like(density), voxel_size=voxel_size, of=of, shape=shape)
    return resample(density, voxel_size=voxel_size, of=of, shape=shape) + (1.0 - covered) * background


def _shared(given: int, spacing: Array, wanted: int, of: Array) -> Array:
    """Return the share of each wanted voxel (down) that each given voxel (across) takes, along one axis."""
    old = (jnp.arange(given + 1) - 0.5 * given) * spacing
    new = (jnp.arange(wanted + 1) - 0.5 * wanted) * of
    low = jnp.maximum(new[:-1, None], old[None, :-1])
    high = jnp.minimum(new[1:, None], old[None, 1:])
    return jnp.maximum(high - low, 0.0) / of
