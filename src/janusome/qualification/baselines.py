"""Baselines: what anybody could say without a model, fitted on the same folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Chosen = NDArray[np.bool_]

ITERATIONS = 60
SMALLEST = 1e-3


def constant(found: Array, training: Chosen) -> Array:
    """Return the median of the training points for every point."""
    return np.full(len(found), np.median(found[training]))


def over_time(found: Array, hours: Array, training: Chosen, *, degree: int) -> Array:
    """Return a polynomial in ln t, fitted to the training points by least absolute deviations."""
    x = np.log(hours / 10.0) / 2.0
    return _least_absolute(np.stack([x**power for power in range(degree + 1)], axis=1), found, training)


def from_early(found: Array, early: Array, training: Chosen) -> Array:
    """Return the regression of ln y on that of the same curve's last early point, fitted to the training points."""
    design = np.stack([np.ones_like(early), early], axis=1)
    return design @ np.linalg.lstsq(design[training], found[training], rcond=None)[0]


def _least_absolute(design: Array, found: Array, training: Chosen) -> Array:
    X, y = design[training], found[training]
    solution = np.linalg.lstsq(X, y, rcond=None)[0]
    for _ in range(ITERATIONS):
        root = np.maximum(np.abs(y - X @ solution), SMALLEST) ** -0.5
        solution = np.linalg.lstsq(X * root[:, None], root * y, rcond=None)[0]  # as few times as two leave it determined
    return design @ solution
