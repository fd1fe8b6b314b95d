r"""Sampler: ensembles of chains that step along each other's differences, many lanes of the model at once.

Differential evolution: a chain of one half of its ensemble proposes

$$ x' = x + \gamma (x_a - x_b) + \epsilon, \qquad \gamma = 2.38/\sqrt{2n} $$

with a and b from the other half, which does not move meanwhile, so that the step is symmetric and the model's density alone
decides. Now and then γ is one, which carries chains between peaks. Every other step is a leap instead: a draw of the Student
distribution with the mean and covariance of the other half, weighed by its density there and here. Directions and lengths come
from the ensemble itself: nothing is tuned. The ensembles never meet, so that R-hat between them tells whether they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.diagnostics import bulk_size, r_hat
from janusome.calibration.mixture import Mixture
from janusome.calibration.posterior import Posterior

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

ENSEMBLES, CHAINS = 4, 160  # chains of one ensemble; two halves of it move in turn
SHORT, FULL = 2.38, 0.1  # length of a step times the root of twice the unknowns; share of steps at γ = 1
JITTER, NOISE = 0.3, 1e-4  # spread of ln γ; of ε, in standard deviations of the prior
FREEDOM = 8.0  # of the Student distribution of a leap
WARM = 0.35  # share of the steps that is left out
LOOKED = 20  # steps between looks at the diagnostics
LEAST = 100  # steps
MIXED = 1.02  # R-hat of every unknown at which sampling may end
MOST_PER_WANTED, LEAST_MOST = 150, 100_000  # evaluations of the model for each draw that is wanted, and at least


@dataclass(frozen=True)
class Chains:
    """What was drawn, warm-up left out; `accepted` is the share of the steps that were taken."""

    draws: Array  # (chains of all ensembles, steps, unknowns)
    log_density: Array  # (chains, steps)
    accepted: float
    evaluations: int

    @property
    def ensembles(self) -> Array:
        """The draws of each ensemble in order of time, (ensembles, draws, unknowns)."""
        _, steps, unknowns = self.draws.shape
        return self.draws.reshape(ENSEMBLES, -1, steps, unknowns).swapaxes(1, 2).reshape(ENSEMBLES, -1, unknowns)

    def thinned(self, count: int) -> Array:
        """Return evenly spaced draws of all chains, (count, unknowns)."""
        pooled = self.draws.transpose(1, 0, 2).reshape(-1, self.draws.shape[-1])
        return pooled[np.round(np.linspace(0, len(pooled) - 1, min(count, len(pooled)))).astype(int)]


class _Run:
    """Chains in motion: where each stands, (ensembles, chains, unknowns), how high, and everything before."""

    def __init__(self, log_density: LogDensity, mixture: Mixture, generator: np.random.Generator) -> None:
        self.density, self.generator = log_density, generator
        self.at, self.height = self._starts(mixture)
        self.past: list[Array] = []
        self.heights: list[Array] = []
        self.tried = self.taken = self.evaluations = 0

    def _starts(self, mixture: Mixture) -> tuple[Array, Array]:
        points = mixture.draw(3 * ENSEMBLES * CHAINS, self.generator)
        heights = self.density(points)
        chosen = np.flatnonzero(np.isfinite(heights))[: ENSEMBLES * CHAINS]
        if chosen.size < ENSEMBLES * CHAINS:
            raise FloatingPointError("the model fails at most values near its best fit")
        return points[chosen].reshape(ENSEMBLES, CHAINS, -1), heights[chosen].reshape(ENSEMBLES, CHAINS)

    def step(self) -> None:
        """Move every chain once, one half of each ensemble after the other."""
        middle = CHAINS // 2
        for moving, still in ((slice(0, middle), slice(middle, CHAINS)), (slice(middle, CHAINS), slice(0, middle))):
            self._move(moving, self.at[:, still])
        self.past.append(self.at.copy())
        self.heights.append(self.height.copy())

    def _move(self, moving: slice, others: Array) -> None:
        before, height = self.at[:, moving], self.height[:, moving]
        if len(self.past) % 2:
            points, correction = self._leap(others, before)
        else:
            points, correction = before + self._differences(others, before.shape), np.zeros(height.shape)
        heights = self.density(points.reshape(-1, points.shape[-1])).reshape(height.shape)
        accepted = np.log(self.generator.random(height.shape)) < heights - height + correction
        self.at[:, moving] = np.where(accepted[..., None], points, before)
        self.height[:, moving] = np.where(accepted, heights, height)
        self.tried += accepted.size
        self.taken += int(accepted.sum())
        self.evaluations += accepted.size

    def _leap(self, others: Array, before: Array) -> tuple[Array, Array]:
        """Return draws of the other half's Student distribution, and ln of its density here over that there."""
        mean, unknowns = others.mean(axis=1, keepdims=True), others.shape[-1]
        centred = others - mean
        covariance = np.einsum("eci,ecj->eij", centred, centred) / (others.shape[1] - 1) + NOISE**2 * np.eye(unknowns)
        root = np.linalg.cholesky(covariance)
        normal = self.generator.standard_normal(before.shape)
        stretch = np.sqrt(FREEDOM / self.generator.chisquare(FREEDOM, before.shape[:2]))[..., None]
        points = mean + stretch * np.einsum("eij,ecj->eci", root, normal)

        def log_density(at: Array) -> Array:
            scaled = np.linalg.solve(root, (at - mean).swapaxes(1, 2))
            return -0.5 * (FREEDOM + unknowns) * np.log1p(np.sum(scaled**2, axis=1) / FREEDOM)

        return points, log_density(before) - log_density(points)

    def _differences(self, others: Array, shape: tuple[int, ...]) -> Array:
        ensembles, count, unknowns = shape
        first = self.generator.integers(0, others.shape[1], (ensembles, count))
        second = (first + self.generator.integers(1, others.shape[1], (ensembles, count))) % others.shape[1]
        lanes = np.arange(ensembles)[:, None]
        length = SHORT / np.sqrt(2.0 * unknowns) * np.exp(JITTER * self.generator.standard_normal((ensembles, count)))
        length = np.where(self.generator.random((ensembles, count)) < FULL, 1.0, length)
        noise = NOISE * self.generator.standard_normal(shape)
        return length[..., None] * (others[lanes, first] - others[lanes, second]) + noise

    def chains(self) -> Chains:
        """Return what was drawn so far, warm-up left out."""
        first = int(WARM * len(self.past))
        draws = np.stack(self.past[first:], axis=2).reshape(ENSEMBLES * CHAINS, len(self.past) - first, -1)
        heights = np.stack(self.heights[first:], axis=2).reshape(ENSEMBLES * CHAINS, -1)
        return Chains(draws, heights, self.taken / max(self.tried, 1), self.evaluations)


