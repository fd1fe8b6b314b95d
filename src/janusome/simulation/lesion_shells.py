"""Shells: a lesion as a few places, one within the other, for the ensembles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BLUR = 1.0  # voxels, half width of the band of depth over which an area is counted


@dataclass(frozen=True)
class Shells:
    """Shells of a lesion of equal volume, the outermost first.

    Attributes
    ----------
    index
        Which shell each voxel that holds tumor belongs to; empty for shells that stand on no voxels.
    volumes
        m^3; on voxels they differ by at most one voxel.
    mean_depths
        Mean depth below the surface, m.
    areas
        Area of the surface between a shell and the next one inwards, m^2: one fewer than shells.
    surface
        Area of the lesion's own surface, m^2.
    """

    index: NDArray[np.int64]
    volumes: Array
    mean_depths: Array
    areas: Array
    surface: float

    @property
    def distances(self) -> Array:
        """Distance between the mean depths of neighbors, m."""
        return np.diff(self.mean_depths)

    @property
    def area_over_distance(self) -> Array:
        """What joins neighbors, m."""
        return self.areas / self.distances


def ball_shells(volume: float, number: int) -> Shells:
    """Return the shells of a ball of a volume (m^3)."""
    radius = (3.0 * volume / (4.0 * np.pi)) ** (1.0 / 3.0)
    edges = radius * (1.0 - np.arange(number + 1) / number) ** (1.0 / 3.0)
    outer, inner = edges[:-1], edges[1:]
    mean_radius = 0.75 * (outer**4 - inner**4) / (outer**3 - inner**3)
    return Shells(
        index=np.zeros(0, dtype=np.int64),
        volumes=np.full(number, volume / number),
        mean_depths=radius - mean_radius,
        areas=4.0 * np.pi * edges[1:-1] ** 2,
        surface=float(4.0 * np.pi * radius**2),
    )


def shells_by_depth(share: Array, depth: Array, *, near: NDArray[np.bool_], voxel_size: Array, number: int) -> Shells:
    """Return shells of equal volume by depth.

    The area of a surface of equal depth is the volume in a thin band of depth around it over the band's thickness.
    """
    inside, voxel_volume = share > 0.0, float(np.prod(voxel_size))
    shares, deep = share[inside], depth[inside]
    order = np.argsort(deep, kind="stable")
    filled = np.cumsum(shares[order]) - 0.5 * shares[order]
    index = np.empty(order.size, dtype=np.int64)
    index[order] = np.minimum((filled / shares.sum() * number).astype(np.int64), number - 1)
    volumes = np.bincount(index, shares, minlength=number) * voxel_volume
    moments = np.bincount(index, shares * np.maximum(deep, 0.0), minlength=number) * voxel_volume
    width = BLUR * float(np.max(voxel_size))
    edges = np.interp(np.arange(1, number) / number * shares.sum(), filled, deep[order])

    def area(level: float) -> float:
        weight = np.maximum(1.0 - np.abs(depth[near] - level) / width, 0.0)
        return float(weight.sum()) * voxel_volume / width

    return Shells(
        index=index,
        volumes=np.asarray(volumes, dtype=np.float64),
        mean_depths=moments / np.maximum(volumes, np.finfo(float).tiny),
        areas=np.array([area(float(level)) for level in edges]),
        surface=area(0.0),
    )
