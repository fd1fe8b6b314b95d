r"""Line integrals through a slice after Joseph, and their exact transpose.

$$ (Ax)_i = \frac{h}{\max(|\cos\phi_i|, |\sin\phi_i|)} \sum_k \big[(1-w_{ik})\,x_{k,j} + w_{ik}\,x_{k,j+1}\big] $$

A ray goes through the slice row by row, or column by column where it is flatter, and reads each by linear interpolation.
The transpose puts back with the same weights, which iterative reconstruction needs. Rays are shared among threads when
reading, rows when putting back: every number is the same bits for any number of threads.
Axes of an image are (..., y, x), the center of the slice is the origin; a sinogram is (..., view, bin). Lengths are m, or
whatever the pixel size is in. Source: Joseph 1982 (the method; the sentences and the code here are our own).
"""

from __future__ import annotations

import dataclasses
import math
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from janusome.numerics.compiled import COMPILED
from janusome.numerics.threads import Slabs

Array = NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True)
class ParallelBeam:
    """Parallel rays, `spacing` apart, in views at `angles` (rad). At angle 0 they run along y, and bins count along x."""

    angles: Array
    bins: int
    spacing: float

    def rays(self) -> tuple[Array, Array]:
        """Return a point of every ray and its direction, (view, bin, xy)."""
        cos, sin = np.cos(self.angles)[:, None], np.sin(self.angles)[:, None]
        s = self.offsets()[None, :]
        point = np.stack([s * cos, s * sin], axis=-1)
        return point, np.broadcast_to(np.stack([-sin, cos], axis=-1), point.shape)

    def offsets(self) -> Array:
        """Return how far from the center each bin's ray passes."""
        return (np.arange(self.bins) - 0.5 * (self.bins - 1)) * self.spacing

    def of(self, views: slice) -> ParallelBeam:
        """Return some of the views."""
        return dataclasses.replace(self, angles=self.angles[views])


@dataclasses.dataclass(frozen=True)
class FanBeam:
    """Rays from a point source to a flat detector, whose bins are `spacing` apart as seen at the center of rotation."""

    angles: Array
    bins: int
    spacing: float
    source_to_center: float

    def rays(self) -> tuple[Array, Array]:
        """Return the source of every ray and its direction, (view, bin, xy)."""
        cos, sin = np.cos(self.angles)[:, None], np.sin(self.angles)[:, None]
        s, R = self.offsets()[None, :], self.source_to_center
        source = np.stack([R * sin, -R * cos], axis=-1)
        point = np.stack([s * cos, s * sin], axis=-1)
        way = point - source
        return np.broadcast_to(source, way.shape), way / np.linalg.norm(way, axis=-1, keepdims=True)

    def offsets(self) -> Array:
        """Return where each bin's ray crosses the line through the center that is parallel to the detector."""
        return (np.arange(self.bins) - 0.5 * (self.bins - 1)) * self.spacing

    def of(self, views: slice) -> FanBeam:
        """Return some of the views."""
        return dataclasses.replace(self, angles=self.angles[views])


