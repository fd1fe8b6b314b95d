"""Published human pharmacokinetics against the shipped library.

What was fitted has to be within 1.5-fold of the published value, or within the range over patients; what was not is written to
docs/validation.md and only has to be sane.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.reporting.published import published
from janusome.reporting.regimens import MAN, WOMAN
from janusome.reporting.validation import Compared, compare
from janusome.reporting.validation_page import report

TABLE = Path(os.environ.get("JANUSOME_DATA", "/nowhere")) / "body" / "published_pk_parameters.csv"
PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not TABLE.exists(), reason="JANUSOME_DATA is not set: it names the folder with body/published_pk_parameters.csv"
    ),
]
FOLD = 1.5
# How much the highest of an interval may exceed its lowest where patients differ more than elsewhere: half-lives of the first
# phase are 0.2 to 5.4 h over patients of drummond1999, and one that is small, as Doxil's, is told by few samples; volumes of
# Myocet are 3.1 to 35.4 L within one standard deviation of the four series that the table gives.
WIDEST = {"t_half_1": 80, "Vd": 20}
PEOPLE = (WOMAN, MAN)


@pytest.fixture(scope="module")
def compared() -> tuple[Compared, ...]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return compare(published(csv.DictReader(lines)), Library())


def of(compared, product, *parameters, dose=None):
    found = [
        one
        for one in compared
        if one.published.product == product and one.published.parameter in parameters and dose in (None, one.published.dose)
    ]
    assert {one.published.parameter for one in found} == set(parameters)
    return found


@pytest.mark.parametrize("host", PEOPLE)
def test_doxil_at_10_mg_is_within_one_and_a_half_fold_of_its_label(compared, host):
    for one in of(compared, "Doxil/Caelyx", "Cmax", "AUC", "Vss", "t_half_1", "t_half_2", dose=10):
        assert one.fitted
        assert one.fold(host) < FOLD, one.published.parameter


@pytest.mark.parametrize("host", PEOPLE)
def test_abraxane_is_within_one_and_a_half_fold_of_its_label(compared, host):
    for one in of(compared, "Abraxane", "CL", "V_per_m2", "t_half_terminal"):
        assert one.fitted
        assert one.fold(host) < FOLD, one.published.parameter


@pytest.mark.parametrize("dose", [25, 50])
def test_free_doxorubicin_is_within_the_published_range_of_its_dose(compared, dose):
    for one in of(compared, "free DOX", "AUC", "Vd", "t_half_2", dose=dose):
        assert one.published.range is not None
        low, high = one.published.range
        woman = next(each for each in one.ours if each.host == WOMAN)
        assert low < woman.median < high, one.published.parameter


@pytest.mark.parametrize("host", PEOPLE)
def test_the_clearance_of_free_doxorubicin_lies_between_the_ranges_of_its_two_doses(compared, host):
    """They do not overlap, and a linear clearance has one value: 39.7 to 48.6 L/h at 25 mg/m^2, 13.3 to 35.2 at 50."""
    rows = of(compared, "free DOX", "CL")
    ends = [end for one in rows for end in one.published.range or ()]
    for one in rows:
        assert one.fold(host) < FOLD
        assert min(ends) < one.ratio(host) * one.published.value < max(ends)


def test_doxil_at_doses_that_it_was_not_fitted_to_is_within_two_fold(compared):
    rows = [
        *of(compared, "SSL DOX (Doxil)", "CL", "AUC", "Vd", "t_half_2"),
        *of(compared, "Doxil/Caelyx (PLD)", "CL", "V", "t_half"),
    ]
    assert not any(one.published.aimed_at for one in rows)
    assert [one.published.parameter for one in rows if one.fitted] == ["CL", "Vd"]  # their ranges are shipped spreads
    assert max(one.fold(host) for one in rows for host in PEOPLE) < 2


def test_cu64_in_lesions_is_within_the_range_over_patients_without_a_fit(compared):
    for one in of(compared, "64Cu-MM-302 (lesions)", "uptake at 24 h", "uptake at 48 h"):
        low, high = one.published.range
        assert low < one.ours[0].median < high


def test_doxorubicin_in_tumors_of_mice_is_within_five_fold_in_area_without_a_fit(compared):
    for product in ("Doxil 9 mg/kg", "Doxil 16 mg/kg", "free doxorubicin 9 mg/kg"):
        for one in of(compared, product, "tumour_AUC_total", "tumour_AUC_nuclear"):
            assert one.fold("mouse") < 5, (product, one.published.parameter)


def test_intervals_are_those_of_patients_and_not_of_ignorance(compared):
    for one in compared:
        if one.fitted:
            for ours in one.ours:
                low, high = ours.interval
                if one.published.parameter == "protein_bound":  # 94 %: what varies is the rest
                    low, high = 100.0 - high, 100.0 - low
                assert 1.2 < high / low < WIDEST.get(one.published.parameter, 15), (one.published, ours.host)


def test_every_published_row_is_compared_or_says_why_not(compared):
    for one in compared:
        assert bool(one.ours) != bool(one.why_not), one.published
        assert one.ours or one.published.hosts != PEOPLE, one.why_not
        for ours in one.ours:
            assert np.isfinite(ours.draws).mean() > 0.5  # some courses show one phase alone
            assert np.nanmin(ours.draws) > 0


def test_the_page_shows_every_row_as_it_is_now(compared):
    def told(text):
        return [
            re.sub(r"\*\*.*?\*\*|[\d.×⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+ \(.*?\),", "", line) for line in text.splitlines() if line.startswith("|")
        ]

    assert told(PAGE.read_text(encoding="utf-8"))[: len(compared)] == told(report(compared))[: len(compared)], (
        "run `python docs/make_validation.py`"
    )
