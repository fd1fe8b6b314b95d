"""Placed: where an image stands in the world, so that it opens over the segmentation it came from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.units import from_internal, to_internal

Array = NDArray[np.float64]
Direction = tuple[tuple[float, float, float], ...]


def affine(
    shape: Sequence[int], voxel_size: ArrayLike, *, centre: Sequence[float], direction: Sequence[Sequence[float]]
) -> Array:
    """Return the affine from voxel indices (x, y, z) to mm (right, anterior, superior).

    Parameters
    ----------
    shape, voxel_size
        Of the image (z, y, x); m.
    centre
        Where the middle of the image stands, (x, y, z), m: the middle of the lesion's grid, on which every scan is centred.
    direction
        Rows of the matrix that turns the image's axes (x, y, z) into the world's.
    """
    edges = np.asarray(from_internal(np.asarray(voxel_size, dtype=float), "mm"))[::-1]
    turned = np.asarray(direction, dtype=float) * edges[None, :]
    middle = turned @ ((np.asarray(shape[::-1], dtype=float) - 1.0) / 2.0)
    placed = np.eye(4)
    placed[:3, :3] = turned
    placed[:3, 3] = np.asarray(from_internal(np.asarray(centre, dtype=float), "mm")) - middle
    return placed


def centre_and_direction(shape: Sequence[int], given: Array) -> tuple[tuple[float, float, float], Direction]:
    """Return the middle of an image (m) and the directions of its axes from its affine (mm): the inverse of `affine`."""
    middle = given @ np.array([*((np.asarray(shape[::-1], dtype=float) - 1.0) / 2.0), 1.0])
    edges = np.linalg.norm(given[:3, :3], axis=0)
    x, y, z = (to_internal(float(each), "mm") for each in middle[:3])
    direction = tuple(tuple(float(each) for each in row) for row in given[:3, :3] / edges[None, :])
    return (x, y, z), direction  # pyright: ignore[reportReturnType]
