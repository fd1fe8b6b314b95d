"""Nanomedicines in people: contradictions are found from the rows alone, and what is met is held."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from janusome.files.library import Library
from janusome.qualification.contradictions import contradictions
from janusome.qualification.human import TABLE, findings, human, of_people
from janusome.qualification.saturation import at_doses
from janusome.reporting.published import Published
from janusome.reporting.regimens import MOUSE, WOMAN
from janusome.reporting.validation import compare

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere"))
with_data = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (DATA / "body" / TABLE).exists(), reason=f"JANUSOME_DATA is not set: it names the folder with body/{TABLE}"
    ),
]


def row(parameter, value, unit, *, product="Doxil/Caelyx", dose="10 mg/m2"):
    return Published(product, "human", dose, "total doxorubicin", parameter, value, unit, "", "a source")


def test_a_clearance_that_is_not_the_dose_over_the_area_is_a_contradiction():
    (found,) = contradictions([row("CL", 0.056, "L/h/m2"), row("AUC", 277.0, "ug*h/mL")])
    assert found.first == pytest.approx(0.056)
    assert found.second == pytest.approx(10.0 / 277.0)
    assert found.fold == pytest.approx(0.056 * 27.7)
    assert contradictions([row("CL", 0.036, "L/h/m2"), row("AUC", 277.0, "ug*h/mL")]) == ()


def test_two_values_of_one_figure_at_one_dose_contradict_each_other_when_far_apart():
    apart = [row("t_half_2", 50.0, "h"), row("t_half_2", 80.0, "h", product="SSL DOX (Doxil)")]
    assert [one.fold for one in contradictions(apart)] == [pytest.approx(1.6)]
    assert contradictions([apart[0], row("t_half_2", 70.0, "h", product="SSL DOX (Doxil)")]) == ()
    assert contradictions([apart[0], row("t_half_2", 80.0, "h", dose="50 mg/m2")]) == ()


def test_a_clearance_that_rises_with_dose_is_a_contradiction_and_one_that_saturates_is_none():
    def at(dose, clearance):
        return row("CL", clearance, "L/h/m2", dose=f"{dose} mg/m2")

    assert [one.fold for one in contradictions([at(10, 0.04), at(50, 0.08)])] == [pytest.approx(2.0)]
    assert contradictions([at(10, 0.04), at(50, 0.02)]) == ()
    assert [one.fold for one in contradictions([at(10, 0.04), at(20, 0.01)])] == [pytest.approx(4.0)]


def test_a_row_whose_range_became_a_spread_counts_as_fitted_and_is_no_aim_of_a_fit():
    one = Published("SSL DOX (Doxil)", "human", "25 mg/m2", "total drug in plasma", "CL", 0.08, "L/h", "0.08 (0.05-0.21)", "")
    assert one.fitted
    assert not one.aimed_at
    sn38 = Published("Onivyde", "human", "50 mg/m2", "total SN-38", "AUCss", 12.1, "day*ng/mL", "", "")
    assert not sn38.fitted


def test_without_the_table_the_section_says_so(tmp_path):
    section = human(tmp_path, frozen=True)
    assert TABLE in section.skipped
    assert not section.findings


def test_the_clearance_of_doxil_falls_with_dose_in_mice_and_tumors_gain_more_than_the_dose():
    low, high = at_doses(MOUSE, (2.5, 20.0), Library(), draws=9)
    assert high.particles == pytest.approx(8.0 * low.particles)
    assert high.clearance < 0.8 * low.clearance
    assert high.in_tumor is not None and low.in_tumor is not None
    assert high.in_tumor > 8.0 * low.in_tumor


def test_the_clearance_of_doxil_is_nearly_the_same_over_the_doses_of_people():
    low, high = at_doses(WOMAN, (10.0, 60.0), Library(), draws=9)
    assert 0.77 < high.clearance / low.clearance < 1.0


class TestWithData:
    pytestmark = with_data

    def test_the_rows_contradict_one_another_where_it_is_known(self):
        said = " ".join(one.words for one in contradictions(of_people(DATA)))
        assert "Doxil/Caelyx 10 mg/m^2: CL 0.056" in said
        assert "TLC D-99 (Myocet) 20 mg/m^2: CL" in said
        assert "Abraxane 260 mg/m^2: V_total" in said

    def test_every_row_of_people_has_a_figure(self):
        rows = [one for one in of_people(DATA) if one.product in ("Abraxane", "BIND-014", "AGuIX", "C dots 124I-cRGDY")]
        compared = compare(rows, Library(), draws=9)
        assert len(compared) == 13
        assert all(one.ours for one in compared)
        solvent = next(one for one in compared if one.published.parameter == "CL_vs_solvent")
        assert solvent.published.value == pytest.approx(1.43)
        assert solvent.within

    def test_pk1_and_vyxeos_are_met_and_covered(self):
        rows = [one for one in of_people(DATA) if one.product.startswith(("PK1", "CPX"))]
        compared = compare(rows, Library(), draws=29)
        assert len(compared) == 7
        assert all(one.within and one.covered for one in compared)
        named = {one.name: one.value for one in findings(compared, ())}
        assert named["share met, all rows"] == 1.0
        assert named["cover of the 90 % interval, rows without a contradiction"] == 1.0
