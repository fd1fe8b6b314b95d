"""DICOM series: the slices of one image, a file each or all in one, as scanners and PACS give them."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.files.dicom_seg import UNEVEN, functional_groups, is_dicom
from janusome.files.volumes import MOST_BYTES, Volume, check_size, check_spacing

Array = NDArray[np.float64]

MOST_FILES = 5000
DEFLATED = ("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.8.1")
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"
MUST_SCALE = ("CT", "PT")
UNITS = {
    "BQML": "Bq/mL",
    "CNTS": "counts",
    "CPS": "cps",
    "GML": "g/mL",
    "NONE": "",
    "Bq/ml": "Bq/mL",
    "1": "",
    "[hnsf'U]": "HU",
}
SAVE_AS = "export the series again as axial slices, or save it as .nii.gz"
TO_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Series:
    """An image, and what its files say of it: DICOM's word for the modality, the label beside it, the unit."""

    volume: Volume
    code: str | None
    label: str = ""
    unit: str | None = None


class Slice(NamedTuple):
    """Where a slice stands and how its numbers are scaled; lengths in mm, left-posterior-superior."""

    position: Array
    along: Array  # the directions of a row and of a column of pixels
    pixels: tuple[float, float]  # between rows, between columns
    apart: float  # from slice to slice, as said; 0 if not
    scale: tuple[float, float] | None  # slope, intercept
    unit: str


