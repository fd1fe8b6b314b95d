"""Non-compartmental figures against the closed forms of one- and two-compartment models.

Tolerance: 0.1 % for areas and what follows from them, 1 % for the terminal slope, on 400 points spread over 12 half-lives.
"""

import numpy as np
import pytest

from janusome.simulation.ensemble import Interval, NotEstimable, at_times, interval
from janusome.simulation.exposure import areas, exposure, terminal_slope

AREA, SLOPE = 1e-3, 1e-2
DOSE = 30.0


def grid(end, *, points=400):
    return np.concatenate([[0.0], np.geomspace(end * 1e-5, end, points)])


def bolus(times, amplitudes, rates):
    return np.sum([a * np.exp(-k * times) for a, k in zip(amplitudes, rates, strict=True)], axis=0)


def infusion(times, amplitudes, rates, *, over):
    """A bolus of the same dose, spread evenly over `over`."""
    during = np.minimum(times, over)
    parts = [
        a / (k * over) * (np.exp(-k * (times - during)) - np.exp(-k * times)) for a, k in zip(amplitudes, rates, strict=True)
    ]
    return np.sum(parts, axis=0)


def moments(amplitudes, rates):
    area = sum(a / k for a, k in zip(amplitudes, rates, strict=True))
    return area, sum(a / k**2 for a, k in zip(amplitudes, rates, strict=True)) / area


ONE = ((3.0,), (0.2,))
TWO = ((8.0, 2.0), (1.5, 0.05))


@pytest.mark.parametrize("model", [ONE, TWO], ids=["one compartment", "two compartments"])
@pytest.mark.parametrize("over", [0.0, 1.0, 6.0], ids=["bolus", "1 h", "6 h"])
def test_figures_equal_the_closed_form_after_a_bolus_and_an_infusion(model, over):
    amplitudes, rates = model
    t = np.union1d(grid(12 * np.log(2) / min(rates)), [over])
    c = infusion(t, amplitudes, rates, over=over) if over else bolus(t, amplitudes, rates)
    area, residence = moments(amplitudes, rates)
    figures = {name: estimate.values[0] for name, estimate in exposure(t, c, dose=DOSE, infusion=over).items()}
    assert figures["auc_to_infinity"] == pytest.approx(area, rel=AREA)
    assert figures["clearance"] == pytest.approx(DOSE / area, rel=AREA)
    assert figures["mean_residence_time"] == pytest.approx(residence, rel=2 * AREA)
    assert figures["volume_at_steady_state"] == pytest.approx(DOSE / area * residence, rel=2 * AREA)
    assert figures["terminal_half_life"] == pytest.approx(np.log(2) / min(rates), rel=SLOPE)
    assert figures["time_of_peak"] == over
    assert figures["peak_concentration"] == pytest.approx(c.max(), rel=1e-12)


def test_a_single_exponential_is_exact_on_any_grid():
    t = np.array([0.0, 1.0, 7.0, 9.0, 30.0])
    figures = exposure(t, bolus(t, *ONE), dose=DOSE)
    area, residence = moments(*ONE)
    assert figures["auc_to_infinity"].values[0] == pytest.approx(area, rel=1e-12)
    assert figures["mean_residence_time"].values[0] == pytest.approx(residence, rel=1e-12)


def test_every_draw_is_analysed_as_if_it_were_alone():
    t = grid(200.0)
    rates = np.array([0.03, 0.1, 0.4])
    together = np.stack([bolus(t, (5.0, 1.0), (2.0, k)) for k in rates])
    all_at_once = exposure(t, together, dose=DOSE)
    for draw, course in enumerate(together):
        alone = exposure(t, course, dose=DOSE)
        for name, estimate in alone.items():
            assert np.array_equal(estimate.values[0], all_at_once[name].values[draw], equal_nan=True), name
            assert estimate.reasons[0] == all_at_once[name].reasons[draw]


def test_a_rising_line_has_the_area_of_a_trapezium():
    area, moment = areas(np.array([0.0, 2.0]), np.array([[1.0, 3.0]]))
    assert area[0] == 4.0
    assert moment[0] == pytest.approx(14 / 3)  # integral of t (1 + t) from 0 to 2