def sample(
    posterior: Posterior,
    mixture: Mixture,
    generator: np.random.Generator,
    *,
    wanted: int,
    on_progress: Callable[[float], None] = lambda done: None,  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False,
) -> Chains:
    """Draw until every unknown has the wanted effective size and the ensembles agree, or the evaluations are used up.

    Parameters
    ----------
    mixture
        Where the chains start: about the modes.
    wanted
        Effective draws of every unknown.

    Raises
    ------
    FloatingPointError
        If the model fails at most of the starts.
    KeyboardInterrupt
        If asked to stop.
    """
    run = _Run(posterior.log_density, mixture, generator)
    most = max(MOST_PER_WANTED * wanted, LEAST_MOST)
    while True:
        if should_stop():
            raise KeyboardInterrupt
        run.step()
        if len(run.past) < LEAST or len(run.past) % LOOKED:
            on_progress(min(0.99, run.evaluations / most))
            continue
        chains = run.chains()
        unknowns = range(posterior.size)
        size = min(bulk_size(chains.draws[..., k]) for k in unknowns)
        spent = run.evaluations / most
        on_progress(min(1.0, max(size / wanted, spent)))
        apart = max(r_hat(chains.ensembles[..., k]) for k in unknowns)
        if (size >= wanted and apart < MIXED) or spent >= 1.0:
            return chains
