"""Fitting a population: first what is expected, tissue by tissue alike, then how studies and particles differ from it.

The expectation is fitted to all points by least absolute deviations with priors, so that one odd study does not move it; the
variances follow by expectation-maximisation over studies, with priors of a stated weight. Everything is deterministic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.particles import COVARIATES, KNOBS, TISSUES
from janusome.calibration.population import (
    POWERS,
    SLOPES,
    Linear,
    Points,
    Population,
    Responses,
    covariances,
    linearised,
    mean_of,
    studies_of,
)

Array = NDArray[np.float64]

PRIOR_MIDDLE = 1.0  # prior standard deviation of a knob's middle around the row
PRIOR_COEFFICIENT = 0.3
PRIOR_RESIDUAL = np.array([0.5, 0.5, 0.1, 0.05])  # of the powers of ln t: smooth
LEVEL, SLOPE = 0.7, 0.3  # prior standard deviations of what the model leaves, between studies: as wide as narrower ones found
LEVEL_OF_PARTICLE, SLOPE_OF_PARTICLE = 0.42, 0.18
STUDIES_OF_PRIOR = 20.0  # weight of the priors of the knobs' spreads, in studies
STUDIES_OF_COVARIANCE = 12.0
INDEPENDENT = 4.0  # independent pieces of information that a study counts for, in the fit of what is expected
LAPLACE_SCALE = 0.4  # of the deviations, in logarithms
SMALLEST = 0.2  # a deviation below this counts as this, so that weights stay finite
GREATEST_SPREAD = 1.2
TEMPER = 0.25  # a study's weight falls with the number of its points to this power
MOVING = np.flatnonzero([knob.study_spread > 0.0 for knob in KNOBS])  # knobs that differ at all
NEVER = 1e8  # precision of a coefficient of what does not move a knob


@dataclass(frozen=True)
class Plan:
    """How long a fit may take."""

    rounds: int = 2
    steps: int = 8
    sweeps: int = 25


def fit(points: Points, responses: Responses, log_hours: Array, *, plan: Plan | None = None) -> tuple[Population, Linear]:
    """Fit a population to observations; return it with the model linearised at it."""
    plan = plan or Plan()
    population = start()
    linear = linearised(responses, log_hours, middle=population.middle, spread=population.spread)
    for _ in range(plan.rounds):
        population, linear = fit_expectation(points, population, responses, log_hours, steps=plan.steps)
        population = fit_residual(points, population, linear)
        population = fit_spreads(points, population, linear, sweeps=plan.sweeps)
    linear = linearised(responses, log_hours, middle=population.middle, spread=population.spread)
    return fit_residual(points, population, linear), linear


def start() -> Population:
    """Return the priors: the row as it stands, and the spreads that the knobs name."""
    knobs, tissues = len(KNOBS), len(TISSUES)
    return Population(
        middle=np.zeros(knobs),
        coefficients=np.zeros((knobs, len(COVARIATES))),
        residual=np.zeros((tissues, POWERS)),
        study_spread=np.array([knob.study_spread for knob in KNOBS]),
        particle_spread=np.array([knob.particle_spread for knob in KNOBS]),
        study_covariance=np.diag(np.tile([LEVEL, SLOPE], tissues) ** 2),
        particle_covariance=np.diag(np.tile([LEVEL_OF_PARTICLE, SLOPE_OF_PARTICLE], tissues) ** 2),
        scatter=np.full(tissues, 0.35),
        coherence=np.ones(tissues),
        middle_error=np.full(knobs, PRIOR_MIDDLE),
        coefficient_error=np.full((knobs, len(COVARIATES)), PRIOR_COEFFICIENT),
    )


def fit_expectation(
    points: Points, population: Population, responses: Responses, log_hours: Array, *, steps: int
) -> tuple[Population, Linear]:
    """Move the knobs' middles and the coefficients by damped, reweighted Gauss-Newton steps."""
    weight = _weights(points)
    precision = _precision()
    damping = 1.0
    linear, design, left = _design(points, population, responses, log_hours)
    cost = _cost(left, weight, population, precision)
    for _ in range(steps):
        curvature, gradient = _normal_equations(design, left, weight, population, precision)
        for _ in range(4):
            step = np.asarray(np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), gradient), np.float64)
            trial = _moved(population, step)
            trial_linear, trial_design, trial_left = _design(points, trial, responses, log_hours)
            trial_cost = _cost(trial_left, weight, trial, precision)
            if trial_cost < cost:
                break
            damping *= 4.0
        else:
            break
        gained, cost = cost - trial_cost, trial_cost
        population, linear, design, left = trial, trial_linear, trial_design, trial_left
        damping = max(damping / 3.0, 1e-3)
        if gained < 1e-3 * cost:
            break
    curvature, _ = _normal_equations(design, left, weight, population, precision)
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    knobs = len(KNOBS)
    return replace(
        population, middle_error=errors[:knobs], coefficient_error=errors[knobs:].reshape(len(COVARIATES), knobs).T
    ), linear


