"""Volumes: three-dimensional images in NRRD or NIfTI, as 3D Slicer writes them, and DICOM segmentations.

A header is read and judged before any voxel is: a file of a few hundred bytes may claim terabytes. Lengths without a unit are
millimetres, as the formats take for granted.
"""

from __future__ import annotations

import bz2
import gzip
import io
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome import units
from janusome.errors import InputError

MOST_VOXELS = 256 * 1024**2
MOST_BYTES = 1024**3
LARGEST_HEADER = 1024**2
GREATEST_INFLATION = 1040  # deflate cannot shrink data more than 1032-fold
SHEAR = 1e-3  # cosine between two axes that still counts as a right angle

SAVE_AS = "in 3D Slicer, export the segmentation as a label map and save it as .nrrd or .nii.gz"


@dataclass(frozen=True)
class Volume:
    """An image and where it stands."""

    data: NDArray[Any]  # (z, y, x)
    directions: NDArray[np.float64]  # rows: the step along x, y, z in mm, right-anterior-superior
    origin: NDArray[np.float64]  # mm
    names: Mapping[int, str] = field(default_factory=dict)  # of labels
    notes: tuple[str, ...] = ()

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Lengths of the edges of a voxel along x, y, z, mm."""
        return np.linalg.norm(self.directions, axis=1)

    @property
    def affine(self) -> NDArray[np.float64]:
        """From voxel indices (x, y, z) to mm (right, anterior, superior)."""
        placed = np.eye(4)
        placed[:3, :3], placed[:3, 3] = self.directions.T, self.origin
        return placed


def read_volume(path: Path, *, place: str) -> Volume:
    """Read a volume in NRRD or NIfTI whose voxels have a size and right angles.

    Raises
    ------
    InputError
        If there is no such file, or it is no three-dimensional image with finite spacing.
    """
    contents = head_of(path, place=place)
    if contents.startswith(b"NRRD"):
        image = _read_nrrd(path, contents, place=place)
    elif path.name.endswith((".nii", ".nii.gz")):
        image = _read_nifti(path, place=place)
    else:
        raise InputError(place, f"is {path.name}, which is neither NRRD nor NIfTI", SAVE_AS)
    check_spacing(image, name=path.name, place=place)
    return image


def head_of(path: Path, *, place: str) -> bytes:
    """Return how a file begins, if it can be read and holds anything."""
    if path.is_dir():
        raise InputError(place, f"is the folder {path}", "give a .nrrd or .nii.gz file")
    try:
        with path.open("rb") as file:
            head = file.read(LARGEST_HEADER)
    except FileNotFoundError:
        raise InputError(
            place, f"is {path}, which does not exist", "check the path; it counts from the study's folder"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(place, f"is {path}, which cannot be read ({error})", "give a file that you may read") from None
    if not head:
        raise InputError(place, f"is {path.name}, which is empty", SAVE_AS)
    return head


def check_spacing(image: Volume, *, name: str, place: str) -> None:
    """Refuse voxels without a size, or with angles other than right ones."""
    spacing = image.spacing
    if not np.all(np.isfinite(spacing)) or np.any(spacing <= 0):
        raise InputError(
            place, f"is {name}, which has no spacing ({_words(spacing)})", f"voxel sizes must be above zero; {SAVE_AS}"
        )
    if np.any(spacing < 1e-3) or np.any(spacing > 1e3):
        raise InputError(
            place, f"is {name}, whose voxels are {_words(spacing)} mm", "allowed is 0.001 to 1000 mm; check the spacing"
        )
    cosines = (image.directions / spacing[:, None]) @ (image.directions / spacing[:, None]).T
    if np.any(np.abs(cosines - np.eye(3)) > SHEAR):
        raise InputError(place, f"is {name}, whose axes are not at right angles", "resample it to a straight grid")


def _words(numbers: Sequence[float] | NDArray[np.float64]) -> str:
    return " x ".join(f"{number:g}" for number in numbers)


def check_size(sizes: Sequence[int], itemsize: int, *, name: str, place: str) -> int:
    """Return the bytes that an image declares, if they are possible."""
    if any(size < 1 for size in sizes):
        raise InputError(place, f"is {name}, whose sizes are {_words(sizes)}", "every size must be at least 1")
    voxels = math.prod(int(size) for size in sizes)
    if voxels > MOST_VOXELS or voxels * itemsize > MOST_BYTES:
        raise InputError(
            place, f"is {name}, which claims {_words(sizes)} voxels", f"allowed are {MOST_VOXELS:,}; crop the image"
        )
    return voxels * itemsize


def _check_stored(declared: int, stored: int, *, inflation: int, name: str, place: str) -> None:
    if declared > stored * inflation:
        claim = f"is {name}, which claims {declared:,} bytes of voxels but stores {stored:,}"
        raise InputError(place, claim, f"the file is damaged or cut short; {SAVE_AS}")


# NRRD


def _read_nrrd(path: Path, head: bytes, *, place: str) -> Volume:
    end = min((at + len(gap) for gap in (b"\n\n", b"\r\n\r\n") if (at := head.find(gap)) >= 0), default=-1)
    if end < 0:
        raise InputError(place, f"is {path.name}, whose NRRD header does not end", SAVE_AS)
    header = _nrrd_header(head[:end], name=path.name, place=place)
    sizes = _nrrd_sizes(header, name=path.name, place=place)
    dtype = _nrrd_type(header, name=path.name, place=place)
    declared = check_size(sizes, dtype.itemsize, name=path.name, place=place)
    stored = path.stat().st_size - end
    encoding = str(header.get("encoding", "raw")).lower()
    inflate = {"raw": _stored, "gzip": _gunzip, "gz": _gunzip, "bzip2": _bunzip, "bz2": _bunzip}.get(encoding)
    if inflate is None or "data file" in header or "datafile" in header:
        found = f"encoding {encoding}" if inflate is None else "its voxels in another file"
        raise InputError(place, f"is {path.name}, which has {found}", f"save it as one .nrrd file, raw or gzip; {SAVE_AS}")
    limit = {_stored: 1, _gunzip: GREATEST_INFLATION}.get(inflate, MOST_BYTES)
    _check_stored(declared, stored, inflation=limit, name=path.name, place=place)
    with path.open("rb") as file:
        file.seek(end)
        try:
            voxels = inflate(file.read(), declared)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise InputError(
                place, f"is {path.name}, whose voxels cannot be read ({error})", f"it is damaged; {SAVE_AS}"
            ) from None
    if len(voxels) != declared:
        claim = f"is {path.name}, which claims {declared:,} bytes of voxels but holds {len(voxels):,}"
        raise InputError(place, claim, f"the file is damaged or cut short; {SAVE_AS}")
    data = np.frombuffer(voxels, dtype).reshape([int(size) for size in sizes][::-1])
    directions, origin = _nrrd_geometry(header, name=path.name, place=place)
    return Volume(data, directions, origin, _segment_names(header))


def _stored(contents: bytes, declared: int) -> bytes:
    return contents[:declared]


def _gunzip(contents: bytes, declared: int) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(contents, declared + 1)


def _bunzip(contents: bytes, declared: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(contents, declared + 1)


def _nrrd_header(head: bytes, *, name: str, place: str) -> dict[str, Any]:
    import nrrd

    try:
        return dict(nrrd.read_header(io.BytesIO(head)))
    except Exception as error:  # pynrrd raises whatever its parsers meet
        raise InputError(place, f"is {name}, whose NRRD header cannot be read ({str(error)[:80]})", SAVE_AS) from None


def _nrrd_sizes(header: dict[str, Any], *, name: str, place: str) -> list[int]:
    sizes = [int(size) for size in np.atleast_1d(header.get("sizes", []))]
    kinds = list(header.get("kinds", []))
    if len(sizes) == 4 and ("list" in kinds or "vector" in kinds):
        problem = (
            f"is {name}, which holds {sizes[kinds.index('list') if 'list' in kinds else 0]} layers of overlapping segments"
        )
        raise InputError(place, problem, f"keep the tumor's segment only; {SAVE_AS}")
    if len(sizes) != 3:
        raise InputError(place, f"is {name}, which has {len(sizes)} dimensions", f"three are needed; {SAVE_AS}")
    return sizes


def _nrrd_type(header: dict[str, Any], *, name: str, place: str) -> np.dtype[Any]:
    import nrrd.reader

    try:
        return np.dtype(nrrd.reader._determine_datatype(header))
    except Exception as error:  # as above
        raise InputError(place, f"is {name}, whose type of number is not known ({str(error)[:80]})", SAVE_AS) from None


def _nrrd_geometry(header: dict[str, Any], *, name: str, place: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    to_mm = _length_unit(header, name=name, place=place)
    origin = np.asarray(header.get("space origin", np.zeros(3)), float) * to_mm
    if "space directions" in header:
        directions = np.asarray(header["space directions"], float) * to_mm
    elif "spacings" in header:
        directions = np.diag(np.asarray(header["spacings"], float)) * to_mm
    else:
        raise InputError(place, f"is {name}, which has no spacing", f"voxel sizes must be known; {SAVE_AS}")
    if directions.shape != (3, 3) or origin.shape != (3,):
        raise InputError(place, f"is {name}, whose axes are not three directions in space", SAVE_AS)
    flips = {"left": -1.0, "right": 1.0, "posterior": -1.0, "anterior": 1.0, "inferior": -1.0, "superior": 1.0}
    space = {"las": "left-anterior-superior", "ras": "right-anterior-superior", "lps": "left-posterior-superior"}
    words = space.get(str(header.get("space", "")).lower(), str(header.get("space", "right-anterior-superior")).lower())
    signs = np.array([flips.get(word, 1.0) for word in words.split("-")[:3]])
    signs = signs if signs.shape == (3,) else np.ones(3)
    return directions * signs, origin * signs


def _length_unit(header: dict[str, Any], *, name: str, place: str) -> float:
    said = {str(unit).strip('" ') for unit in np.atleast_1d(header.get("space units", header.get("units", [])))} - {""}
    if not said:
        return 1.0
    try:
        (unit,) = said
        if not units.same_dimension(unit, "mm"):
            raise ValueError(unit)
        return units.factor(unit) / units.factor("mm")
    except Exception:  # pint raises a family of its own for text that is no unit
        raise InputError(
            place, f"is {name}, whose space units are {', '.join(sorted(said))}", "allowed is one unit of length"
        ) from None


def _segment_names(header: dict[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for key, value in header.items():
        if key.startswith("Segment") and key.endswith("_LabelValue") and str(value).isdigit():
            found[int(value)] = str(header.get(key.replace("_LabelValue", "_Name"), ""))[:40]
    return {value: title for value, title in found.items() if title}


# NIfTI


def _nifti_zooms(path: Path) -> tuple[float, ...]:
    """Return the voxel sizes as they stand in the file: nibabel puts 1 in place of 0."""
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
        head = file.read(136)
    for order in "<>":
        size = struct.unpack_from(f"{order}i", head)[0]
        if size in (348, 540):
            return struct.unpack_from(f"{order}3f", head, 80) if size == 348 else struct.unpack_from(f"{order}3d", head, 112)
    raise ValueError("its header has no known size")


def _read_nifti(path: Path, *, place: str) -> Volume:
    import nibabel

    try:
        image: Any = nibabel.load(path)
        header, affine = image.header, np.asarray(image.affine, float)
        sizes, dtype = [int(size) for size in image.shape], image.get_data_dtype()
        offset = int(header.get("vox_offset", 0)) if hasattr(header, "get") else 0
        spatial_unit, zooms = header.get_xyzt_units()[0], _nifti_zooms(path)
        placed = int(header["qform_code"]) > 0 or int(header["sform_code"]) > 0
    except Exception as error:  # nibabel raises whatever its parsers meet
        raise InputError(place, f"is {path.name}, which is no NIfTI image ({str(error)[:80]})", SAVE_AS) from None
    while len(sizes) > 3 and sizes[-1] == 1:
        sizes = sizes[:-1]
    if len(sizes) != 3:
        raise InputError(place, f"is {path.name}, which has {len(sizes)} dimensions", f"three are needed; {SAVE_AS}")
    declared = check_size(sizes, dtype.itemsize, name=path.name, place=place)
    zipped = path.name.endswith(".gz")
    stored = path.stat().st_size - (0 if zipped else max(offset, 0))
    _check_stored(declared, stored, inflation=GREATEST_INFLATION if zipped else 1, name=path.name, place=place)
    if not all(math.isfinite(zoom) and zoom > 0 for zoom in zooms):
        raise InputError(
            place, f"is {path.name}, which has no spacing ({_words(zooms)})", f"voxel sizes must be above zero; {SAVE_AS}"
        )
    try:
        data = np.asanyarray(image.dataobj).reshape(sizes)
    except Exception as error:  # as above
        raise InputError(
            place, f"is {path.name}, whose voxels cannot be read ({str(error)[:80]})", f"it is damaged; {SAVE_AS}"
        ) from None
    to_mm = {"meter": 1e3, "micron": 1e-3}.get(spatial_unit, 1.0)
    notes = () if placed else (f"is {path.name}, which does not say how it is turned; its axes are taken as they are",)
    return Volume(data.T, affine[:3, :3].T * to_mm, affine[:3, 3] * to_mm, notes=notes)
