"""Mode: the most probable values, found from several starts at once, and the normal distribution about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.posterior import Posterior

Array = NDArray[np.float64]

STARTS = 6  # the prior's median, and draws from the prior
START_SPREAD = 1.0  # of the drawn starts, in standard deviations of the prior
DAMPINGS = np.array([0.0, 0.1, 1.0, 10.0, 100.0, 1000.0])
MOST_STEPS = 60
ENOUGH = 1e-4  # gain of ln p; less is the noise of the solver
SAME_MODE = 0.5  # modes nearer than this, in posterior standard deviations per unknown, are one
WORTH = 6.0  # ln p below the best mode at which another still counts


@dataclass(frozen=True)
class Mode:
    """A maximum of the posterior, and the covariance of the normal distribution that touches it there (Laplace)."""

    at: Array
    log_density: float
    covariance: Array


@dataclass(frozen=True)
class Search:
    """What the starts found: the modes that count, the best first, and how many starts reached the end."""

    modes: tuple[Mode, ...]
    starts: int
    converged: int
    steps: int


def starts(posterior: Posterior, generator: np.random.Generator) -> Array:
    """Return the prior's median and draws from the prior, (starts, unknowns)."""
    drawn = START_SPREAD * generator.standard_normal((STARTS - 1, posterior.size))
    return np.concatenate([np.zeros((1, posterior.size)), drawn])


def find_modes(
    posterior: Posterior, at: Array, *, enough: float = ENOUGH, should_stop: Callable[[], bool] = lambda: False
) -> Search:
    """Climb from points, (starts, unknowns): damped Gauss-Newton, every damping tried as a lane.

    A climb ends where a step gains less than `enough` of ln p.
    """
    height = posterior.log_density(at)
    at, height = at[np.isfinite(height)], height[np.isfinite(height)]
    climbing = np.ones(len(at), dtype=bool)
    steps = 0
    while climbing.any() and steps < MOST_STEPS:
        if should_stop():
            raise KeyboardInterrupt
        index = np.flatnonzero(climbing)
        better, found = _climbed(posterior, at[index])
        gain = found - height[index]
        moved = index[gain > 0]
        at[moved], height[moved] = better[gain > 0], found[gain > 0]
        climbing[index] = gain > enough
        steps += 1
    _, curvature = posterior.expansion(at)
    every = [Mode(a, float(h), np.linalg.inv(c)) for a, h, c in zip(at, height, curvature, strict=True)]
    return Search(distinct(every), len(at), int(np.sum(~climbing)), steps)


def _climbed(posterior: Posterior, at: Array) -> tuple[Array, Array]:
    """Return the best step of each start, and how high it is."""
    gradient, curvature = posterior.expansion(at)
    size = posterior.size
    damped = curvature[:, None] + DAMPINGS[:, None, None] * np.eye(size)
    step = np.linalg.solve(damped, np.broadcast_to(gradient[:, None, :, None], (*damped.shape[:2], size, 1)))[..., 0]
    tried = at[:, None, :] - step
    height = posterior.log_density(tried.reshape(-1, size)).reshape(tried.shape[:2])
    best = np.argmax(height, axis=1)
    lanes = np.arange(len(at))
    return tried[lanes, best], height[lanes, best]


def distinct(modes: list[Mode]) -> tuple[Mode, ...]:
    """Return the modes that differ and that are probable beside the best."""
    kept: list[Mode] = []
    for mode in sorted(modes, key=lambda each: -each.log_density):
        if kept and mode.log_density < kept[0].log_density - WORTH:
            break
        if all(_apart(mode, other) > SAME_MODE for other in kept):
            kept.append(mode)
    return tuple(kept)


def _apart(mode: Mode, other: Mode) -> float:
    difference = mode.at - other.at
    return float(np.sqrt(difference @ np.linalg.solve(other.covariance, difference) / difference.size))
