"""Sampler: chains that ask the model for many lanes at once.

A solve of the engine has a cost of its own, whatever its lanes; many short chains are therefore cheaper than a few long ones.
Every step is proposed by a kernel that leaves the surrogate's posterior as it is, and accepted by the ratio of the model's
density to the surrogate's (surrogate transition method), so that the chains have the model's posterior. A leap is a draw of
the surrogate's posterior wherever the chain stands: the proposals of several leaps are one solve. A stroll is a short move
from where it stands, which goes on where a leap is refused because the surrogate errs there, as its error hardly changes over
a short way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.diagnostics import bulk_size, r_hat
from janusome.calibration.mixture import Mixture
from janusome.calibration.posterior import Posterior
from janusome.calibration.proposal import Proposal, Training, widened

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

CHAINS = 128
LEAPS = 4  # of a block, one solve
STROLLS, MANY_STROLLS = 3, 8  # of a block, one solve each
POOR = 0.3  # acceptance of leaps below which a block strolls more
LEAST_BLOCKS = 5
PILOT = 100  # draws that are wanted of the chains to whose states the surrogate is fitted once more
WARM = 0.25  # share of the steps that is left out
MIXED = 1.02  # R-hat of every unknown at which sampling may end
MOST_PER_WANTED, LEAST_MOST = 30, 20_000  # evaluations of the model for each draw that is wanted, and at least


@dataclass(frozen=True)
class Chains:
    """What was drawn, warm-up left out.

    `draws` is (chains, steps, unknowns); `leaps` and `strolls` are the shares of such steps that were accepted.
    """

    draws: Array
    log_density: Array  # (chains, steps)
    leaps: float
    strolls: float
    evaluations: int

    def thinned(self, count: int) -> Array:
        """Return evenly spaced draws of all chains, (count, unknowns)."""
        pooled = self.draws.transpose(1, 0, 2).reshape(-1, self.draws.shape[-1])
        return pooled[np.round(np.linspace(0, len(pooled) - 1, min(count, len(pooled)))).astype(int)]


class _Run:
    """Chains in motion: where each stands, how high, and everything before."""

    def __init__(self, log_density: LogDensity, proposal: Proposal, generator: np.random.Generator, *, starts: Array) -> None:
        self.density, self.proposal, self.generator = log_density, proposal, generator
        self.at, self.height, self.known = self._starts(starts)
        self.past: list[Array] = [self.at]
        self.heights: list[Array] = [self.height]
        self.tried, self.taken = np.zeros(2), np.zeros(2)  # leaps, strolls
        self.evaluations = 0

    def _starts(self, points: Array) -> tuple[Array, Array, Array]:
        heights = self.density(points)
        chosen = np.flatnonzero(np.isfinite(heights))[:CHAINS]
        if chosen.size < CHAINS:
            raise FloatingPointError("the model fails at most values near its best fit")
        return points[chosen], heights[chosen], self.proposal.log_density(points[chosen])

    def leap(self) -> None:
        """Steps to draws of the surrogate's posterior, all asked for at once."""
        points = self.proposal.draw(LEAPS * CHAINS)
        heights, known = self.density(points), self.proposal.log_density(points)
        shape = (LEAPS, CHAINS)
        for where, height, density in zip(
            points.reshape(*shape, -1), heights.reshape(shape), known.reshape(shape), strict=True
        ):
            self._accept(where, height, density, kind=0)
        self.evaluations += len(points)

    def stroll(self) -> None:
        """One short step of every chain."""
        points = self.proposal.near(self.at)
        self._accept(points, self.density(points), self.proposal.log_density(points), kind=1)
        self.evaluations += CHAINS

    def _accept(self, where: Array, height: Array, known: Array, *, kind: int) -> None:
        log_ratio = height - known - self.height + self.known
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
        leaps, strolls = self.taken / np.maximum(self.tried, 1)
        draws, heights = np.stack(self.past[first:], axis=1), np.stack(self.heights[first:], axis=1)
        return Chains(draws, heights, float(leaps), float(strolls), self.evaluations)


def sample(
    posterior: Posterior,
    mixture: Mixture,
    generators: tuple[np.random.Generator, np.random.Generator],
    *,
    wanted: int,
    on_progress: Callable[[float], None] = lambda done: None,  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False,
) -> Chains:
    """Fit a surrogate about the modes, let pilot chains find where it errs, fit it there too, and draw.

    Parameters
    ----------
    generators
        Of the surrogate, and of the chains.
    """
    training = Training(posterior, generators[0])
    first = training.from_mixture(mixture, should_stop=should_stop)
    pilot = drawn(posterior.log_density, first, generators[1], wanted=PILOT, should_stop=should_stop)
    second = training.fit(widened(pilot.thinned(training.size)))
    return drawn(
        posterior.log_density, second, generators[1], wanted=wanted, starts=pilot.thinned(CHAINS), on_progress=on_progress,
        should_stop=should_stop,
    )  # fmt: skip


def drawn(
    log_density: LogDensity,
    proposal: Proposal,
    generator: np.random.Generator,
    *,
    wanted: int,
    starts: Array | None = None,
    on_progress: Callable[[float], None] = lambda done: None,  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False,
) -> Chains:
    """Draw until every unknown has the wanted effective size and the chains agree, or the evaluations are used up."""
    run = _Run(log_density, proposal, generator, starts=proposal.draw(2 * CHAINS) if starts is None else starts)
    strolls, blocks = STROLLS, 0
    while True:
        if should_stop():
            raise KeyboardInterrupt
        run.leap()
        for _ in range(strolls):
            run.stroll()
        blocks += 1
        strolls = MANY_STROLLS if run.taken[0] < POOR * run.tried[0] else STROLLS
        if blocks < LEAST_BLOCKS:
            continue
        chains = run.chains()
        size = min(bulk_size(chains.draws[..., k]) for k in range(run.at.shape[1]))
        spent = run.evaluations / max(MOST_PER_WANTED * wanted, LEAST_MOST)
        on_progress(min(1.0, max(size / wanted, spent)))
        apart = max(r_hat(chains.draws[..., k]) for k in range(run.at.shape[1]))
        if (size >= wanted and apart < MIXED) or spent >= 1.0:
            return chains
