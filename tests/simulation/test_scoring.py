"""A run against observations."""

import numpy as np
import pytest

from janusome.reporting.report import report
from janusome.reporting.tables import summary
from janusome.simulation.scoring import score
from synthetic import record

RECORD = record(draws=9, points=60)


def observed(factor: float = 1.0, changes=None):
    course = next(c for c in RECORD.arms[0].courses if c.form == "total" and c.organ == "plasma")
    middle = np.median(course.values, axis=0)
    row = {
        "species": "doxorubicin",
        "form": "total",
        "organ": "plasma",
        "quantity": course.quantity,
        "unit": "ng/mL",
    } | (changes or {})
    times = RECORD.arms[0].times / 3600
    return [row | {"time_h": str(times[k]), "median": str(1000 * factor * middle[k])} for k in (5, 20, 40)]


def test_observations_equal_to_the_simulation_score_perfectly_in_any_unit():
    (found,), missing = score(RECORD.arms, observed())
    assert not missing
    assert found.fold_error == pytest.approx(1.0)
    assert (found.within_fold, found.covered) == (1.0, 1.0)


def test_observations_three_times_as_high_are_three_fold_off():
    (found,), _ = score(RECORD.arms, observed(factor=3.0))
    assert found.fold_error == pytest.approx(3.0)
    assert found.within_fold == 0.0


def test_an_observation_that_the_run_does_not_have_is_named():
    for changes, words in (
        ({"species": "doxorubicine"}, "did you mean doxorubicin"),
        ({"arm": "placebo"}, "no arm 'placebo'"),
        ({"form": ""}, "several courses fit"),
        ({"unit": "h"}, "no such course"),
    ):
        found, (sentence,) = score(RECORD.arms, observed(changes=changes))
        assert not found
        assert words in sentence


def test_observations_after_the_end_are_left_out():
    rows = [row | {"time_h": "99999"} for row in observed()]
    (found,), _ = score(RECORD.arms, rows)
    assert found.hours.size == 0
    assert summary(RECORD, observations=rows)["observed"][0]["points"] == 0


def test_the_report_draws_observations_over_the_result_and_scores_them():
    html = report(RECORD, observations=observed(factor=3.0) + observed(changes={"species": "nothing"}))
    assert "Against what was observed" in html
    assert "fold error 3" in html
    assert "arm treated has no such course" in html
    (scored,) = summary(RECORD, observations=observed())["observed"]
    assert scored["fold_error"] == pytest.approx(1.0)
