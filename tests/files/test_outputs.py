"""Tables, images, fields and study files: written the same way every time, read back as they were."""

from __future__ import annotations

import json
import math
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest

from janusome.errors import InputError, InputErrors
from janusome.files.fields import Field, read_fields, write_fields
from janusome.files.images import write_image, write_json
from janusome.files.library import Library
from janusome.files.studies import read_study
from janusome.files.tables import TIME_COURSE_COLUMNS, cell, read_observations, read_table, write_table

# Tables


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (0.1, "0.1"), (1 / 3, "0.333333333"), (-0.0, "0"), (1e-20, "1e-20"), (123456789012.0, "1.23456789e+11"), (3, "3"),
        (None, ""),
        (math.nan, ""), (np.float64(2.5), "2.5"), (np.int64(4), "4"), (True, "True"), ("a,b", "a,b"), (-2.5, "-2.5"),
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-cmd", "'-cmd"), ("@x", "'@x"), ("\tx", "'\tx"), ("\r=x", "'\r=x"),
    ],
)  # fmt: skip
def test_a_cell_is_stable_and_runs_nothing(item: object, text: str):
    assert cell(item) == text


def test_a_table_reads_back(tmp_path: Path):
    path = tmp_path / "a.csv"
    write_table(path, ["name", "value"], [["a, b", 0.5], ['say "x"', None]])
    assert path.read_bytes() == b'name,value\n"a, b",0.5\n"say ""x""",\n'
    found = read_table(path, needed=["name"], known=["name", "value"])
    assert found == [{"name": "a, b", "value": "0.5"}, {"name": 'say "x"', "value": ""}]


GOOD = "species,organ,time_h,quantity,unit,median\ndoxorubicin,plasma,1,concentration,ng/mL,20\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; write a header and rows"),
        (GOOD.replace("organ", "orgn"), "orgn is no known column; did you mean organ"),
        (GOOD.replace("organ", "orgn"), "lacks the column 'organ'; give it"),
        (GOOD.replace("quantity", "organ", 1), "organ stands twice"),
        (GOOD.replace(",20", ""), "line 2 has 5 cells under 6 columns"),
        (GOOD.replace(",20", ",much"), "line 2: median is 'much'; write a finite number"),
        (GOOD.replace(",1,", ",nan,"), "line 2: time_h is 'nan'; write a finite number"),
        (GOOD.replace("ng/mL", "ngg/mL"), "line 2: unit is 'ngg/mL'; write a unit"),
        (GOOD.splitlines()[0] + "\n", "holds no observations"),
        (GOOD + '"open', "is no row of a table"),
        (GOOD + "\0", "is a binary file"),
    ],
)
def test_observations_that_cannot_be_used_are_refused_with_their_line(tmp_path: Path, text: str, message: str):
    path = tmp_path / "observed.csv"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_observations(path)
    assert message in str(refused.value)


def test_observations_use_the_words_of_time_courses(tmp_path: Path):
    path = tmp_path / "observed.csv"
    row = [
        "treated",
        "doxorubicin",
        "total",
        "plasma",
        "whole",
        1,
        "concentration per plasma volume",
        "ng/mL",
        20.0,
        10.0,
        40.0,
    ]
    write_table(path, TIME_COURSE_COLUMNS, [row])
    (found,) = read_observations(path)
    assert (found["species"], found["median"], found["q95"]) == ("doxorubicin", "20", "40")


def test_observations_that_are_not_there_are_told(tmp_path: Path):
    with pytest.raises(InputError, match=r"cannot be read .*; check the path"):
        read_observations(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="is no UTF-8 text"):
        read_observations(tmp_path / "latin.csv")


# Images


def test_an_image_reads_back_with_its_size_and_place(tmp_path: Path):
    values = np.arange(24.0).reshape(2, 3, 4)
    image, sidecar = write_image(
        tmp_path / "pet", values, voxel_size=(3e-3, 2e-3, 1e-3), unit="Bq/mL", sidecar={"Modality": "PT"}
    )
    found = nibabel.load(image)
    assert np.array_equal(np.asarray(found.dataobj), values.T)  # pyright: ignore[reportAttributeAccessIssue]
    assert found.header.get_zooms() == pytest.approx((1, 2, 3))  # pyright: ignore[reportAttributeAccessIssue]
    assert found.header.get_xyzt_units() == ("mm", "sec")  # pyright: ignore[reportAttributeAccessIssue]
    assert found.affine @ [1.5, 1.0, 0.5, 1.0] == pytest.approx([0, 0, 0, 1])  # pyright: ignore[reportAttributeAccessIssue]
    assert json.loads(sidecar.read_text()) == {"Modality": "PT", "Simulated": True, "Units": "Bq/mL"}


def test_an_image_keeps_the_place_it_is_given(tmp_path: Path):
    affine = np.diag([-1.0, -2.0, 3.0, 1.0])
    affine[:3, 3] = [10, 20, 30]
    image, _ = write_image(
        tmp_path / "a", np.ones((2, 3, 4), bool), voxel_size=(3e-3, 2e-3, 1e-3), unit="", sidecar={}, affine=affine
    )
    assert np.allclose(nibabel.load(image).affine, affine)  # pyright: ignore[reportAttributeAccessIssue]


def test_the_same_image_is_the_same_bytes(tmp_path: Path):
    given = {"voxel_size": (1e-3,) * 3, "unit": "", "sidecar": {"b": 1, "a": [math.nan, np.float64(2)]}}
    one = [path.read_bytes() for path in write_image(tmp_path / "a", np.ones((2, 2, 2)), **given)]
    other = [path.read_bytes() for path in write_image(tmp_path / "b", np.ones((2, 2, 2)), **given)]
    assert one == other


