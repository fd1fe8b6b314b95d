"""Modality codes: what DICOM and BIDS call the modalities of scanners, and the units of their images."""

from __future__ import annotations

# OT is DICOM's word for what has none of its own; such an image says besides what it is, in its content label.
CODES = {
    "ct": "CT",
    "fluorescence": "OT",
    "mpi": "OT",
    "mri": "MR",
    "pet": "PT",
    "photoacoustic": "PA",
    "spect": "NM",
    "ultrasound": "US",
}
NAMES = {
    "ct": "CT",
    "fluorescence": "fluorescence",
    "mpi": "magnetic particle imaging",
    "mri": "MRI",
    "pet": "PET",
    "photoacoustic": "photoacoustic imaging",
    "spect": "SPECT",
    "ultrasound": "ultrasound",
}
OTHER = "OT"


def code_of(modality: str) -> str:
    """Return the code of a modality.

    >>> code_of("pet"), code_of("mpi")
    ('PT', 'OT')
    """
    return CODES.get(modality, OTHER)


def modality_of(code: str, *, label: str = "") -> str | None:
    """Return the modality of a code, or of the label that stands beside a code of no meaning; None if it is not known here.

    >>> modality_of("PT"), modality_of("OT", label="MPI"), modality_of("XA")
    ('pet', 'mpi', None)
    """
    named = label.strip().lower()
    if named in CODES and CODES[named] == code.strip().upper():
        return named
    meant = {each: modality for modality, each in CODES.items() if each != OTHER}
    return meant.get(code.strip().upper())


def written_unit(modality: str, unit: str) -> str:
    """Return the unit that an image file says: CT numbers have a name, though no dimension.

    >>> written_unit("ct", ""), written_unit("mri", ""), written_unit("pet", "Bq/mL")
    ('HU', '', 'Bq/mL')
    """
    return "HU" if modality == "ct" and not unit else unit
