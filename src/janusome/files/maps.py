"""Maps that a user has of a tumor: Ktrans, perfusion, T2, PET uptake; brought onto the voxels of its mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from janusome import units
from janusome.errors import InputError
from janusome.files.masks import TumorMask
from janusome.files.volumes import Volume, read_volume

Array = NDArray[np.float64]

SAME = 1e-3  # of a voxel, by which two grids may be apart and still be one
PATTERN = ("", "relative", "dimensionless")  # numbers of which only the pattern counts
MOST_POINTS = 4  # along an axis of a voxel of the mask, where a finer map is asked
VESSELS = ("ktrans", "perfusion", "uptake")  # zero everywhere, they leave nothing to go by


def read_map(path: Path | str, mask: TumorMask, *, name: str, unit: str, place: str) -> Array:
    """Return a map on the voxels of a mask, in the internal set; what it holds outside the tumor plays no part.

    A map on another grid is interpolated linearly at the centers of the mask's voxels; where its own voxels are smaller, at up
    to 4 x 4 x 4 points in each, and averaged.

    Raises
    ------
    InputError
        If the file is no image, does not cover the tumor, or holds not-a-number or less than zero in it, or nothing but zero
        where blood should come.
    """
    path = Path(path)
    image = read_volume(path, place=place)
    values = _on_mask(image, mask, name=path.name, place=place)
    values = np.asarray(values) * (1.0 if unit in PATTERN else units.factor(unit))
    _check(values, mask, name=path.name, place=place, what=name)
    return values


def _on_mask(image: Volume, mask: TumorMask, *, name: str, place: str) -> Array:
    data = np.asarray(image.data, dtype=np.float64)
    to_map = np.linalg.inv(image.affine) @ mask.affine  # from indices of the mask to those of the map, (x, y, z)
    points = np.argwhere(mask.voxels)[:, ::-1].astype(float)
    limit = np.array(data.shape[::-1]) - 0.5
    where = points @ to_map[:3, :3].T + to_map[:3, 3]
    covered = np.all((where >= -0.5 - SAME) & (where <= limit + SAME), axis=1)
    if not covered.all():
        share = covered.mean()
        seen = "does not overlap the tumor" if share == 0.0 else f"covers only {share:.0%} of the tumor's voxels"
        raise InputError(place, f"is {name}, which {seen}", "give a map of the same scan, registered to the mask")
    whole, nearest = np.zeros(mask.voxels.shape), np.rint(where)
    if np.abs(where - nearest).max() < SAME:  # the same grid, whatever its order and extent
        x, y, z = nearest.astype(int).T
        whole[mask.voxels] = data[z, y, x]
        return whole
    ratio = np.linalg.norm(to_map[:3, :3], axis=0)
    counts = np.clip(np.ceil(ratio - 0.01), 1, MOST_POINTS).astype(int)
    axes = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    steps = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    found = np.zeros(len(points))
    for step in steps:
        at = where + to_map[:3, :3] @ step
        found += map_coordinates(data, at[:, ::-1].T, order=1, mode="nearest") / len(steps)
    whole[mask.voxels] = found
    return whole


def _check(values: Array, mask: TumorMask, *, name: str, place: str, what: str) -> None:
    inside = values[mask.voxels]
    for wrong, said in ((~np.isfinite(inside), "hold not-a-number"), (inside < 0.0, "are below zero")):
        if wrong.any():
            z, y, x = (int(each) for each in np.argwhere(mask.voxels)[int(np.argmax(wrong))])
            raise InputError(
                place,
                f"is {name}, where {int(wrong.sum())} of the tumor's {inside.size} voxels {said}"
                f" (first at x {x}, y {y}, z {z}, counted from 0)",
                "fill or mend these voxels, or draw the mask without them",
            )
    if what in VESSELS and not inside.any():
        raise InputError(
            place,
            f"is {name}, which is zero everywhere in the tumor: nothing would reach it",
            "check the map, or leave it out",
        )
    if what == "t2" and not inside.all():
        raise InputError(place, f"is {name}, where T2 is zero in {int((inside == 0.0).sum())} voxels", "T2 must be above zero")
