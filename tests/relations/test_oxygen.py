"""Oxygen between vessels against Krogh's profile and its solution with saturable consumption."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_bvp

from janusome.relations.oxygen import interstitial_oxygen_pressure, krogh_radius, oxygen_drop

R_C, R, P_C = 5.0, 100.0, 40.0  # um, um, mmHg
DENSITY = 2 * R_C / R**2


def profile(r, consumption):
    """Krogh's profile, mmHg; consumption over Krogh's constant in mmHg/um^2."""
    return P_C - consumption * (R**2 / 2 * np.log(r / R_C) - (r**2 - R_C**2) / 4)


def mean(function):
    return quad(lambda r: function(r) * 2 * r, R_C, R)[0] / (R**2 - R_C**2)


def test_krogh_s_profile_has_its_published_values_and_the_relation_is_its_mean():
    found = [float(profile(r, 0.003)) for r in (10.0, 40.0, 100.0)]
    assert found == pytest.approx([29.66, 9.99, 2.545], rel=5e-3)
    assert krogh_radius(R_C, DENSITY) == pytest.approx(R)
    assert P_C - oxygen_drop(0.003, 1.0, R_C, DENSITY) == pytest.approx(mean(lambda r: profile(r, 0.003)), rel=1e-4)


def test_pressure_is_never_negative_where_krogh_s_profile_is():
    assert profile(20.0, 0.006) < P_C / 2
    assert profile(R, 0.006) < 0.0
    for consumption in (0.006, 0.06, 6.0):
        assert interstitial_oxygen_pressure(P_C, oxygen_drop(consumption, 1.0, R_C, DENSITY), 1.0) > 0.0


@pytest.mark.parametrize(("consumption", "tolerance"), [(0.0005, 0.01), (0.001, 0.03), (0.002, 0.1)])
def test_the_mean_with_saturable_consumption_is_near_that_of_the_full_profile(consumption, tolerance):
    """The relation takes consumption at the mean pressure: right to a few percent while most cells are fed."""
    P_m = 2.0

    def slopes(r, y):
        P = np.maximum(y[0], 0.0)
        return np.array([y[1], consumption * P / (P + P_m) - y[1] / r])

    r = np.linspace(R_C, R, 400)
    start = np.array([np.maximum(profile(r, consumption), 1.0), np.zeros_like(r)])
    solved = solve_bvp(slopes, lambda a, b: np.array([a[0] - P_C, b[1]]), r, start, tol=1e-8, max_nodes=20000)
    assert solved.success
    whole = mean(lambda radius: solved.sol(radius)[0])
    found = interstitial_oxygen_pressure(P_C, oxygen_drop(consumption, 1.0, R_C, DENSITY), P_m)
    assert found == pytest.approx(whole, rel=tolerance)