def read_series(path: Path, *, place: str) -> Series:
    """Read the one series that a folder holds, or the one image of a file.

    Raises
    ------
    InputError
        If there are several series, colors, slices without place or spacing or of uneven distance, voxels that the file does
        not hold, or CT numbers or activities without the scale that makes them so.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what is refused, or of what plays no part
        try:
            return _series(path, place=place)
        except InputError:
            raise
        except Exception as error:  # pydicom reads an element when it is asked for, and raises whatever its parsers meet
            raise _unreadable(path, error, place=place) from None


def _unreadable(path: Path, error: Exception, *, place: str) -> InputError:
    words = f"is {path.name}, which cannot be read as DICOM ({str(error)[:60]})"
    return InputError(place, words, f"it is damaged; {SAVE_AS}")


def _series(path: Path, *, place: str) -> Series:
    found = _one_series(_images(path, place=place), path, place=place)
    name, first = path.name, found[0]
    _check_claims(found, name=name, place=place)
    try:
        slices = [each for image in found for each in _slices(image)]
    except (KeyError, AttributeError, TypeError, ValueError, IndexError) as error:
        words = f"is {name}, whose slices have no place or spacing ({str(error)[:60]})"
        raise InputError(
            place, words, f"PixelSpacing, ImagePositionPatient and ImageOrientationPatient are needed; {SAVE_AS}"
        ) from None
    code = str(first.get("Modality", "")).strip().upper()
    if code in MUST_SCALE and any(each.scale is None for each in slices):
        raise InputError(
            place, f"is {name}, whose numbers have no RescaleSlope and RescaleIntercept", "export the series with its scale"
        )
    order, directions, origin = _stacked(slices, name=name, place=place)
    shape = (len(slices), int(first.Rows), int(first.Columns))
    data = np.empty(shape)
    height = {int(index): k for k, index in enumerate(order)}
    drawn = (frame for image in found for frame in _pixels(image, name=name, place=place))
    for index, (frame, each) in enumerate(zip(drawn, slices, strict=True)):
        slope, intercept = each.scale or (1.0, 0.0)
        data[height[index]] = frame * slope + intercept
    volume = Volume(data, directions, origin, notes=_notes(first, code))
    check_spacing(volume, name=name, place=place)
    return Series(volume, code or None, str(first.get("ContentLabel", "")), slices[0].unit)


# Files


def _images(path: Path, *, place: str) -> list[Any]:
    """Return every DICOM file with pixels; what lies beside them plays no part."""
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    if len(files) > MOST_FILES:
        raise InputError(place, f"is {path.name}, which holds {len(files)} files", f"allowed are {MOST_FILES}")
    stored = sum(each.stat().st_size for each in files)
    if stored > MOST_BYTES:
        raise InputError(place, f"is {path.name}, which holds {stored:,} bytes", f"allowed are {MOST_BYTES:,}")
    read = [_dataset(each, place=place) for each in files if _begins_as_dicom(each)]
    found = [each for each in read if "Rows" in each and any(name in each for name in PIXELS)]
    if not found:
        told = "no DICOM image" + ("; files that begin otherwise are passed over" if path.is_dir() else "")
        raise InputError(place, f"is {path.name}, which holds {told}", "give a DICOM series, or a .nii.gz file")
    return found


PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def _begins_as_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return is_dicom(file.read(132))


def _dataset(path: Path, *, place: str) -> Any:
    import pydicom
    from pydicom import filereader

    contents = io.BytesIO(path.read_bytes())  # reading from memory, an element that claims gigabytes gets what there is
    try:
        filereader.read_preamble(contents, force=False)
        syntax = str(filereader._read_file_meta_info(contents).get("TransferSyntaxUID", ""))
        contents.seek(0)
        found = None if syntax in DEFLATED else pydicom.dcmread(contents)
    except Exception as error:  # as above
        raise _unreadable(path, error, place=place) from None
    if found is None:
        raise InputError(place, f"holds {path.name}, which is deflated as a whole", "save it uncompressed")
    return found


def _one_series(found: Sequence[Any], path: Path, *, place: str) -> list[Any]:
    series = Counter(str(each.get("SeriesInstanceUID", "")) for each in found)
    if len(series) > 1:
        told = ", ".join(_titled(next(each for each in found if str(each.get("SeriesInstanceUID", "")) == uid), count)
                         for uid, count in series.most_common(6))  # fmt: skip
        raise InputError(place, f"is {path.name}, which holds {len(series)} series: {told}", "give a folder with one of them")
    first = found[0]
    if str(first.get("SOPClassUID", "")) in SEGMENTATIONS:
        raise InputError(place, f"is {path.name}, which is a segmentation", "give an image; a segmentation is a mask")
    if path.is_file() and int(first.get("NumberOfFrames", 0) or 1) == 1 and (others := _siblings(path, first)):
        raise InputError(place, f"is {path.name}, one slice of a series of {others + 1}", f"give the folder {path.parent}")
    return list(found)


def _titled(image: Any, count: int) -> str:
    title = str(image.get("SeriesDescription", ""))[:40].strip()
    return f"{image.get('Modality', 'unknown')} {title}".strip() + f" ({count} file{'s' if count > 1 else ''})"


def _siblings(path: Path, image: Any) -> int:
    """Count the other files of a folder that say in their first bytes that they belong to the same series."""
    uid = str(image.get("SeriesInstanceUID", "")).encode()
    count = 0
    for other in path.parent.iterdir():
        if uid and other.is_file() and other != path and count < MOST_FILES:
            with other.open("rb") as file:
                head = file.read(8192)
            count += is_dicom(head) and uid in head
    return count


def _check_claims(found: Sequence[Any], *, name: str, place: str) -> None:
    """Refuse colors, slices of several sizes, and pixels that are claimed and not stored."""
    sizes = {(int(each.Columns), int(each.Rows)) for each in found}
    if any(int(each.get("SamplesPerPixel", 1)) != 1 for each in found):
        raise InputError(place, f"is {name}, which is a color picture", "give an image with one value a voxel")
    if len(sizes) > 1:
        raise InputError(place, f"is {name}, whose slices have {len(sizes)} sizes", SAVE_AS)
    frames = sum(int(each.get("NumberOfFrames", 0) or 1) for each in found)
    ((columns, rows),) = sizes
    check_size((columns, rows, frames), 8, name=name, place=place)
    for each in found:
        stored = max(len(each[key].value or b"") for key in PIXELS if key in each)
        bits = int(each.get("BitsAllocated", 16))
        claimed = columns * rows * int(each.get("NumberOfFrames", 0) or 1) * bits // 8
        if not each.file_meta.TransferSyntaxUID.is_compressed and stored < claimed:
            raise InputError(
                place,
                f"is {name}, which claims {claimed:,} bytes of voxels but stores {stored:,}",
                f"the file is damaged or cut short; {SAVE_AS}",
            )


def _pixels(image: Any, *, name: str, place: str) -> NDArray[Any]:
    try:
        return np.asarray(image.pixel_array).reshape(-1, int(image.Rows), int(image.Columns))
    except Exception as error:  # as above
        syntax = image.file_meta.TransferSyntaxUID
        remedy = "decompress it first (gdcmconv --raw)" if syntax.is_compressed else f"it is damaged; {SAVE_AS}"
        raise InputError(place, f"is {name}, whose voxels cannot be read ({str(error)[:60]})", remedy) from None


# Slices


def _slices(image: Any) -> list[Slice]:
    """Return the slices of a file: one, or the frames of an enhanced image or of emission tomography."""
    if "PerFrameFunctionalGroupsSequence" in image or "SharedFunctionalGroupsSequence" in image:
        return [_enhanced(image, functional_groups(image, k)) for k in range(int(image.get("NumberOfFrames", 1)))]
    if "DetectorInformationSequence" in image:
        return _emission(image)
    if int(image.get("NumberOfFrames", 0) or 1) > 1:
        raise ValueError("its frames have no functional groups")
    measures = (float(image.get("SpacingBetweenSlices", 0) or 0), float(image.get("SliceThickness", 0) or 0))
    return [_slice(image, image, image, apart=next((each for each in measures if each), 0.0), scaled=image)]


def _enhanced(image: Any, groups: Mapping[str, Any]) -> Slice:
    measures = groups["PixelMeasuresSequence"]
    apart = float(measures.get("SpacingBetweenSlices") or measures.get("SliceThickness") or 0)
    mapped, scaled = groups.get("RealWorldValueMappingSequence"), groups.get("PixelValueTransformationSequence")
    if scaled is None or str(image.get("SOPClassUID", "")) == PARAMETRIC_MAP:
        scaled = mapped
    place, turn = groups["PlanePositionSequence"], groups["PlaneOrientationSequence"]
    return _slice(place, turn, measures, apart=apart, scaled=scaled, said=image)


def _emission(image: Any) -> list[Slice]:
    detector = image.DetectorInformationSequence[0]
    apart = abs(float(image.get("SpacingBetweenSlices", 0) or 0)) or float(image.SliceThickness)
    mapped = (image.get("RealWorldValueMappingSequence") or [None])[0]
    scaled = mapped if mapped is not None and "RescaleSlope" not in image else image
    first = _slice(detector, detector, image, apart=apart, scaled=scaled, said=image, mapped=mapped)
    step = float(image.get("SpacingBetweenSlices", 0) or apart) * np.cross(first.along[0], first.along[1])
    numbers = np.atleast_1d(image.get("SliceVector") or np.arange(int(image.get("NumberOfFrames", 1))) + 1)
    return [first._replace(position=first.position + (int(number) - 1) * step) for number in numbers]


def _slice(
    placed: Any, turned: Any, measured: Any, *, apart: float, scaled: Any, said: Any = None, mapped: Any = None
) -> Slice:
    position = np.array([float(v) for v in placed.ImagePositionPatient])
    along = np.array([float(v) for v in turned.ImageOrientationPatient]).reshape(2, 3)
    rows, columns = (float(v) for v in measured.PixelSpacing)
    if position.shape != (3,):
        raise ValueError("a position has three numbers")
    said = scaled if said is None else said
    return Slice(
        position, along, (rows, columns), apart, _scale(scaled), _unit(said, mapped if mapped is not None else scaled)
    )


def _scale(scaled: Any) -> tuple[float, float] | None:
    if scaled is None:
        return None
    for slope, intercept in (("RescaleSlope", "RescaleIntercept"), ("RealWorldValueSlope", "RealWorldValueIntercept")):
        if scaled.get(slope) is not None:
            return float(scaled[slope].value), float(scaled.get(intercept) or 0.0)
    return None


def _unit(said: Any, mapped: Any) -> str:
    """Return the unit as PET's units, as a code of measurement, or as the type of a rescaling says it."""
    code = str(said.get("Units", "") or "")
    if not code and mapped is not None and mapped.get("MeasurementUnitsCodeSequence"):
        code = str(mapped.MeasurementUnitsCodeSequence[0].get("CodeValue", ""))
    if not code and str(said.get("Modality", "")) == "CT":
        code = str((mapped if mapped is not None else said).get("RescaleType", "HU") or "HU")
    return UNITS.get(code, re.sub(r"([A-Za-z])(-?\d+)", r"\1^\2", code).replace(".", "*"))


