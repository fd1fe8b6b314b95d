"""How far blood is believed to say something of another tissue, as found in studies that were left out.

Covariances between tissues, fitted to six dozen studies and to a model that is not the animal, promise more than they hold
in a new study. With blood alone given, a coherence c of a tissue moves its expectation by c times what full belief would, so
that c is the regression of what was found, through the origin and by least absolute deviations, on what blood promised: fold
by fold, with variances that were fitted without it. A study counts as one piece of information, and full belief is the
middle of the prior, so that belief is withdrawn only where many studies contradict it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.particles import TISSUES
from janusome.calibration.population import Linear, Points, Population, predict
from janusome.calibration.population_fit import LAPLACE_SCALE, fit_spreads

Array = NDArray[np.float64]

BLOOD = TISSUES.index("blood")
FOLDS = 5
SWEEPS = 12
FEWEST = 8  # values below which a tissue keeps full belief
PRIOR = 0.5  # standard deviation of a coherence below one: assumed
CANDIDATES = np.linspace(0.0, 1.0, 21)


def fit_coherence(points: Points, population: Population, linear: Linear) -> Population:
    """Return the population with its coherences; blood has one."""
    full = replace(population, coherence=np.ones(len(TISSUES)))
    studies, number = np.unique(points.study, return_inverse=True)
    fold = number % min(FOLDS, len(studies))
    promised, left = np.full(len(points), np.nan), np.full(len(points), np.nan)
    for k in np.unique(fold):
        others = fit_spreads(points.of(fold != k), full, linear, sweeps=SWEEPS) if len(studies) > 1 else full
        for name in np.unique(points.particle[fold == k]):
            own = np.flatnonzero(points.particle == name)
            wanted = own[points.tissue[own] != BLOOD]
            promised[wanted], left[wanted] = _promise(
                others, linear, points.of(wanted), points.of(own[points.tissue[own] == BLOOD])
            )
    found = np.ones(len(TISSUES))
    for k in range(len(TISSUES)):
        here = (points.tissue == k) & np.isfinite(promised)
        if here.sum() >= FEWEST:
            found[k] = _regression(left[here], promised[here], studies=len(np.unique(points.study[here])))
    return replace(full, coherence=found)


def _promise(population: Population, linear: Linear, wanted: Points, blood: Points) -> tuple[Array, Array]:
    """Return by how much blood moves what is expected, and by how much it should have."""
    if not len(blood):
        return np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    alone, _ = predict(population, linear, wanted, given=blood.of(slice(0, 0)))
    told, _ = predict(population, linear, wanted, given=blood)
    return told - alone, wanted.value - alone


def _regression(found: Array, promised: Array, *, studies: int) -> float:
    """Return the coherence of least absolute deviations with its prior.

    >>> _regression(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]), studies=30)
    0.5
    """
    weight = studies / len(found) / LAPLACE_SCALE
    costs = [weight * np.abs(found - c * promised).sum() + 0.5 * ((1.0 - c) / PRIOR) ** 2 for c in CANDIDATES]
    return float(CANDIDATES[int(np.argmin(costs))])
