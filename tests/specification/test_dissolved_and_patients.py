# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
"""What a user says of the volume of a dose and of a patient's organs."""

from __future__ import annotations

import pytest

from janusome.errors import InputErrors
from janusome.files.library import Library
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

LIBRARY = Library()
PTX = {"name": "ptx-in-water", "vehicle": "water", "payloads": {"paclitaxel": {}}}


def study(formulation, drug, dose, host="human-female", **dosing):
    given = {"at": "0 h", "dose": dose, "of": drug, "route": "intravenous", **dosing}
    return resolve(
        Study(study="x", formulation=formulation, host=host, protocol=[given], controls=(), outputs={"until": "1 d"}), LIBRARY
    )


def test_a_plain_solution_above_the_solubility_is_refused_with_what_to_do():
    with pytest.raises(InputErrors) as refused:
        study(PTX, "paclitaxel", "175 mg/m^2", over="3 h", volume="500 mL")
    said = str(refused.value)
    assert "0.577 mg/mL where water dissolves 0.0005 mg/mL" in said
    assert "vehicle: solvent" in said


def test_the_same_dose_in_the_same_volume_is_taken_in_a_carrier():
    assert not study("abraxane", "paclitaxel", "175 mg/m^2", over="3 h", volume="500 mL").cautions


def test_a_solvent_may_hold_it_and_the_reader_is_told():
    found = study("free-paclitaxel", "paclitaxel", "175 mg/m^2", over="3 h", volume="500 mL")
    assert any("its solvent has to hold it" in str(caution) for caution in found.cautions)


def test_a_vehicle_that_is_not_named_is_a_caution_and_no_refusal():
    plain = {"name": "ptx", "payloads": {"paclitaxel": {}}}
    found = study(plain, "paclitaxel", "175 mg/m^2", over="3 h", volume="500 mL")
    assert any("something has to hold it in solution" in str(caution) for caution in found.cautions)


def test_what_dissolves_is_taken_without_a_word():
    found = study("free-gemcitabine", "gemcitabine", "1000 mg/m^2", over="30 min", volume="100 mL")
    assert not found.cautions


def test_between_the_value_and_the_upper_end_of_a_solubility_is_a_caution():
    """Doxorubicin dissolves at 2 mg/mL, or at up to 50."""
    found = study("free-doxorubicin", "doxorubicin", "60 mg/m^2", volume="20 mL")
    assert any("doxorubicin" in str(caution) for caution in found.cautions)


def test_a_volume_without_a_dimension_is_refused():
    with pytest.raises(InputErrors, match="volume"):
        study("free-gemcitabine", "gemcitabine", "1000 mg/m^2", volume="100")


def quantity(host, name, *, drug="topotecan", organ=None):
    found = study("free-topotecan", "topotecan", "1.5 mg/m^2", host=host).host
    chain = (Scope("drug", LIBRARY.row("drug", drug)), Scope("host", found))
    return float(ValueBook(draws=1, seed=0).fill(name, chain, Place("human", organ))[0])


def test_half_a_liver_clears_half_as_much_and_other_organs_as_before():
    half = {"kind": "human-male", "liver_function": "0.5"}
    for name in ("intrinsic_clearance", "biliary_clearance"):
        assert quantity(half, name, organ="liver") == pytest.approx(0.5 * quantity("human-male", name, organ="liver"))
    kidney = {"drug": "gemcitabine", "organ": "kidney"}
    assert quantity(half, "intrinsic_clearance", **kidney) == quantity("human-male", "intrinsic_clearance", **kidney)


def test_a_given_filtration_rate_is_taken_and_secretion_falls_with_it():
    """The label of topotecan: a third less clearance at 40 to 60 mL/min. Renal clearance halves with the filtration rate."""
    poor = {"kind": "human-male", "glomerular_filtration_rate": "50 mL/min"}
    healthy = quantity("human-male", "glomerular_filtration_rate", organ="kidney")
    given = quantity(poor, "glomerular_filtration_rate", organ="kidney")
    assert given == pytest.approx(50e-6 / 60)
    share = quantity(poor, "renal_clearance", organ="kidney") / quantity("human-male", "renal_clearance", organ="kidney")
    assert share == pytest.approx(given / healthy)


def test_filtration_falls_with_age_by_the_slope_of_the_cohorts_and_not_before_its_onset():
    young = quantity("human-female", "glomerular_filtration_rate")
    assert quantity({"kind": "human-female", "age": "35 yr"}, "glomerular_filtration_rate") == pytest.approx(young)
    old = quantity({"kind": "human-female", "age": "80 yr"}, "glomerular_filtration_rate")
    assert old / young == pytest.approx(2.718281828 ** (-0.0113 * 40), rel=1e-6)


def test_hepatic_flow_falls_about_a_tenth_in_a_decade():
    ratio = quantity({"kind": "human-male", "age": "50 yr"}, "hepatic_flow_ratio")
    assert ratio == pytest.approx(0.9, abs=0.005)


def test_a_filtration_rate_that_is_given_does_not_age():
    patient = {"kind": "human-male", "age": "85 yr", "glomerular_filtration_rate": "50 mL/min"}
    assert quantity(patient, "glomerular_filtration_rate") == pytest.approx(50e-6 / 60)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"liver_function": "0"}, "liver_function"),
        ({"liver_function": "1.4"}, "liver_function"),
        ({"age": "-3 yr"}, "age"),
        ({"age": "70 kg"}, "age"),
        ({"glomerular_filtration_rate": "50 mL"}, "glomerular_filtration_rate"),
    ],
)
def test_an_organ_function_that_cannot_be_is_refused_where_it_stands(said, place):
    with pytest.raises(InputErrors, match=place):
        study("free-topotecan", "topotecan", "1.5 mg/m^2", host={"kind": "human-male", **said})


def test_a_liver_that_is_said_twice_is_refused():
    twice = {
        "kind": "human-male",
        "liver_function": "0.5",
        "organs": {"liver": {"values": {"organ_function": {"value": 0.4}}}},
    }
    with pytest.raises(InputErrors, match="given twice"):
        study("free-topotecan", "topotecan", "1.5 mg/m^2", host=twice)


def test_an_age_that_changes_nothing_is_told():
    """A mouse has no rows of aging."""
    given = {"at": "0 h", "dose": "1 mg/kg", "of": "topotecan", "route": "intravenous"}
    found = resolve(
        Study(
            study="x",
            formulation="free-topotecan",
            host={"kind": "mouse", "age": "1 yr"},
            protocol=[given],
            controls=(),
            outputs={"until": "1 d"},
        ),
        LIBRARY,
    )
    assert any("age" in str(caution) for caution in found.cautions)
