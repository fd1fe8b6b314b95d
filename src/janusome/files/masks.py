"""Tumor masks: which voxels of a segmentation are the tumor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome import units
from janusome.errors import InputError
from janusome.files.dicom_seg import is_dicom, read_segmentation
from janusome.files.volumes import SAVE_AS, Volume, head_of, read_volume


@dataclass(frozen=True)
class TumorMask:
    """Which voxels are tumor. `affine` takes voxel indices (x, y, z) to millimetres (right, anterior, superior)."""

    voxels: NDArray[np.bool_]  # (z, y, x)
    spacing: tuple[float, float, float]  # m; z, y, x
    affine: NDArray[np.float64]  # (4, 4)
    name: str
    maps: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)  # (z, y, x), in the internal set
    notes: tuple[str, ...] = ()  # what the reader should know of it

    @property
    def count(self) -> int:
        """Number of tumor voxels."""
        return int(np.count_nonzero(self.voxels))

    @property
    def volume(self) -> float:
        """Volume of the tumor, m^3: voxel count times voxel volume."""
        return self.count * math.prod(self.spacing)

    def cropped(self, margin: int = 0) -> TumorMask:
        """Return the part of the image that holds the tumor, with a margin of voxels around it where the image has them."""
        where = np.nonzero(self.voxels)
        low = [max(int(axis.min()) - margin, 0) for axis in where]
        high = [min(int(axis.max()) + 1 + margin, size) for axis, size in zip(where, self.voxels.shape, strict=True)]
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        affine = self.affine.copy()
        affine[:3, 3] = (self.affine @ np.array([*low[::-1], 1.0]))[:3]
        maps = {name: values[box].copy() for name, values in self.maps.items()}
        return replace(self, voxels=self.voxels[box].copy(), affine=affine, maps=maps)


def read_mask(path: Path | str, *, label: int | None = None, place: str | None = None) -> TumorMask:
    """Read a mask in NRRD, NIfTI or as a DICOM segmentation.

    Parameters
    ----------
    label
        Which value of the file is the tumor; needed if there are several.
    place
        Where the study names the file, for the message; the path if absent.

    Raises
    ------
    InputError
        If there is no such file, it is no three-dimensional image with finite spacing, or it holds no tumor voxels.
    """
    path = Path(path)
    place = place or str(path)
    if is_dicom(head_of(path, place=place)):
        image = read_segmentation(path, label=label, place=place)
    else:
        image = read_volume(path, place=place)
    return _masked(image, label=label, name=path.name, place=place)


def _masked(image: Volume, *, label: int | None, name: str, place: str) -> TumorMask:
    data = image.data
    present = data[data != 0]
    if np.issubdtype(data.dtype, np.floating) and not np.all(present == np.rint(present)):
        raise InputError(place, f"is {name}, which holds fractions or not-a-number", "give a label map of whole numbers")
    labels = [int(value) for value in np.unique(present)[:1000]]
    if not labels:
        raise InputError(place, f"is {name}, which marks no voxels", f"segment the tumor first; {SAVE_AS}")
    known = ", ".join(f"{each} ({image.names[each]})" if each in image.names else str(each) for each in labels[:12])
    if label is None and len(labels) > 1:
        raise InputError(
            place, f"is {name}, which marks several things: {known}", f"choose one: mask: {{file: {name}, label: {labels[0]}}}"
        )
    if label is not None and label not in labels:
        raise InputError(place, f"asks for label {label} of {name}, which marks {known}", "choose one of these")
    voxels = data == (labels[0] if label is None else label)
    z, y, x = (float(units.to_internal(mm, "mm")) for mm in image.spacing[::-1])
    return TumorMask(voxels, (z, y, x), image.affine, name, notes=image.notes + _at_the_edge(voxels))


def _at_the_edge(voxels: NDArray[np.bool_]) -> tuple[str, ...]:
    faces = [np.take(voxels, end, axis=axis) for axis in range(3) for end in (0, -1)]
    if not any(face.any() for face in faces):
        return ()
    return ("reaches the edge of its image; what lies beyond is taken as host tissue, and the tumor may be cut off",)
