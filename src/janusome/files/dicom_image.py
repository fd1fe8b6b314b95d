"""DICOM images: a scan as the files that viewers, PACS and other tools open, marked as simulated and not for clinical use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.files import dicom_modules as modules
from janusome.files.modality_codes import code_of, written_unit
from janusome.files.placed import affine
from janusome.simulation.record import Scan

Array = NDArray[np.float64]

NOT_CLINICAL = "NOT FOR CLINICAL USE"
DAY_ZERO = datetime(2000, 1, 1)  # the study has no place on earth, and its clock no zone
TO_LPS = np.array([-1.0, -1.0, 1.0])
ROOT = "2.25."  # of identifiers that are 128-bit numbers
STEPS = 65534
SPECIES = {"mouse": "Mus musculus", "rat": "Rattus norvegicus"}


@dataclass(frozen=True)
class About:
    """What a scan is part of, for whoever meets the file alone."""

    study: str = ""
    arm: str = ""
    formulation: str = ""
    species: str = "human"
    body_mass: float | None = None  # kg


class Frames(NamedTuple):
    """A scan as whole numbers: value = slope x stored + intercept; places in mm, left-posterior-superior."""

    stored: NDArray[Any]  # (frames, rows, columns), along the normal of the slices
    slope: float
    intercept: float
    positions: Array  # (frames, 3)
    orientation: tuple[float, ...]
    spacing: tuple[float, float, float]  # between slices, rows, columns
    modality: str
    unit: str


def write_dicom(folder: Path, scan: Scan, *, about: About | None = None) -> tuple[Path, ...]:
    """Write a scan as a DICOM series into a folder of its own; return its files.

    MRI, PET and CT are a file a slice, SPECT one file of nuclear medicine, and what has no class of its own in DICOM a
    parametric map. Numbers are 16 bit with a linear scale: they return the image within half a step, 1/131068 of its range
    (1/65534 of the greatest magnitude for PET, whose scale has no offset). The same scan gives the same bytes.

    Parameters
    ----------
    folder
        Made if absent.
    scan
        As a run leaves it: the image with noise, (z, y, x).
    about
        What it is part of. The study begins at midnight of 1 January 2000 on its own clock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = about or About()
    frames = _frames(scan)
    common = _common(scan, frames, about)
    if scan.modality in SLICE_BY_SLICE:
        made = [_slice(common, frames, scan, about, k) for k in range(len(frames.stored))]
    else:
        made = [_whole(common, frames, scan, about)]
    return tuple(_save(folder / f"{k + 1:04d}.dcm", each) for k, each in enumerate(made))


def _frames(scan: Scan) -> Frames:
    """Return the scan in whole numbers, its slices in the order of their normal."""
    image = np.asarray(scan.image, dtype=np.float64)
    placed = affine(image.shape, scan.voxel_size, centre=scan.origin, direction=scan.direction)
    spacing = np.linalg.norm(placed[:3, :3], axis=0)  # along x, y, z
    axes = (placed[:3, :3] / spacing).T * TO_LPS
    positions = (placed[:3, 3] + np.arange(len(image))[:, None] * placed[:3, 2]) * TO_LPS
    if np.cross(axes[0], axes[1]) @ axes[2] < 0.0:
        image, positions = image[::-1], positions[::-1]
    stored, slope, intercept = scaled(image, centred=scan.modality == "pet")
    orientation = tuple(float(each) for each in np.round(axes[:2].ravel(), 12) + 0.0)
    return Frames(
        stored, slope, intercept, positions, orientation, (spacing[2], spacing[1], spacing[0]), scan.modality,
        written_unit(scan.modality, scan.unit),
    )  # fmt: skip


