"""Likelihood: how likely measured values are once the predictions are given."""

from __future__ import annotations

from dataclasses import dataclass
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

    @property
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
        spread = np.sqrt(self._variance(deviates))
        t = (self.logarithms - predictions) / spread
        seen = -0.5 * t**2 - np.log(spread) - 0.5 * np.log(2.0 * np.pi)
        return np.where(self.below, log_ndtr(t), seen).sum(axis=1)

    def slopes(self, predictions: Array, deviates: Array) -> Slopes:
        """Return derivatives by row; curvatures are those of Fisher where a value was seen, and so never negative."""
        v = self._variance(deviates)
        t = (self.logarithms - predictions) / np.sqrt(v)
        tail = np.clip(t, -FARTHEST, FARTHEST)
        mills = np.exp(-0.5 * tail**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(tail))
        turn = self._variance_slope(deviates) / (2.0 * v)
        bend = np.maximum(mills * (mills + tail), 0.0)
        return Slopes(
            np.where(self.below, mills, -t) / np.sqrt(v),
            np.where(self.below, bend, 1.0) / v,
            np.where(self.below, mills * tail, 1.0 - t**2) * turn,
            np.where(self.below, bend * tail**2, 2.0) * turn**2,
        )

    def drawn(self, predictions: Array, deviates: Array, normal: Array) -> Array:
        """Return ln of values as they would be measured: predictions with an error."""
        return predictions + np.sqrt(self._variance(deviates)) * normal

    def _variance(self, deviates: Array) -> Array:
        own = self._by_row(self.excess(deviates))
        return np.maximum(self.stated**2 + own**2, LEAST_VARIANCE)

    def _variance_slope(self, deviates: Array) -> Array:
        sigma = self.excess(deviates)
        folded = sigma / self.scale
        slope = 0.5 * self.scale * np.exp(0.5 * folded**2 - 0.5 * np.clip(deviates, -FARTHEST, FARTHEST) ** 2)
        return self._by_row(2.0 * sigma * slope)

    def _by_row(self, by_group: Array) -> Array:
        if not self.groups:
            return np.zeros((len(by_group), self.logarithms.size))
        return np.where(self.group >= 0, by_group[:, np.maximum(self.group, 0)], 0.0)
