"""Volumes from structure and free drugs in people: what the method reaches is held, and what it misses is told."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from janusome.files.library import Library
from janusome.qualification.free_drugs import MAN, VOLUME, Figure, compare
from janusome.qualification.small_drugs import MEDIAN, small_drugs
from janusome.qualification.volumes import TABLE, volume_at_steady_state
from janusome.simulation.values import Scope, ValueBook
from janusome.specification.rows import Host

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere"))
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (DATA / TABLE).exists(), reason=f"JANUSOME_DATA is not set: it names the folder with {TABLE}"),
]


@pytest.fixture(scope="module")
def section():
    return small_drugs(DATA, frozen=True)


def finding(section, name):
    return next(one for one in section.findings if one.name == name)


def test_in_its_domain_structure_beats_the_constant(section):
    error = finding(section, "VDss, in the domain: average absolute fold error")
    assert error.value < 2.5 < error.baseline
    assert error.baseline_name == MEDIAN
    assert finding(section, "VDss, in the domain: within 2-fold").value >= 0.6
    assert finding(section, "VDss, in the domain: within 3-fold").value >= 0.7


def test_over_all_drugs_it_is_no_worse_than_the_constant(section):
    error = finding(section, "VDss, all drugs: average absolute fold error")
    assert error.value < 4.3 < error.baseline
    for fold in ("2", "3"):
        share = finding(section, f"VDss, all drugs: within {fold}-fold")
        assert share.value > share.baseline


def test_no_lipophilic_drug_is_thousands_of_times_too_high(section):
    """What remains far off: DHA-paclitaxel and indocyanine green, which albumin keeps in plasma."""
    far = {row[0] for row in section.tables[0].rows if row[5] is not None and row[5] > 20}
    assert far == {"DHA Paclitaxel", "Indocyanine Green"}


def test_every_drug_of_the_table_is_predicted_or_says_why_not(section):
    for row in section.tables[0].rows:
        ratio, words = row[5], row[6]
        assert (ratio is None) == (words not in ("yes", "no")), row


def test_free_drugs_in_people_are_within_two_fold_but_for_the_volume_of_gemcitabine(section):
    asked = [row for row in section.tables[1].rows if row[0] in ("irinotecan", "cisplatin", "gemcitabine", "cytarabine")]
    missed = [row for row in asked if not (row[7] is not None and row[7] <= 2.0)]
    assert len(asked) >= 38
    assert {(row[0], row[2]) for row in missed} <= {("gemcitabine", "VDss")}


def test_clearance_comes_back_as_it_was_put_in(section):
    assert finding(section, "free drugs, CL: within 2-fold").value > 0.85


def test_predictions_have_their_quantiles(section):
    for rows in section.predictions.values():
        for row in rows:
            quantiles = [row[name] for name in ("q05", "q50", "q95")]
            assert quantiles == sorted(quantiles) or any(math.isnan(one) for one in quantiles)


def test_the_volume_of_a_run_is_that_of_the_sum_over_organs():
    """Etoposide leaves slowly, so that what organs clear does not change what they hold."""
    library = Library()
    man = library.row("host", MAN)
    assert isinstance(man, Host)
    chain = Scope("drug etoposide", library.row("drug", "etoposide"))
    summed = volume_at_steady_state(chain, man, ValueBook(draws=1, seed=0))[0]
    asked = [Figure("etoposide", VOLUME, 0.18, 0.18, "L/kg", "-")]
    run = compare(asked, library, draws=0, hosts=[MAN])[0]
    assert run.ours == pytest.approx(summed, rel=0.02)


def test_a_folder_without_the_table_is_told(tmp_path):
    assert str(TABLE) in small_drugs(tmp_path, frozen=False).skipped
