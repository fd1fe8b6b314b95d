"""DICOM modules: what each kind of image must say besides what all say, attribute by attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from janusome.errors import InputError
from janusome.files.modality_codes import NAMES
from janusome.simulation.record import Scan
from janusome.units import from_internal, parse

ELEMENTS = {
    "as": "Arsenic", "br": "Bromine", "c": "Carbon", "cu": "Copper", "f": "Fluorine", "ga": "Gallium", "i": "Iodine",
    "in": "Indium", "lu": "Lutetium", "mn": "Manganese", "n": "Nitrogen", "o": "Oxygen", "rb": "Rubidium", "re": "Rhenium",
    "sc": "Scandium", "tc": "Technetium", "y": "Yttrium", "zr": "Zirconium",
}  # fmt: skip


def item(**given: Any) -> Any:
    """Return a data set of named attributes; lists of data sets become sequences."""
    from pydicom.dataset import Dataset

    made = Dataset()
    for name, value in given.items():
        setattr(made, name, value)
    return made


def decimal(number: float) -> str:
    """Return a number as DICOM writes one, in sixteen characters at most.

    >>> decimal(1 / 3)
    '0.33333333333333'
    """
    from pydicom.valuerep import format_number_as_ds

    return format_number_as_ds(float(number))


def decimals(numbers: Iterable[float]) -> list[str]:
    """Return several numbers as DICOM writes them."""
    return [decimal(number) for number in numbers]


def written(number: float) -> float:
    """Return a number as it comes back from a DICOM file."""
    return float(decimal(number))


def normal(orientation: Iterable[float]) -> Any:
    """Return the direction in which slices of an orientation are stacked."""
    row, column = np.reshape(list(orientation), (2, 3))
    return np.cross(row, column)


def setting(scan: Scan, name: str, unit: str) -> float | None:
    """Return a setting of a scan in a unit, or None if the scan has none.

    Settings are words such as "7 T", as captions show them.
    """
    words = scan.settings.get(name)
    if words is None:
        return None
    try:
        return float(from_internal(parse(words, unit=unit, place=name), unit))
    except InputError:
        return None


def nuclide_code(label: str) -> tuple[str, str, str] | None:
    """Return the code of a radionuclide: value, scheme, meaning; None for what is none or has none.

    >>> nuclide_code("cu-64")[2]
    '^64^Copper'
    """
    from pydicom.sr.codedict import codes

    found = re.fullmatch(r"([a-z]{1,2})-?(\d+m?)", label.lower())
    if found is None or found.group(1) not in ELEMENTS:
        return None
    name = f"_{found.group(2)}{ELEMENTS[found.group(1)]}"
    for table in (codes.cid4020, codes.cid18):
        if name in table.dir():
            code = getattr(table, name)
            return code.value, code.scheme_designator, code.meaning
    return None


def coded(value: str, scheme: str, meaning: str) -> Any:
    """Return an item of a code sequence."""
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning[:64])


# Kinds of image


def ct(scan: Scan, frames: Any, about: Any, number: int) -> dict[str, Any]:
    """CT: numbers are Hounsfield units."""
    del frames, number
    volts = setting(scan, "tube voltage", "kV")
    return {
        **_in_body(scan, about),
        "ImageType": ["DERIVED", "SECONDARY", "AXIAL"],
        "KVP": "" if volts is None else decimal(volts),
        "RescaleType": "HU",
    }


def mr(scan: Scan, frames: Any, about: Any, number: int) -> dict[str, Any]:
    """MR: the sequence in DICOM's words; numbers have no unit."""
    del number
    words = scan.settings.get("sequence", "").lower()
    kind = "SE" if re.search(r"\bse\b|spin-echo", words) else "IR" if "inversion" in words else "GR"
    numbers = {
        "RepetitionTime": setting(scan, "repetition time", "ms"),
        "EchoTime": setting(scan, "echo time", "ms"),
        "InversionTime": setting(scan, "inversion time", "ms"),
        "FlipAngle": setting(scan, "flip angle", "deg"),
        "MagneticFieldStrength": setting(scan, "field", "T"),
        "NumberOfAverages": setting(scan, "number of averages", ""),
    }
    return {
        **_in_body(scan, about),
        "ImageType": ["DERIVED", "SECONDARY", "OTHER"],
        "ScanningSequence": kind,
        "SequenceVariant": "SP" if kind == "GR" else "NONE",
        "ScanOptions": "",
        "MRAcquisitionType": "2D",
        "EchoTrainLength": "1",
        "SequenceName": scan.settings.get("sequence", "")[:16] or None,
        "SpacingBetweenSlices": decimal(frames.spacing[0]),
        **{name: decimal(value) for name, value in numbers.items() if value is not None},
        **{name: "" for name in ("RepetitionTime", "EchoTime") if numbers[name] is None},
        "RescaleType": "US",
    }


