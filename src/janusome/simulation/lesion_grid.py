"""The voxels of a lesion: which are inside, how they touch, and how perfused each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LesionGrid:
    """A lesion on voxels (z, y, x).

    `inside` marks its voxels, `voxel_size` is in m; its volume is the count of voxels times that of one, exactly.
    """

    inside: NDArray[np.bool_]
    voxel_size: Array
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

    @property
    def count(self) -> int:
        """Number of voxels inside."""
        return int(self.inside.sum())

    @property
    def voxel_volume(self) -> float:
        """Volume of one voxel, m^3."""
        return float(np.prod(self.voxel_size))

    @property
    def volume(self) -> float:
        """Volume of the lesion, m^3."""
        return self.count * self.voxel_volume

    def links(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        """Return the faces between voxels of the lesion: source, target (both ways), and area over distance in m."""
        number = np.full(self.inside.shape, -1, dtype=np.int64)
        number[self.inside] = np.arange(self.count)
        sources, targets, ratios = [], [], []
        for axis in range(3):
            near = number.take(range(self.inside.shape[axis] - 1), axis=axis).ravel()
            far = number.take(range(1, self.inside.shape[axis]), axis=axis).ravel()
            both = (near >= 0) & (far >= 0)
            area_over_distance = self.voxel_volume / self.voxel_size[axis] ** 2
            sources += [near[both], far[both]]
            targets += [far[both], near[both]]
            ratios.append(np.full(2 * int(both.sum()), area_over_distance))
        return np.concatenate(sources), np.concatenate(targets), np.concatenate(ratios)

    def depth(self) -> Array:
        """Return how deep each voxel inside lies below the border, m, from its centre."""
        padded = np.pad(self.inside, 1)
        distance = np.asarray(distance_transform_edt(padded, sampling=tuple(self.voxel_size)))
        half = float(np.min(self.voxel_size)) / 2.0
        return np.maximum(distance[1:-1, 1:-1, 1:-1][self.inside] - half, 0.0)

    def vessel_weight(self, *, core_to_rim: float, rim_thickness: float) -> Array:
        """Return the perfused vessel surface of each voxel relative to the lesion's mean (their mean is one).

        It falls from the rim to `core_to_rim` of it in the core over a depth of `rim_thickness`.
        """
        weight = core_to_rim + (1.0 - core_to_rim) * np.exp(-self.depth() / rim_thickness)
        return weight / weight.mean()

    def field(self, values: Array) -> Array:
        """Return one value a voxel inside as a field (z, y, x), not-a-number outside."""
        whole = np.full(self.inside.shape, np.nan)
        whole[self.inside] = values
        return whole


def ball(volume: float, *, voxels: int) -> LesionGrid:
    """Return a ball of the asked volume (m^3) on about as many cubic voxels; their size makes the volume exact."""
    across = max(1, round((6.0 * voxels / np.pi) ** (1.0 / 3.0)))
    axis = np.arange(across) - (across - 1) / 2.0
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    inside = z**2 + y**2 + x**2 <= (across / 2.0) ** 2
    size = (volume / inside.sum()) ** (1.0 / 3.0)
    return LesionGrid(inside=inside, voxel_size=np.full(3, size))
