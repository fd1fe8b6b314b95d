"""Loops of explicit stages: combinations of vectors with one product of a sparse rate matrix, row by row."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics.compiled import COMPILED

Array = NDArray[np.float64]
Index = NDArray[np.int32]


@njit(**COMPILED)
def product(first: int, past: int, starts: Index, columns: Index, rates: Array, now: Array, out: Array) -> None:
    """Set out = M now."""
    for i in range(first, past):
        for q in range(now.shape[1]):
            total = 0.0
            for e in range(starts[i], starts[i + 1]):
                total += rates[e] * now[columns[e], q]
            out[i, q] = total


@njit(**COMPILED)
def euler(first: int, past: int, starts: Index, columns: Index, rates: Array, h: float, now: Array, after: Array) -> None:
    """Set after = now + h M now."""
    for i in range(first, past):
        for q in range(now.shape[1]):
            total = 0.0
            for e in range(starts[i], starts[i + 1]):
                total += rates[e] * now[columns[e], q]
            after[i, q] = now[i, q] + h * total


@njit(**COMPILED)
def legendre(
    first: int,
    past: int,
    starts: Index,
    columns: Index,
    rates: Array,
    weights: tuple[float, float, float, float, float],
    now: Array,
    before: Array,
    start: Array,
    slope: Array,
) -> None:
    """Set before = mu now + nu before + (1 - mu - nu) start + a M now + b slope."""
    mu, nu, rest, a, b = weights
    for i in range(first, past):
        for q in range(now.shape[1]):
            total = 0.0
            for e in range(starts[i], starts[i + 1]):
                total += rates[e] * now[columns[e], q]
            before[i, q] = mu * now[i, q] + nu * before[i, q] + rest * start[i, q] + a * total + b * slope[i, q]


@njit(**COMPILED)
def mean(first: int, past: int, share: float, start: Array, after: Array) -> None:
    """Set after = share start + (1 - share) after."""
    for i in range(first, past):
        for q in range(start.shape[1]):
            after[i, q] = share * start[i, q] + (1.0 - share) * after[i, q]
