"""Comparison: inputs first, then outputs as ratios."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from dataclasses import asdict

import pytest

from janusome.reporting.comparison import ResultRead, comparison
from janusome.reporting.comparison_page import as_data, comparison_page
from janusome.reporting.tables import summary, time_courses
from synthetic import record


def read(name, made):
    resolved = {"study": made.study, "values": [asdict(value) for value in made.values]}
    courses = tuple(csv.DictReader(io.StringIO(time_courses(made))))
    return ResultRead(name, json.loads(json.dumps(resolved)), json.loads(json.dumps(summary(made))), courses)


def doubled(made):
    """The same record with twice the carrier in plasma and another value behind it."""
    arm = made.arms[0]
    first = dataclasses.replace(arm.courses[0], values=arm.courses[0].values * 2)
    arm = dataclasses.replace(arm, courses=(first, *arm.courses[1:]))
    value = dataclasses.replace(made.values[3], number=9.9e-10)
    return dataclasses.replace(
        made,
        arms=(arm, *made.arms[1:]),
        values=(*made.values[:3], value, *made.values[4:]),
        study=made.study | {"host": "mouse"},
    )


ONE = record(draws=6, points=40)


@pytest.fixture(scope="module")
def found():
    return comparison([read("one", ONE), read("two", doubled(ONE))])


def test_a_result_does_not_differ_from_itself():
    same = comparison([read("one", ONE), read("again", ONE)])
    assert same.inputs == ()
    assert all(row.largest == 0 for row in same.outputs)


def test_differences_of_inputs_are_named_with_both_values(found):
    differences = {each.name: each.values for each in found.inputs}
    assert differences["host"] == ("human-female", "mouse")
    (value,) = [values for name, values in differences.items() if "vascular_permeability" in name]
    assert value[0].startswith("3.4 × 10⁻¹⁰ m/s")
    assert value[1].startswith("9.9 × 10⁻¹⁰ m/s")
    assert len(differences) == 2


def test_outputs_are_ratios_to_the_first(found):
    peaks = [row for row in found.outputs if "carrier, carrier, plasma" in row.name and "peak concentration" in row.name]
    (peak,) = peaks
    assert peak.ratios[0] == 1.0
    assert peak.ratios[1] == pytest.approx(2.0)


def test_a_change_that_may_pass_through_zero_has_no_ratio(found):
    changes = [row for row in found.outputs if "change at end" in row.name]
    assert changes
    assert all(row.ratios == (None, None) for row in changes)


def test_the_page_holds_inputs_before_outputs_and_loads_nothing(found):
    page = comparison_page(found, [read("one", ONE), read("two", doubled(ONE))])
    assert page.index("What went in") < page.index("What came out")
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<img") == 2
    json.dumps(as_data(found), allow_nan=False)
