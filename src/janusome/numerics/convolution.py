r"""Convolution of a sampled curve with exponentials, exact for the line that joins its samples.

$$ G(t) = \int_0^t c(\tau)\,e^{-k(t-\tau)}\,d\tau $$

Before its first sample the curve is zero; behind its last it stays. Samples need no even spacing, and G is known at any
time, so that a delay is exact too. The result is linear in the curve and smooth in k, zero included.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics.compiled import COMPILED

Array = NDArray[np.float64]
SERIES_BELOW = 0.02  # of k times a step: above it the closed form loses no more than two digits


@njit(**COMPILED)
def _weights(x: float) -> tuple[float, float]:
    """Return (1 - e^-x)/x and (x - 1 + e^-x)/x^2."""
    if abs(x) < SERIES_BELOW:
        second = 0.5 - x / 6.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0 * (1.0 - x / 6.0 * (1.0 - x / 7.0))))
        return 1.0 - x * second, second
    first = -np.expm1(-x) / x
    return first, (1.0 - first) / x


@njit(**COMPILED)
def _advance(total: float, here: float, there: float, step: float, rate: float) -> float:
    """Carry G over one step of the curve that runs from `here` to `there`."""
    first, second = _weights(rate * step)
    return total * np.exp(-rate * step) + step * (here * first + (there - here) * second)


@njit(**COMPILED)
def _convolve(times: Array, curve: Array, at: Array, rate: float, out: Array) -> None:
    total, i, last = 0.0, 0, len(times) - 1
    for j in range(len(at)):
        t = at[j]
        if t < times[0]:
            out[j] = 0.0
            continue
        while i < last and times[i + 1] <= t:
            total = _advance(total, curve[i], curve[i + 1], times[i + 1] - times[i], rate)
            i += 1
        rest = t - times[i]
        there = curve[i]
        if i < last:
            there += (curve[i + 1] - curve[i]) * rest / (times[i + 1] - times[i])
        out[j] = _advance(total, curve[i], there, rest, rate)


def exponential_convolution(rate: float, *, times: Array, curve: Array, at: Array) -> Array:
    """Return G at the ascending times `at`, in the unit of the curve times that of time.

    >>> ramp = np.array([0.0, 1.0, 3.0])
    >>> [float(g) for g in exponential_convolution(0.0, times=ramp, curve=ramp, at=np.array([-1.0, 1.0, 2.0]))]
    [0.0, 0.5, 2.0]
    """
    out = np.empty_like(at)
    _convolve(times, curve, at, float(rate), out)
    return out


def read_at(at: Array, *, times: Array, curve: Array) -> Array:
    """Return the curve itself at the times `at`: lines between samples, zero before the first, the last one behind."""
    return np.where(at < times[0], 0.0, np.interp(at, times, curve))
