r"""Fit of values that are spread by factors, to measurements that are too: the mode of the posterior and its curvature.

$$ \ln y_k = \ln f_k(\theta) + \sigma_{g(k)}\,\epsilon_k, \qquad \ln(\theta_j/m_j) \sim N(0, s_j) $$

θ are values with medians m and log spreads s, f what the model predicts, g groups of measurements with a scatter σ of their
own, which is fitted too. All sets of values that one step needs are lanes of one solve.

Holds where the posterior is near to a normal one in the logarithms. Values that the data do not move keep their prior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Predict = Callable[[Array], Array]  # (lanes, values) logarithms over the median -> (lanes, measurements) logarithms

DIFFERENCE = 0.02  # of a logarithm: step of the slopes
LONGEST = 1.5  # of a logarithm: step of the fit
REACH = 3.5  # prior spreads that the fit may go
DAMPINGS = np.array([0.01, 0.1, 1.0, 10.0, 100.0])  # tried side by side, relative to the last that served
ENOUGH = 0.3  # of minus twice the log posterior: a smaller gain ends a fit
LEAST_SCATTER = 0.05  # of a logarithm
WEIGHT_OF_SCATTER = 4.0  # measurements that the expected scatter of a group counts for
EXPECTED_SCATTER = 0.25


@dataclass(frozen=True)
class LognormalFit:
    """Logarithms over the medians at the mode, their covariance, and the scatter of each measurement."""

    mode: Array
    covariance: Array
    scatter: Array  # one a measurement

    def draws(self, count: int, *, seed: int) -> Array:
        """Return sets of values, (count, values), as logarithms over the medians; the first is the mode."""
        normal = np.random.default_rng(seed).standard_normal((count - 1, len(self.mode)))
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return np.vstack([self.mode, self.mode + normal @ root.T])


def fit(
    predict: Predict, observed: Array, *, spreads: Array, groups: Sequence[str], rounds: int = 3, steps: int = 12
) -> LognormalFit:
    """Return the mode of the posterior, by damped Gauss-Newton steps between estimates of the scatter.

    Parameters
    ----------
    observed
        Logarithms of the measurements.
    spreads
        Prior standard deviations of the logarithms.
    groups
        The group of each measurement; those of one group scatter alike.
    """
    names = np.asarray(groups)
    mode, scatter = np.zeros(len(spreads)), np.full(len(observed), EXPECTED_SCATTER)
    information = np.diag(1.0 / spreads**2)
    for _ in range(rounds):
        mode, information = _mode(predict, observed, spreads, scatter, mode, steps=steps)
        scatter = _scatter(observed - predict(mode[None])[0], names)
    return LognormalFit(mode, np.asarray(np.linalg.inv(information), dtype=np.float64), scatter)


def _mode(
    predict: Predict, observed: Array, spreads: Array, scatter: Array, start: Array, *, steps: int
) -> tuple[Array, Array]:
    """Return the mode at a known scatter, and the information there."""
    mode, damping, information = start, 1.0, np.diag(1.0 / spreads**2)
    for _ in range(steps):
        lanes = predict(np.vstack([mode, mode + DIFFERENCE * np.eye(len(mode))]))
        missed, slopes = (observed - lanes[0]) / scatter, (lanes[1:] - lanes[0]).T / DIFFERENCE / scatter[:, None]
        information = slopes.T @ slopes + np.diag(1.0 / spreads**2)
        uphill = slopes.T @ missed - mode / spreads**2
        tried = np.array(
            [
                mode + np.clip(np.linalg.solve(information + d * np.diag(np.diag(information)), uphill), -LONGEST, LONGEST)
                for d in damping * DAMPINGS
            ]
        )
        tried = np.clip(tried, -REACH * spreads, REACH * spreads)
        reached = [_misfit((observed - lane) / scatter, one, spreads) for lane, one in zip(predict(tried), tried, strict=True)]
        best, before = int(np.argmin(reached)), _misfit(missed, mode, spreads)
        if reached[best] >= before:
            damping *= DAMPINGS[-1]
            if damping > 1e6:
                break
            continue
        mode, damping = tried[best], max(damping * DAMPINGS[best], 1e-4)
        if before - reached[best] < ENOUGH:
            break
    return mode, information


def _misfit(missed: Array, mode: Array, spreads: Array) -> float:
    """Return minus twice the log posterior, but for a constant."""
    return float((missed**2).sum() + ((mode / spreads) ** 2).sum())


def _scatter(missed: Array, groups: NDArray[np.str_]) -> Array:
    """Return the scatter of each measurement: that of its group, held by what is expected where the group is small."""
    found = np.zeros(len(missed))
    for group in np.unique(groups):
        here = groups == group
        held = (missed[here] ** 2).sum() + WEIGHT_OF_SCATTER * EXPECTED_SCATTER**2
        found[here] = max(np.sqrt(held / (here.sum() + WEIGHT_OF_SCATTER)), LEAST_SCATTER)
    return found
