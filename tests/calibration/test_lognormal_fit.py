"""The fit of spread values against cases that have an answer."""

import numpy as np
import pytest

from janusome.calibration.lognormal_fit import fit

RANDOM = np.random.default_rng(7)
SLOPES = RANDOM.standard_normal((200, 3))
TRUTH = np.array([0.4, -0.7, 0.2])
SEEN = SLOPES @ TRUTH + 0.2 * RANDOM.standard_normal(200)


def linear(logs):
    return logs @ SLOPES.T


def test_a_linear_model_gets_the_posterior_of_linear_regression():
    spreads = np.array([1.0, 1.0, 0.1])
    found = fit(linear, SEEN, spreads=spreads, groups=["all"] * 200)
    information = SLOPES.T @ SLOPES / found.scatter[0] ** 2 + np.diag(1.0 / spreads**2)
    assert found.mode == pytest.approx(np.linalg.solve(information, SLOPES.T @ SEEN / found.scatter[0] ** 2), abs=1e-3)
    assert found.covariance == pytest.approx(np.linalg.inv(information), rel=1e-3)
    assert found.scatter[0] == pytest.approx(0.2, rel=0.15)


def test_what_the_data_do_not_move_keeps_its_prior():
    found = fit(lambda logs: logs[:, :1] @ np.ones((1, 20)), np.full(20, 0.5), spreads=np.array([1.0, 0.6]), groups=["a"] * 20)
    assert found.mode[1] == 0.0
    assert np.sqrt(found.covariance[1, 1]) == pytest.approx(0.6)


def test_groups_scatter_on_their_own():
    noise = np.concatenate([0.1 * RANDOM.standard_normal(100), 0.5 * RANDOM.standard_normal(100)])
    found = fit(linear, SLOPES @ TRUTH + noise, spreads=np.ones(3), groups=["still"] * 100 + ["loud"] * 100)
    assert found.scatter[0] == pytest.approx(0.1, rel=0.4)
    assert found.scatter[-1] == pytest.approx(0.5, rel=0.3)


def test_draws_begin_at_the_mode_and_spread_as_the_posterior():
    found = fit(linear, SEEN, spreads=np.ones(3), groups=["all"] * 200)
    draws = found.draws(4000, seed=1)
    assert (draws[0] == found.mode).all()
    assert np.cov(draws.T) == pytest.approx(found.covariance, abs=4e-5)
    assert (found.draws(5, seed=1)[1:] == found.draws(5, seed=1)[1:]).all()
