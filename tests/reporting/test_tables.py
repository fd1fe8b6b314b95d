"""The tables that other programs read."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from janusome.reporting.tables import readouts, summary, time_courses
from synthetic import record

RECORD = record(draws=12, points=60)


def numbers(data, path=""):
    if isinstance(data, dict):
        for key, value in data.items():
            yield from numbers(value, f"{path}.{key}")
    elif isinstance(data, list):
        for each in data:
            yield from numbers(each, path)
    else:
        yield path, data


def test_time_courses_have_the_agreed_columns_and_every_row_of_every_course():
    rows = list(csv.reader(io.StringIO(time_courses(RECORD))))
    assert rows[0] == ["arm", "species", "form", "organ", "site", "time_h", "quantity", "unit", "median", "q05", "q95"]
    assert len(rows) == 1 + sum(len(arm.courses) * arm.times.size for arm in RECORD.arms)
    assert all(len(row) == 11 for row in rows)


def test_time_courses_hold_the_quantiles_of_the_draws():
    rows = csv.DictReader(io.StringIO(time_courses(RECORD)))
    course = RECORD.arms[0].courses[0]
    for k, row in zip(range(5), rows, strict=False):
        low, middle, high = np.quantile(course.values[:, k], (0.05, 0.5, 0.95))
        assert [float(row[name]) for name in ("q05", "median", "q95")] == pytest.approx([low, middle, high], rel=1e-8)
        assert float(row["time_h"]) == pytest.approx(RECORD.arms[0].times[k] / 3600, rel=1e-8)


def test_read_outs_have_a_row_each_with_interval_and_unit_or_the_reason_why_there_is_none():
    rows = list(csv.DictReader(io.StringIO(readouts(RECORD))))
    assert len(rows) == sum(len(arm.readouts) for arm in RECORD.arms)
    one = next(row for row in rows if row["figure"] == "injected_dose_per_mass")
    assert [one[name] for name in ("arm", "organ", "species", "time_h", "unit")] == [
        "treated",
        "breast-her2",
        "carrier",
        "24",
        "%/g",
    ]
    assert float(one["q05"]) < float(one["median"]) < float(one["q95"])
    none = next(row for row in rows if row["figure"] == "penetration_1_over_e_depth")
    assert none["median"] == ""
    assert none["note"].startswith("not reached within 9 mm")


def test_the_summary_is_json_without_nan_and_every_figure_has_unit_and_interval():
    data = json.loads(json.dumps(summary(RECORD), allow_nan=False))
    figures = [
        answer
        for arm in data["arms"].values()
        for section in (
            "plasma_exposure",
            "tissue_exposure",
            "biodistribution",
            "tumor_response",
            "visibility",
            "tumor_readouts",
        )
        for found in arm[section]
        for answer in found["figures"].values()
    ]
    assert len(figures) > 100
    for answer in figures:
        assert "unit" in answer
        if "not_estimable" in answer:
            assert answer["not_estimable"]
        else:
            assert answer["q05"] <= answer["median"] <= answer["q95"]


def test_the_summary_keeps_books_versions_and_seed():
    data = summary(RECORD)
    assert data["schema"] == "janusome-summary/1"
    assert data["arms"]["treated"]["ledger_error"] == RECORD.arms[0].ledger_error
    assert data["versions"] == RECORD.versions
    assert data["seed"] == RECORD.seed
    assert "seconds" not in data["arms"]["treated"]["solver"]


def test_organ_contents_are_told_at_the_times_that_the_study_asks_for():
    RECORD.study["outputs"]["times"] = ["2 h", "3 d"]
    try:
        data = summary(RECORD)
    finally:
        del RECORD.study["outputs"]["times"]
    assert data["asked_hours"] == [2.0, 72.0]
    assert {found["time_h"] for found in data["arms"]["treated"]["biodistribution"]} == {2.0, 72.0}


def test_arms_are_set_against_each_other():
    (first, *_) = summary(RECORD)["exposure_ratios"]
    assert (first["arm"], first["reference"]) == ("treated", "free-drug")
    assert first["figures"]["auc_ratio"]["unit"] == ""
