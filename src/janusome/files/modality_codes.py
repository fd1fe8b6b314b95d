"""Modality codes: what DICOM and BIDS call the modalities of scanners, and the units of their images."""

from __future__ import annotations

# OT is DICOM's word for what has none of its own; such an image says besides what it is, in its content label.
CODES = {
    "ct": "CT",
    "dual_energy_ct": "CT",
    "fluorescence": "OT",
    "fluorescence_tomography": "OT",
    "mpi": "OT",
    "mri": "MR",
    "pet": "PT",
    "photoacoustic": "PA",
    "photon_counting_ct": "CT",
    "spect": "NM",
    "ultrasound": "US",
}
NAMES = {
    "ct": "CT",
    "dual_energy_ct": "dual-energy CT",
    "fluorescence": "fluorescence",
    "fluorescence_tomography": "fluorescence tomography",
    "mpi": "magnetic particle imaging",
    "mri": "MRI",
    "pet": "PET",
    "photoacoustic": "photoacoustic imaging",
    "photon_counting_ct": "photon-counting CT",
    "spect": "SPECT",
    "ultrasound": "ultrasound",
}
OTHER = "OT"
LONGEST = 16  # characters of a label


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
    said, wanted = label.strip().upper()[:LONGEST], code.strip().upper()
    named = next((each for each in CODES if each.upper()[:LONGEST] == said and CODES[each] == wanted), None)
    alone = {each: modality for modality, each in reversed(CODES.items()) if each != OTHER}
    return named or alone.get(wanted)


def written_unit(modality: str, unit: str) -> str:
    """Return the unit that an image file says: CT numbers have a name, though no dimension.

    >>> written_unit("ct", ""), written_unit("mri", ""), written_unit("pet", "Bq/mL")
    ('HU', '', 'Bq/mL')
    """
    return "HU" if modality == "ct" and not unit else unit
