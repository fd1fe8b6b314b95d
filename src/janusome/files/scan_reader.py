"""Scan reader: images of users in NIfTI, NRRD or DICOM, with place, and modality and unit if the files say them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.files.dicom_seg import is_dicom
from janusome.files.dicom_series import Series, read_series
from janusome.files.modality_codes import CODES, NAMES, modality_of
from janusome.files.placed import Direction, affine, centre_and_direction
from janusome.files.volumes import LARGEST_HEADER, SAVE_AS, Volume, head_of, read_volume
from janusome.units import to_internal

ADVICE = "save the image as .nii.gz, or give the folder of its DICOM series"


@dataclass(frozen=True)
class Image:
    """An image as it was measured. It is placed as a scan of a study is: by the middle of its voxels and their axes."""

    values: NDArray[np.float64]  # (z, y, x), in `unit`
    voxel_size: NDArray[np.float64]  # (z, y, x), m
    origin: tuple[float, float, float]  # the middle of the image, (x, y, z), m; right, anterior, superior
    direction: Direction  # rows of the matrix that turns the image's axes (x, y, z) into the world's
    name: str
    modality: str | None = None  # a modality of the imaging folder; None if the file does not say, or says another
    code: str | None = None  # what the file says in DICOM's words
    unit: str | None = None  # "" if without; "HU" for CT numbers; None if the file does not say
    notes: tuple[str, ...] = ()  # what the reader should know of it

    @property
    def affine(self) -> NDArray[np.float64]:
        """From voxel indices (x, y, z) to mm (right, anterior, superior)."""
        return affine(self.values.shape, self.voxel_size, centre=self.origin, direction=self.direction)


def read_image(path: Path | str, *, place: str | None = None) -> Image:
    """Read an image in three dimensions: NIfTI or NRRD with a sidecar of words if there is one, or a DICOM series.

    Parameters
    ----------
    path
        A file, or the folder of a DICOM series.
    place
        Where the study names the file, for the message; the path if absent.

    Raises
    ------
    InputError
        If there is no such image, it claims what it does not hold, its voxels have no size, or some are not a number.
    """
    path = Path(path)
    place = place or str(path)
    if path.is_dir() or is_dicom(head_of(path, place=place)):
        found = read_series(path, place=place)
    else:
        found = _with_sidecar(_volume(path, place=place), path, place=place)
    values = _numbers(found.volume, name=path.name, place=place)
    origin, direction = centre_and_direction(values.shape, found.volume.affine)
    size = np.array([to_internal(float(edge), "mm") for edge in found.volume.spacing[::-1]])
    modality = None if found.code is None else modality_of(found.code, label=found.label)
    return Image(values, size, origin, direction, path.name, modality, found.code, found.unit, found.volume.notes)


def check_modality(image: Image, modality: str, *, scanner: str, place: str) -> None:
    """Refuse an image that says it is of another modality than a scanner's; one that says nothing is taken at its user's word.

    Raises
    ------
    InputError
        If the two differ.
    """
    wanted = NAMES.get(modality, modality)
    if image.code is None or image.modality == modality or (image.modality is None and image.code == CODES.get(modality)):
        return
    found = NAMES[image.modality] if image.modality else f"of the kind {image.code}"
    raise InputError(
        place,
        f"is {image.name}, which is {found}, and {scanner} is {wanted}",
        "give an image of that scanner, or name its own",
    )


def _volume(path: Path, *, place: str) -> Volume:
    try:
        return read_volume(path, place=place)
    except InputError as error:  # readers of masks advise on segmentations
        raise InputError(error.place, error.problem, error.remedy.replace(SAVE_AS, ADVICE)) from None


def _with_sidecar(volume: Volume, path: Path, *, place: str) -> Series:
    sidecar = path.with_name(path.name.removesuffix(".gz").removesuffix(".nii").removesuffix(".nrrd") + ".json")
    said = _sidecar(sidecar, place=place) if sidecar.is_file() else {}
    code, unit = said.get("Modality"), said.get("Units")
    label = str(said.get("ScannerModality", ""))
    return Series(volume, None if code is None else str(code), label, None if unit is None else str(unit))


def _sidecar(path: Path, *, place: str) -> dict[str, Any]:
    with path.open("rb") as file:
        contents = file.read(LARGEST_HEADER + 1)
    try:
        if len(contents) > LARGEST_HEADER:
            raise ValueError("it is too long")
        found = json.loads(contents.decode("utf-8-sig"))
        if not isinstance(found, dict):
            raise ValueError("it holds no names")
    except (ValueError, RecursionError) as error:
        raise InputError(
            place, f"has the sidecar {path.name}, which cannot be read ({str(error)[:60]})", "mend it, or take it away"
        ) from None
    return found


def _numbers(volume: Volume, *, name: str, place: str) -> NDArray[np.float64]:
    if volume.data.dtype.kind not in "biuf":
        raise InputError(
            place, f"is {name}, whose voxels are no plain numbers ({volume.data.dtype})", "give one value a voxel"
        )
    values = np.asarray(volume.data, dtype=np.float64)
    wrong = ~np.isfinite(values)
    if wrong.any():
        z, y, x = (int(each) for each in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
        raise InputError(
            place,
            f"is {name}, where {int(wrong.sum())} of {values.size} voxels are not-a-number or infinite"
            f" (first at x {x}, y {y}, z {z}, counted from 0)",
            "fill these voxels, or crop the image to where it was measured",
        )
    return values
