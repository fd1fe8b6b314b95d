r"""A population of particles: what an organ of a new animal in a new study will hold, and how sure that is.

$$ \ln y = f(\mathrm{tissue}, t;\, \mu + B x + u_s + v_i) + r_k(t) + a_{sk}(t) + b_{ik}(t) + e $$

f is the whole-body model, x what is known of the particle, u and v what differs between studies and between the particles of
one study in the knobs of the model, a and b the same in what the model does not explain (a level and a slope in ln t for
each tissue, correlated between tissues), r what is left of it on average (a cubic in ln t) and e the scatter of single
points. All are normal on the logarithmic scale. What two different tissues share of u, v, a and b is multiplied by the
coherences of both: how far a value in one tissue is believed to say something of another, as found in studies that were left
out of the fit. f is linearised over the spread of u and v by regression on an ensemble of runs (statistical linearisation),
so that predictions with any data of the same study are those of a normal distribution conditioned on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.particles import COVARIATES, KNOBS, TISSUES

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Responses = Callable[[Array], Array]  # (lanes, knobs) -> ln %ID/g (lanes, tissues, times)

MIDDLE_HOURS = 10.0  # where ln t is zero in levels and slopes
SLOPES = 2  # a level and a slope for each tissue
POWERS = 4  # of ln t in what is left on average
LANES = 400  # of the ensemble over which the model is linearised
LEAST_SPREAD = 0.15  # of a knob in that ensemble, so that its slope is known where its spread is zero


@dataclass(frozen=True)
class Points:
    """Observations, or moments at which something is asked; one entry each. `value` is ln %ID/g."""

    study: Index
    particle: Index
    tissue: Index  # of TISSUES
    hours: Array
    covariates: Array  # (points, covariates)
    value: Array

    def __len__(self) -> int:
        return len(self.hours)

    def of(self, chosen: Any) -> Points:
        """Return some of them."""
        return Points(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def then(self, more: Points) -> Points:
        """Return these and more."""
        return Points(*(np.concatenate([getattr(self, n), getattr(more, n)]) for n in self.__dataclass_fields__))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which have a value."""
        return np.isfinite(self.value)

    @property
    def time_feature(self) -> Array:
        """Half the logarithm of time over its middle: about -2.5 to 2 over minutes to weeks."""
        return np.log(self.hours / MIDDLE_HOURS) / 2.0

    @cached_property
    def levels_and_slopes(self) -> Array:
        """(points, tissues x 2): which level and slope a point has a share of."""
        found = np.zeros((len(self), len(TISSUES) * SLOPES))
        row = np.arange(len(self))
        found[row, SLOPES * self.tissue] = 1.0
        found[row, SLOPES * self.tissue + 1] = self.time_feature
        return found

    @cached_property
    def powers(self) -> Array:
        """(points, POWERS): the time feature to the powers 0, 1, 2, ..."""
        return self.time_feature[:, None] ** np.arange(POWERS)


@dataclass(frozen=True)
class Linear:
    """The model linearised over its knobs: ln %ID/g at their middle and its slopes, on a grid of ln hours."""

    log_hours: Array
    middle: Array  # (tissues, times)
    slopes: Array  # (knobs, tissues, times)

    def at(self, points: Points) -> tuple[Array, Array]:
        """Return the middle (points,) and the slopes (points, knobs), interpolated in ln t."""
        wanted = np.log(points.hours)
        right = np.clip(np.searchsorted(self.log_hours, wanted), 1, len(self.log_hours) - 1)
        left, k = right - 1, points.tissue
        share = (wanted - self.log_hours[left]) / (self.log_hours[right] - self.log_hours[left])
        share = np.clip(share, 0.0, 1.0)
        middle = self.middle[k, left] * (1 - share) + self.middle[k, right] * share
        slopes = self.slopes[:, k, left] * (1 - share) + self.slopes[:, k, right] * share
        return middle, slopes.T


