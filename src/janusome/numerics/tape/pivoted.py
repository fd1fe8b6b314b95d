"""The pivoted dense solve that takes over, lane by lane, where the sparse factors cannot be trusted."""

from __future__ import annotations

import numpy as np
from numba import njit

from janusome.numerics.compiled import INNER
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.program import COLUMNS, ENTRIES, ROWS, Code


@njit(**INNER)
def backward_error(code: Code, w: np.ndarray, lane: int) -> float:
    """Return the largest |b - (sI - J)x|ᵢ / (|b| + |sI - J||x|)ᵢ of one lane's first stage, where b are the rates."""
    rows, columns, entries = code.parts[ROWS], code.parts[COLUMNS], code.parts[ENTRIES]
    worst, s = 0.0, w[code.shift_at + lane]
    for i in range(code.states):
        b, own = w[code.rates_at + i * WIDTH + lane], s * w[code.stages_at + i * WIDTH + lane]
        residual, size = b - own, abs(b) + abs(own)
        for k in range(code.stream[rows + i], code.stream[rows + i + 1]):
            x = w[code.stages_at + code.stream[columns + k] * WIDTH + lane]
            product = w[code.stream[entries + k] + lane] * x
            residual += product
            size += abs(product)
        if not abs(residual) <= worst * size:
            worst = abs(residual) / size
    return worst


@njit(**INNER)
def factor_dense(code: Code, w: np.ndarray, lane: int, matrix: np.ndarray, swap: np.ndarray) -> None:
    """Factor sI - J of one lane by Gaussian elimination with row pivots."""
    n, rows, columns, entries = code.states, code.parts[ROWS], code.parts[COLUMNS], code.parts[ENTRIES]
    for i in range(n):
        for j in range(n):
            matrix[i, j] = 0.0
        matrix[i, i] = w[code.shift_at + lane]
        for k in range(code.stream[rows + i], code.stream[rows + i + 1]):
            matrix[i, code.stream[columns + k]] -= w[code.stream[entries + k] + lane]
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        swap[k] = best
        for j in range(n):
            matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        for i in range(k + 1, n):
            if matrix[i, k] != 0.0:
                ratio = matrix[i, k] / matrix[k, k]
                matrix[i, k] = ratio
                for j in range(k + 1, n):
                    matrix[i, j] -= ratio * matrix[k, j]


@njit(**INNER)
def solve_dense(matrix: np.ndarray, swap: np.ndarray, x: np.ndarray) -> None:
    """Solve with the factors of `factor_dense`, in place."""
    n = len(x)
    for k in range(n):  # whole rows were swapped, the multipliers with them
        x[k], x[swap[k]] = x[swap[k]], x[k]
    for i in range(n):
        for j in range(i):
            x[i] -= matrix[i, j] * x[j]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= matrix[i, j] * x[j]
        x[i] /= matrix[i, i]
