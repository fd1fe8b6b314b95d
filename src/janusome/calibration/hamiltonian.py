"""Hamiltonian Monte Carlo: chains that follow the slope of a density, many at once, where density and slope are cheap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WithSlope = Callable[[Array], tuple[Array, Array]]

LEAPFROGS = 9
ACCEPTED = 0.8  # aim of the step size
FIRST_STEP, ADAPTING = 0.25, 1.1
LOST = 20.0  # an orbit that goes farther is refused
JITTER = 0.3  # of the step size, so that no orbit closes


class Hamiltonian:
    """Chains of a density; the metric is a covariance that resembles its own."""

    def __init__(self, with_slope: WithSlope, starts: Array, covariance: Array, generator: np.random.Generator) -> None:
        self.with_slope, self.generator = with_slope, generator
        self.root = np.linalg.cholesky(covariance)
        self.at = starts
        self.height, self.slope = with_slope(starts)
        self.step = FIRST_STEP

    def put(self, places: Array) -> None:
        """Set the chains elsewhere."""
        self.at = places
        self.height, self.slope = self.with_slope(places)

    def warm(self, moves: int) -> None:
        """Move, and fit the step size to the share of moves that is accepted."""
        for _ in range(moves):
            self.step *= ADAPTING if self.move() > ACCEPTED else 1.0 / ADAPTING

    def move(self) -> float:
        """Make one move of every chain; return the share that was accepted."""
        momentum = self.generator.standard_normal(self.at.shape)
        step = self.step * (1.0 + JITTER * self.generator.uniform(-1.0, 1.0, size=(len(self.at), 1)))
        place, push, slope, height = self.at, momentum, self.slope, self.height
        lost = np.zeros(len(place), dtype=bool)
        for _ in range(LEAPFROGS):
            push = push + 0.5 * step * (slope @ self.root)
            place = place + step * (push @ self.root.T)
            lost |= ~np.all(np.abs(place) < LOST, axis=1)
            place, push = np.where(lost[:, None], self.at, place), np.where(lost[:, None], 0.0, push)
            height, slope = self.with_slope(place)
            push = push + 0.5 * step * (slope @ self.root)
        gain = np.where(lost, -np.inf, height) - self.height - 0.5 * np.sum(push**2 - momentum**2, axis=1)
        accepted = np.log(self.generator.random(len(gain))) < gain
        self.at = np.where(accepted[:, None], place, self.at)
        self.slope = np.where(accepted[:, None], slope, self.slope)
        self.height = np.where(accepted, height, self.height)
        return float(accepted.mean())
