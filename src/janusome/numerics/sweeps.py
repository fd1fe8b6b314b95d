"""Loops over the voxels (z, y, x) of a box with closed borders: one term of a series from its two predecessors."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics.compiled import COMPILED

Array = NDArray[np.float64]
SWEPT = COMPILED | {"fastmath": {"contract"}}  # products and sums in one instruction; the order of sums is kept


@njit(**SWEPT)
def even(
    first: int,
    past: int,
    weights: tuple[float, float, float],
    faces: tuple[float, float, float],
    start: Array,
    now: Array,
    before: Array,
) -> None:
    """Set before = a L now + b now + c start - before, where L has the same coefficient at all faces of an axis.

    A neighbor beyond the border is the voxel itself: nothing flows. Slices instead of indices let the inner loop use vectors.
    """
    a, b, c = weights
    fz, fy, fx = a * faces[0], a * faces[1], a * faces[2]
    middle = b - 2.0 * (fz + fy + fx)
    planes, rows, count = now.shape
    end = count - 1
    for z in range(first, past):
        below, above = now[max(z - 1, 0)], now[min(z + 1, planes - 1)]
        for y in range(rows):
            here, old, zero = now[z, y], before[z, y], start[z, y]
            left, right = now[z, max(y - 1, 0)], now[z, min(y + 1, rows - 1)]
            under, over = below[y], above[y]
            h, m, p, out, s = here[1:end], here[: end - 1], here[2:], old[1:end], zero[1:end]
            lower, higher, u, o = left[1:end], right[1:end], under[1:end], over[1:end]
            for x in range(end - 1):
                around = fx * (m[x] + p[x]) + fy * (lower[x] + higher[x]) + fz * (u[x] + o[x])
                out[x] = middle * h[x] + around + c * s[x] - out[x]
            around = fx * (here[0] + here[min(1, end)]) + fy * (left[0] + right[0]) + fz * (under[0] + over[0])
            old[0] = middle * here[0] + around + c * zero[0] - old[0]
            if end > 0:
                around = fx * (here[end - 1] + here[end]) + fy * (left[end] + right[end]) + fz * (under[end] + over[end])
                old[end] = middle * here[end] + around + c * zero[end] - old[end]


@njit(**SWEPT)
def uneven(
    first: int,
    past: int,
    weights: tuple[float, float, float],
    faces: tuple[Array, Array, Array],
    per_volume: Array,
    start: Array,
    now: Array,
    before: Array,
) -> None:
    """Do the same with a conductance for every face, zero at the border, and the room of every voxel."""
    a, b, c = weights
    planes, rows, count = now.shape
    for z in range(first, past):
        below, above = now[max(z - 1, 0)], now[min(z + 1, planes - 1)]
        for y in range(rows):
            here, old, zero, room = now[z, y], before[z, y], start[z, y], per_volume[z, y]
            left, right = now[z, max(y - 1, 0)], now[z, min(y + 1, rows - 1)]
            under, over = below[y], above[y]
            z0, z1, y0, y1 = faces[0][z, y], faces[0][z + 1, y], faces[1][z, y], faces[1][z, y + 1]
            x0 = faces[2][z, y]
            for x in range(count):
                v = here[x]
                flow = z0[x] * (under[x] - v) + z1[x] * (over[x] - v) + y0[x] * (left[x] - v) + y1[x] * (right[x] - v)
                old[x] = a * room[x] * flow + b * v + c * zero[x] - old[x]
            for x in range(1, count):
                flow = x0[x] * (here[x - 1] - here[x])
                old[x] += a * room[x] * flow
                old[x - 1] -= a * room[x - 1] * flow
