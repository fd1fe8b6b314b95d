"""Comparison F: what it scores, what it counts, and what the published rats show of size and route."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest

from janusome.qualification.rat_gold import FILE, FLOOR, PARTS, SHIPPED, UNCOATED, Point, Predicted, aafe, constant, rat_gold

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere"))


def point(size=5.0, observed=1.0, tissue="liver", route="IV"):
    return Point(size, route, 24.0, tissue, observed, None)


def test_a_missing_table_skips_the_comparison_and_says_which(tmp_path):
    section = rat_gold(tmp_path, frozen=True)
    assert FILE.name in section.skipped
    assert not section.findings


def test_what_lies_below_the_floor_counts_as_the_floor():
    assert Predicted(point(observed=0.0), SHIPPED, np.full(3, 1e-9), None).fold == 0.0
    assert Predicted(point(observed=2 * FLOOR), SHIPPED, np.zeros(3), None).fold == pytest.approx(math.log(2.0))


def test_the_constant_never_sees_the_size_that_it_is_asked_for():
    points = [point(5.0, 1.0), point(18.0, 10.0), point(80.0, 30.0), point(5.0, 99.0, tissue="spleen")]
    assert constant(points[0], points) == pytest.approx(20.0)
    assert constant(points[3], points) is None


def test_an_average_fold_error_of_a_tenth_and_ten_is_ten():
    assert aafe([math.log(10.0), abs(-math.log(10.0))]) == pytest.approx(10.0)
    assert aafe([1.0, None]) is None


@pytest.fixture(scope="module")
def section():
    return rat_gold(DATA, frozen=True)


@pytest.mark.data
@pytest.mark.skipif(not (DATA / FILE).exists(), reason=f"JANUSOME_DATA is not set: it names the folder with {FILE}")
class TestPublished:
    def test_every_row_is_predicted_with_an_interval(self, section):
        assert len(section.predictions) == 2
        for rows in section.predictions.values():
            assert len(rows) == 280
            assert all(0.0 <= row["q05"] <= row["q50"] <= row["q95"] <= 100.0 + 1e-6 for row in rows)

    def test_what_a_rat_holds_adds_up_to_what_it_got(self, section):
        rows = [row for row in section.predictions["rat-gold-as-shipped"] if row["route"] == "IV" and row["size_nm"] == 80.0]
        total = sum(row["q50"] for row in rows if row["time_h"] == 24.0)
        assert {row["tissue"] for row in rows} == set(PARTS)
        assert total == pytest.approx(100.0, rel=0.1)  # medians of tissues need not add up exactly

    def test_every_organ_and_route_has_a_score_beside_a_constant(self, section):
        for model in (SHIPPED, UNCOATED):
            named = {finding.name: finding for finding in section.findings}
            for tissue in PARTS:
                found = named[f"AAFE, {model}: {tissue}, all routes"]
                assert found.value >= 1.0
                assert found.baseline is not None

    def test_size_and_route_act_as_in_the_rats(self, section):
        shapes = [finding for finding in section.findings if finding.target]
        assert len(shapes) == 6
        assert not [finding.name for finding in shapes if not finding.met]
