"""Least squares within bounds, from several starts, with standard errors and intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Array = NDArray[np.float64]
POLISHED = 3  # of the starts, those with the smallest error go on
AT_BOUND = 1e-6  # of the range, how near to a bound counts as on it


@dataclass(frozen=True)
class Estimate:
    """A fitted number: its standard error, its interval, and whether it ended on a bound, where neither says much."""

    value: float
    standard_error: float
    low: float
    high: float
    at_bound: bool = False


@dataclass(frozen=True)
class Fitted:
    """The numbers of a fit, in their order, and the standard deviation of what it leaves."""

    estimates: tuple[Estimate, ...]
    residual_deviation: float
    converged: bool


def fit_within_bounds(
    residuals: Callable[[Array], Array],
    *,
    starts: Sequence[Array],
    low: Array,
    high: Array,
    share: float = 0.95,
    given_errors: Callable[[Array], Array] | None = None,
) -> Fitted:
    """Return the best of the fits from the most promising starts; the interval holds `share` of Student's t.

    Standard errors are those of the linear model at the optimum, with the variance of the residuals; a number that the data
    do not fix has an infinite one, and an interval as wide as its bounds. `given_errors` returns, at the optimum, by how much
    one standard error of each independent input moves the residuals (residuals, inputs); it widens what the residuals say.
    """
    width = high - low
    inside = [np.clip(start, low + 1e-4 * width, high - 1e-4 * width) for start in starts]
    promising = sorted(inside, key=lambda start: float(np.sum(residuals(start) ** 2)))[:POLISHED]
    solutions = [
        optimize.least_squares(residuals, start, bounds=(low, high), x_scale=width, xtol=1e-12, ftol=1e-12, gtol=1e-14)
        for start in promising
    ]
    best = min(solutions, key=lambda solution: solution.cost)
    freedom = max(len(best.fun) - len(best.x), 1)
    deviation = float(np.sqrt(2.0 * best.cost / freedom))
    errors = deviation * np.sqrt(inverse_diagonal(best.jac * width)) * width
    if given_errors is not None:
        moved = np.linalg.pinv(best.jac * width) @ given_errors(best.x)
        errors = np.hypot(errors, np.sqrt(np.sum(moved**2, axis=1)) * width)
    reach = errors * stats.t.ppf(0.5 + 0.5 * share, freedom)
    on_bound = (best.x - low < AT_BOUND * width) | (high - best.x < AT_BOUND * width)
    estimates = tuple(
        Estimate(float(x), float(e), float(max(x - r, a)), float(min(x + r, b)), bool(hit))
        for x, e, r, a, b, hit in zip(best.x, errors, reach, low, high, on_bound, strict=True)
    )
    return Fitted(estimates, deviation, bool(best.success))


def inverse_diagonal(jacobian: Array) -> Array:
    """Return the diagonal of (J'J)^-1, infinite for what the data do not fix.

    >>> [float(d) for d in inverse_diagonal(np.array([[2.0, 0.0], [0.0, 0.0]]))]
    [0.25, inf]
    """
    _, sizes, directions = np.linalg.svd(jacobian, full_matrices=False)
    least = np.finfo(float).eps * max(jacobian.shape) * max(float(sizes.max()), np.finfo(float).tiny)
    known = sizes > least
    diagonal = np.sum((directions[known] / sizes[known, None]) ** 2, axis=0)
    lost = np.sum(directions[~known] ** 2, axis=0) > np.finfo(float).eps
    return np.where(lost, np.inf, diagonal)
