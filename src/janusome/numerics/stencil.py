"""Loops over a box of cells joined by faces: products, sweeps and transfers of a symmetric seven-point operator.

A field stands in an array with one layer of zeros around it, so that no cell is a special case. Faces stand in three arrays,
one an axis, each with one more place than cells along its axis; the first and last places are zero (what crosses the border
belongs to `diagonal`). A cell that takes no part has a diagonal of zero and stays at zero. Every loop runs over the slabs
from `first` up to `past` of its own, so that threads can share the work.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics.compiled import COMPILED

Array = NDArray[np.float64]


@njit(**COMPILED)
def product(
    first: int, past: int, z: Array, y: Array, x: Array, diagonal: Array, p: Array, out: Array, partial: Array
) -> None:
    """Set out = A p; leave p·A p of every slab in `partial`."""
    for k in range(first, past):
        total = 0.0
        for j in range(diagonal.shape[1]):
            for i in range(diagonal.shape[2]):
                here = p[k + 1, j + 1, i + 1]
                value = (
                    diagonal[k, j, i] * here
                    - x[k, j, i] * p[k + 1, j + 1, i]
                    - x[k, j, i + 1] * p[k + 1, j + 1, i + 2]
                    - y[k, j, i] * p[k + 1, j, i + 1]
                    - y[k, j + 1, i] * p[k + 1, j + 2, i + 1]
                    - z[k, j, i] * p[k, j + 1, i + 1]
                    - z[k + 1, j, i] * p[k + 2, j + 1, i + 1]
                )
                out[k + 1, j + 1, i + 1] = value
                total += value * here
        partial[k] = total


@njit(**COMPILED)
def sweep(first: int, past: int, z: Array, y: Array, x: Array, diagonal: Array, b: Array, p: Array, color: int) -> None:
    """Relax the cells of one color of a checkerboard by Gauss and Seidel."""
    for k in range(first, past):
        for j in range(diagonal.shape[1]):
            for i in range((k + j + color) % 2, diagonal.shape[2], 2):
                d = diagonal[k, j, i]
                if d > 0.0:
                    p[k + 1, j + 1, i + 1] = (
                        b[k + 1, j + 1, i + 1]
                        + x[k, j, i] * p[k + 1, j + 1, i]
                        + x[k, j, i + 1] * p[k + 1, j + 1, i + 2]
                        + y[k, j, i] * p[k + 1, j, i + 1]
                        + y[k, j + 1, i] * p[k + 1, j + 2, i + 1]
                        + z[k, j, i] * p[k, j + 1, i + 1]
                        + z[k + 1, j, i] * p[k + 2, j + 1, i + 1]
                    ) / d


@njit(**COMPILED)
def first_sweep(first: int, past: int, diagonal: Array, b: Array, p: Array, color: int) -> None:
    """Relax the cells of one color from zero, and set the others to zero."""
    for k in range(first, past):
        for j in range(diagonal.shape[1]):
            for i in range(diagonal.shape[2]):
                d = diagonal[k, j, i]
                mine = (i + k + j + color) % 2 == 0 and d > 0.0
                p[k + 1, j + 1, i + 1] = b[k + 1, j + 1, i + 1] / d if mine else 0.0


@njit(**COMPILED)
def restrict(
    first: int,
    past: int,
    z: Array,
    y: Array,
    x: Array,
    diagonal: Array,
    b: Array,
    p: Array,
    coarse: Array,
    factors: tuple[int, int, int],
) -> None:
    """Sum the residual b - A p of the cells that each coarse cell is made of."""
    fz, fy, fx = factors
    depth, height, width = diagonal.shape
    for kc in range(first, past):
        coarse[kc + 1] = 0.0
        for k in range(kc * fz, min((kc + 1) * fz, depth)):
            for j in range(height):
                jc = j // fy
                for i in range(width):
                    coarse[kc + 1, jc + 1, i // fx + 1] += b[k + 1, j + 1, i + 1] - (
                        diagonal[k, j, i] * p[k + 1, j + 1, i + 1]
                        - x[k, j, i] * p[k + 1, j + 1, i]
                        - x[k, j, i + 1] * p[k + 1, j + 1, i + 2]
                        - y[k, j, i] * p[k + 1, j, i + 1]
                        - y[k, j + 1, i] * p[k + 1, j + 2, i + 1]
                        - z[k, j, i] * p[k, j + 1, i + 1]
                        - z[k + 1, j, i] * p[k + 2, j + 1, i + 1]
                    )


@njit(**COMPILED)
def prolong(first: int, past: int, diagonal: Array, coarse: Array, p: Array, factors: tuple[int, int, int]) -> None:
    """Add to every cell the correction of the coarse cell that it belongs to."""
    fz, fy, fx = factors
    for k in range(first, past):
        for j in range(diagonal.shape[1]):
            for i in range(diagonal.shape[2]):
                if diagonal[k, j, i] > 0.0:
                    p[k + 1, j + 1, i + 1] += coarse[k // fz + 1, j // fy + 1, i // fx + 1]


@njit(**COMPILED)
def step_along(first: int, past: int, alpha: float, p: Array, q: Array, x: Array, r: Array, partial: Array) -> None:
    """Set x += alpha p and r -= alpha q; leave r·r of every slab in `partial`."""
    for k in range(first, past):
        total = 0.0
        for j in range(x.shape[1]):
            for i in range(x.shape[2]):
                x[k, j, i] += alpha * p[k, j, i]
                left = r[k, j, i] - alpha * q[k, j, i]
                r[k, j, i] = left
                total += left * left
        partial[k] = total


@njit(**COMPILED)
def dots(first: int, past: int, r: Array, before: Array, s: Array, out: Array) -> None:
    """Leave s·r and s·(r before) of every slab."""
    for k in range(first, past):
        now, then = 0.0, 0.0
        for j in range(r.shape[1]):
            for i in range(r.shape[2]):
                now += s[k, j, i] * r[k, j, i]
                then += s[k, j, i] * before[k, j, i]
        out[k, 0], out[k, 1] = now, then


@njit(**COMPILED)
def turn(first: int, past: int, beta: float, s: Array, p: Array) -> None:
    """Set p = s + beta p."""
    for k in range(first, past):
        for j in range(p.shape[1]):
            for i in range(p.shape[2]):
                p[k, j, i] = s[k, j, i] + beta * p[k, j, i]
