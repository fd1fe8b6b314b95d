"""Images: NIfTI with a sidecar of words, in the manner of BIDS."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.units import from_internal


def write_image(
    path: Path,
    values: ArrayLike,
    *,
    voxel_size: ArrayLike,
    unit: str,
    sidecar: Mapping[str, Any],
    affine: NDArray[np.float64] | None = None,
) -> tuple[Path, Path]:
    """Write an image `NAME.nii.gz` and its sidecar `NAME.json`; return both paths.

    Parameters
    ----------
    path
        The image without its endings.
    values
        Voxels (z, y, x), or (time, z, y, x); truth values are written as whole numbers.
    voxel_size
        Edges of a voxel (z, y, x), m.
    affine
        From voxel indices (x, y, z) to mm (right, anterior, superior); centred on the image if absent.
    sidecar
        Words in the manner of BIDS; `Units` is added.
    """
    import nibabel

    data = np.asarray(values)
    data = data.astype(np.uint8) if data.dtype == bool else data.astype(np.float32)
    size = [from_internal(float(edge), "mm") for edge in np.asarray(voxel_size)]
    placed = centred(data.shape[-3:], size) if affine is None else affine
    image = nibabel.Nifti1Image(data.T, placed)
    image.header.set_xyzt_units("mm", "sec")
    image.header["descrip"] = b"janusome simulation; research use only"
    written = path.with_name(f"{path.name}.nii.gz")
    written.write_bytes(gzip.compress(image.to_bytes(), compresslevel=6, mtime=0))
    described = path.with_name(f"{path.name}.json")
    write_json(described, {**sidecar, "Units": unit, "Simulated": True})
    return written, described


def centred(shape: tuple[int, ...], voxel_size: list[float]) -> NDArray[np.float64]:
    """Return the affine of an image (z, y, x) whose middle is the origin, edges (z, y, x) in mm."""
    affine = np.diag([*voxel_size[::-1], 1.0])
    affine[:3, 3] = [-0.5 * (n - 1) * edge for n, edge in zip(shape[::-1], voxel_size[::-1], strict=True)]
    return affine


def write_json(path: Path, data: Any) -> None:
    """Write JSON with sorted keys; what is not finite becomes null, as JSON has no word for it."""
    path.write_text(
        json.dumps(_plain(data), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _plain(item) for key, item in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    if isinstance(data, np.ndarray):
        return _plain(data.tolist())
    if isinstance(data, np.generic):
        return _plain(data.item())
    if isinstance(data, float) and not np.isfinite(data):
        return None
    if data is None or isinstance(data, (str, int, float, bool)):
        return data
    return str(data)