def _stacked(slices: Sequence[Slice], *, name: str, place: str) -> tuple[NDArray[np.intp], Array, Array]:
    """Return the order of the slices from the lowest to the highest, the steps of the voxels and the place of the first."""
    first = slices[0]
    positions = np.array([each.position for each in slices])
    if any(not np.allclose(each.along, first.along, atol=1e-4) or each.pixels != first.pixels for each in slices):
        raise InputError(place, f"is {name}, whose slices are turned or sized differently", SAVE_AS)
    normal = np.cross(first.along[0], first.along[1])
    heights = positions @ normal
    order = np.argsort(heights, kind="stable")
    steps = np.diff(heights[order])
    if steps.size and np.any(steps < 1e-4):
        raise InputError(
            place, f"is {name}, which holds several images of one slice (times, echoes or b-values)", "give one of them"
        )
    gap = float(np.median(steps)) if steps.size else first.apart
    if not gap > 0.0:
        raise InputError(place, f"is {name}, which has no spacing between slices", SAVE_AS)
    if np.any(np.abs(steps - gap) > UNEVEN * gap):
        raise InputError(
            place,
            f"is {name}, whose slices are not evenly spaced ({steps.min():g} to {steps.max():g} mm)",
            "one may be missing",
        )
    aside = positions - heights[:, None] * normal
    if np.abs(aside - aside[0]).max() > 0.5 * min(first.pixels):
        raise InputError(place, f"is {name}, whose slices are shifted against one another (a tilted gantry)", SAVE_AS)
    rows, columns = first.pixels
    directions = np.array([first.along[0] * columns, first.along[1] * rows, normal * gap]) * TO_RAS
    return order, directions, positions[order[0]] * TO_RAS


def _notes(image: Any, code: str) -> tuple[str, ...]:
    corrected = {"START": "the start of the scan", "ADMIN": "the injection"}.get(str(image.get("DecayCorrection", "")))
    return (f"is corrected for decay to {corrected}",) if code == "PT" and corrected else ()
