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

ROUNDS = 3  # of fits before the pilot
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


class Training:
    """Surrogates of one posterior; each is fitted to all that the model was asked until then."""

    def __init__(self, posterior: Posterior, generator: np.random.Generator) -> None:
        self.posterior, self.generator = posterior, generator
        self.size = points_needed(posterior.values)
        self.asked, self.heights = np.zeros((0, posterior.size)), np.zeros(0)
        self.answers = np.zeros((0, posterior.likelihood.logarithms.size))

    def from_mixture(self, mixture: Mixture, *, should_stop: Callable[[], bool] = lambda: False) -> Proposal:
        """Fit at draws of the mixture about the modes, then at draws of the surrogate's own posterior."""
        proposal = self.fit(mixture.draw(self.size, self.generator))
        for _ in range(ROUNDS - 1):
            if should_stop():
                raise KeyboardInterrupt
            proposal = self.fit(widened(proposal.draw(self.size)))
        return proposal

    def fit(self, points: Array) -> Proposal:
        """Ask the model at points and fit; points of low density count less."""
        posterior, count = self.posterior, self.posterior.values
        found = posterior.forward(points[:, :count])
        good = np.isfinite(found).all(axis=1)
        points, found = points[good], found[good]
        height = posterior.likelihood.log_density(found, points[:, count:]) - 0.5 * np.sum(points**2, axis=1)
        self.asked, self.answers = np.concatenate([self.asked, points]), np.concatenate([self.answers, found])
        self.heights = np.concatenate([self.heights, height])
        below = self.heights.max() - self.heights - FAR * posterior.size
        weights = (1.0 + np.maximum(below, 0.0) / posterior.size) ** -2.0
        middle, covariance = _moments(points)
        surrogate = fitted(
            self.asked[:, :count], self.answers, weights, middle=middle[:count], covariance=covariance[:count, :count]
        )
        starts = points[np.argsort(-height, kind="stable")[:CHAINS]]  # chains spread from where the density is
        return Proposal(Stand(posterior, surrogate), starts, covariance, self.generator)


def widened(points: Array) -> Array:
    """Return points farther from their middle, so that a surrogate is not asked beyond what it was fitted to."""
    middle = points.mean(axis=0)
    return middle + np.sqrt(WIDENED) * (points - middle)


def _moments(points: Array) -> tuple[Array, Array]:
    return points.mean(axis=0), np.cov(points, rowvar=False) + 1e-9 * np.eye(points.shape[1])
