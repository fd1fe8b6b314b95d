r"""Kernel ridge regression on blocks of descriptors, with everything that is chosen chosen inside the training particles.

Each block has its kernel $k(x, x') = \exp(-\overline{(x - x')^2}/2)$ over its descriptors, standardized on the training
particles. The kernels are added with weights; weights and ridge are those of the least leave-one-out error among the training
particles, which has a closed form. Small on purpose: a hundred particles do not carry more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Blocks = Sequence[Array]
Split = tuple[int, Index, Index]  # number of the repeat, training and test particles
Choose = Callable[[Index], Blocks]  # the indices of the training particles -> blocks of all particles

RIDGES = np.geomspace(1e-3, 30.0, 12)
SHARES = (0.0, 0.5, 1.0)


class Predicted(NamedTuple):
    """Predictions for the particles that were left out, and the leave-one-out error among those that were not."""

    values: Array
    error: float


def kernel(one: Array, other: Array) -> Array:
    """Return the similarities of two sets of standardized particles."""
    apart = ((one[:, None, :] - other[None, :, :]) ** 2).mean(axis=-1)
    return np.exp(-0.5 * apart)


def leave_one_out(similar: Array, target: Array) -> tuple[float, float]:
    """Return the least mean squared error over the ridges, and the ridge that gives it."""
    rates, vectors = np.linalg.eigh(similar)
    centered = target - target.mean()
    best = (np.inf, float(RIDGES[0]))
    for ridge in RIDGES:
        hat = (vectors * (rates / (rates + ridge))) @ vectors.T
        residual = (centered - hat @ centered) / (1.0 - np.diag(hat))
        best = min(best, (float((residual**2).mean()), float(ridge)))
    return best


def predict(blocks: Blocks, target: Array, *, train: Index, test: Index) -> Predicted:
    """Fit on some particles and predict others."""
    near, far = [], []
    for block in blocks:
        middle, width = block[train].mean(axis=0), block[train].std(axis=0)
        scaled = (block - middle) / np.where(width > 0.0, width, 1.0)
        near.append(kernel(scaled[train], scaled[train]))
        far.append(kernel(scaled[test], scaled[train]))
    options = [weights for weights in product(SHARES, repeat=len(blocks)) if max(weights) == 1.0]
    found = [(*leave_one_out(_sum(weights, near), target[train]), weights) for weights in options]
    squared, ridge, weights = min(found)
    mean = target[train].mean()
    dual = np.linalg.solve(_sum(weights, near) + ridge * np.eye(len(train)), target[train] - mean)
    return Predicted(_sum(weights, far) @ dual + mean, float(np.sqrt(squared)))


def folds(count: int, *, repeats: int, parts: int = 10) -> Iterator[Split]:
    """Yield repeat, training and test particles; each repeat orders them anew, with its own number as the key."""
    for repeat in range(repeats):
        order = np.random.default_rng(repeat).permutation(count)
        for part in range(parts):
            test = np.sort(order[part::parts])
            left = np.setdiff1d(np.arange(count), test)
            yield repeat, left.astype(np.intp), test.astype(np.intp)


def folds_of_groups(groups: Sequence[str], *, repeats: int, parts: int = 10) -> Iterator[Split]:
    """Yield as `folds` does, with no group on both sides."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    for repeat, train, test in folds(len(names), repeats=repeats, parts=parts):
        yield repeat, np.flatnonzero(np.isin(member, train)), np.flatnonzero(np.isin(member, test))


def cross_validated(
    choose: Choose, target: Array, *, repeats: int = 10, splits: Iterable[Split] | None = None
) -> tuple[Array, Array]:
    """Return predictions and their standard errors, (repeats, particles) each, every particle left out once a repeat."""
    chosen = list(folds(target.size, repeats=repeats) if splits is None else splits)
    values, errors = np.empty((2, 1 + max(repeat for repeat, _, _ in chosen), target.size))
    for repeat, train, test in chosen:
        found = predict(choose(train), target, train=train, test=test)
        values[repeat, test], errors[repeat, test] = found
    return values, errors


def _sum(weights: Sequence[float], kernels: Sequence[Array]) -> Array:
    return np.sum([weight * each for weight, each in zip(weights, kernels, strict=True)], axis=0)
