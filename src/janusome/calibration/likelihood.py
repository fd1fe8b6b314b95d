"""Likelihood: how likely measured values are once the predictions are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri

Array = NDArray[np.float64]

EXCESS_SCALE = 0.5  # of the half-normal prior of what the model misses, as a standard deviation of the logarithm
FARTHEST = 30.0  # standard deviations beyond which a slope is taken as it is there, so that no number overflows
LEAST_VARIANCE = 1e-8  # of a logarithm; keeps a row without a stated error finite where the excess vanishes


class Slopes(NamedTuple):
    """First derivatives and curvatures of -ln(likelihood) by row: for ln f, and for the deviate of the row's excess."""

    prediction: Array
    prediction_curvature: Array
    excess: Array
    excess_curvature: Array


@dataclass(frozen=True)
class Likelihood:
    r"""Log-normal errors, with what lies below a limit of quantification as the probability that it does (method M3).

    $$ \ln y \sim N(\ln f,\; s^2 + \sigma_g^2), \qquad P(y < L) = \Phi\left((\ln L - \ln f)/\sqrt{s^2 + \sigma_g^2}\right) $$

    s is the stated error of a row (0 if none is stated), σ the excess that its group of rows has beyond it: what the assay
    and the model miss. The excess is inferred; its prior is half-normal, written as a function of a standard normal deviate,
    so that every unknown of a calibration has the same prior.

    Parameters
    ----------
    logarithms
        ln of each value, or of the limit below which it lies.
    below
        Which rows lie below their limit.
    stated
        s of each row.
    group
        Which excess a row has, counted from 0; -1 for none, so that the stated error is all.
    scale
        Of the half-normal prior.
    """

    logarithms: Array
    below: NDArray[np.bool_]
    stated: Array
    group: NDArray[np.int64]
    scale: float = EXCESS_SCALE

    @cached_property
    def groups(self) -> int:
        """How many excesses are unknown."""
        return int(self.group.max(initial=-1)) + 1

    def excess(self, deviates: Array) -> Array:
        """Return the excess of each group, (lanes, groups), from its standard normal deviate."""
        return -self.scale * ndtri(
            0.5 * ndtr(-np.clip(deviates, -FARTHEST, FARTHEST))
        )  # the half-normal quantile, without loss in either tail

    def log_density(self, predictions: Array, deviates: Array) -> Array:
        """Return ln(likelihood) of every lane from ln f, (lanes, rows), and the deviates of the excesses, (lanes, groups)."""
        v = self._variance(self.excess(deviates))
        t = (self.logarithms - predictions) / np.sqrt(v)
        found = -0.5 * t**2 - 0.5 * np.log(2.0 * np.pi * v)
        found[:, self.below] = log_ndtr(t[:, self.below])
        return found.sum(axis=1)

    def slopes(self, predictions: Array, deviates: Array) -> Slopes:
        """Return derivatives by row; curvatures are those of Fisher where a value was seen, and so never negative."""
        sigma = self.excess(deviates)
        v = self._variance(sigma)
        t = (self.logarithms - predictions) / np.sqrt(v)
        turn = self._by_row(2.0 * sigma * self._excess_slope(sigma, deviates)) / (2.0 * v)
        pull, bend, spread, wide = -t, np.ones_like(t), 1.0 - t**2, np.full_like(t, 2.0)
        if self.below.any():
            tail = np.clip(t[:, self.below], -FARTHEST, FARTHEST)
            mills = np.exp(-0.5 * tail**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(tail))
            curved = np.maximum(mills * (mills + tail), 0.0)
            pull[:, self.below], bend[:, self.below] = mills, curved
            spread[:, self.below], wide[:, self.below] = mills * tail, curved * tail**2
        return Slopes(pull / np.sqrt(v), bend / v, spread * turn, wide * turn**2)

    def drawn(self, predictions: Array, deviates: Array, normal: Array) -> Array:
        """Return ln of values as they would be measured: predictions with an error."""
        return predictions + np.sqrt(self._variance(self.excess(deviates))) * normal

    def _variance(self, excess: Array) -> Array:
        return np.maximum(self.stated**2 + self._by_row(excess) ** 2, LEAST_VARIANCE)

    def _excess_slope(self, excess: Array, deviates: Array) -> Array:
        """Return the derivative of the half-normal quantile to the deviate: the ratio of the two densities."""
        near = np.clip(deviates, -FARTHEST, FARTHEST)
        return 0.5 * self.scale * np.exp(0.5 * (excess / self.scale) ** 2 - 0.5 * near**2)

    def _by_row(self, by_group: Array) -> Array:
        if not self.groups:
            return np.zeros((len(by_group), self.logarithms.size))
        return np.where(self.group >= 0, by_group[:, np.maximum(self.group, 0)], 0.0)
