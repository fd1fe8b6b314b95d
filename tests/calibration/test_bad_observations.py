# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
"""Observations that cannot be used are refused with their line, column, value and mend; none is dropped in silence."""

import pytest

from janusome.calibration.calibrate import Asked, calibrate, word_warnings
from janusome.calibration.measures import measure
from janusome.calibration.sights import sights
from janusome.errors import InputError, InputErrors
from janusome.files.library import Library
from janusome.files.observations import read_calibration_data
from janusome.simulation.bench import Bench
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

HEAD = "species,place,time_h,value,unit"


@pytest.fixture(scope="module")
def study():
    return resolve(
        Study.model_validate(
            {
                "study": "gold in a mouse",
                "formulation": {"name": "gold", "carrier": "gold-sphere"},
                "host": "mouse",
                "tumor": {"kind": "breast-triple-negative", "volume": "0.3 cm^3"},
                "protocol": [{"at": "1 h", "dose": "1e10 particle", "of": "carrier", "route": "intravenous"}],
                "controls": (),
                "outputs": {"until": "48 h", "draws": 0},
            }
        ),
        Library(),
    )


def read(tmp_path, *lines, head=HEAD):
    path = tmp_path / "seen.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return read_calibration_data(path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("carrier,liver,4,-3,%ID/g", "line 2: value is -3; a concentration is above zero"),
        ("carrier,liver,4,0,%ID/g", "what was not detected lies below a limit"),
        ("carrier,liver,4,nan,%ID/g", "line 2: value is 'nan'; write a finite number"),
        ("carrier,liver,soon,3,%ID/g", "line 2: time_h is 'soon'"),
        ("carrier,liver,4,,%ID/g", "line 2: value is empty; give a number, or the limit"),
        ("carrier,liver,4,<0,%ID/g", "give a limit above zero"),
        (",liver,4,3,%ID/g", "line 2: species is empty"),
        ("carrier,liver,4,3,", "line 2: unit is empty"),
        ("carrier,liver,4,<3,%ID/g", "holds 1 rows, all below their limits"),
    ],
)
def test_a_bad_cell_is_told_with_its_line(tmp_path, line, told):
    with pytest.raises(InputErrors) as refused:
        read(tmp_path, line)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        (f"{HEAD},value", "carrier,liver,4,3,%ID/g,3", "stands twice"),
        (f"{HEAD},organ", "carrier,liver,4,3,%ID/g,liver", "has the columns place and organ, which say the same"),
        ("species,place,value,unit", "carrier,liver,3,%ID/g", "lacks the column 'time_h'"),
        (f"{HEAD},colour", "carrier,liver,4,3,%ID/g,red", "colour is no known column"),
        (f"{HEAD},sd,cv", "carrier,liver,4,3,%ID/g,1,0.2", "cv is given beside sd"),
        (f"{HEAD},error", "carrier,liver,4,3,%ID/g,-10 %", "give an error above zero"),
        (f"{HEAD},body_weight_g", "carrier,liver,4,3,%ID/g,0", "body_weight_g is 0"),
        ("species,place,time,value,unit", "carrier,liver,4,3,%ID/g", "write a number and a unit of time"),
    ],
)
def test_a_bad_column_is_told(tmp_path, head, line, told):
    with pytest.raises(InputErrors) as refused:
        read(tmp_path, line, head=head)
    assert told in str(refused.value)


