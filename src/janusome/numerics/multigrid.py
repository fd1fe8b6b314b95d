r"""A symmetric positive operator on a box of cells, solved by conjugate gradients with one multigrid cycle a step.

$$ (A p)_i = \sum_j T_{ij}(p_i - p_j) + s_i p_i = b_i $$

T are conductances of faces, s the sinks. A cycle relaxes red and black cells, hands the sum of what is left to cells that are
blocks of cells, and relaxes black and red: symmetric, hence fit for conjugate gradients. Coarse conductances add resistances
along a line and conductances beside one another, so that jumps of T by thousands stay where they are; but what lies inside a
block never adds more than in a uniform medium, else a good conductor at the rim of a block would come loose from the rest.
An axis is only coarsened while its spacing is among the shortest, so that flat voxels do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import SolverError
from janusome.numerics import stencil
from janusome.numerics.threads import Slabs

Array = NDArray[np.float64]
Faces = tuple[Array, Array, Array]

INNER = (slice(1, -1), slice(1, -1), slice(1, -1))
SHORT = 1.5  # an axis is coarsened while its spacing is below so many times the shortest


@dataclass(frozen=True)
class Level:
    """One grid of the hierarchy, with room for its unknowns."""

    faces: Faces
    diagonal: Array
    factors: tuple[int, int, int]
    right: Array
    unknown: Array


@dataclass(frozen=True)
class Reached:
    """What conjugate gradients found: the field, what is left of the equations, and in how many iterations."""

    field: Array
    residual: Array
    iterations: int


def conjugate_gradients(
    faces: Faces, sinks: Array, right: Array, *, spacing: Array, tolerance: float = 1e-10, iterations_at_most: int = 500
) -> Reached:
    """Solve A p = b until |b - A p| <= tolerance |b|; raise a `SolverError` if that is not reached.

    Parameters
    ----------
    faces
        Conductances along z, y, x with one more place than cells along that axis; the border places are zero.
    sinks, right
        s and b (z, y, x). Where a cell has neither faces nor sink the field stays zero.
    spacing
        Of the cells along z, y, x, to choose the axes to coarsen.
    """
    with Slabs() as slabs:
        return _Solve(faces, sinks, right, np.asarray(spacing, float), slabs).until(tolerance, iterations_at_most)


class _Solve:
    """The vectors of one solve."""

    def __init__(self, faces: Faces, sinks: Array, right: Array, spacing: Array, slabs: Slabs) -> None:
        self._slabs, self._levels = slabs, hierarchy(faces, sinks, spacing)
        self._field, self._residual, self._before, self._direction, self._product = (
            np.zeros(tuple(n + 2 for n in right.shape)) for _ in range(5)
        )
        self._residual[INNER] = right
        self._size = float(np.linalg.norm(right))

    def until(self, tolerance: float, iterations_at_most: int) -> Reached:
        """Iterate."""
        left, rise = self._size, 0.0
        for iteration in range(iterations_at_most + 1):
            if left <= tolerance * self._size:
                return Reached(self._field[INNER], self._residual[INNER], iteration)
            left, rise = self._iterate(rise)
            if not np.isfinite(left):
                break
        shape = " x ".join(str(n - 2) for n in self._field.shape)
        raise SolverError(
            f"conjugate gradients left {left / self._size:.1e} of the right-hand side, not {tolerance:.1e}, after "
            f"{iterations_at_most} iterations on {shape} cells; look for conductances "
            "that differ by more than 10^4, or allow more iterations"
        )

    def _iterate(self, rise: float) -> tuple[float, float]:
        """Take one step; return what is left and r·s, by the formula that forgives a cycle that is not quite symmetric."""
        depth = len(self._field)
        correction = self._cycle(self._residual)
        pairs = np.zeros((depth, 2))
        self._each(stencil.dots, depth, self._residual, self._before, correction, pairs)
        now, then = pairs.sum(axis=0)
        self._each(stencil.turn, depth, (now - then) / rise if rise > 0.0 else 0.0, correction, self._direction)
        self._before[...] = self._residual
        top, sums = self._levels[0], np.zeros(depth - 2)
        self._each(stencil.product, depth - 2, *top.faces, top.diagonal, self._direction, self._product, sums)
        curvature, squares = float(sums.sum()), np.zeros(depth)
        if not curvature > 0.0:
            return np.nan, now
        move = now / curvature
        self._each(stencil.step_along, depth, move, self._direction, self._product, self._field, self._residual, squares)
        return float(np.sqrt(squares.sum())), now

    def _each(self, loop: Callable[..., None], count: int, *arguments: Any) -> None:
        self._slabs.over(loop, count, self._field.size, *arguments)

    def _cycle(self, right: Array, depth: int = 0) -> Array:
        """Return an approximation of the solution of A p = b on one level by a V-cycle from zero."""
        level = self._levels[depth]
        p, diagonal, operator = level.unknown, level.diagonal, (*level.faces, level.diagonal)
        height, size = len(diagonal), diagonal.size
        self._slabs.over(stencil.first_sweep, height, size, diagonal, right, p, 0)
        if depth + 1 == len(self._levels):
            return p
        self._slabs.over(stencil.sweep, height, size, *operator, right, p, 1)
        below = self._levels[depth + 1]
        self._slabs.over(stencil.restrict, len(below.diagonal), size, *operator, right, p, below.right, level.factors)
        self._slabs.over(stencil.prolong, height, size, diagonal, self._cycle(below.right, depth + 1), p, level.factors)
        for color in (1, 0):
            self._slabs.over(stencil.sweep, height, size, *operator, right, p, color)
        return p


def hierarchy(faces: Faces, sinks: Array, spacing: Array) -> list[Level]:
    """Return the grids from the finest to one of a single cell."""
    levels: list[Level] = []
    while True:
        shape = sinks.shape
        longer = [n > 1 for n in shape]
        shortest = min((h for h, more in zip(spacing, longer, strict=True) if more), default=0.0)
        factors = tuple(2 if more and h < SHORT * shortest else 1 for h, more in zip(spacing, longer, strict=True))
        room = tuple(n + 2 for n in shape)
        fz, fy, fx = factors
        levels.append(Level(faces, _diagonal(faces, sinks), (fz, fy, fx), np.zeros(room), np.zeros(room)))
        if not any(longer):
            return levels
        for axis, factor in enumerate(factors):
            if factor == 2:
                faces, sinks = _coarsened(faces, sinks, axis)
        spacing = spacing * np.array(factors)


def _diagonal(faces: Faces, sinks: Array) -> Array:
    total = sinks.copy()
    for axis, face in enumerate(faces):
        total += _part(face, axis, slice(None, -1)) + _part(face, axis, slice(1, None))
    return total


def _coarsened(faces: Faces, sinks: Array, axis: int) -> tuple[Faces, Array]:
    """Join cells in pairs along one axis; an odd one at the end stays alone."""
    coarse = [_pairs(face, axis) for face in faces]
    along = faces[axis]
    count = sinks.shape[axis]
    middle = np.arange(2, count, 2)  # faces between one pair and the next
    between, before, after = (np.take(along, middle + shift, axis=axis) for shift in (0, -1, 1))
    with np.errstate(divide="ignore"):
        own = np.where(between > 0.0, 0.5 / between, 0.0)
        inner = sum(np.minimum(np.where(side > 0.0, 0.5 / side, 0.0), own) for side in (before, after))
        joined = np.where(between > 0.0, 1.0 / (2.0 * own + inner), 0.0)
    edge = np.zeros_like(_part(along, axis, slice(0, 1)))
    coarse[axis] = np.ascontiguousarray(np.concatenate([edge, joined, edge], axis=axis))
    return (coarse[0], coarse[1], coarse[2]), _pairs(sinks, axis)


def _pairs(values: Array, axis: int) -> Array:
    return np.ascontiguousarray(np.add.reduceat(values, np.arange(0, values.shape[axis], 2), axis=axis))


def _part(values: Array, axis: int, which: slice) -> Array:
    return values[tuple(which if other == axis else slice(None) for other in range(3))]
