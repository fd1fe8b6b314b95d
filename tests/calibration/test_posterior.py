"""The engine of calibration on problems whose answer is known: linear, censored, many-peaked, repeated from the prior."""

import numpy as np
import pytest
from scipy import integrate, stats

from janusome.calibration.diagnostics import bulk_size, r_hat
from janusome.calibration.likelihood import Likelihood
from janusome.calibration.mixture import from_modes
from janusome.calibration.mode import find_modes, starts
from janusome.calibration.posterior import Posterior
from janusome.calibration.sampler import sample


def likelihood(y, *, error=0.3, below=None, groups=False):
    rows = len(y)
    return Likelihood(
        np.asarray(y, dtype=float),
        np.zeros(rows, dtype=bool) if below is None else np.asarray(below),
        np.full(rows, error),
        np.full(rows, 0 if groups else -1),
    )


def solved(posterior, *, seed=0, wanted=1000):
    search = find_modes(posterior, starts(posterior, np.random.default_rng([seed, 0])))
    return search, sample(posterior, from_modes(search.modes), np.random.default_rng([seed, 1]), wanted=wanted)


@pytest.fixture(scope="module")
def linear():
    generator = np.random.default_rng(5)
    slopes, error = generator.standard_normal((20, 6)), 0.4
    y = slopes @ generator.standard_normal(6) + error * generator.standard_normal(20)
    precision = slopes.T @ slopes / error**2 + np.eye(6)
    covariance = np.linalg.inv(precision)
    return Posterior(lambda z: z @ slopes.T, likelihood(y, error=error), 6), covariance @ slopes.T @ y / error**2, covariance


def test_the_mode_of_a_linear_problem_is_its_mean_and_laplace_is_its_covariance(linear):
    posterior, mean, covariance = linear
    search = find_modes(posterior, starts(posterior, np.random.default_rng(0)))
    assert len(search.modes) == 1
    assert search.converged == search.starts
    assert search.modes[0].at == pytest.approx(mean, abs=1e-9)
    assert search.modes[0].covariance == pytest.approx(covariance, abs=1e-9)


def test_draws_of_a_linear_problem_have_its_mean_and_covariance(linear):
    posterior, mean, covariance = linear
    _, chains = solved(posterior, wanted=2500)
    pooled = chains.draws.reshape(-1, 6)
    assert (pooled.mean(axis=0) - mean) / np.sqrt(np.diag(covariance)) == pytest.approx(np.zeros(6), abs=0.08)
    assert np.cov(pooled, rowvar=False) == pytest.approx(covariance, abs=0.1 * np.diag(covariance).max())
    assert 0.1 < chains.accepted < 0.6


def test_what_the_data_do_not_move_keeps_its_prior():
    found = find_modes(Posterior(lambda z: z[:, :1] @ np.ones((1, 20)), likelihood(np.full(20, 0.5)), 2), np.zeros((1, 2)))
    assert found.modes[0].at[1] == 0.0
    assert found.modes[0].covariance[1, 1] == pytest.approx(1.0)


def test_the_errors_of_groups_are_found_on_their_own():
    generator = np.random.default_rng(7)
    slopes, truth = generator.standard_normal((200, 3)), np.array([0.4, -0.7, 0.2])
    noise = np.concatenate([0.1 * generator.standard_normal(100), 0.5 * generator.standard_normal(100)])
    group = np.repeat([0, 1], 100)
    seen = Likelihood(slopes @ truth + noise, np.zeros(200, dtype=bool), np.zeros(200), group)
    best = find_modes(Posterior(lambda z: z @ slopes.T, seen, 3), np.zeros((1, 5))).modes[0]
    assert best.at[:3] == pytest.approx(truth, abs=0.05)
    assert seen.excess(best.at[None, 3:])[0] == pytest.approx([0.1, 0.5], rel=0.2)


def test_the_same_seed_draws_the_same_bits(linear):
    posterior, _, _ = linear
    one, other = (solved(posterior, seed=3, wanted=300)[1].draws for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one[:, :5], solved(posterior, seed=4, wanted=300)[1].draws[:, :5])