@dataclasses.dataclass(frozen=True)
class Projector:
    """Joseph's projection of slices of `shape` (rows, columns) with square pixels onto the rays of a beam."""

    beam: ParallelBeam | FanBeam
    shape: tuple[int, int]
    pixel_size: float

    def __post_init__(self) -> None:
        half_diagonal = 0.5 * math.hypot(*self.shape) * self.pixel_size
        if isinstance(self.beam, FanBeam) and self.beam.source_to_center <= half_diagonal:
            raise ValueError(
                f"the source stands {self.beam.source_to_center:g} from the center, inside the slice, whose corners are"
                f" {half_diagonal:g} away; give a larger distance or a smaller slice"
            )

    def forward(self, image: ArrayLike) -> Array:
        """Return the line integrals of one slice, or of each of a stack."""
        slices = np.asarray(image, dtype=float)
        stack = slices.reshape(-1, *self.shape)
        views, bins = self._paths.steep.shape
        upright, lying = _padded(stack), _padded(stack.swapaxes(1, 2))
        integrals = np.empty((len(stack), views, bins))
        with Slabs() as slabs:
            work = integrals.size * max(self.shape)
            slabs.over(_read, len(stack) * views, work, upright, lying, *self._paths, integrals)
        return integrals.reshape(*slices.shape[:-2], views, bins)

    def adjoint(self, sinogram: ArrayLike) -> Array:
        """Return the transpose of `forward` on a sinogram, or on each of a stack."""
        given = np.asarray(sinogram, dtype=float)
        views, bins = self._paths.steep.shape
        stack = given.reshape(-1, views, bins)
        rows, columns = self.shape
        upright, lying = np.zeros((len(stack), rows, columns + 2)), np.zeros((len(stack), columns, rows + 2))
        with Slabs() as slabs:
            for onto, steep in ((upright, True), (lying, False)):
                slabs.over(_put, onto.shape[1], stack.size * onto.shape[1], stack, *self._paths, steep, onto)
        image = upright[:, :, 1:-1] + lying[:, :, 1:-1].swapaxes(1, 2)
        return image.reshape(*given.shape[:-2], rows, columns)

    def views(self, which: slice) -> Projector:
        """Return the projector onto some of the views."""
        return dataclasses.replace(self, beam=self.beam.of(which))

    @cached_property
    def _paths(self) -> _Paths:
        """How each ray goes: along rows or columns, and where it stands on the first of them, in pixels."""
        point, way = self.beam.rays()
        steep = np.abs(way[..., 1]) >= np.abs(way[..., 0])
        along, across = (np.where(steep, way[..., k], way[..., 1 - k]) for k in (1, 0))
        planes, lanes = (np.where(steep, self.shape[k], self.shape[1 - k]) for k in (0, 1))
        on, off = (np.where(steep, point[..., k], point[..., 1 - k]) / self.pixel_size for k in (1, 0))
        slope = across / along
        first = off + 0.5 * (lanes - 1) + (-0.5 * (planes - 1) - on) * slope
        return _Paths(np.ascontiguousarray(steep), first + 1.0, slope, self.pixel_size / np.abs(along))


class _Paths(NamedTuple):
    """How each ray goes, (view, bin); lanes and planes are counted in pixels, lanes from the empty one at the border."""

    steep: NDArray[np.bool_]  # along y rather than x
    lane: Array  # where it stands on the first plane
    slope: Array  # lanes a plane
    length: Array  # within one plane


def _padded(stack: Array) -> Array:
    """Return planes with an empty lane at either side, so that a ray that grazes the border reads what is there."""
    return np.ascontiguousarray(np.pad(stack, ((0, 0), (0, 0), (1, 1))))


@njit(inline="always", **COMPILED)
def _between(lane: float, slope: float, first: int, past: int, lanes: int) -> tuple[int, int]:
    """Return the planes between `first` and `past` on which a ray is between two padded lanes."""
    highest = lanes - 1.0 - 1e-9
    if slope == 0.0:
        return (first, past) if 0.0 <= lane < highest else (first, first)
    one, other = -lane / slope, (highest - lane) / slope
    low, high = min(one, other), max(one, other)
    start = max(first, math.ceil(min(max(low, -1.0), past + 1.0)))
    return start, min(past, math.floor(min(max(high, -2.0), past + 1.0)) + 1)


@njit(**COMPILED)
def _read(start, stop, upright, lying, steep, lane, slope, length, integrals):  # noqa: ANN001, ANN202
    views, bins = steep.shape
    for item in range(start, stop):
        which, view = item // views, item % views
        for b in range(bins):
            planes = upright[which] if steep[view, b] else lying[which]
            at, step = lane[view, b], slope[view, b]
            low, high = _between(at, step, 0, planes.shape[0], planes.shape[1])
            total = 0.0
            for k in range(low, high):
                position = at + step * k
                j = int(position)
                w = position - j
                total += planes[k, j] + w * (planes[k, j + 1] - planes[k, j])
            integrals[which, view, b] = total * length[view, b]


@njit(**COMPILED)
def _put(start, stop, sinograms, steep, lane, slope, length, wanted, onto):  # noqa: ANN001, ANN202
    views, bins = steep.shape
    for which in range(onto.shape[0]):
        planes = onto[which]
        for view in range(views):
            for b in range(bins):
                if steep[view, b] != wanted:
                    continue
                at, step = lane[view, b], slope[view, b]
                value = sinograms[which, view, b] * length[view, b]
                low, high = _between(at, step, start, stop, planes.shape[1])
                for k in range(low, high):
                    position = at + step * k
                    j = int(position)
                    w = position - j
                    planes[k, j] += (1.0 - w) * value
                    planes[k, j + 1] += w * value
