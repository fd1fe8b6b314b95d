"""Diagnostics against chains whose answer is known."""

import numpy as np
import pytest

from janusome.calibration.diagnostics import bulk_size, r_hat, tail_size


def autoregressive(rho, *, chains=8, steps=4000, seed=0):
    generator = np.random.default_rng(seed)
    noise = np.sqrt(1 - rho**2) * generator.standard_normal((chains, steps))
    found = np.empty((chains, steps))
    found[:, 0] = generator.standard_normal(chains)
    for k in range(1, steps):
        found[:, k] = rho * found[:, k - 1] + noise[:, k]
    return found


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_effective_size_of_an_autoregressive_chain_is_its_own(rho):
    draws = autoregressive(rho)
    assert bulk_size(draws) == pytest.approx(draws.size * (1 - rho) / (1 + rho), rel=0.12)


def test_chains_of_one_distribution_agree():
    assert r_hat(autoregressive(0.3)) < 1.005


def test_a_chain_elsewhere_is_seen():
    draws = autoregressive(0.0, steps=500)
    draws[0] += 2.0
    assert r_hat(draws) > 1.05


def test_a_chain_of_another_width_is_seen():
    draws = autoregressive(0.0, steps=500)
    draws[0] *= 4.0
    assert r_hat(draws) > 1.05


def test_a_chain_that_drifts_is_seen():
    draws = autoregressive(0.0, chains=4, steps=500)
    assert r_hat(draws + np.linspace(0, 3, 500)) > 1.05


def test_a_chain_that_stands_still_is_worth_little():
    draws = np.repeat(autoregressive(0.0, chains=4, steps=20), 100, axis=1)
    assert bulk_size(draws) < 200
    assert tail_size(draws) < 400
