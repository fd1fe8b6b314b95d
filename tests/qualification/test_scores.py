"""Scores against their definitions, and splits that keep groups whole."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from janusome.qualification.scores import folds_of, paired, scores


def test_within_threefold_counts_a_third_and_three_times_alike():
    found = np.log([3.0, 1.0 / 3.0, 3.01, 0.33])
    assert scores(found, np.zeros(4)).within_3 == pytest.approx(0.5)


def test_aafe_does_not_see_the_direction_of_an_error():
    assert scores(np.log([2.0]), np.zeros(1)).aafe == pytest.approx(scores(np.log([0.5]), np.zeros(1)).aafe)


def test_crps_is_the_integral_of_the_squared_difference_of_distributions():
    found, mean, deviation = 0.7, 0.2, 0.9
    ours = scores(np.array([found]), np.array([mean]), np.array([deviation])).crps
    below, _ = quad(lambda x: norm.cdf(x, mean, deviation) ** 2, -12, found)
    above, _ = quad(lambda x: (1 - norm.cdf(x, mean, deviation)) ** 2, found, 12)
    assert ours == pytest.approx(below + above, rel=1e-6)


def test_a_ninety_percent_interval_covers_ninety_percent_of_what_it_describes():
    drawn = np.random.default_rng(1).normal(0.0, 2.0, 20_000)
    assert scores(drawn, np.zeros(drawn.size), np.full(drawn.size, 2.0)).coverage == pytest.approx(0.9, abs=0.01)


def test_the_bootstrap_resamples_groups_and_not_points():
    groups = np.repeat(np.arange(20), 50)
    shift = np.random.default_rng(2).normal(0.0, 1.0, 20)[groups]
    pair = paired(shift, np.zeros(shift.size), np.full(shift.size, 0.05), groups)
    alone = paired(shift, np.zeros(shift.size), np.full(shift.size, 0.05), np.arange(shift.size))
    assert math.log(pair.high / pair.low) > 4.0 * math.log(alone.high / alone.low)


def test_no_group_stands_on_both_sides_of_a_split_whatever_the_order_of_rows():
    groups = np.random.default_rng(3).integers(0, 40, 500)
    fold = folds_of(groups)
    assert all(len(set(fold[groups == group])) == 1 for group in range(40))
    order = np.random.default_rng(4).permutation(500)
    assert (folds_of(groups[order]) == fold[order]).all()