def test_nearly_level_courses_lose_no_digits():
    t = np.array([0.0, 1.0])
    for x in (1e-14, 1e-9, 1e-4, 0.0199, 0.0201):
        area, moment = areas(t, np.exp(-x * t)[None, :])
        assert area[0] == pytest.approx(1 - x / 2 + x**2 / 6 - x**3 / 24, rel=1e-8)
        assert moment[0] == pytest.approx(1 / 2 - x / 3 + x**2 / 8 - x**3 / 30 + x**4 / 144, rel=1e-9)


def test_the_terminal_slope_uses_only_points_after_the_peak_and_above_the_limit():
    t = np.arange(0.0, 13.0)
    c = np.where(t < 2, t / 2, np.exp(-0.5 * (t - 2)))
    c[10:] = 1e-12
    end = terminal_slope(t, c[None, :])
    assert end.last[0] == 9
    assert end.points[0] == 7  # 3 h to 9 h; the peak at 2 h is left out
    assert end.rate[0] == pytest.approx(0.5, rel=1e-9)


def reason(figures, name):
    return figures[name].reasons[0]


def test_a_course_that_does_not_fall_has_no_half_life_and_says_why():
    t = np.linspace(0.0, 10.0, 50)
    figures = exposure(t, 1 - np.exp(-t), dose=DOSE)
    assert reason(figures, "terminal_half_life") == "fewer than 3 points after Tmax lie above the limit"
    assert reason(figures, "clearance") == reason(figures, "terminal_half_life")
    assert reason(figures, "auc_to_last") == ""


def test_a_course_cut_short_has_no_total_area_and_says_why():
    t = np.linspace(0.0, 10.0, 100)
    figures = exposure(t, np.exp(-0.1 * t), dose=DOSE)
    assert reason(figures, "terminal_half_life") == ""
    assert "more than 20% of the area" in reason(figures, "clearance")
    assert np.isnan(figures["clearance"].values[0])
    much_shorter = exposure(t / 10, np.exp(-0.01 * t), dose=DOSE)
    assert "less than 1 half-life" in reason(much_shorter, "terminal_half_life")


def test_scattered_last_points_have_no_half_life():
    t = np.arange(10.0)
    c = np.array([10.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 0.9])
    assert "no straight line" in reason(exposure(t, c, dose=DOSE), "terminal_half_life")


def test_an_empty_course_says_so_and_raises_nothing():
    figures = exposure(np.arange(5.0), np.zeros((2, 5)), dose=DOSE)
    assert all(name == "the concentration is zero throughout" for estimate in figures.values() for name in estimate.reasons)


def test_a_species_that_forms_from_another_has_an_area_but_no_clearance():
    t = grid(100.0)
    figures = exposure(t, np.exp(-0.2 * t) - np.exp(-2 * t), dose=None)
    assert reason(figures, "auc_to_infinity") == ""
    assert "forms from another" in reason(figures, "clearance")
    assert "forms from another" in reason(figures, "volume_at_steady_state")


def test_an_interval_needs_nine_draws_in_ten():
    values = np.arange(10.0)
    kept = interval(np.where(values == 3, np.nan, values), "h", reasons=("",) * 10)
    assert isinstance(kept, Interval)
    assert kept.estimable == 0.9
    assert kept.q05 <= kept.median <= kept.q95
    lost = interval(np.where(values < 2, np.nan, values), "h", reasons=("too short", "too short", *("",) * 8))
    assert lost == NotEstimable("too short", "h")


def test_values_between_stored_times_are_interpolated_and_a_jump_counts_from_its_later_side():
    times = np.array([0.0, 1.0, 1.0, 2.0])
    values = np.array([[0.0, 1.0, 5.0, 7.0]])
    assert at_times(times, values, [0.5, 1.0, 1.5, 2.0, 9.0]).tolist() == [[0.5, 5.0, 6.0, 7.0, 7.0]]