def pet(scan: Scan, frames: Any, about: Any, number: int) -> dict[str, Any]:
    """PET: activity per volume at the mean of the frame, corrected for attenuation and scatter, not for decay."""
    seconds = (setting(scan, "frame", "min") or 0.0) * 60.0
    return {
        "ImageType": ["DERIVED", "PRIMARY"],
        "Laterality": "",
        "Units": "BQML" if scan.unit == "Bq/mL" else "NONE",
        "CountsSource": "EMISSION",
        "SeriesType": ["STATIC", "IMAGE"],
        "NumberOfSlices": len(frames.stored),
        "CorrectedImage": ["ATTN", "SCAT"],
        "DecayCorrection": "NONE",
        "AttenuationCorrectionMethod": "none needed: simulated without it",
        "CollimatorType": "NONE",
        "FrameReferenceTime": decimal(500.0 * seconds),
        "ActualFrameDuration": str(round(1000.0 * seconds)),
        "ImageIndex": number + 1,
        "RadiopharmaceuticalInformationSequence": [_radiopharmaceutical(scan, about)],
        "PatientOrientationCodeSequence": [],
        "PatientGantryRelationshipCodeSequence": [],
    }


def _in_body(scan: Scan, about: Any) -> dict[str, Any]:
    return {"PatientPosition": "HFS", "Laterality": "", "ContrastBolusAgent": _carried(scan, about)}


def _carried(scan: Scan, about: Any) -> str:
    return " on ".join(each for each in (scan.label, about.formulation) if each).replace("\\", "/")[:64]


def _radiopharmaceutical(scan: Scan, about: Any) -> Any:
    code = nuclide_code(scan.label)
    return item(Radiopharmaceutical=_carried(scan, about), RadionuclideCodeSequence=[] if code is None else [coded(*code)])


def nuclear_medicine(scan: Scan, frames: Any, about: Any, dimensions: str) -> dict[str, Any]:
    """SPECT: the reconstructed slices in one file, with the scale as rescaling and as a real-world mapping."""
    del dimensions
    count = len(frames.stored)
    detector = item(
        CollimatorType="",
        ImagePositionPatient=decimals(frames.positions[0]),
        ImageOrientationPatient=decimals(frames.orientation),
    )
    return {
        "ImageType": ["DERIVED", "PRIMARY", "RECON TOMO", "EMISSION"],
        "Laterality": "",
        "NumberOfEnergyWindows": 1,
        "NumberOfDetectors": 1,
        "NumberOfRotations": 1,
        "FrameIncrementPointer": 0x00540080,
        "SliceVector": list(range(1, count + 1)),
        "NumberOfSlices": count,
        "PixelSpacing": decimals(frames.spacing[1:]),
        "SpacingBetweenSlices": decimal(frames.spacing[0]),
        "SliceThickness": decimal(frames.spacing[0]),
        "CountsAccumulated": "",
        "EnergyWindowInformationSequence": [],
        "RadiopharmaceuticalInformationSequence": [_radiopharmaceutical(scan, about)],
        "DetectorInformationSequence": [detector],
        "RotationInformationSequence": [],
        "PatientOrientationCodeSequence": [],
        "PatientGantryRelationshipCodeSequence": [],
        "RealWorldValueMappingSequence": [_mapping(frames)],
        "RescaleSlope": decimal(frames.slope),
        "RescaleIntercept": decimal(frames.intercept),
    }


