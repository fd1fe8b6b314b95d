"""What a run leaves on disk."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray
from nibabel.nifti1 import Nifti1Image

from janusome.files.placed import affine, centre_and_direction
from janusome.reporting.results import Given, digest, write_results
from synthetic import record

RECORD = record(draws=6, points=40)
GIVEN = Given(b"study: x\n", {"title": "x"}, {})
NAMES = {
    "study.yaml",
    "resolved.json",
    "time_courses.csv",
    "tumor_readouts.csv",
    "summary.json",
    "fields.zarr",
    "images",
    "report.html",
    "record.json",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    write_results(folder, RECORD, GIVEN, citations={}, run={"verb": "run"})
    return folder


def test_everything_is_there_and_hashed(folder):
    assert {path.name for path in folder.iterdir()} == NAMES
    account = json.loads((folder / "record.json").read_text())
    assert set(account["files"]) == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != "record.json"
    }
    for name, expected in account["files"].items():
        assert digest(folder / name) == expected


def test_the_same_record_leaves_the_same_bytes(folder, tmp_path):
    write_results(tmp_path, RECORD, GIVEN, citations={}, run={"verb": "run"})
    one, other = (json.loads((path / "record.json").read_text())["files"] for path in (folder, tmp_path))
    assert one == other


def test_fields_open_with_xarray_and_hold_every_draw(folder):
    tree = xarray.open_datatree(folder / "fields.zarr", engine="zarr", consolidated=False)
    courses = tree["treated/courses"].to_dataset()
    assert courses["value"].shape == (len(RECORD.arms[0].courses), 6, RECORD.arms[0].times.size)
    assert courses["species"].values.tolist() == [course.species for course in RECORD.arms[0].courses]
    liver = courses["value"].where((courses["organ"] == "liver") & (courses["unit"] == "%"), drop=True)
    assert liver.sizes["course"] == 3
    np.testing.assert_allclose(courses["value"][3], RECORD.arms[0].courses[3].values, rtol=1e-6)
    maps = tree["treated/maps/breast-her2"].to_dataset()
    assert maps["carrier-carrier-whole"].attrs["units"] == "particle/mL"
    assert maps["time"].values.tolist() == [1.0, 24.0, 72.0]
    assert maps["interstitial-pressure"].dims == ("z", "y", "x")
    assert maps["interstitial-pressure"].attrs["units"] == "mmHg"
    assert float(maps["x"].mean()) == pytest.approx(0.0, abs=1e-6)


def test_images_stand_in_millimetres_with_a_sidecar_that_says_what_they_show(folder):
    (path,) = folder.glob("images/*lesion_mask.nii.gz".replace("lesion_mask", "cu-64_pet"))
    image = Nifti1Image.from_filename(path)
    assert image.header.get_zooms() == pytest.approx((3.0, 3.0, 3.0))
    np.testing.assert_allclose(np.asarray(image.dataobj).T, RECORD.arms[0].scans[0].image, rtol=1e-6)
    sidecar = json.loads(path.with_name(path.name.replace(".nii.gz", ".json")).read_text())
    assert sidecar["Modality"] == "PT"
    assert sidecar["Units"] == "kBq/mL"
    assert sidecar["Visible"] is True
    masks = list(folder.glob("images/*desc-lesion_mask.nii.gz"))
    assert len(masks) == len(RECORD.arms[0].scans)


def test_an_image_is_centred_where_its_lesion_stands():
    turned = np.array([[0.0, -2.0, 0.0, 5.0], [2.0, 0.0, 0.0, 6.0], [0.0, 0.0, 3.0, 7.0], [0.0, 0.0, 0.0, 1.0]])
    shape = (4, 6, 8)
    centre, direction = centre_and_direction(shape, turned)
    np.testing.assert_allclose(affine(shape, (3e-3, 2e-3, 2e-3), centre=centre, direction=direction), turned, atol=1e-12)


def test_a_finer_image_about_the_same_middle_covers_the_same_place():
    centre, direction = (0.01, 0.02, 0.03), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    coarse = affine((10, 10, 10), (2e-3,) * 3, centre=centre, direction=direction)
    fine = affine((20, 20, 20), (1e-3,) * 3, centre=centre, direction=direction)
    for matrix, count in ((coarse, 10), (fine, 20)):
        middle = matrix @ np.array([(count - 1) / 2] * 3 + [1.0])
        np.testing.assert_allclose(middle[:3], [10.0, 20.0, 30.0])
