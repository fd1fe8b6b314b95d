import numpy as np
import pytest
from scipy.optimize import curve_fit

from janusome.imaging.relaxometry.multi_echo import multi_echo
from janusome.numerics.least_squares import fit_within_bounds

TIMES = np.linspace(2e-3, 40e-3, 12)


def test_a_map_is_fitted_as_an_independent_solver_fits_each_voxel():
    rng = np.random.default_rng(3)
    signal = 7.0 * np.exp(-np.geomspace(20.0, 200.0, 6)[:, None] * TIMES) + 0.1 * rng.standard_normal((6, 12))
    found = multi_echo(signal, echo_time=TIMES)
    for k, voxel in enumerate(signal):
        (A, R), covariance = curve_fit(lambda t, A, R: A * np.exp(-R * t), TIMES, voxel, p0=(5.0, 50.0))
        assert (found.amplitude[k], found.rate[k]) == pytest.approx((A, R), rel=1e-6)
        errors = (found.amplitude_standard_error[k], found.rate_standard_error[k])
        assert errors == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)


def test_a_number_that_the_data_do_not_fix_has_the_interval_of_its_bounds():
    x = np.linspace(0.0, 1.0, 20)
    low, high = np.array([0.0, -5.0]), np.array([10.0, 5.0])
    noise = 0.01 * np.sin(40.0 * x)
    fit = fit_within_bounds(
        lambda p: p[0] * x + 0.0 * p[1] - (2.0 * x + noise), starts=[np.array([1.0, 1.0])], low=low, high=high
    )
    sure, lost = fit.estimates
    assert sure.value == pytest.approx(2.0, abs=0.01)
    assert np.isinf(lost.standard_error)
    assert (lost.low, lost.high) == (-5.0, 5.0)
