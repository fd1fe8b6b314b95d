"""The ensemble: many draws become a median and an interval, or the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEAST_ESTIMABLE = 0.9  # share of the draws that must have a figure before an interval is given


@dataclass(frozen=True)
class Interval:
    """The median and the 5th and 95th percentiles over the draws; `estimable` is the share of draws that have the figure."""

    median: float
    q05: float
    q95: float
    unit: str
    estimable: float = 1.0

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.q05:.3g} to {self.q95:.3g}) {self.unit}".strip()


@dataclass(frozen=True)
class NotEstimable:
    """A figure that the rules do not give, and why."""

    reason: str
    unit: str = ""

    def __str__(self) -> str:
        return f"not estimable: {self.reason}"


Answer = Interval | NotEstimable


def interval(values: ArrayLike, unit: str, *, reasons: Sequence[str] = ()) -> Answer:
    """Summarise one figure over its draws.

    Values that are not finite count as not estimable; `reasons` says why, draw by draw.

    >>> print(interval([1.0, 2.0, 3.0], "h"))
    2 (1.1 to 2.9) h
    """
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    finite = np.isfinite(numbers)
    if finite.mean() < LEAST_ESTIMABLE:
        named = Counter(reason for reason in reasons if reason)
        return NotEstimable(named.most_common(1)[0][0] if named else "the value is not finite", unit)
    q05, median, q95 = np.quantile(numbers[finite], (0.05, 0.5, 0.95))
    return Interval(float(median), float(q05), float(q95), unit, float(finite.mean()))


def quantiles(values: Array) -> tuple[Array, Array, Array]:
    """Return median, 5th and 95th percentile over the first axis."""
    q05, median, q95 = np.quantile(values, (0.05, 0.5, 0.95), axis=0)
    return median, q05, q95


def at_times(times: Array, values: Array, asked: Sequence[float]) -> Array:
    """Interpolate every draw linearly at the asked times: (draws, asked); after a jump counts what follows it."""
    right = np.clip(np.searchsorted(times, asked, side="right"), 1, times.size - 1)
    left = right - 1
    dt = times[right] - times[left]
    share = np.clip((np.asarray(asked) - times[left]) / np.where(dt > 0, dt, 1.0), 0.0, 1.0)
    return values[:, left] * (1 - share) + values[:, right] * share
