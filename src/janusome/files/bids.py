"""BIDS: what the sidecar of an image says, in the names of the Brain Imaging Data Structure where it has one.

Names and units follow the BIDS specification (MRI and PET metadata) and, for CT and SPECT, which it does not cover, the
names that converters give DICOM's attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from janusome.files.dicom_modules import ELEMENTS, setting
from janusome.files.modality_codes import code_of
from janusome.simulation.record import Scan
from janusome.units import from_internal


def bids_words(scan: Scan) -> dict[str, Any]:
    """Return what the sidecar of a scan says of modality, scanner, settings and label; times in s, angles in degrees.

    `ScannerModality` is the modality by the name it has here, for those that DICOM calls other.
    """
    size = [float(from_internal(float(edge), "mm")) for edge in scan.voxel_size]
    own = OF_MODALITY.get(scan.modality, _any)
    known = {
        "Modality": code_of(scan.modality),
        "ScannerModality": scan.modality,
        "Manufacturer": "janusome",
        "ManufacturersModelName": scan.scanner,
        "SliceThickness": size[0],
        "ScanStart": float(scan.time),
        "TimeZero": "00:00:00",
        **own(scan),
    }
    return {name: value for name, value in known.items() if value is not None}


def nuclide_name(label: str) -> str | None:
    """Return a radionuclide as BIDS writes it; None for what is none.

    >>> nuclide_name("cu-64"), nuclide_name("tc-99m"), nuclide_name("iron-oxide-core")
    ('Cu64', 'Tc99m', None)
    """
    found = re.fullmatch(r"([a-z]{1,2})-?(\d+m?)", label.lower())
    return found.group(1).capitalize() + found.group(2) if found and found.group(1) in ELEMENTS else None


def _mri(scan: Scan) -> dict[str, Any]:
    repetition, words = setting(scan, "repetition time", "s"), scan.settings.get("sequence", "")
    return {
        "ContrastBolusIngredient": scan.label,
        "MagneticFieldStrength": setting(scan, "field", "T"),
        "PulseSequenceDetails": words or None,
        "RepetitionTime": repetition,
        "RepetitionTimeExcitation": repetition,
        "EchoTime": setting(scan, "echo time", "s"),
        "InversionTime": setting(scan, "inversion time", "s"),
        "FlipAngle": setting(scan, "flip angle", "deg"),
        "NumberOfAverages": setting(scan, "number of averages", ""),
        "MRAcquisitionType": "2D",
    }


def _nuclear(scan: Scan) -> dict[str, Any]:
    frame = setting(scan, "frame", "s")
    return {
        "TracerName": scan.label,
        "TracerRadionuclide": nuclide_name(scan.label),
        "FrameTimesStart": [0.0],
        "FrameDuration": None if frame is None else [frame],
        "ImageDecayCorrected": False,
        "AttenuationCorrection": "simulated as corrected",
    }


def _ct(scan: Scan) -> dict[str, Any]:
    return {
        "ContrastBolusIngredient": {"iodine": "IODINE"}.get(scan.label, scan.label),
        "KVP": setting(scan, "tube voltage", "kV"),
    }


def _any(scan: Scan) -> dict[str, Any]:
    return {"ContrastBolusIngredient": scan.label}


OF_MODALITY: dict[str, Callable[[Scan], dict[str, Any]]] = {"ct": _ct, "mri": _mri, "pet": _nuclear, "spect": _nuclear}
