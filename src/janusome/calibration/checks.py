"""Checks of a fit against the data that made it: predictions before and after, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.forward import Prediction
from janusome.calibration.likelihood import Likelihood
from janusome.calibration.sights import Sight

Array = NDArray[np.float64]

QUANTILES = (0.05, 0.5, 0.95)
CURVE_POINTS = 48
FOLD = 2.0


@dataclass(frozen=True)
class Fit:
    """ln of what was predicted for every observation: q05, median and q95, (3, observations).

    `prior` and `posterior` are of the prediction, `replicated` of a new measurement; `residual` is (observed - median) over
    the predictive standard deviation, not-a-number below a limit.
    """

    prior: Array
    posterior: Array
    replicated: Array
    residual: Array


@dataclass(frozen=True)
class Score:
    """How far predictions are from the values that lie above their limits."""

    rows: int
    fold_error: float  # geometric mean of the absolute ratio (AAFE)
    within_2_fold: float
    covered: float  # share of the rows inside 5-95 % of a new measurement; not-a-number where there is none


@dataclass(frozen=True)
class Curve:
    """One observed course over time: s, and q05, median, q95 of the prediction before and after in the unit that is shown."""

    sight: Sight
    rows: tuple[int, ...]
    times: Array
    prior: Array
    posterior: Array


def checked(
    prediction: Prediction, likelihood: Likelihood, *, prior: Array, posterior: Array, generator: np.random.Generator
) -> Fit:
    """Return predictions of every observation; `prior` and `posterior` are draws of all unknowns."""
    count = len(prediction.keys)
    before, after = prediction(prior[:, :count]), prediction(posterior[:, :count])
    again = likelihood.drawn(after, posterior[:, count:], generator.standard_normal(after.shape))
    middle = np.nanmedian(after, axis=0)
    residual = (likelihood.logarithms - middle) / np.nanstd(again, axis=0)
    return Fit(_quantiles(before), _quantiles(after), _quantiles(again), np.where(likelihood.below, np.nan, residual))


def score(likelihood: Likelihood, median: Array, interval: Array | None = None) -> Score:
    """Score medians, ln, against the observations."""
    seen = ~likelihood.below
    off = np.abs(likelihood.logarithms - median)[seen]
    y = likelihood.logarithms[seen]
    covered = np.nan if interval is None else np.mean((interval[0][seen] <= y) & (y <= interval[2][seen]))
    return Score(int(seen.sum()), float(np.exp(off.mean())), float(np.mean(off <= np.log(FOLD))), float(covered))


def curves(prediction: Prediction, *, prior: Array, posterior: Array) -> tuple[Curve, ...]:
    """Return every observed course over time."""
    found = []
    count = len(prediction.keys)
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, one in enumerate(prediction.seen):
        groups.setdefault((*one.course, one.unit), []).append(k)
    dense: list[Sight] = []
    for rows in groups.values():
        dense += _along(prediction.seen, rows)
    asked = prediction.of(prediction.keys, dense)
    before, after = _quantiles(asked(prior[:, :count])), _quantiles(asked(posterior[:, :count]))
    start = 0
    for rows in groups.values():
        first = prediction.seen[rows[0]]
        own = slice(start, start + CURVE_POINTS)
        times = np.array([one.time for one in dense[own]])
        shown = [np.exp(table[:, own]) / first.measure.factor for table in (before, after)]
        found.append(Curve(first, tuple(rows), times, *shown))
        start += CURVE_POINTS
    return tuple(found)


def _along(seen: Sequence[Sight], rows: Sequence[int]) -> list[Sight]:
    """Return a course's first observation at evenly spaced times, from its first tenth to a little past its last."""
    from dataclasses import replace

    times = [seen[k].time for k in rows]
    spaced = np.linspace(0.1 * min(times), 1.05 * max(times) if max(times) > 0 else 60.0, CURVE_POINTS)
    return [replace(seen[rows[0]], time=float(time)) for time in spaced]


def _quantiles(logarithms: Array) -> Array:
    return np.nanquantile(logarithms, QUANTILES, axis=0)
