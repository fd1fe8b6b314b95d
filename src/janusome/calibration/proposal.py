"""Proposal: draws that come close to a posterior, from a surrogate of the model that is refined where the posterior is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.hamiltonian import Hamiltonian
from janusome.calibration.mixture import Mixture
from janusome.calibration.posterior import Posterior
from janusome.calibration.surrogate import Stand, fitted, points_needed

Array = NDArray[np.float64]

ROUNDS = 3  # of refinement: the model is asked where the surrogate has its posterior
CHAINS = 192
WARM, APART = 30, 2  # moves before the first draw, and between draws of a chain
LOCAL = 0.4  # step of a move to a place near, over that of a draw
FAR = 2.0  # ln p below the best, per unknown, at which a point counts half in the fit
WIDENED = 1.5  # variance of the points that a surrogate is fitted to, over that of its posterior


class Proposal:
    """Draws from a surrogate's posterior, and its density up to a constant."""

    def __init__(self, stand: Stand, starts: Array, covariance: Array, generator: np.random.Generator) -> None:
        self.stand, self.generator = stand, generator
        self.chains = Hamiltonian(stand.with_slope, starts, covariance, generator)
        self.chains.warm(WARM)
        self.local = Hamiltonian(stand.with_slope, starts, covariance, generator)
        self.local.step = LOCAL * self.chains.step

    def draw(self, count: int) -> Array:
        """Return draws, (count, unknowns)."""
        found: list[Array] = []
        while sum(map(len, found)) < count:
            for _ in range(APART):
                self.chains.move()
            found.append(self.chains.at)
        return self.generator.permutation(np.concatenate(found))[:count]

    def near(self, points: Array) -> Array:
        """Return a place near each point, by a move that leaves the surrogate's posterior as it is."""
        self.local.put(points)
        self.local.move()
        return self.local.at

    def log_density(self, points: Array) -> Array:
        """Return the logarithm of the density up to a constant."""
        return self.stand.log_density(points)


def proposal_for(
    posterior: Posterior,
    mixture: Mixture,
    generator: np.random.Generator,
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Proposal:
    """Fit the surrogate to the model at draws of the mixture about the modes, then at draws of its own posterior."""
    count, size = posterior.values, points_needed(posterior.values)
    points = mixture.draw(size, generator)
    asked, answers, heights = np.zeros((0, posterior.size)), np.zeros((0, posterior.likelihood.logarithms.size)), np.zeros(0)
    proposal = None
    for _ in range(ROUNDS):
        if should_stop():
            raise KeyboardInterrupt
        found = posterior.forward(points[:, :count])
        good = np.isfinite(found).all(axis=1)
        height = posterior.likelihood.log_density(found[good], points[good, count:]) - 0.5 * np.sum(points[good] ** 2, axis=1)
        asked, answers = np.concatenate([asked, points[good]]), np.concatenate([answers, found[good]])
        heights = np.concatenate([heights, height])
        weights = (1.0 + np.maximum(heights.max() - heights - FAR * posterior.size, 0.0) / posterior.size) ** -2.0
        middle, covariance = _moments(points)
        own = covariance[:count, :count]
        surrogate = fitted(asked[:, :count], answers, weights, middle=middle[:count], covariance=own)
        starts = points[good][np.argsort(-height, kind="stable")[:CHAINS]]  # HMC spreads from where the density is
        proposal = Proposal(Stand(posterior, surrogate), starts, covariance, generator)
        drawn = proposal.draw(size)
        middle = drawn.mean(axis=0)
        points = middle + np.sqrt(WIDENED) * (drawn - middle)
    assert proposal is not None
    return proposal


def _moments(points: Array) -> tuple[Array, Array]:
    return points.mean(axis=0), np.cov(points, rowvar=False) + 1e-9 * np.eye(points.shape[1])