def test_an_empty_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no observations"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("carrier,liver,0.5,3,%ID/g", "line 2: time is 0.5 h, before the first dose"),
        ("carrier,liver,50,3,%ID/g", "is 50 h, after the end of the study; give a longer outputs.until"),
        ("carrier,livver,4,3,%ID/g", "is 'livver', which the host mouse lacks; did you mean liver"),
        ("carrier,prostate,4,3,%ID/g", "is 'prostate', which the host mouse lacks"),
        ("doxorubicin,liver,4,3,%ID/g", "is 'doxorubicin', which arm treated does not follow"),
        ("carrier,liver,4,3,furlong", "is 'furlong', which measures [length]"),
        ("carrier,liver,4,3,bananas", "is 'bananas', which is no unit"),
        ("carrier,liver,4,3,kBq/g", "only a radioactive label has one"),
        ("carrier,plasma,4,3,%ID", "how much blood an animal has was not seen"),
        ("carrier,liver,4,3,mm^3", "is mm^3 of carrier"),
        ("carrier,liver,1,3,%ID/g", "sees carrier in liver, share of the dose per mass at 1 h, where the study has none"),
    ],
)
def test_what_the_study_does_not_have_is_told_with_its_line(tmp_path, study, line, told):
    rows = read(tmp_path, line)
    with pytest.raises(InputError) as refused:
        calibrate(study, rows, name="seen.csv", grids={}, asked=Asked())
    assert told in str(refused.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path, study):
    rows = read(tmp_path, "carrier,livver,4,3,%ID/g", "carrier,liver,4,3,bananas", "carrier,liver,0,3,%ID/g")
    with pytest.raises(InputErrors) as refused:
        calibrate(study, rows, name="seen.csv", grids={}, asked=Asked())
    assert [each.place.split(":")[1].strip() for each in refused.value.refusals] == ["line 2", "line 3", "line 4"]


def test_an_arm_that_the_study_lacks_is_refused(tmp_path, study):
    rows = read(tmp_path, "carrier,liver,4,3,%ID/g,placebo", head=f"{HEAD},arm")
    with pytest.raises(InputErrors, match="arm is 'placebo', which the study lacks"):
        calibrate(study, rows, name="seen.csv", grids={}, asked=Asked())


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("wing_span", "is no value that this study uses"),
        ("host mouse: venous/vascular_plasma_fraction", "is exact in this study"),
    ],
)
def test_a_value_that_cannot_be_calibrated_is_refused(tmp_path, study, word, told):
    rows = read(tmp_path, "carrier,liver,4,3,%ID/g")
    with pytest.raises(InputErrors) as refused:
        calibrate(study, rows, name="seen.csv", grids={}, asked=Asked(values=(word,)))
    assert told in str(refused.value)


def test_limits_and_errors_are_read_in_each_way_of_writing_them(tmp_path):
    head = f"{HEAD},error,limit"
    rows = read(tmp_path, "carrier,liver,4,3,%ID/g,10 %,", "carrier,liver,4,3,%ID/g,0.3,", "carrier,liver,8,BLQ,%ID/g,,0.2",
                "carrier,liver,8,0.1,%ID/g,,0.2", "carrier,liver,8,<0.2,%ID/g,,", head=head)  # fmt: skip
    assert rows[0].stated == pytest.approx(rows[1].stated)
    assert rows[0].stated == pytest.approx(0.1, rel=0.01)
    assert [(row.value, row.below) for row in rows[2:]] == [(0.2, True)] * 3


@pytest.mark.parametrize(
    ("unit", "kind", "per"),
    [
        ("%ID/g", "share of the dose", "mass"), ("%IA/cc", "share of the dose", "volume"), ("%", "share of the dose", "whole"),
        ("ng/mL", "mass", "volume"), ("ug/organ", "mass", "whole"), ("nM", "amount", "volume"), ("MBq/g", "activity", "mass"),
        ("particle/mL", "amount", "volume"), ("mm^3", "volume", "whole"),
    ],
)  # fmt: skip
def test_units_say_what_is_measured_per_what(unit, kind, per):
    assert (measure(unit).kind, measure(unit).per) == (kind, per)


def test_bone_marrow_is_understood_as_bone_and_the_calibration_says_so(tmp_path, study):
    rows = read(tmp_path, "carrier,bone marrow,4,3,%ID/g")
    bench = Bench(study, arm="treated", grids={})
    (seen,) = sights(study, {"treated": bench}, rows, name="seen.csv")
    assert seen.place == "bone"
    (told,) = word_warnings([seen])
    assert told.startswith("The place 'bone marrow' is read as bone, the skeleton with its marrow")
