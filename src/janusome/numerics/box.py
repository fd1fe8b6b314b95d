"""Box: diffusion without drift between all voxels of a box, kept by its faces instead of as a matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from janusome.errors import InputError
from janusome.numerics.bands import diagonals
from janusome.numerics.pressure import box_conductances

Array = NDArray[np.float64]

SAME = 1e-11  # of the largest coefficient: what differs less is the same


@dataclass(frozen=True)
class Box:
    """Exchange between voxels (z, y, x) through their faces; the borders are closed.

    Parameters
    ----------
    shape
        Voxels along each axis.
    faces
        Conductances G along z, y and x, m^3/s: one number for all inner faces of an axis, or an array with one more entry
        than voxels along its axis, zero at both ends. All three are of the same kind.
    per_volume
        1/V, 1/m^3, V the accessible volume: one number, or an array (z, y, x).
    """

    shape: tuple[int, int, int]
    faces: tuple[ArrayLike, ArrayLike, ArrayLike]
    per_volume: ArrayLike

    @property
    def cells(self) -> int:
        """How many voxels there are."""
        return int(np.prod(self.shape))

    @property
    def even(self) -> bool:
        """Whether one number an axis says it all."""
        return all(np.ndim(one) == 0 for one in (*self.faces, self.per_volume))

    @property
    def conductances(self) -> tuple[Array, Array, Array]:
        """The conductances of all faces, zero at the borders."""
        z, y, x = (self._spread(np.asarray(one, float), axis) for axis, one in enumerate(self.faces))
        return z, y, x

    def fastest(self) -> float:
        """Return a bound of the fastest rate, 1/s: twice what leaves the voxel that loses fastest."""
        if self.even:
            leaving = sum(min(2, count - 1) * float(np.asarray(G)) for G, count in zip(self.faces, self.shape, strict=True))
            return 2.0 * leaving * float(np.asarray(self.per_volume))
        z, y, x = self.conductances
        leaving = z[1:] + z[:-1] + y[:, 1:] + y[:, :-1] + x[:, :, 1:] + x[:, :, :-1]
        return 2.0 * float((leaving * self.per_volume).max())

    def _spread(self, face: Array, axis: int) -> Array:
        if face.ndim:
            return np.ascontiguousarray(face)
        inner = tuple(count - (axis == other) for other, count in enumerate(self.shape))
        return np.pad(np.full(inner, float(face)), [(int(axis == other),) * 2 for other in range(3)])


def box_of(conductivity: Array, *, spacing: ArrayLike, accessible_volume: ArrayLike) -> Box:
    """Return the diffusion of a box of voxels (z, y, x): harmonic means on the faces, as in `links_in_box`.

    Parameters
    ----------
    conductivity
        eps D, m^2/s, zero where nothing diffuses.
    spacing
        m, along z, y and x.
    accessible_volume
        m^3, one value or one for each voxel.
    """
    volume = np.asarray(accessible_volume, float)
    if not (np.all(volume > 0.0) and np.all(np.isfinite(volume))):
        raise InputError("accessible_volume", f"goes down to {volume.min():.3g} m^3", "give more than zero in every voxel")
    spacing = np.broadcast_to(np.asarray(spacing, float), (3,))
    planes, rows, count = np.shape(conductivity)
    if volume.ndim == 0 and np.ptp(conductivity) == 0.0:
        z, y, x = float(conductivity.flat[0]) * float(np.prod(spacing)) / spacing**2
        return Box((planes, rows, count), (z, y, x), 1.0 / float(volume))
    faces = box_conductances(np.asarray(conductivity, float), spacing)
    return Box((planes, rows, count), faces, np.broadcast_to(1.0 / volume, (planes, rows, count)))


def recognized(operator: csr_array) -> Box | None:
    """Return the box that a rate matrix belongs to, or None: a symmetric matrix that joins each voxel to its neighbors.

    It is told from the diagonals: 1, a row and a plane away from the main one, nothing from the end of a row to the next.
    """
    found = diagonals(operator)
    if found is None or not found[1].size:
        return None
    bands = {int(away): entries for away, entries in zip(*found, strict=True)}
    strides = sorted(away for away in bands if away > 0)
    size = len(operator.indptr) - 1
    if not strides or strides[0] != 1 or len(strides) > 3 or any(-away not in bands for away in strides) or 0 not in bands:
        return None
    wide = [*strides, size, size, size][:3]
    if wide[2] % wide[1] or size % wide[2]:
        return None
    shape = (size // wide[2], wide[2] // wide[1], wide[1])
    scale = SAME * float(np.abs(bands[0]).max())
    faces = []
    for axis, away in zip((2, 1, 0), [*strides, None, None][:3], strict=True):
        forward = np.zeros(size) if away is None else bands[away]
        if away is not None and np.any(np.abs(forward[:-away] - bands[-away][away:]) > scale):
            return None
        face = forward.reshape(shape)
        if np.any(np.take(face, -1, axis=axis)):
            return None
        faces.insert(0, np.concatenate([np.zeros_like(np.take(face, [0], axis=axis)), face], axis=axis))
    if np.any(np.abs(sum(bands.values())) > 10.0 * scale):
        return None
    constants = [_constant(face, axis, scale) for axis, face in enumerate(faces)]
    if any(one is None for one in constants):
        return Box(shape, (faces[0], faces[1], faces[2]), np.ones(shape))
    return Box(shape, (constants[0] or 0.0, constants[1] or 0.0, constants[2] or 0.0), 1.0)


def _constant(face: Array, axis: int, scale: float) -> float | None:
    """Return the one value of all inner faces of an axis, or None where they differ."""
    inner = np.take(face, range(1, face.shape[axis] - 1), axis=axis)
    if inner.size == 0:
        return 0.0
    return float(inner.flat[0]) if np.ptp(inner) <= scale else None
