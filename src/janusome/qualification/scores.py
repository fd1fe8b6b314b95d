r"""Scores of predictions on a logarithmic scale, and whether one set of predictions is better than another by chance.

AAFE is exp of the mean absolute error of ln y; CRPS is that of the normal distribution that was predicted,

$$ \mathrm{CRPS} = \sigma \left( z\,(2\Phi(z) - 1) + 2\varphi(z) - \pi^{-1/2} \right), \quad z = (\ln y - \mu)/\sigma. $$
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]

RESAMPLES = 2000
NINETY = 1.6448536269514722  # standard deviations on each side of a 90 % interval


@dataclass(frozen=True)
class Scores:
    """How far predictions are from what was found."""

    points: int
    aafe: float
    within_2: float
    within_3: float
    crps: float | None = None
    coverage: float | None = None


def scores(found: Array, expected: Array, deviation: Array | None = None) -> Scores:
    """Score predictions of ln y; intervals are scored where their standard deviations are given.

    >>> round(scores(np.log(np.array([2.0, 0.5])), np.zeros(2)).aafe, 9)
    2.0
    """
    error = found - expected
    absolute = np.abs(error)
    twofold, threefold = (float(np.mean(absolute <= math.log(fold) + 1e-12)) for fold in (2.0, 3.0))
    aafe = float(np.exp(absolute.mean()))
    if deviation is None:
        return Scores(len(error), aafe, twofold, threefold)
    z = error / deviation
    crps = deviation * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi))
    covered = float(np.mean(np.abs(z) <= NINETY))
    return Scores(len(error), aafe, twofold, threefold, float(crps.mean()), covered)


class Paired(NamedTuple):
    """The ratio of two AAFEs, first over second, with its 95 % interval over resampled groups."""

    ratio: float
    low: float
    high: float

    @property
    def not_worse(self) -> bool:
        """Whether the first is not worse than the second beyond chance."""
        return self.low <= 1.0

    @property
    def better(self) -> bool:
        """Whether the first is better by the ratio itself."""
        return self.ratio < 1.0


def paired(found: Array, first: Array, second: Array, groups: NDArray[np.int64]) -> Paired:
    """Compare two sets of predictions of the same points by a bootstrap over groups with a fixed key."""
    difference = np.abs(found - first) - np.abs(found - second)
    names, index = np.unique(groups, return_inverse=True)
    total = np.bincount(index, weights=difference)
    count = np.bincount(index).astype(float)
    drawn = np.random.default_rng(0).integers(0, len(names), size=(RESAMPLES, len(names)))
    ratios = np.exp(total[drawn].sum(axis=1) / count[drawn].sum(axis=1))
    low, high = np.quantile(ratios, (0.025, 0.975))
    return Paired(float(np.exp(difference.mean())), float(low), float(high))


def folds_of(groups: NDArray[np.int64], *, folds: int = 5) -> NDArray[np.int64]:
    """Return the fold of every point; all points of a group stand in one fold, whatever the order of the rows."""
    names = np.unique(groups)
    order = np.random.default_rng(0).permutation(len(names))
    fold = dict(zip(names[order].tolist(), np.arange(len(names)) % folds, strict=True))
    return np.array([fold[group] for group in groups.tolist()], dtype=np.int64)