def _design(points: Points, population: Population, responses: Responses, log_hours: Array) -> tuple[Linear, Array, Array]:
    """Return the model linearised, the derivatives by middles and coefficients, and what is left of the points."""
    linear = linearised(responses, log_hours, middle=population.middle, spread=population.spread)
    mean, slopes = mean_of(population, linear, points)
    by_covariate = [slopes * points.covariates[:, [c]] for c in range(len(COVARIATES))]
    return linear, np.concatenate([slopes, *by_covariate], axis=1), points.value - mean


def _weights(points: Points) -> Array:
    """Return the weight of each point: studies count for much the same, tissues alike."""
    counts = {study: float(np.sum(points.study == study)) for study in np.unique(points.study)}
    weight = np.array([counts[study] ** -TEMPER for study in points.study])
    information = INDEPENDENT * len(counts) / len(points)
    return weight / weight.mean() * information / LAPLACE_SCALE


def _precision() -> Array:
    """Return prior precisions of middles and coefficients; a knob keeps to the covariates that it names."""
    moved = [PRIOR_COEFFICIENT**-2 if name in knob.moved_by else NEVER for name in COVARIATES for knob in KNOBS]
    return np.concatenate([np.full(len(KNOBS), PRIOR_MIDDLE**-2), moved])


def _flat(population: Population) -> Array:
    return np.concatenate([population.middle, population.coefficients.T.ravel()])


def _moved(population: Population, step: Array) -> Population:
    knobs = len(KNOBS)
    moved = _flat(population) + step
    return replace(population, middle=moved[:knobs], coefficients=moved[knobs:].reshape(len(COVARIATES), knobs).T.copy())


def _cost(left: Array, weight: Array, population: Population, precision: Array) -> float:
    return float((weight * np.abs(left)).sum() + 0.5 * (precision * _flat(population) ** 2).sum())


def _normal_equations(
    design: Array, left: Array, weight: Array, population: Population, precision: Array
) -> tuple[Array, Array]:
    w = weight / np.maximum(np.abs(left), SMALLEST)
    curvature = (design * w[:, None]).T @ design + np.diag(precision)
    return curvature, design.T @ (w * left) - precision * _flat(population)


def fit_residual(points: Points, population: Population, linear: Linear) -> Population:
    """Fit what the model leaves on average, tissue by tissue: a cubic in ln t, shrunk towards none."""
    bare = replace(population, residual=np.zeros_like(population.residual))
    left = points.value - mean_of(bare, linear, points)[0]
    weight = _weights(points)
    found = np.zeros_like(population.residual)
    for k in range(len(TISSUES)):
        here = points.tissue == k
        if not here.any():
            continue
        x = points.powers[here]
        for _ in range(60):
            w = weight[here] / np.maximum(np.abs(left[here] - x @ found[k]), 0.05)
            found[k] = np.linalg.solve((x * w[:, None]).T @ x + np.diag(PRIOR_RESIDUAL**-2), x.T @ (w * left[here]))
    return replace(population, residual=found)


