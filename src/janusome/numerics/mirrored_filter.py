r"""Filters, by wave number and direction, of a body in a wide box whose top is a mirror somewhere above the body.

What a plane of detectors records of a source is the same as of the source and its mirror image above the plane, so that a
filter of the records filters both. The body (z, y, x) lies `above` layers below the mirror, at most its own height; the box
goes on as far again below it as it is high, and is twice as wide, with the body in its middle and nothing around it.
`above` need not be known before compilation: the column has as many waves as layers, and those beyond are weighed by nought.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.numerics.blur import _along, _applied, _cosines

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]
Size = Float[Array, " 3"]


def layers_above(depth: Array, count: int) -> Array:
    """Return the layers between the mirror and a body of `count` layers whose top lies at a depth, in layers."""
    return jnp.clip(jnp.round(depth), -(count - 1), count)


def box_wave_numbers(shape: tuple[int, ...], *, above: Array, voxel_size: Size) -> tuple[Field, Field, Field]:
    """Return the wave numbers along z, y, x of the box, as arrays that broadcast to it."""
    height, sides = above + 2 * shape[0], (2 * shape[1], 2 * shape[2])
    deep = math.pi * jnp.arange(3 * shape[0]) / (height * voxel_size[0])
    y, x = (_along(math.pi * jnp.arange(side) / (side * voxel_size[k + 1]), k + 1) for k, side in enumerate(sides))
    return _along(deep, 0), y, x


@jax.jit
def filtered_under_mirror(body: Field, response: Field, *, above: Array) -> Field:
    """Return a body with each wave of its box weighed; layers of the body above the mirror count for nothing."""
    into = [_deep(body.shape[0], above), *(_inner(count).T for count in body.shape[1:])]
    waves = body
    for axis, matrix in enumerate(into):
        waves = _applied(matrix, waves, axis=axis)
    waves = waves * response
    for axis, matrix in enumerate(into):
        waves = _applied(matrix.T, waves, axis=axis)
    return waves


def _deep(count: int, above: Array) -> Array:
    """Return the waves of a column at the layers of the body: waves down, layers across."""
    height, waves, layers = above + 2 * count, jnp.arange(3 * count)[:, None], jnp.arange(count) + above + 0.5
    values = jnp.sqrt(jnp.where(waves == 0, 1.0, 2.0) / height) * jnp.cos(math.pi * waves * layers / height)
    return jnp.where((waves < height) & (layers > 0.0), values, 0.0)


def _inner(count: int) -> Array:
    """Return the waves of a line of twice as many voxels at those in its middle."""
    return _cosines(2 * count)[count // 2 : count // 2 + count]