def scaled(image: Array, *, centred: bool) -> tuple[NDArray[Any], float, float]:
    """Return 16-bit numbers with slope and intercept; `centred` numbers are signed and have no intercept.

    The slope is rounded to the sixteen characters that DICOM has for it before numbers are, so that no error comes of it.

    >>> stored, slope, intercept = scaled(np.array([0.0, 0.25, 1.0]), centred=False)
    >>> bool(np.abs(stored * slope + intercept - [0.0, 0.25, 1.0]).max() <= 0.5 * slope)
    True
    """
    low, high = float(image.min()), float(image.max())
    greatest = max(abs(low), abs(high))
    if centred:
        slope = modules.written(1.000001 * greatest / (STEPS // 2) or 1.0)
        return np.rint(image / slope).astype(np.int16), slope, 0.0
    intercept = modules.written(low)
    slope = modules.written(1.000001 * max((high - low) / STEPS, 1e-9 * greatest) or 1.0)
    return np.clip(np.rint((image - intercept) / slope), 0, 65535).astype(np.uint16), slope, intercept


# Data sets


def _common(scan: Scan, frames: Frames, about: About) -> dict[str, Any]:
    """Return what every file of the series says: patient, study, series, equipment, pixels."""
    moment = DAY_ZERO + timedelta(seconds=round(scan.time, 3))
    study = f"{about.study}|{about.arm}|{about.formulation}|{scan.visibility.lesion}"
    digest = hashlib.sha256(np.ascontiguousarray(frames.stored).tobytes()).hexdigest()
    words = (
        f"{study}|{scan.name}|{scan.label}|{sorted(scan.settings.items())}|{frames[1:3]}|{frames.positions.tolist()}|{digest}"
    )
    series = f"{words}|{frames.orientation}|{frames.spacing}|{frames.unit}"
    return {
        "SpecificCharacterSet": "ISO_IR 192",
        "ImageType": ["DERIVED", "SECONDARY"],
        "StudyDate": f"{DAY_ZERO:%Y%m%d}",
        "StudyTime": f"{DAY_ZERO:%H%M%S}",
        **{f"{what}Date": f"{moment:%Y%m%d}" for what in ("Series", "Acquisition", "Content")},
        **{f"{what}Time": f"{moment:%H%M%S.%f}" for what in ("Series", "Acquisition", "Content")},
        "AccessionNumber": "",
        "Modality": code_of(scan.modality),
        "Manufacturer": "janusome",
        "ManufacturerModelName": _short(scan.scanner),
        "DeviceSerialNumber": "simulated",
        "SoftwareVersions": f"janusome {metadata.version('janusome')}",
        "ReferringPhysicianName": "",
        "StudyDescription": _short(f"{NOT_CLINICAL}: {about.study or 'janusome simulation'}"),
        "SeriesDescription": _short(f"{NOT_CLINICAL}: {scan.name} {scan.label}"),
        "DerivationDescription": f"Simulated by janusome; {NOT_CLINICAL}; research use only",
        "ImageComments": f"Simulated by janusome; {NOT_CLINICAL}",
        "PatientName": "janusome^simulated",
        "PatientID": _short(f"janusome {about.arm}".strip()),
        "PatientBirthDate": "",
        "PatientSex": "",
        **_animal(about),
        "PatientComments": f"No living being: simulated; {NOT_CLINICAL}",
        "StudyInstanceUID": uid(f"study|{study}"),
        "SeriesInstanceUID": uid(f"series|{series}"),
        "FrameOfReferenceUID": uid(f"frame|{study}"),
        "PositionReferenceIndicator": "",
        "StudyID": "1",
        "SeriesNumber": "1",
        "AcquisitionNumber": "1",
        "BurnedInAnnotation": "NO",
        "LossyImageCompression": "00",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": frames.stored.shape[1],
        "Columns": frames.stored.shape[2],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": int(frames.stored.dtype == np.int16),
    }


def _animal(about: About) -> dict[str, Any]:
    weight = {} if about.body_mass is None else {"PatientWeight": modules.decimal(about.body_mass)}
    if about.species not in SPECIES:
        return weight
    unknown = ("PatientBreedDescription", "ResponsiblePerson", "ResponsibleOrganization", "PatientSexNeutered")
    lists = ("PatientBreedCodeSequence", "BreedRegistrationSequence")
    known = {**weight, "PatientSpeciesDescription": SPECIES[about.species]}
    return {**known, **dict.fromkeys(unknown, ""), **{name: [] for name in lists}}


SLICE_BY_SLICE: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "ct": ("1.2.840.10008.5.1.4.1.1.2", modules.ct),
    "mri": ("1.2.840.10008.5.1.4.1.1.4", modules.mr),
    "pet": ("1.2.840.10008.5.1.4.1.1.128", modules.pet),
}
NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"


def _slice(common: dict[str, Any], frames: Frames, scan: Scan, about: About, number: int) -> dict[str, Any]:
    storage, own = SLICE_BY_SLICE[scan.modality]
    position = frames.positions[number]
    return {
        **common,
        "SOPClassUID": storage,
        "SOPInstanceUID": uid(f"instance|{common['SeriesInstanceUID']}|{number}"),
        "InstanceNumber": str(number + 1),
        "ImagePositionPatient": modules.decimals(position),
        "ImageOrientationPatient": modules.decimals(frames.orientation),
        "PixelSpacing": modules.decimals(frames.spacing[1:]),
        "SliceThickness": modules.decimal(frames.spacing[0]),
        "SliceLocation": modules.decimal(float(position @ modules.normal(frames.orientation))),
        "RescaleSlope": modules.decimal(frames.slope),
        "RescaleIntercept": modules.decimal(frames.intercept),
        **own(scan, frames, about, number),
        "PixelData": np.ascontiguousarray(frames.stored[number]).tobytes(),
    }


def _whole(common: dict[str, Any], frames: Frames, scan: Scan, about: About) -> dict[str, Any]:
    nuclear = scan.modality == "spect"
    own = modules.nuclear_medicine if nuclear else modules.parametric_map
    instance = uid(f"instance|{common['SeriesInstanceUID']}|0")
    return {
        **common,
        "SOPClassUID": NUCLEAR_MEDICINE if nuclear else PARAMETRIC_MAP,
        "SOPInstanceUID": instance,
        "InstanceNumber": "1",
        "NumberOfFrames": str(len(frames.stored)),
        **own(scan, frames, about, uid(f"dimensions|{instance}")),
        "PixelData": np.ascontiguousarray(frames.stored).tobytes(),
    }


def uid(words: str) -> str:
    """Return an identifier that follows from words alone.

    >>> uid("a") == uid("a"), uid("a") == uid("b"), len(uid("a")) <= 64
    (True, False, True)
    """
    return ROOT + str(int.from_bytes(hashlib.sha256(words.encode()).digest()[:16], "big"))


def _short(text: str) -> str:
    """Return what fits a long string of DICOM: 64 characters, no backslash, which parts values."""
    return text.replace("\\", "/")[:64].strip()


def _save(path: Path, data: dict[str, Any]) -> Path:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian

    made = modules.item(**{name: value for name, value in data.items() if value is not None})
    made["PixelData"].VR = "OW"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.ImplementationClassUID = UID(uid("janusome"))
    made.file_meta.ImplementationVersionName = f"JANUSOME_{metadata.version('janusome')}"[:16]
    if len(made.PixelData) % 2:
        made.PixelData += b"\0"
    made.save_as(path, enforce_file_format=True)
    return path


__all__ = ["About", "scaled", "uid", "write_dicom"]
