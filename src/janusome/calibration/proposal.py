"""Proposal: a mixture of Student distributions that comes close to a posterior, made from its modes and adapted to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from janusome.calibration.mode import Mode

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

FREEDOM = 6.0  # degrees of freedom: tails heavier than those of any normal posterior
ROUNDS = 4  # of adaptation
LEAST_SIZE, SIZE_PER_UNKNOWN = 400, 40  # points of a round
LEAST_SHARE = 0.15  # of the points of a round that count after tempering
KEPT = 0.3  # weight of the modes' own distributions after adaptation


@dataclass(frozen=True)
class Component:
    """One Student distribution: where it stands and the lower triangular root of its scale."""

    weight: float
    mean: Array
    root: Array


@dataclass(frozen=True)
class Proposal:
    """A mixture that can be drawn from and whose density is known."""

    components: tuple[Component, ...]

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return self.components[0].mean.size

    def draw(self, count: int, generator: np.random.Generator) -> Array:
        """Return points, (count, unknowns)."""
        which = generator.choice(len(self.components), size=count, p=[one.weight for one in self.components])
        normal = generator.standard_normal((count, self.size))
        stretch = np.sqrt(FREEDOM / generator.chisquare(FREEDOM, size=count))
        means = np.stack([one.mean for one in self.components])[which]
        roots = np.stack([one.root for one in self.components])[which]
        return means + stretch[:, None] * np.einsum("cij,cj->ci", roots, normal)

    def log_density(self, points: Array) -> Array:
        """Return the logarithm of the density at points."""
        return logsumexp([np.log(one.weight) + _student(points, one) for one in self.components], axis=0)


def from_modes(modes: Sequence[Mode]) -> Proposal:
    """Return the mixture of the normal distributions about the modes, by their mass, with heavier tails."""
    roots = [np.linalg.cholesky(mode.covariance) for mode in modes]
    mass = np.array([mode.log_density + np.log(np.diag(root)).sum() for mode, root in zip(modes, roots, strict=True)])
    weights = np.exp(mass - logsumexp(mass))
    weights = 0.5 * weights + 0.5 / len(modes)
    return Proposal(tuple(Component(float(w), m.at, r) for w, m, r in zip(weights, modes, roots, strict=True)))


def adapted(log_density: LogDensity, proposal: Proposal, generator: np.random.Generator) -> Proposal:
    """Return the mixture with a component moved to where the density is, by a few rounds of weighted draws.

    Where few draws carry all the weight, the weights are tempered until a share of the draws counts.
    """
    size = max(LEAST_SIZE, SIZE_PER_UNKNOWN * proposal.size)
    kept = tuple(Component(KEPT * one.weight, one.mean, one.root) for one in proposal.components)
    for _ in range(ROUNDS):
        points = proposal.draw(size, generator)
        weights = tempered(log_density(points) - proposal.log_density(points))
        mean = weights @ points
        spread = (weights[:, None] * (points - mean)).T @ (points - mean)
        root = np.linalg.cholesky(spread + 1e-6 * np.eye(mean.size))
        proposal = Proposal((*kept, Component(1.0 - KEPT, mean, root)))
    return proposal


def tempered(log_weights: Array) -> Array:
    """Return weights that sum to one, raised to the power at which the least share of them counts, at most 1."""
    low, high = 0.0, 1.0
    if effective_share(log_weights) >= LEAST_SHARE:
        low = 1.0
    for _ in range(30 if low < 1.0 else 0):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective_share(middle * log_weights) >= LEAST_SHARE else (low, middle)
    logarithms = np.where(np.isfinite(log_weights), low * log_weights, -np.inf)
    return np.exp(logarithms - logsumexp(logarithms))


def effective_share(log_weights: Array) -> float:
    """Return (sum w)^2 / sum w^2 over the number of weights."""
    return float(np.exp(2.0 * logsumexp(log_weights) - logsumexp(2.0 * log_weights)) / log_weights.size)


def _student(points: Array, one: Component) -> Array:
    n = one.mean.size
    scaled = np.linalg.solve(one.root, (points - one.mean).T)
    constant = gammaln(0.5 * (FREEDOM + n)) - gammaln(0.5 * FREEDOM) - 0.5 * n * np.log(FREEDOM * np.pi)
    height = constant - np.log(np.diag(one.root)).sum()
    return height - 0.5 * (FREEDOM + n) * np.log1p(np.sum(scaled**2, axis=0) / FREEDOM)