def linearised(responses: Responses, log_hours: Array, *, middle: Array, spread: Array, lanes: int = LANES) -> Linear:
    """Linearise the model by regression on an ensemble of knobs, drawn in mirrored pairs with a fixed key."""
    half = np.random.default_rng(0).standard_normal((lanes // 2, len(middle)))
    deviates = np.concatenate([half, -half])
    scale = np.maximum(spread, LEAST_SPREAD)
    found = responses(middle + deviates * scale)
    mean = found.mean(axis=0)
    slopes = np.einsum("lk,lot->kot", deviates, found - mean) / (len(deviates) * scale[:, None, None])
    return Linear(log_hours, mean, slopes)


@dataclass(frozen=True)
class Population:
    """What is common to all particles and how they differ; every number is on the natural logarithmic scale."""

    middle: Array  # (knobs,) of ln multipliers of the row
    coefficients: Array  # (knobs, covariates)
    residual: Array  # (tissues, POWERS) of what is left on average
    study_spread: Array  # (knobs,)
    particle_spread: Array  # (knobs,)
    study_covariance: Array  # (tissues x 2, tissues x 2) of levels and slopes
    particle_covariance: Array
    scatter: Array  # (tissues,) of single points
    coherence: Array  # (tissues,) from 0 to 1: how much of what a tissue shares with others is believed
    middle_error: Array  # (knobs,) standard errors of `middle`
    coefficient_error: Array  # (knobs, covariates)

    @property
    def spread(self) -> Array:
        """The spread of every knob over particles of different studies."""
        return np.sqrt(self.study_spread**2 + self.particle_spread**2)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "knobs": [knob.name for knob in KNOBS], "tissues": list(TISSUES), "covariates": list(COVARIATES),
            **{name: np.round(getattr(self, name), 6).tolist() for name in self.__dataclass_fields__},
        }  # fmt: skip

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Population:
        """Read it back from plain data."""
        known = {"knobs": [knob.name for knob in KNOBS], "tissues": list(TISSUES), "covariates": list(COVARIATES)}
        for name, expected in known.items():
            if data[name] != expected:
                raise ValueError(f"the population was fitted to other {name}: {data[name]}, not {expected}")
        return cls(**{name: np.array(data[name]) for name in cls.__dataclass_fields__})


def mean_of(population: Population, linear: Linear, points: Points) -> tuple[Array, Array]:
    """Return what is expected of particles of which only the covariates are known, and the slopes over the knobs."""
    middle, slopes = linear.at(points)
    shift = np.einsum("pk,kc,pc->p", slopes, population.coefficients, points.covariates)
    left = np.einsum("pn,pn->p", points.powers, population.residual[points.tissue])
    return middle + shift + left, slopes


def covariances(population: Population, slopes: Array, points: Points) -> tuple[Array, Array]:
    """Return the covariance of points of one study that all particles share, and that of points of one particle."""
    D = points.levels_and_slopes
    shared = (slopes * population.study_spread**2) @ slopes.T + D @ population.study_covariance @ D.T
    own = (slopes * population.particle_spread**2) @ slopes.T + D @ population.particle_covariance @ D.T
    believed = population.coherence[points.tissue]
    same = points.tissue[:, None] == points.tissue[None, :]
    believed = np.where(same, 1.0, believed[:, None] * believed[None, :])
    return shared * believed, own * believed


def predict(population: Population, linear: Linear, wanted: Points, *, given: Points) -> tuple[Array, Array]:
    """Return mean and standard deviation of ln %ID/g of single points of one study, given others of it.

    With nothing given this is a new study of which only the covariates are known.
    """
    both = given.then(wanted)
    mean, slopes = mean_of(population, linear, both)
    shared, own = covariances(population, slopes, both)
    K = shared + own * (both.particle[:, None] == both.particle[None, :])
    noise, n = population.scatter[both.tissue] ** 2, len(given)
    if n == 0:
        return mean, np.sqrt(np.diag(K) + noise)
    gain = np.linalg.solve(K[:n, :n] + np.diag(noise[:n]), K[:n, n:]).T
    expected = mean[n:] + gain @ (given.value - mean[:n])
    variance = np.diag(K)[n:] + noise[n:] - np.einsum("ij,ij->i", gain, K[n:, :n])
    return expected, np.sqrt(variance)


def studies_of(points: Points) -> Sequence[Index]:
    """Return the points of each study, in the order of the studies' numbers."""
    return [np.flatnonzero(points.study == study) for study in np.unique(points.study)]
