"""Maps of a tumor: on the mask's grid or another, and refused where they cannot be meant."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from janusome.errors import InputError
from janusome.files.maps import read_map
from janusome.files.masks import TumorMask

AFFINE = np.diag([1.0, 1.0, 2.0, 1.0])
AFFINE[:3, 3] = [5.0, -3.0, 20.0]
INSIDE = np.zeros((8, 14, 12), dtype=bool)
INSIDE[2:6, 3:11, 3:9] = True
MASK = TumorMask(INSIDE, (2e-3, 1e-3, 1e-3), AFFINE, "tumor.nii")


def plane(affine, shape):
    """Values that change evenly over space, at the centers of an image's voxels (x, y, z)."""
    where = np.indices(shape).reshape(3, -1).T @ affine[:3, :3].T + affine[:3, 3]
    return (0.02 * where[:, 0] + 0.05 * where[:, 1] + 0.01 * where[:, 2] + 1.0).reshape(shape)


def write(path: Path, data, affine=AFFINE) -> Path:
    nibabel.save(nibabel.Nifti1Image(np.asarray(data, np.float64), affine), path)
    return path


def read(path: Path, name="ktrans", unit="1/min"):
    return read_map(path, MASK, name=name, unit=unit, place="study.yaml: the map")


EXPECTED = plane(AFFINE, INSIDE.shape[::-1]).T[INSIDE]


def test_a_map_on_the_masks_grid_is_taken_voxel_by_voxel_in_the_internal_set(tmp_path: Path):
    data = plane(AFFINE, INSIDE.shape[::-1])
    assert read(write(tmp_path / "a.nii", data))[INSIDE] == pytest.approx(EXPECTED / 60.0, rel=1e-12)
    assert read(write(tmp_path / "a.nii", data), "t2", "ms")[INSIDE] == pytest.approx(EXPECTED * 1e-3, rel=1e-12)
    assert read(write(tmp_path / "a.nii", data), "uptake", "")[INSIDE] == pytest.approx(EXPECTED, rel=1e-12)


def test_what_a_map_holds_outside_the_tumor_plays_no_part(tmp_path: Path):
    data = np.where(INSIDE, plane(AFFINE, INSIDE.shape[::-1]).T, np.nan).T
    assert read(write(tmp_path / "a.nii", data))[INSIDE] == pytest.approx(EXPECTED / 60.0, rel=1e-12)


def test_a_map_in_another_order_of_axes_is_the_same_map(tmp_path: Path):
    flipped = AFFINE @ np.array([[0, 0, -1, 11.0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])  # x is the third axis, reversed
    data = np.where(INSIDE.T, plane(AFFINE, INSIDE.shape[::-1]), np.nan)
    turned = np.flip(np.transpose(data, (2, 1, 0)), 2)
    assert read(write(tmp_path / "a.nii", turned, flipped))[INSIDE] == pytest.approx(EXPECTED / 60.0, rel=1e-12)


@pytest.mark.parametrize("edge", [0.5, 0.7, 1.9])
def test_a_map_on_another_grid_is_interpolated(tmp_path: Path, edge: float):
    affine = np.diag([edge, edge, edge, 1.0])
    affine[:3, 3] = [4.0, -4.0, 18.0]
    shape = tuple(int(np.ceil(length / edge)) + 2 for length in (14, 16, 20))
    found = read(write(tmp_path / "a.nii", plane(affine, shape), affine))
    assert found[INSIDE] == pytest.approx(EXPECTED / 60.0, rel=1e-3)


def refusal(path: Path, **given) -> str:
    with pytest.raises(InputError) as refused:
        read(path, **given)
    assert str(refused.value).startswith("study.yaml: the map ")
    return str(refused.value)


def test_what_is_no_map_of_the_tumor_is_refused(tmp_path: Path):
    data = plane(AFFINE, INSIDE.shape[::-1])
    far, half = AFFINE.copy(), AFFINE.copy()
    far[0, 3], half[0, 3] = 100.0, 11.0
    assert "a.nii, which does not overlap the tumor; give a map of the same scan" in refusal(
        write(tmp_path / "a.nii", data, far)
    )
    assert "which covers only 50% of the tumor's voxels" in refusal(write(tmp_path / "b.nii", data, half))
    holed = data.copy()
    holed[4, 5, 3] = holed[5, 5, 3] = np.nan
    message = refusal(write(tmp_path / "c.nii", holed))
    assert "where 2 of the tumor's 192 voxels hold not-a-number (first at x 4, y 5, z 3, counted from 0)" in message
    below = data.copy()
    below[4, 5, 3] = -0.1
    assert "where 1 of the tumor's 192 voxels are below zero" in refusal(write(tmp_path / "d.nii", below))
    assert "zero everywhere in the tumor: nothing would reach it" in refusal(write(tmp_path / "e.nii", data * 0))
    assert "T2 is zero in 192 voxels" in refusal(write(tmp_path / "e.nii", data * 0), name="t2", unit="ms")
    assert "which does not exist" in refusal(tmp_path / "none.nii")
