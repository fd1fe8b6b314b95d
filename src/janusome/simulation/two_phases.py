r"""Two phases: a course is described by two exponentials, as papers of pharmacokinetics do, by stated rules.

$$ c(t) = A e^{-\alpha t} + B e^{-\beta t} $$

From the coefficients follow the half-lives of both phases and the parameters of the model of two compartments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LN2 = float(np.log(2.0))


@dataclass(frozen=True)
class Sampling:
    """When a study samples, and what it takes for two phases.

    Samples stand evenly on the logarithm of time after the end of the dose, from `first` on, until the concentration falls
    below `limit` of the first one or the course ends. Every sample weighs alike relative to its value, as with an assay of
    constant coefficient of variation. Where the first phase is less than `least_share` of the first concentration, or the
    rates are less than `least_ratio` apart, there is one phase, and no draw of these figures.
    """

    first: float = 1.0 / 30.0  # h after the end of the dose
    samples: int = 24
    limit: float = 1e-3
    least_share: float = 0.02
    least_ratio: float = 1.5
    grid: int = 24
    rounds: int = 7


SAMPLING = Sampling()


@dataclass(frozen=True)
class TwoPhases:
    """Two exponentials of every draw, as a bolus of the same dose would give them; not-a-number where there is one phase."""

    fast: Array  # coefficient A
    slow: Array  # coefficient B
    fast_rate: Array
    slow_rate: Array

    @property
    def first_half_life(self) -> Array:
        """Ln 2 over the faster rate."""
        return LN2 / self.fast_rate

    @property
    def second_half_life(self) -> Array:
        """Ln 2 over the slower rate."""
        return LN2 / self.slow_rate

    def central_volume(self, dose: float) -> Array:
        """Dose over the concentration at the start of a bolus."""
        return dose / (self.fast + self.slow)

    def return_rate(self) -> Array:
        """Rate from the peripheral compartment to the central one."""
        return (self.fast * self.slow_rate + self.slow * self.fast_rate) / (self.fast + self.slow)

    def clearance(self, dose: float) -> Array:
        """Dose over the area under both exponentials."""
        return dose / (self.fast / self.fast_rate + self.slow / self.slow_rate)

    def exchange_clearance(self, dose: float) -> Array:
        """Clearance between the two compartments."""
        back = self.return_rate()
        away = self.fast_rate + self.slow_rate - back - self.fast_rate * self.slow_rate / back
        return away * self.central_volume(dose)

    def peripheral_volume(self, dose: float) -> Array:
        """Exchange clearance over the rate of return."""
        return self.exchange_clearance(dose) / self.return_rate()


def two_phases(times: Array, concentration: Array, *, infusion: float = 0.0, sampling: Sampling = SAMPLING) -> TwoPhases:
    """Fit two exponentials to every draw after the end of its dose.

    The rates are searched on a grid that is refined around the best pair, the coefficients follow by linear least squares;
    what the course lost during an infusion is given back, exponential by exponential.

    >>> t = np.geomspace(1e-3, 50.0, 400)
    >>> found = two_phases(t, (3.0 * np.exp(-2.0 * t) + np.exp(-0.1 * t))[None, :])
    >>> [round(float(each[0]), 2) for each in (found.fast, found.slow, found.fast_rate, found.slow_rate)]
    [3.0, 1.0, 2.0, 0.1]
    """
    fits = np.array([_fit(times, course, infusion, sampling) for course in np.atleast_2d(concentration)])
    return TwoPhases(*fits.T)


def _fit(times: Array, course: Array, infusion: float, sampling: Sampling) -> tuple[float, float, float, float]:
    none = (np.nan, np.nan, np.nan, np.nan)
    after, c = times[times >= infusion] - infusion, course[times >= infusion]
    visible = (after >= sampling.first) & (c > 0)
    if visible.sum() < 6:
        return none
    above = visible & (c >= sampling.limit * c[visible][0])
    end = after[above][-1]
    t = np.geomspace(sampling.first, end, sampling.samples)
    y = np.exp(np.interp(np.log(t), np.log(after[visible]), np.log(c[visible])))
    fast, slow = _search(t, y, sampling)
    if fast < sampling.least_ratio * slow:
        return none
    A, B = _coefficients(t, y, np.array([fast]), np.array([slow]))[0][:, 0]
    if sampling.least_share > A / (A + B) or B <= 0:
        return none
    return A * _given_back(fast, infusion), B * _given_back(slow, infusion), fast, slow


def _given_back(rate: float, infusion: float) -> float:
    """What a bolus would show at its start over what an infusion of the same dose shows at its end."""
    x = rate * infusion
    return x / -np.expm1(-x) if x > 0 else 1.0


def _search(t: Array, y: Array, sampling: Sampling) -> tuple[float, float]:
    """Return the pair of rates with the least squares of relative deviations."""
    low, high = np.log([0.05 / t[-1], 3.0 / t[0]])
    spans = np.array([[low, high], [low, high]])
    middle = spans.mean(axis=1)
    for _ in range(sampling.rounds):
        axes = [np.linspace(span[0], span[1], sampling.grid) for span in spans]
        fast, slow = (each.ravel() for each in np.meshgrid(*(np.exp(axis) for axis in axes), indexing="ij"))
        _, squares = _coefficients(t, y, fast, slow)
        best = int(np.argmin(np.where((fast > slow) & np.isfinite(squares), squares, np.inf)))
        middle = np.log([fast[best], slow[best]])
        width = np.array([axis[1] - axis[0] for axis in axes]) * 2.0
        spans = np.stack([middle - width, middle + width], axis=1)
    return float(np.exp(middle[0])), float(np.exp(middle[1]))


def _coefficients(t: Array, y: Array, fast: Array, slow: Array) -> tuple[Array, Array]:
    """Return the two coefficients of every pair of rates, none of them negative, and the squares that they leave."""
    with np.errstate(over="ignore", invalid="ignore"):  # pairs far off the course overflow and lose
        return _least_squares(np.exp(-np.outer(fast, t)) / y, np.exp(-np.outer(slow, t)) / y)


def _least_squares(p: Array, q: Array) -> tuple[Array, Array]:
    pp, qq, pq, p1, q1 = (p * p).sum(1), (q * q).sum(1), (p * q).sum(1), p.sum(1), q.sum(1)
    determinant = np.maximum(pp * qq - pq**2, 1e-300)
    A = np.maximum((p1 * qq - q1 * pq) / determinant, 0.0)
    B = np.where(A > 0, (q1 * pp - p1 * pq) / determinant, q1 / np.maximum(qq, 1e-300))
    A = np.where(B < 0, p1 / np.maximum(pp, 1e-300), A)
    B = np.maximum(B, 0.0)
    return np.stack([A, B]), ((A[:, None] * p + B[:, None] * q - 1.0) ** 2).sum(axis=1)
