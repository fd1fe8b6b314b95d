"""From a study to images, and from an image back: the verbs and their words."""

import json
import time
from typing import Any

import nibabel
import numpy as np
import pytest
from typer.testing import CliRunner

import janusome
from janusome.cli.main import app
from janusome.errors import InputError
from janusome.files.images import write_image

STUDY = {
    "study": "A targeted liposome in breast cancer",
    "formulation": "mm-302-cu64",
    "host": "human-female",
    "tumor": {"kind": "breast-her2", "volume": "2 cm^3"},
    "protocol": [
        {"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous", "activity": "400 MBq"},
        {"at": "24 h", "scan": "pet-clinical", "frame": "10 min"},
    ],
    "outputs": {"until": "26 h", "draws": 2, "seed": 1},
}


def loaded(path) -> Any:
    return nibabel.load(path)


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    study = {**STUDY, "tumor": {**STUDY["tumor"], "voxels": 3000}}
    return janusome.image(study, output=tmp_path_factory.mktemp("made") / "images", dicom=True)


@pytest.fixture(scope="module")
def picture(images):
    return next(path for path in (images.folder / "images").glob("*_pet.nii.gz") if "desc" not in path.name)


def test_a_study_gives_images_with_what_would_show(images):
    (scan,) = images.data["scans"]
    assert scan["visible_at_median_inputs"] == "yes"
    lowest = scan["lowest_visible_label"]
    assert 0.0 < lowest["q05"] <= lowest["median"] <= lowest["q95"]
    assert scan["lowest_visible_carriers"]["unit"] == "particle/mL"
    assert "Pairs on one geometry" not in images.report.read_text()
    assert list((images.folder / "images").glob("*_dicom/*.dcm"))


def test_beyond_the_skin_there_is_nothing(picture):
    noiseless = loaded(str(picture).replace("_pet", "_desc-noiseless_pet")).get_fdata()
    body = loaded(str(picture).replace("_pet", "_desc-body_probseg")).get_fdata()
    assert (
        noiseless[..., 0].max() < 0.05 * noiseless[..., -1].min()
    )  # the lesion lies 10 mm deep, the view reaches 16 mm beyond
    assert (body[..., 0] == 0.0).all()
    assert body[..., -1].min() > 0.999


def test_an_image_gives_back_what_its_scene_held(images, picture, tmp_path):
    found = janusome.quantify(picture, scanner="pet-clinical", output=tmp_path / "q", draws=60, seed=3).data
    assert found["visible"]
    figures = {one["name"]: one for one in found["quantities"]}
    assert set(figures) >= {"label in lesion", "activity in lesion", "carriers in lesion", "share of the dose"}
    share = loaded(str(picture).replace("_pet", "_desc-lesion_probseg")).get_fdata()
    noiseless = loaded(str(picture).replace("_pet", "_desc-noiseless_pet")).get_fdata()
    seen = noiseless[share > 0.5].mean() / 1e3  # kBq/mL, less than there is for the blur over the border
    assert seen < figures["activity in lesion"]["high"]
    assert figures["activity in lesion"]["low"] < 2.0 * seen


def test_quantifying_is_the_same_again_and_steady_in_the_number_of_draws(picture, tmp_path):
    quantified = janusome.quantify(picture, scanner="pet-clinical", output=tmp_path / "a", draws=60, seed=1).data
    again = janusome.quantify(picture, scanner="pet-clinical", output=tmp_path / "b", draws=60, seed=1).data
    assert quantified["quantities"] == again["quantities"]
    fewer = janusome.quantify(picture, scanner="pet-clinical", output=tmp_path / "c", draws=30, seed=1).data
    assert fewer["quantities"][0]["median"] == pytest.approx(quantified["quantities"][0]["median"], rel=0.05)


def test_a_region_on_another_grid_is_resampled_and_that_is_said(picture, tmp_path):
    share = loaded(str(picture).replace("_pet", "_desc-lesion_probseg"))
    fine = np.kron(np.round(share.get_fdata()), np.ones((2, 2, 2))).T
    size = np.array(share.header.get_zooms()[::-1]) / 2e3
    affine = share.affine @ np.diag([0.5, 0.5, 0.5, 1.0])
    affine[:3, 3] = (share.affine @ np.array([-0.25, -0.25, -0.25, 1.0]))[:3]
    roi, _ = write_image(tmp_path / "roi", fine, voxel_size=size, unit="", sidecar={}, affine=affine)
    same, _ = write_image(
        tmp_path / "same", np.round(share.get_fdata()).T, voxel_size=2 * size, unit="", sidecar={}, affine=share.affine
    )
    one = janusome.quantify(picture, scanner="pet-clinical", roi=roi, output=tmp_path / "q1", draws=20, seed=1).data
    two = janusome.quantify(picture, scanner="pet-clinical", roi=same, output=tmp_path / "q2", draws=20, seed=1).data
    assert any("resampled" in note and "100.0%" in note for note in one["notes"])
    assert one["quantities"][0]["median"] == pytest.approx(two["quantities"][0]["median"], rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scanner": "pet-klinical"}, "did you mean pet-clinical"),
        ({"scanner": "mri-3t"}, "which is PET"),
        ({"label": "zr-89"}, "does not carry"),
        ({"roi": "absent.nii.gz"}, "does not exist"),
        ({"inside": 2.0}, "a share from 0 to 1"),
        ({"before": "absent.nii.gz"}, "does not exist"),
        ({"draws": 3}, "allowed is 20 to"),
    ],
)
def test_what_cannot_be_quantified_is_refused_in_words_at_once(picture, tmp_path, changed, said):
    started = time.perf_counter()
    with pytest.raises(InputError, match=said):
        janusome.quantify(picture, **{"scanner": "pet-clinical", "output": tmp_path / "q", **changed})
    assert not (tmp_path / "q").exists()
    assert time.perf_counter() - started < 5.0


def test_an_image_of_the_user_needs_to_be_told_what_was_injected(picture, tmp_path):
    own = tmp_path / "own.nii.gz"
    own.write_bytes(picture.read_bytes())
    done = invoke("quantify", own, "--as", "pet-clinical", "-o", tmp_path / "q")
    assert done.exit_code == 2
    assert "--study is not given" in done.output + done.stderr
    study = tmp_path / "study.json"
    study.write_text(json.dumps(STUDY))
    roi = str(picture).replace("_pet", "_desc-lesion_mask")
    words = ("--as", "pet-clinical", "--study", study, "--roi", roi, "--frame", "10 min", "--at", "24 h", "--draws", "20")
    done = invoke("quantify", own, *words, "-o", tmp_path / "q", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["label"] == "cu-64"


def test_scans_are_asked_for_beside_those_of_the_study(tmp_path):
    study = {**STUDY, "protocol": STUDY["protocol"][:1]}
    done = invoke_image(study, tmp_path, "--scanner", "pet-clinical")
    assert "--at is not given" in done
    done = invoke_image(study, tmp_path, "--scanner", "mri-3t", "--at", "1 h", "--sequence", "t1w-nothing")
    assert "t1w-nothing" in done
    assert "has no scan" in invoke_image(study, tmp_path)
    assert "--frame is not given" in invoke_image(study, tmp_path, "--scanner", "pet-clinical", "--at", "1 h")


def invoke_image(study, folder, *words):
    path = folder / "study.json"
    path.write_text(json.dumps(study))
    done = invoke("image", path, "-o", folder / "images", *words)
    assert done.exit_code == 2
    assert not (folder / "images").exists()
    return done.output + done.stderr
