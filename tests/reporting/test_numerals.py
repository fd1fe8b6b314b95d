"""Numbers as people read them."""

import pytest

from janusome.reporting.numerals import interval, number, unit
from janusome.simulation.ensemble import Interval, NotEstimable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (9996.0, "9996"),
        (0.0009996, "9.996 × 10⁻⁴"),
        (99999.0, "1 × 10⁵"),
        (-3e-7, "−3 × 10⁻⁷"),
        (float("nan"), "unknown"),
    ],
)
def test_numbers_have_a_few_digits_and_raised_powers(value, text):
    assert number(value, 4 if "996" in text else 3) == text


def test_units_are_written_as_on_paper():
    assert unit("m^3/(s cell)") == "m³/(s cell)"
    assert unit("ug h/mL") == "µg h/mL"
    assert unit("10^-3") == "10⁻³"
    assert unit("medium") == "medium"


def test_an_interval_without_spread_is_one_number():
    assert interval(Interval(2.0, 2.0, 2.0, "h")).replace("\u00a0", " ") == "2 h"
    assert interval(Interval(2.0, 1.0, 3.0, "")) == "2 (1 to 3)"
    assert interval(NotEstimable("too short")) == "not estimable: too short"
    assert interval(NotEstimable("not reached within 3 d")) == "not reached within 3 d"
    assert interval(None) == "–"