def test_a_value_below_its_limit_counts_by_the_probability_that_it_lies_there():
    limit, prediction, error = np.log(0.5), 0.2, 0.4
    censored = likelihood([limit], error=error, below=[True])
    density = lambda y: stats.norm.pdf(y, prediction, error)  # noqa: E731
    whole = integrate.quad(density, -10, limit)[0]
    assert censored.log_density(np.array([[prediction]]), np.zeros((1, 0)))[0] == pytest.approx(np.log(whole))


def test_a_value_below_its_limit_does_not_pull_a_prediction_that_is_far_below():
    censored = likelihood([0.0], below=[True])
    assert censored.slopes(np.array([[-5.0]]), np.zeros((1, 0))).prediction[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert censored.slopes(np.array([[2.0]]), np.zeros((1, 0))).prediction[0, 0] > 1.0


@pytest.mark.parametrize("below", [[False, False], [True, False], [True, True]])
def test_slopes_of_the_likelihood_are_those_of_differences(below):
    one = likelihood([0.3, -0.4], error=0.2, below=below, groups=True)
    f, eta, h = np.array([[0.1, 0.2]]), np.array([[0.7]]), 1e-6
    slopes = one.slopes(f, eta)
    by_excess = (one.log_density(f, eta + h) - one.log_density(f, eta - h)) / (2 * h)
    assert slopes.excess.sum() == pytest.approx(-by_excess[0], rel=1e-6)
    for k in range(2):
        step = h * np.eye(2)[[k]]
        by_row = (one.log_density(f + step, eta) - one.log_density(f - step, eta)) / (2 * h)
        assert slopes.prediction[0, k] == pytest.approx(-by_row[0], rel=1e-6)


def test_the_prior_of_an_excess_error_is_half_normal():
    one = likelihood([0.0], groups=True)
    deviates = np.random.default_rng(0).standard_normal((20_000, 1))
    assert stats.kstest(one.excess(deviates)[:, 0], stats.halfnorm(scale=one.scale).cdf).pvalue > 0.01


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Truths drawn from the prior fall evenly among the posterior draws (simulation-based calibration)."""
    generator = np.random.default_rng(11)
    slopes = generator.standard_normal((8, 2))
    curved = lambda z: z @ slopes.T + 0.2 * z[:, :1] * z[:, 1:] + 0.1 * z[:, :1] ** 2  # noqa: E731
    ranks = []
    for k in range(25):
        truth = generator.standard_normal((1, 3))
        none = likelihood(np.zeros(8), error=0.2, groups=True)
        y = none.drawn(curved(truth[:, :2]), truth[:, 2:], generator.standard_normal((1, 8)))[0]
        posterior = Posterior(curved, likelihood(y, error=0.2, groups=True), 2)
        _, chains = solved(posterior, seed=k, wanted=100)
        ranks.append((chains.draws.reshape(-1, 3) < truth).mean(axis=0))
    assert stats.kstest(np.ravel(ranks), "uniform").pvalue > 0.01


def test_two_peaks_are_both_found_and_told():
    posterior = Posterior(np.abs, likelihood([1.5], error=0.1), 1)
    search, chains = solved(posterior, wanted=100)
    assert len(search.modes) == 2
    assert sorted(np.sign([mode.at[0] for mode in search.modes])) == [-1, 1]
    assert 0.2 < np.mean(chains.draws > 0) < 0.8


def test_where_the_model_fails_nothing_is_drawn():
    def halved(z):
        return np.where(z > 0.5, np.nan, z)

    _, chains = solved(Posterior(halved, likelihood([0.5], error=0.3), 1), wanted=100)
    assert chains.draws.max() <= 0.5
    assert np.isfinite(chains.log_density).all()


def test_a_curved_problem_of_many_values_is_drawn_well():
    generator = np.random.default_rng(2)
    slopes = generator.standard_normal((30, 12)) / 2
    curved = lambda z: z @ slopes.T + 0.1 * np.tanh(z @ slopes[::-1].T) ** 3 + 0.05 * np.sin(2 * z @ slopes.T)  # noqa: E731
    y = curved(generator.standard_normal((1, 12)))[0] + 0.2 * generator.standard_normal(30)
    _, chains = solved(Posterior(curved, likelihood(y, error=0.1, groups=True), 12), wanted=1000)
    assert max(r_hat(chains.ensembles[..., k]) for k in range(13)) < 1.02
    assert min(bulk_size(chains.draws[..., k]) for k in range(13)) > 1000
