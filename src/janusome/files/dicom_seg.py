"""DICOM segmentations: binary, fractional and label maps, as scanners' workstations and 3D Slicer write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.files.volumes import Volume, check_size, check_spacing

STORAGE = {
    "1.2.840.10008.5.1.4.1.1.66.4": "SEG",
    "1.2.840.10008.5.1.4.1.1.66.7": "LABELMAP",
}
SAVE_AS = "export the tumor as a DICOM segmentation (SEG), or as a label map in .nrrd or .nii.gz"
UNEVEN = 0.01  # of the distance between slices, that their places may be off


def is_dicom(head: bytes) -> bool:
    """Tell whether a file begins as DICOM files do.

    >>> is_dicom(bytes(128) + b"DICM")
    True
    """
    return head[128:132] == b"DICM"


def read_segmentation(path: Path, *, label: int | None, place: str) -> Volume:
    """Read one segment of a DICOM segmentation as a label map that holds its number; all of them if there is but one.

    Slices that the file leaves out are empty. Of fractional segments the voxels count that are at least half tumor.

    Raises
    ------
    InputError
        If it is another kind of DICOM file, its slices have no even places, or several segments leave a choice.
    """
    found = _dataset(path, place=place)
    name = path.name
    numbers = {int(each.SegmentNumber): str(each.get("SegmentLabel", ""))[:40] for each in found.get("SegmentSequence", [])}
    if label is not None and label not in numbers:
        known = ", ".join(f"{each} ({title})" if title else str(each) for each, title in numbers.items())
        raise InputError(place, f"asks for label {label} of {name}, which marks {known}", "choose one of these")
    frames = [functional_groups(found, k) for k in range(int(found.get("NumberOfFrames", 0)))]
    if not frames or not numbers:
        raise InputError(place, f"is {name}, a DICOM segmentation without segments", SAVE_AS)
    try:
        segments = [_segment_of(frame) for frame in frames]
        positions = np.array([[float(v) for v in frame["PlanePositionSequence"].ImagePositionPatient] for frame in frames])
        along = np.array([float(v) for v in frames[0]["PlaneOrientationSequence"].ImageOrientationPatient]).reshape(2, 3)
        measures = frames[0]["PixelMeasuresSequence"]
        pixels = [float(v) for v in measures.PixelSpacing]  # between rows, between columns
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise InputError(place, f"is {name}, whose frames have no place or spacing ({str(error)[:60]})", SAVE_AS) from None
    normal = np.cross(along[0], along[1])
    heights = positions @ normal
    gap = _gap(heights, measures, name=name, place=place)
    level = np.rint((heights - heights.min()) / gap).astype(int)
    if np.any(np.abs(heights - heights.min() - level * gap) > UNEVEN * gap):
        raise InputError(place, f"is {name}, whose slices are not evenly spaced", "resample it to even slices")
    level += 1  # empty slices are often left out: one on each side says that the tumor ends there
    shape = (int(level.max()) + 2, int(found.Rows), int(found.Columns))
    check_size(shape[::-1], 1, name=name, place=place)
    data = np.zeros(shape, dtype=np.int32)
    drawn = _pixels(found, name=name, place=place)
    chosen = label
    if chosen is None and len(numbers) == 1:
        (chosen,) = numbers
    for frame, segment, height in zip(drawn, segments, level, strict=True):
        if segment is None:  # a label map: the pixel says which segment
            data[height] = np.where(frame > 0, frame, data[height])
        elif chosen is None or segment == chosen:
            data[height] = np.where(frame, segment, data[height])
    steps = np.array([along[0] * pixels[1], along[1] * pixels[0], normal * gap])
    to_ras = np.array([-1.0, -1.0, 1.0])
    notes = ("holds fractions; voxels that are at least half tumor are taken",) if _kind(found) == "FRACTIONAL" else ()
    first = positions[int(np.argmin(heights))] - normal * gap
    volume = Volume(data, steps * to_ras, first * to_ras, numbers, notes)
    check_spacing(volume, name=name, place=place)
    return volume


def _dataset(path: Path, *, place: str) -> Any:
    import pydicom

    try:
        found: Any = pydicom.dcmread(path)
        storage = str(found.get("SOPClassUID", ""))
    except Exception as error:  # pydicom raises whatever its parsers meet
        raise InputError(place, f"is {path.name}, which cannot be read as DICOM ({str(error)[:60]})", SAVE_AS) from None
    if storage not in STORAGE:
        kind = str(found.get("Modality", "unknown"))
        raise InputError(place, f"is {path.name}, a DICOM file of the kind {kind}, not a segmentation", SAVE_AS)
    claimed = (int(found.get("Columns", 0)), int(found.get("Rows", 0)), int(found.get("NumberOfFrames", 0)))
    check_size(claimed, 1, name=path.name, place=place)
    return found


def functional_groups(found: Any, frame: int) -> dict[str, Any]:
    """Return the first item of each functional group of a frame; its own come before those that all share."""
    groups: dict[str, Any] = {}
    for sequence, index in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        items = found.get(sequence) or []
        if index < len(items):
            for element in items[index]:
                if element.VR == "SQ" and element.value:
                    groups[element.keyword] = element.value[0]
    return groups


def _segment_of(frame: dict[str, Any]) -> int | None:
    named = frame.get("SegmentIdentificationSequence")
    return None if named is None else int(named.ReferencedSegmentNumber)


def _gap(heights: NDArray[np.float64], measures: Any, *, name: str, place: str) -> float:
    """Return the distance between slices, mm: as said, else the smallest between places, else the thickness of one."""
    levels = np.unique(np.round(heights, 4))
    said = measures.get("SpacingBetweenSlices") or (None if levels.size > 1 else measures.get("SliceThickness"))
    gap = float(said) if said else float(np.diff(levels).min()) if levels.size > 1 else 0.0
    if not gap > 0.0:
        raise InputError(place, f"is {name}, which has no spacing between slices", SAVE_AS)
    return gap


def _kind(found: Any) -> str:
    return (
        STORAGE[str(found.SOPClassUID)]
        if "LABELMAP" in STORAGE[str(found.SOPClassUID)]
        else str(found.get("SegmentationType", "BINARY")).upper()
    )


def _pixels(found: Any, *, name: str, place: str) -> NDArray[Any]:
    """Return the frames: in or out, or the numbers of a label map."""
    try:
        drawn = np.asarray(found.pixel_array)
    except Exception as error:  # as above
        raise InputError(place, f"is {name}, whose voxels cannot be read ({str(error)[:60]})", SAVE_AS) from None
    drawn = drawn.reshape(-1, int(found.Rows), int(found.Columns))
    if _kind(found) == "LABELMAP":
        return drawn
    most = float(found.get("MaximumFractionalValue", 255)) if _kind(found) == "FRACTIONAL" else 1.0
    return drawn >= 0.5 * most
