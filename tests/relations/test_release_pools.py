"""Release pools: mixtures of first-order pools against the curves that they stand for."""

import numpy as np
import pytest

from janusome.relations.release_pools import KorsmeyerPeppas, Pools, Weibull

HOUR = 3600.0
WINDOW = np.geomspace(0.1, 200.0, 300) * HOUR
# scale and shape from the published hazards kdiff t^-gamma of three batches of PLA-PEG (Shalgunov 2017), and other shapes
CURVES = [
    Weibull(25400 * HOUR, 0.43),
    Weibull(391 * HOUR, 1.0532),
    Weibull(102 * HOUR, 0.402),
    Weibull(10 * HOUR, 0.7),
    KorsmeyerPeppas(400 * HOUR, 0.5),
    KorsmeyerPeppas(2000 * HOUR, 0.43),
]


@pytest.mark.parametrize("curve", CURVES, ids=repr)
def test_a_mixture_reproduces_its_curve_within_two_percent_of_the_payload(curve):
    pools = Pools.of(curve)
    hours = WINDOW[curve.held(WINDOW) >= curve.holds_to]
    mixed = np.exp(-np.outer(hours, pools.rates)) @ pools.shares
    assert np.abs(mixed - curve.held(hours)).max() <= 0.02
    assert pools.shares.sum() == pytest.approx(1.0)
    assert (pools.shares > 0).all()
    assert len(pools.rates) <= 6


def test_one_exponential_is_one_pool():
    pools = Pools.of(Weibull(10 * HOUR, 1.0))
    assert pools.rates == pytest.approx([1.0 / (10 * HOUR)], rel=1e-3)
    assert pools.error < 1e-4


def test_a_release_that_starts_late_is_missed_and_the_error_says_so():
    assert Pools.of(Weibull(10 * HOUR, 1.6)).error > 0.1


def test_pools_of_given_rates_follow_a_neighbouring_curve():
    rates = Pools.of(Weibull(102 * HOUR, 0.402)).rates
    assert Pools.at(rates, Weibull(130 * HOUR, 0.42)).error < 0.02


@pytest.mark.parametrize("curve", CURVES, ids=repr)
def test_a_curve_knows_when_a_share_is_still_held(curve):
    assert curve.held(np.array([curve.when(0.7)])) == pytest.approx([0.7])
