"""Sampler: chains that ask the model for many lanes at once.

A solve of the engine has a cost of its own, whatever its lanes; what a chain may propose is therefore asked for in blocks.
Proposals of an independence Metropolis step do not depend on where a chain stands, so those of many steps are one solve. They
mix well where the proposal resembles the posterior; steps of differential evolution (ter Braak and Vrugt 2008), which learn
their directions from the past, go on where it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.diagnostics import bulk_size, r_hat
from janusome.calibration.proposal import Proposal

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

CHAINS = 24
LEAPS = 16  # independence steps of a block
POOR = 0.12  # acceptance of leaps below which a block walks more
WALKS, MANY_WALKS = 1, 12  # steps of differential evolution of a block
LEAST_BLOCKS = 6
CHECK_EVERY = 3  # blocks
WARM = 0.25  # share of the steps that is left out
MIXED = 1.02  # R-hat of every unknown at which sampling may end
MOST_PER_WANTED = 30  # evaluations of the model for each draw that is wanted


@dataclass(frozen=True)
class Chains:
    """What was drawn, warm-up left out.

    `draws` is (chains, steps, unknowns); `leaps` and `walks` are the shares of such steps that were accepted.
    """

    draws: Array
    log_density: Array  # (chains, steps)
    leaps: float
    walks: float
    evaluations: int

    def thinned(self, count: int) -> Array:
        """Return evenly spaced draws of all chains, (count, unknowns)."""
        pooled = self.draws.transpose(1, 0, 2).reshape(-1, self.draws.shape[-1])
        return pooled[np.round(np.linspace(0, len(pooled) - 1, min(count, len(pooled)))).astype(int)]


class _Run:
    """Chains in motion: where each stands, how high, and everything before."""

    def __init__(self, log_density: LogDensity, proposal: Proposal, generator: np.random.Generator) -> None:
        self.density, self.proposal, self.generator = log_density, proposal, generator
        self.at, self.height, self.known = self._starts()
        self.past: list[Array] = [self.at]
        self.heights: list[Array] = [self.height]
        self.tried, self.taken = np.zeros(2), np.zeros(2)  # leaps, walks
        self.evaluations = 0

    def _starts(self) -> tuple[Array, Array, Array]:
        """Start at draws from the proposal, whose tails are heavier than the posterior's."""
        points = self.proposal.draw(4 * CHAINS)
        heights = self.density(points)
        chosen = np.flatnonzero(np.isfinite(heights))
        if chosen.size < CHAINS:
            raise FloatingPointError("the model fails at most values near its best fit")
        chosen = chosen[:CHAINS]
        return points[chosen], heights[chosen], self.proposal.log_density(points[chosen])

    def leap(self) -> None:
        """Independence Metropolis steps, all asked for at once."""
        points = self.proposal.draw(LEAPS * CHAINS)
        heights, known = self.density(points), self.proposal.log_density(points)
        shape = (LEAPS, CHAINS)
        for where, height, density in zip(
            points.reshape(*shape, -1), heights.reshape(shape), known.reshape(shape), strict=True
        ):
            self._accept(where, height, density, log_ratio=height - density - self.height + self.known, kind=0)
        self.evaluations += len(points)

    def walk(self) -> None:
        """One step of every chain along the difference of two past places."""
        archive = np.concatenate(self.past)
        pairs = np.array([self.generator.choice(len(archive), 2, replace=False) for _ in range(CHAINS)])
        size = self.at.shape[1]
        stride = np.where(self.generator.random(CHAINS) < 0.1, 1.0, 2.38 / np.sqrt(2.0 * size))
        step = stride[:, None] * (archive[pairs[:, 0]] - archive[pairs[:, 1]])
        points = self.at + step + 1e-3 * self.generator.standard_normal(self.at.shape)
        height = self.density(points)
        self._accept(points, height, self.proposal.log_density(points), log_ratio=height - self.height, kind=1)
        self.evaluations += CHAINS

    def _accept(self, where: Array, height: Array, known: Array, *, log_ratio: Array, kind: int) -> None:
        accepted = np.log(self.generator.random(CHAINS)) < log_ratio
        self.at = np.where(accepted[:, None], where, self.at)
        self.height, self.known = np.where(accepted, height, self.height), np.where(accepted, known, self.known)
        self.past.append(self.at)
        self.heights.append(self.height)
        self.tried[kind] += CHAINS
        self.taken[kind] += accepted.sum()

    def chains(self) -> Chains:
        """Return what was drawn so far, warm-up left out."""
        first = int(WARM * len(self.past))
        leaps, walks = self.taken / np.maximum(self.tried, 1)
        draws, heights = np.stack(self.past[first:], axis=1), np.stack(self.heights[first:], axis=1)
        return Chains(draws, heights, float(leaps), float(walks), self.evaluations)


def sample(
    log_density: LogDensity,
    proposal: Proposal,
    generator: np.random.Generator,
    *,
    wanted: int,
    on_progress: Callable[[float], None] = lambda done: None,  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False,
) -> Chains:
    """Draw until every unknown has the wanted effective size and the chains agree, or the evaluations are used up."""
    run = _Run(log_density, proposal, generator)
    walks, blocks = WALKS, 0
    while True:
        if should_stop():
            raise KeyboardInterrupt
        run.leap()
        for _ in range(walks):
            run.walk()
        blocks += 1
        walks = MANY_WALKS if run.taken[0] < POOR * run.tried[0] else WALKS
        if blocks < LEAST_BLOCKS or blocks % CHECK_EVERY:
            continue
        chains = run.chains()
        size = min(bulk_size(chains.draws[..., k]) for k in range(run.at.shape[1]))
        spent = run.evaluations / (MOST_PER_WANTED * wanted)
        on_progress(min(1.0, max(size / wanted, spent)))
        apart = max(r_hat(chains.draws[..., k]) for k in range(run.at.shape[1]))
        if (size >= wanted and apart < MIXED) or spent >= 1.0:
            return chains
