"""Loops of explicit stages for rate matrices of a few diagonals (a whole box of voxels) and one kind: no indices to read."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from janusome.numerics.compiled import COMPILED

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MOST = 9  # diagonals
CHUNK = 512  # rows whose sums stay in the nearest cache


def diagonals(operator: csr_array) -> tuple[Index, Array] | None:
    """Return the offsets and the entries (diagonals, rows) of a matrix, or None if it has more than a few diagonals."""
    offsets = np.zeros(MOST, np.int64)
    columns = np.asarray(operator.indices, np.int64)
    starts = np.asarray(operator.indptr, np.int64)
    count = _offsets(starts, columns, offsets)
    if count > MOST:
        return None
    entries = np.zeros((count, len(starts) - 1))
    _fill(starts, columns, np.asarray(operator.data, float), offsets[:count], entries)
    return offsets[:count], entries


@njit(**COMPILED)
def _offsets(starts: Index, columns: Index, offsets: Index) -> int:
    """List the distances from the main diagonal; return how many there are, or one more than fit."""
    count = 0
    for i in range(len(starts) - 1):
        for e in range(starts[i], starts[i + 1]):
            k = 0
            while k < count and offsets[k] != columns[e] - i:
                k += 1
            if k == count:
                if count == len(offsets):
                    return count + 1
                offsets[count] = columns[e] - i
                count += 1
    return count


@njit(**COMPILED)
def _fill(starts: Index, columns: Index, data: Array, offsets: Index, entries: Array) -> None:
    for i in range(len(starts) - 1):
        for e in range(starts[i], starts[i + 1]):
            for k in range(len(offsets)):
                if offsets[k] == columns[e] - i:
                    entries[k, i] += data[e]


@njit(**COMPILED)
def _sums(begin: int, end: int, offsets: Index, entries: Array, now: Array, sums: Array) -> None:
    """Leave the rows from `begin` to `end` of M now in `sums`."""
    size = now.shape[0]
    sums[: end - begin] = 0.0
    for k in range(len(offsets)):
        away = offsets[k]
        low, high = max(begin, -away), min(end, size - away)
        if low >= high:
            continue
        entry, value, total = entries[k, low:high], now[low + away : high + away], sums[low - begin : high - begin]
        for i in range(high - low):
            total[i] += entry[i] * value[i]


@njit(**COMPILED)
def product(first: int, past: int, offsets: Index, entries: Array, now: Array, out: Array) -> None:
    """Set out = M now."""
    for begin in range(first, past, CHUNK):
        end = min(begin + CHUNK, past)
        _sums(begin, end, offsets, entries, now, out[begin:end])


@njit(**COMPILED)
def euler(first: int, past: int, offsets: Index, entries: Array, h: float, now: Array, after: Array) -> None:
    """Set after = now + h M now."""
    sums = np.empty(CHUNK)
    for begin in range(first, past, CHUNK):
        end = min(begin + CHUNK, past)
        _sums(begin, end, offsets, entries, now, sums)
        here, there = now[begin:end], after[begin:end]
        for i in range(end - begin):
            there[i] = here[i] + h * sums[i]


@njit(**COMPILED)
def legendre(
    first: int,
    past: int,
    offsets: Index,
    entries: Array,
    weights: tuple[float, float, float, float, float],
    now: Array,
    before: Array,
    start: Array,
    slope: Array,
) -> None:
    """Set before = mu now + nu before + (1 - mu - nu) start + a M now + b slope."""
    mu, nu, rest, a, b = weights
    sums = np.empty(CHUNK)
    for begin in range(first, past, CHUNK):
        end = min(begin + CHUNK, past)
        _sums(begin, end, offsets, entries, now, sums)
        here, old, zero, rate = now[begin:end], before[begin:end], start[begin:end], slope[begin:end]
        for i in range(end - begin):
            old[i] = mu * here[i] + nu * old[i] + rest * zero[i] + a * sums[i] + b * rate[i]
