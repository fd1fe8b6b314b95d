"""Values: conversion, spread, provenance, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from janusome.errors import InputErrors
from janusome.specification.conditions import widened
from janusome.specification.refusals import Origin
from janusome.specification.rows import faults, read_row
from janusome.specification.values import Value, choose
from janusome.specification.vocabulary import TAKES, quantity_for, vocabulary
from janusome.units import dimension


def test_a_number_with_a_unit_becomes_a_number_of_the_internal_set():
    assert Value(value=85, unit="nm").internal == pytest.approx(85e-9)
    assert Value(value=37, unit="degC").internal == pytest.approx(310.15)
    assert Value(value=17.5, unit="%").internal == pytest.approx(0.175)
    assert Value(value=1, unit="particle/cell").internal == pytest.approx(1 / 6.02214076e23)


def test_a_text_is_a_value_without_a_source():
    value = Value.model_validate("85 nm")
    assert (value.value, value.unit, value.grade, value.origin) == (85, "nm", "given", "study")
    assert Value.model_validate(0.5).internal == 0.5


def test_percentiles_give_the_spread_of_the_logarithm():
    assert Value(value=2, low=1, high=4).sd_ln == pytest.approx(math.log(4) / 3.290)


def test_a_coefficient_of_variation_gives_the_spread_of_the_logarithm():
    assert Value(value=2, cv=0.5).sd_ln == pytest.approx(math.sqrt(math.log(1.25)))
    assert Value(value=2, cv=0).sd_ln == 0


@pytest.mark.parametrize(("grade", "spread"), [("measured", 0.3), ("derived", 0.5), ("assumed", 0.7), ("given", 0.3)])
def test_a_value_without_a_spread_is_spread_by_its_grade(grade: str, spread: float):
    value = Value(value=2, grade=grade, source="A2000", where="Table 1")  # pyright: ignore[reportArgumentType]
    assert value.sd_ln == spread
    assert value.at(1.0) == pytest.approx(2 * math.exp(spread))


def test_a_negative_value_is_spread_by_a_term():
    zeta = Value(value=-20, unit="mV", low=-26.58, high=-13.42)
    assert not zeta.lognormal
    assert zeta.sd == pytest.approx(13.16e-3 / 3.290)
    assert zeta.at(np.array([0.0, 1.0])) == pytest.approx([-20e-3, -16e-3])


def test_zero_stays_zero():
    assert Value(value=0).at(2.0) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"value": 1, "low": 0.5}, "give both `low` and `high`"),
        ({"value": 1, "low": 0.5, "high": 2, "cv": 0.1}, "two spreads; give either"),
        ({"value": 3, "low": 0.5, "high": 2}, "give low <= value <= high"),
        ({"value": 1, "grade": "measured"}, "graded measured without `source` and `where`"),
        ({"value": 1, "grade": "derived", "source": "A"}, "graded derived without `where`"),
        ({"value": 1, "origin": "shipped"}, "janusome sets itself"),
        ({"value": math.nan}, "finite number"),
        ({"value": math.inf}, "finite number"),
        ({"value": True}, "valid number"),
        ({"value": "85"}, "valid number"),
        ("many", "is no quantity"),
    ],
)
def test_a_value_that_contradicts_itself_is_refused(given: object, message: str):
    with pytest.raises(ValidationError, match=message.replace("`", ".")):
        Value.model_validate(given)


def test_the_shipped_library_says_how_it_knows():
    row = {
        "name": "x",
        "values": {"hydrodynamic_diameter": "85 nm", "zeta_potential": {"value": -3, "unit": "mV", "grade": "given"}},
    }
    with pytest.raises(InputErrors) as refusal:
        read_row(row, kind="carrier", origin=Origin("x.yaml", owner="shipped"))
    assert "x.yaml: values.hydrodynamic_diameter has no grade; give `grade`: measured, derived or assumed" in str(
        refusal.value
    )
    assert "x.yaml: values.zeta_potential is graded given" in str(refusal.value)


def test_the_value_measured_at_the_nearest_field_is_chosen():
    values = [Value(value=n, unit="1/(mM s)", conditions={"field": f}) for n, f in ((20, "1.5 T"), (12, "3 T"), (6, "7 T"))]
    assert choose(values, field="2.9 T").value == 12
    assert choose(values, field="11.7 T").value == 6


def test_a_value_that_names_the_condition_is_preferred():
    values = [Value(value=1), Value(value=2, conditions={"site": "intracellular"})]
    assert choose(values, site="intracellular").value == 2


@pytest.mark.parametrize(
    ("name", "text", "lacks"),
    [
        ("hydrodynamic_diameter", "85 nm", "`weighting` and `medium`"),
        ("zeta_potential", "-20 mV", "`medium`"),
        ("longitudinal_relaxivity", "10 1/(mM s)", "`field`"),
        ("loading", "10 %", "`basis`"),
    ],
)
def test_conditions_that_are_not_said_widen_a_users_value_and_are_told(name: str, text: str, lacks: str):
    value = Value.model_validate(text)
    wider, caution = widened(name, value, place="study.yaml: formulation")
    assert caution is not None
    assert lacks in caution.what
    assert "spread is widened" in caution.consequence
    assert wider.sd_ln > value.sd_ln


def test_conditions_that_are_said_do_not_widen():
    value = Value(value=85, unit="nm", conditions={"weighting": "intensity", "medium": "PBS"})
    assert widened("hydrodynamic_diameter", value, place="") == (value, None)


def test_every_quantity_has_a_unit_that_is_one_and_limits_in_order():
    for quantity in vocabulary().values():
        dimension(quantity.unit)
        assert quantity.low < quantity.high, quantity.name
        assert quantity.rows <= set().union(*TAKES.values()), quantity.name
        assert quantity.definition, quantity.name


def test_draws_stay_within_the_hard_limits():
    assert quantity_for("interstitial_fraction", row="host").clip([-1.0, 0.2, 3.0]).tolist() == [0.0, 0.2, 1.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"zeta_potental": "3 mV"}, "values.zeta_potental is no known quantity; did you mean zeta_potential?"),
        ({"hydrodynamic_diameter": "85 kg"}, "is '85 kg', which measures mass; a quantity of length is needed"),
        ({"hydrodynamic_diameter": 85}, "which measures a plain number; a quantity of length is needed"),
        ({"hydrodynamic_diameter": "85 m"}, "is 85 m; allowed is 0.5 to 10000 nm"),
        ({"hydrodynamic_diameter": "85 nmm"}, "'nmm' is not a unit"),
        ({"loading": "130 %"}, "values.loading is 130 %; allowed is 0 to 100 %"),
        ({"body_mass": "60 kg"}, "values.body_mass does not belong to a carrier; it belongs to a host"),
        ({"hydrodynamic_diameter": {"value": 85, "unit": "nm", "low": 80, "high": 2e6}}, "is 2000000 nm; allowed is"),
    ],
)
def test_a_row_with_a_wrong_value_is_refused_with_place_value_limits_and_mend(values: dict[str, object], message: str):
    with pytest.raises(InputErrors) as refusal:
        read_row({"name": "x", "values": values}, kind="carrier", origin=Origin("x.yaml"))
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("x.yaml: values.")


def test_the_limits_themselves_are_allowed():
    for quantity in vocabulary().values():
        quantity.read(f"{quantity.low!r} {quantity.unit}")
        quantity.read(f"{quantity.high!r} {quantity.unit}")


def test_everything_wrong_in_a_row_is_told_at_once():
    row = {
        "name": "Big Carrier",
        "valuse": {},
        "values": {"zeta_potental": "3 mV", "core_diameter": {"value": 3, "unit": "nm", "low": 1}},
        "organs": {"livver": {"values": {"partition_coefficient": 2}}},
    }
    with pytest.raises(InputErrors) as refusal:
        read_row(row, kind="carrier", origin=Origin("x.yaml", {("valuse",): 4}))
    told = str(refusal.value)
    assert len(refusal.value.refusals) == 5
    assert "x.yaml: name is 'Big Carrier'; write lower-case letters" in told
    assert "x.yaml: valuse (line 4) is no known key; did you mean values or aliases?" in told
    assert "values.zeta_potental is no known quantity" in told
    assert "values.core_diameter has one end of a range" in told
    assert "organs.livver is no organ of the hosts; did you mean liver?" in told


def test_a_row_that_is_no_mapping_is_refused():
    with pytest.raises(InputErrors, match=r"x\.yaml is a list of 2; write keys with values"):
        read_row([1, 2], kind="drug", origin=Origin("x.yaml"))


def test_the_most_specific_value_of_a_row_is_found():
    row = read_row(
        {
            "name": "x",
            "values": {"partition_coefficient": 1},
            "organs": {"liver": {"values": {"partition_coefficient": 2}}},
            "species": {
                "mouse": {
                    "values": {"partition_coefficient": 3},
                    "organs": {"liver": {"values": {"partition_coefficient": 4}}},
                }
            },
        },
        kind="drug",
        origin=Origin(),
    )
    assert faults(row) == []

    def found(**where: str) -> float:
        return row.find("partition_coefficient", **where)[0].value

    assert (found(), found(organ="liver"), found(species="mouse"), found(organ="liver", species="mouse")) == (1, 2, 3, 4)
    assert found(organ="brain", species="mouse") == 3
    assert found(organ="liver", species="rat") == 2
    assert row.find("molar_mass") == ()
