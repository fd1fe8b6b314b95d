"""Joint: values of a user's library that are known together, and how their spreads hang together.

A value keeps its median and its 5th and 95th percentile in its row; `joint: <name>` there says that its normal deviate is
drawn with those of other values, by a matrix of correlations that stands beside the rows under the key of the value's source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from janusome.errors import InputError

ASYMMETRY = 1e-6
LEAST_EIGENVALUE = -1e-4  # what writing with a few digits may do to a matrix that has none below zero


@dataclass(frozen=True)
class Joint:
    """Correlations of normal deviates by the names of their values."""

    names: tuple[str, ...]
    correlations: tuple[tuple[float, ...], ...]

    @cached_property
    def root(self) -> Any:
        """The symmetric square root of the correlations, rows of unit length; it is unique, and so the same everywhere."""
        import numpy as np

        values, vectors = np.linalg.eigh(np.array(self.correlations))
        root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        return root / np.linalg.norm(root, axis=1, keepdims=True)

    def deviates(self, name: str, own: Callable[[str], Any]) -> Any:
        """Return the deviates of one value from independent ones, which `own` gives by name."""
        row = self.root[self.names.index(name)]
        return sum(weight * own(other) for weight, other in zip(row, self.names, strict=True))


def joint_of(names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, place: str) -> Joint:
    """Return what a table says: the names over its columns, and each row's name with its cells.

    Raises
    ------
    InputError
        If that is no matrix of correlations.
    """
    import numpy as np

    if len(set(names)) < len(names) or not names:
        raise InputError(place, "names a value twice, or none", "give each value one column")
    if [name for name, _ in rows] != list(names):
        raise InputError(place, "does not name the same values in its rows as over its columns", "give both the same order")
    for name, cells in rows:
        if len(cells) != len(names):
            raise InputError(f"{place}: {name}", f"has {len(cells)} cells for {len(names)} columns", "give a square matrix")
    matrix = np.array([[_number(cell, place=f"{place}: {name}") for cell in cells] for name, cells in rows])
    if np.abs(matrix - matrix.T).max() > ASYMMETRY:
        raise InputError(place, "is not symmetric", "give the correlation of two values the same number on both sides")
    if np.abs(np.diag(matrix) - 1.0).max() > ASYMMETRY or np.abs(matrix).max() > 1.0 + ASYMMETRY:
        raise InputError(place, "holds what is no correlation", "allowed is -1 to 1, and 1 of each value with itself")
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < LEAST_EIGENVALUE:
        problem = f"is not positive semi-definite (its least eigenvalue is {least:.3g})"
        raise InputError(
            place, problem, "no values can hang together in that way; give correlations that were measured together"
        )
    return Joint(tuple(names), tuple(tuple(row) for row in matrix.tolist()))


def _number(cell: str, *, place: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = float("nan")
    if not -1e300 < number < 1e300:
        raise InputError(place, f"holds {cell!r}", "write a number from -1 to 1")
    return number