def parametric_map(scan: Scan, frames: Any, about: Any, dimensions: str) -> dict[str, Any]:
    """What has no class of its own: numbers with a real-world mapping to its unit, placed frame by frame."""
    del about
    measures = item(PixelSpacing=decimals(frames.spacing[1:]), SliceThickness=decimal(frames.spacing[0]),
                    SpacingBetweenSlices=decimal(frames.spacing[0]))  # fmt: skip
    kind = ["DERIVED", "PRIMARY", "VOLUME", "QUANTITY"]
    shared = item(
        PixelMeasuresSequence=[measures],
        PlaneOrientationSequence=[item(ImageOrientationPatient=decimals(frames.orientation))],
        FrameAnatomySequence=[item(FrameLaterality="U", AnatomicRegionSequence=[coded("38266002", "SCT", "Entire body")])],
        PixelValueTransformationSequence=[item(RescaleIntercept="0", RescaleSlope="1", RescaleType="US")],
        FrameVOILUTSequence=[item(WindowCenter="32768", WindowWidth="65536")],
        ParametricMapFrameTypeSequence=[item(FrameType=kind)],
        RealWorldValueMappingSequence=[_mapping(frames)],
    )
    organization = item(DimensionOrganizationUID=dimensions)
    index = item(DimensionOrganizationUID=dimensions, DimensionIndexPointer=0x00200032, FunctionalGroupPointer=0x00209113,
                 DimensionDescriptionLabel="Position")  # fmt: skip
    return {
        "ImageType": kind,
        "ContentQualification": "RESEARCH",
        "ContentLabel": scan.modality.upper()[:16],
        "ContentDescription": f"Simulated {NAMES.get(scan.modality, scan.modality)}"[:64],
        "ContentCreatorName": "janusome^simulated",
        "RecognizableVisualFeatures": "NO",
        "PresentationLUTShape": "IDENTITY",
        "AcquisitionContextSequence": [],
        "AcquisitionNumber": None,
        "DimensionOrganizationType": "3D",
        "DimensionOrganizationSequence": [organization],
        "DimensionIndexSequence": [index],
        "SharedFunctionalGroupsSequence": [shared],
        "PerFrameFunctionalGroupsSequence": [
            item(
                FrameContentSequence=[item(DimensionIndexValues=[k + 1])],
                PlanePositionSequence=[item(ImagePositionPatient=decimals(position))],
            )
            for k, position in enumerate(frames.positions)
        ],
    }


def _mapping(frames: Any) -> Any:
    unit = ucum(frames.unit)
    return item(
        LUTExplanation=f"simulated values in {frames.unit or 'no unit'}",
        LUTLabel="VALUES",
        RealWorldValueFirstValueMapped=int(frames.stored.min()),
        RealWorldValueLastValueMapped=int(frames.stored.max()),
        RealWorldValueIntercept=float(frames.intercept),
        RealWorldValueSlope=float(frames.slope),
        MeasurementUnitsCodeSequence=[coded(unit, "UCUM", frames.unit or "no units")],
    )


def ucum(unit: str) -> str:
    """Return a unit in the Unified Code for Units of Measure.

    >>> ucum("mol/m^3"), ucum(""), ucum("Bq/mL")
    ('mol/m3', '1', 'Bq/mL')
    """
    return re.sub(r"\s+|\*", ".", unit.replace("^", "").replace("µ", "u").strip()) or "1"