def fit_spreads(points: Points, population: Population, linear: Linear, *, sweeps: int) -> Population:
    """Fit how studies and particles differ, and the scatter of points, by expectation-maximisation."""
    mean, slopes = mean_of(population, linear, points)
    left = points.value - mean
    groups = studies_of(points)
    base, coherence = start(), population.coherence
    population = replace(
        population, study_spread=base.study_spread, particle_spread=base.particle_spread,
        study_covariance=base.study_covariance, particle_covariance=base.particle_covariance, scatter=base.scatter,
        coherence=base.coherence,
    )  # fmt: skip
    for _ in range(sweeps):
        sums = _Sums.none()
        for group in groups:
            sums.add(points.of(group), left[group], slopes[group], population)
        population = sums.maximised(population, base)
    return replace(population, coherence=coherence)


@dataclass
class _Sums:
    """Second moments of the effects over studies and over particles, and of the scatter over points."""

    of_studies: Array
    of_particles: Array
    squares: Array
    studies: int
    particles: int
    counts: Array

    @classmethod
    def none(cls) -> _Sums:
        size = len(MOVING) + len(TISSUES) * SLOPES
        return cls(np.zeros((size, size)), np.zeros((size, size)), np.zeros(len(TISSUES)), 0, 0, np.zeros(len(TISSUES)))

    def add(self, points: Points, left: Array, slopes: Array, population: Population) -> None:
        """Add what a study says of its effects, given its points and the present variances."""
        shared, own = covariances(population, slopes, points)
        noise = population.scatter[points.tissue] ** 2
        total = shared + own * (points.particle[:, None] == points.particle[None, :]) + np.diag(noise)
        inverse = np.linalg.inv(total)
        pull = inverse @ left
        basis = np.concatenate([slopes[:, MOVING], points.levels_and_slopes], axis=1)
        of_study, of_particle = _prior_covariances(population)
        self.of_studies += _moment(basis, of_study, inverse, pull)
        names = np.unique(points.particle)
        for name in names:
            here = np.flatnonzero(points.particle == name)
            self.of_particles += _moment(basis[here], of_particle, inverse[np.ix_(here, here)], pull[here])
        np.add.at(self.squares, points.tissue, noise + noise**2 * (pull**2 - np.diag(inverse)))
        np.add.at(self.counts, points.tissue, 1.0)
        self.studies += 1
        self.particles += len(names)

    def maximised(self, population: Population, base: Population) -> Population:
        """Return the population whose variances these moments are, with the priors' weight added."""
        knobs = len(MOVING)

        def spread(moments: Array, count: int, prior: Array) -> Array:
            total = np.diag(moments)[:knobs] + STUDIES_OF_PRIOR * prior[MOVING] ** 2
            found = np.zeros(len(KNOBS))
            found[MOVING] = np.minimum(np.sqrt(total / (count + STUDIES_OF_PRIOR)), GREATEST_SPREAD)
            return found

        def covariance(moments: Array, count: int, prior: Array) -> Array:
            weight = STUDIES_OF_COVARIANCE
            return (moments[knobs:, knobs:] + weight * prior) / (count + weight)

        seen = self.counts > 0
        return replace(
            population,
            study_spread=spread(self.of_studies, self.studies, base.study_spread),
            particle_spread=spread(self.of_particles, self.particles, base.particle_spread),
            study_covariance=covariance(self.of_studies, self.studies, base.study_covariance),
            particle_covariance=covariance(self.of_particles, self.particles, base.particle_covariance),
            scatter=np.where(seen, np.sqrt(self.squares / np.maximum(self.counts, 1.0)), population.scatter),
        )


def _moment(basis: Array, prior: Array, inverse: Array, pull: Array) -> Array:
    """Return the second moment of effects with a prior covariance, given the points that they move."""
    share = prior @ basis.T
    effect = share @ pull
    return prior - share @ inverse @ share.T + np.outer(effect, effect)


def _prior_covariances(population: Population) -> tuple[Array, Array]:
    """Return the covariances of study and particle effects, knobs first."""

    def joined(spread: Array, covariance: Array) -> Array:
        knobs = len(MOVING)
        found = np.zeros((knobs + len(covariance), knobs + len(covariance)))
        found[:knobs, :knobs] = np.diag(spread[MOVING] ** 2)
        found[knobs:, knobs:] = covariance
        return found

    return (
        joined(population.study_spread, population.study_covariance),
        joined(population.particle_spread, population.particle_covariance),
    )
