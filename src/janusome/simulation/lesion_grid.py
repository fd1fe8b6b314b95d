"""The voxels of a lesion: the share of each that is tumor, the host tissue around them, how they touch, how deep they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from janusome.numerics.shapes import continued, depth_below_surface
from janusome.simulation.lesion_shells import Shells, shells_by_depth

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Inside = NDArray[np.bool_]

LEAST_MARGIN = 2  # voxels of host tissue around a tumor
MEASURED = ("ktrans", "perfusion")  # maps that show where blood comes, the first that there is


@dataclass(frozen=True)
class Faces:
    """Faces between voxels. Links come both ways: each face twice, with source and target exchanged.

    `axis` and `face` say where a face lies among arrays of flows along z, y and x: along its axis such an array has one entry
    more than the box has voxels, entry k is the face before voxel k, and a positive flow runs towards higher indices.
    """

    source: Index  # which voxel of those chosen, in the order of the box
    target: Index
    area_over_distance: Array  # m
    axis: Index
    face: Index  # flat
    direction: Array  # 1.0 where the target has the higher index, else -1.0

    def gathered(self, flows: Sequence[Array]) -> Array:
        """Return the flow from source to target of each link from the flows through the faces of the box (along z, y, x)."""
        found = np.zeros(self.source.size)
        for axis, flow in enumerate(flows):
            own = self.axis == axis
            found[own] = flow.ravel()[self.face[own]]
        return found * self.direction


@dataclass(frozen=True)
class LesionGrid:
    """A lesion on voxels (z, y, x).

    Attributes
    ----------
    share
        The share of each voxel that is tumor, 0 to 1; their sum times the volume of a voxel is the lesion's volume, exactly.
    near
        The voxels that take part: all that hold tumor, and a margin of host tissue.
    voxel_size
        (z, y, x), m.
    origin
        The middle of the box, (x, y, z), m.
    direction
        Rows of the matrix that turns the axes (x, y, z) of the box into the world's.
    maps
        Named fields on the box, in the internal set; outside the tumor they continue the nearest tumor voxel. `ktrans`,
        `perfusion`, `t2` and `uptake` are a user's; `vessel_density` (relative, of mean one), `necrotic` and `hypoxic`
        (shares of a voxel) are drawn.
    notes
        What was done to the lesion on its way onto these voxels, for the record.
    """

    share: Array
    near: Inside
    voxel_size: Array
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    maps: Mapping[str, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def inside(self) -> Inside:
        """The voxels that hold any tumor; with their shares they hold all of it."""
        return self.share > 0.0

    @property
    def count(self) -> int:
        """Number of voxels that hold tumor."""
        return int(self.inside.sum())

    @property
    def voxel_volume(self) -> float:
        """Volume of one voxel, m^3."""
        return float(np.prod(self.voxel_size))

    @property
    def shares(self) -> Array:
        """The share of tumor of each voxel inside."""
        return self.share[self.inside]

    @property
    def volume(self) -> float:
        """Volume of the lesion, m^3."""
        return float(self.share.sum()) * self.voxel_volume

    def links(self, among: Inside | None = None) -> Faces:
        """Return the faces between the voxels that take part, both ways; or between those of another choice."""
        chosen = self.near if among is None else among
        number = _numbered(chosen)
        found = []
        for axis in range(3):
            size = self.share.shape[axis]
            one, other = number.take(range(size - 1), axis=axis), number.take(range(1, size), axis=axis)
            face = self._faces(axis).take(range(1, size), axis=axis)
            both = (one >= 0) & (other >= 0)
            found += [
                self._listed(axis, one[both], other[both], face[both], 1.0),
                self._listed(axis, other[both], one[both], face[both], -1.0),
            ]
        return _joined(found)

    def border(self) -> Faces:
        """Return the faces of voxels that take part to what does not, and to what lies beyond the box.

        Their target is -1, their distance that between two centers.
        """
        number = np.pad(_numbered(self.near), 1, constant_values=-1)
        inner = tuple(slice(1, -1) for _ in range(3))
        found = []
        for axis in range(3):
            faces, size = self._faces(axis), self.share.shape[axis]
            for step in (1, -1):
                open_ = (number[inner] >= 0) & (np.roll(number, -step, axis=axis)[inner] < 0)
                face = faces.take(range(max(step, 0), size + max(step, 0)), axis=axis)[open_]
                source = number[inner][open_]
                found.append(self._listed(axis, source, np.full(source.size, -1), face, float(step)))
        return _joined(found)

    def _faces(self, axis: int) -> Index:
        shape = [size + (k == axis) for k, size in enumerate(self.share.shape)]
        return np.arange(np.prod(shape), dtype=np.int64).reshape(shape)

    def _listed(self, axis: int, source: Index, target: Index, face: Index, direction: float) -> Faces:
        size = source.size
        ratio = np.full(size, self.voxel_volume / float(self.voxel_size[axis]) ** 2)
        return Faces(source, target, ratio, np.full(size, axis), face, np.full(size, direction))

    @cached_property
    def _depth(self) -> Array:
        found = np.full(self.share.shape, np.nan)
        found[self.near] = depth_below_surface(self.share, self.voxel_size, where=self.near)
        return found

    def depth(self) -> Array:
        """Return how deep each center lies below the tumor's surface, (z, y, x), m: negative in the host tissue.

        Not-a-number in voxels that take no part.
        """
        return self._depth

    def shells(self, number: int) -> Shells:
        """Return the tumor in shells of equal volume, from the surface inwards."""
        return shells_by_depth(self.share, self.depth(), near=self.near, voxel_size=self.voxel_size, number=number)

    def relative(self, name: str) -> Array:
        """Return a map on the voxels inside, relative to its mean over the lesion: by volume their mean is one."""
        values = self.maps[name][self.inside]
        return values / np.average(values, weights=self.shares)

    def vessel_weight(self, *, core_to_rim: float, rim_thickness: float) -> Array:
        """Return the perfused vessel surface of each voxel inside relative to the lesion's mean: by volume their mean is one.

        Where Ktrans or perfusion were measured they say it: Ktrans follows the permeability-surface product of the vessels
        as long as little of the tracer is extracted in one passage. Elsewhere it falls from the rim to `core_to_rim` of it in
        the core over a depth of `rim_thickness`. Drawn variation multiplies both; necrosis has no vessels.
        """
        depth = np.maximum(self.depth()[self.inside], 0.0)
        measured = next((name for name in MEASURED if name in self.maps), None)
        weight = (
            core_to_rim + (1.0 - core_to_rim) * np.exp(-depth / rim_thickness) if measured is None else self.relative(measured)
        )
        for name, values in self.maps.items():
            if name in ("vessel_density", "necrotic"):
                weight = weight * (values if name == "vessel_density" else 1.0 - values)[self.inside]
        return weight / np.average(weight, weights=self.shares)

    def field(self, values: Array) -> Array:
        """Return one value a voxel inside as a field (z, y, x), not-a-number outside."""
        return _placed(values, self.inside)

    def near_field(self, values: Array) -> Array:
        """Return one value a voxel that takes part as a field (z, y, x), not-a-number elsewhere."""
        return _placed(values, self.near)

    def noting(self, *notes: str) -> LesionGrid:
        """Return the same lesion with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def surrounded(
    share: Array, voxel_size: Array, *, margin: float = 0.0, maps: Mapping[str, Array] | None = None
) -> tuple[Array, Inside, dict[str, Array]]:
    """Return shares and maps on a box that also holds a margin of host tissue (m; at least two voxels), and who takes part.

    The box grows evenly on both sides, so that its middle stays; maps continue their nearest tumor voxel.
    """
    pads = [max(LEAST_MARGIN, int(np.ceil(margin / float(size)))) + 1 for size in voxel_size]
    held = np.argwhere(share > 0.0)
    least = [
        max(0, pad - int(min(low, size - 1 - high)))
        for pad, low, high, size in zip(pads, held.min(axis=0), held.max(axis=0), share.shape, strict=True)
    ]
    wide = np.pad(share, [(pad, pad) for pad in least])
    away = np.asarray(distance_transform_edt(wide == 0.0, sampling=tuple(voxel_size)))
    reach = max(margin, LEAST_MARGIN * float(np.max(voxel_size)))
    padding = [(pad, pad) for pad in least]
    spread = {name: continued(np.pad(values, padding), wide > 0.0, voxel_size) for name, values in (maps or {}).items()}
    return wide, away <= reach * (1.0 + 1e-9), spread


def _numbered(chosen: Inside) -> Index:
    number = np.full(chosen.shape, -1, dtype=np.int64)
    number[chosen] = np.arange(int(chosen.sum()))
    return number


def _placed(values: Array, chosen: Inside) -> Array:
    whole = np.full(chosen.shape, np.nan)
    whole[chosen] = values
    return whole


def _joined(parts: Sequence[Faces]) -> Faces:
    names = ("source", "target", "area_over_distance", "axis", "face", "direction")
    return Faces(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