def test_json_has_no_words_for_what_is_not_finite(tmp_path: Path):
    write_json(tmp_path / "a.json", {"a": math.inf, "b": np.array([1.0, math.nan]), "c": (True, None), "d": Path("x")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": None, "b": [1.0, None], "c": [True, None], "d": "x"}


# Fields


def test_fields_read_back_with_axes_and_units(tmp_path: Path):
    values = np.random.default_rng(0).random((3, 2))
    write_fields(
        tmp_path / "fields.zarr",
        {"concentration": Field(("time", "organ"), values, "mol/m^3", "concentration per tissue volume")},
        coordinates={"time": Field(("time",), [0.0, 1.0, 2.0], "s"), "organ": Field(("organ",), ["liver", "lung"], "")},
        attributes={"arm": "treated"},
    )
    with read_fields(tmp_path / "fields.zarr") as found:
        assert np.array_equal(found["concentration"].values, values)
        assert found["concentration"].attrs["units"] == "mol/m^3"
        assert found["organ"].values.tolist() == ["liver", "lung"]
        assert found.attrs["arm"] == "treated"


# Study files

STUDY = """\
study: Doxil in a woman with a segmented tumor
formulation: doxil
host: human-female
tumor: {{kind: breast-her2, mask: {mask}}}
protocol:
  - {{at: 0 h, dose: 10 mg/m^2, of: doxorubicin, route: intravenous, over: 30 min}}
observed: {observed}
outputs: {{until: 96 h}}
"""


def test_a_study_file_brings_its_mask_and_its_observations(tmp_path: Path):
    header = {"space": "LPS", "space directions": np.eye(3)}
    nrrd.write(str(tmp_path / "tumor.nrrd"), np.ones((5, 6, 7), np.uint8), header)
    (tmp_path / "observed.csv").write_text(GOOD)
    (tmp_path / "study.yaml").write_text(STUDY.format(mask="tumor.nrrd", observed="observed.csv"))
    found = read_study(tmp_path / "study.yaml", Library())
    assert found.masks["breast-her2"].volume == pytest.approx(210e-9)
    assert len(found.observations) == 1
    assert found.study.carrier is not None


def test_a_study_file_brings_the_maps_of_its_mask(tmp_path: Path):
    header = {"space": "LPS", "space directions": np.eye(3), "space origin": np.zeros(3)}
    mask = np.zeros((9, 9, 9), np.uint8)
    mask[2:7, 3:7, 4:7] = 1
    numbers = np.random.default_rng(0).random(mask.shape)
    nrrd.write(str(tmp_path / "tumor.nrrd"), mask, header)
    nrrd.write(str(tmp_path / "k.nrrd"), numbers, header)
    nrrd.write(str(tmp_path / "bad.nrrd"), np.where(mask, np.nan, 1.0), header)
    (tmp_path / "observed.csv").write_text(GOOD)
    maps = "tumor.nrrd, ktrans: {{file: k.nrrd, unit: 1/min}}".format()
    (tmp_path / "study.yaml").write_text(STUDY.format(mask=maps, observed="observed.csv"))
    found = read_study(tmp_path / "study.yaml", Library()).masks["breast-her2"]
    assert found.maps["ktrans"][found.voxels] * 60.0 == pytest.approx(numbers.T[mask.T > 0])
    bad = f"{maps}, t2: {{file: bad.nrrd, unit: ms}}"
    (tmp_path / "study.yaml").write_text(STUDY.format(mask=bad, observed="observed.csv"))
    with pytest.raises(InputErrors, match=r"the t2 map of breast-her2 is bad.nrrd, where 60 of the tumor's 60 voxels hold"):
        read_study(tmp_path / "study.yaml", Library())


def test_what_was_observed_in_bone_marrow_is_compared_with_bone_and_that_is_told(tmp_path: Path):
    nrrd.write(str(tmp_path / "tumor.nrrd"), np.ones((5, 6, 7), np.uint8), {"space": "LPS", "space directions": np.eye(3)})
    lines = GOOD.splitlines()
    at = lines[0].split(",").index("organ")
    cells = lines[1].split(",")
    rows = [",".join([*cells[:at], organ, *cells[at + 1 :]]) for organ in ("bone marrow", "liver")]
    (tmp_path / "observed.csv").write_text("\n".join([lines[0], *rows]))
    (tmp_path / "study.yaml").write_text(STUDY.format(mask="tumor.nrrd", observed="observed.csv"))
    found = read_study(tmp_path / "study.yaml", Library())
    assert [row["organ"] for row in found.observations] == ["bone", "liver"]
    (told,) = [str(each) for each in found.study.cautions if "marrow" in str(each)]
    assert told.startswith("observed observed.csv: organ 'bone marrow' is read as bone, the skeleton with its marrow")


def test_all_that_a_study_file_lacks_is_told(tmp_path: Path):
    (tmp_path / "study.yaml").write_text(STUDY.format(mask="none.nrrd", observed="none.csv"))
    with pytest.raises(InputErrors) as refused:
        read_study(tmp_path / "study.yaml", Library())
    assert "study.yaml: the mask of breast-her2 is " in str(refused.value)
    assert "study.yaml: observed none.csv cannot be read" in str(refused.value)


def test_a_refusal_names_the_line_of_the_study_file(tmp_path: Path):
    text = STUDY.format(mask="a.nrrd", observed="b.csv").replace("10 mg/m^2", "-10 mg/m^2").replace("doxil", "doxill", 1)
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(InputErrors) as refused:
        read_study(tmp_path / "study.yaml", Library())
    assert "study.yaml: formulation (line 2) is 'doxill', which is not in the library; did you mean doxil" in str(
        refused.value
    )
    assert "study.yaml: protocol[0].dose (line 6) is -10 mg/m^2; give a dose above zero." in str(refused.value)
