r"""Fits of $s_n = A f_n(R)$ for many voxels at once: A follows from R, so that one number is sought in each.

R starts at the best of a geometric grid and is improved by Gauss-Newton steps that are halved until they help. Standard
errors are those of the linear model at the optimum: with a known noise, or with the variance that the fit leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Basis = Callable[[Array], tuple[Array, Array]]  # f and df/dR, (voxels, samples), for R of (voxels, 1)
GRID = 96
STEPS, HALVINGS = 40, 12


@dataclass(frozen=True)
class RateFit:
    """Rate and amplitude of each voxel with their standard errors, infinite where the data do not tell them.

    `resolved` is false where the rate left the range in which it is sought: it is faster or slower than one can see.
    """

    rate: Array
    rate_standard_error: Array
    amplitude: Array
    amplitude_standard_error: Array
    resolved: NDArray[np.bool_]
    freedom: Array

    def rate_interval(self, share: float = 0.95) -> tuple[Array, Array]:
        """Return the interval of the rate by Student's t (the normal law where the noise is known)."""
        reach = self.rate_standard_error * stats.t.ppf(0.5 + 0.5 * share, self.freedom)
        return np.maximum(self.rate - reach, 0.0), self.rate + reach


def fit_rate(signal: Array, *, basis: Basis, between: tuple[float, float], noise: float | None, used: Array) -> RateFit:
    """Fit rate and amplitude to signals (voxels, samples); `used` is one for samples that count and zero for others."""
    rate = _best_of_grid(signal, basis, between, used)
    cost = _cost(signal, rate, basis, used)
    for _ in range(STEPS):
        before = rate
        rate, cost = _improved(signal, rate, cost, basis=basis, between=between, used=used)
        if np.all(np.abs(rate - before) <= 1e-13 * rate):
            break
    return _with_errors(signal, rate, basis=basis, between=between, noise=noise, used=used)


def _improved(
    signal: Array, rate: Array, cost: Array, *, basis: Basis, between: tuple[float, float], used: Array
) -> tuple[Array, Array]:
    """Return rates after a step that is halved wherever it does not help, and their costs."""
    step = _step(signal, rate, basis, used)
    for _ in range(HALVINGS):
        tried = np.clip(rate + step, *between)
        after = _cost(signal, tried, basis, used)
        helps = after <= cost
        if helps.all():
            return tried, after
        step = np.where(helps, step, 0.5 * step)
    tried = np.clip(rate + step, *between)
    after = _cost(signal, tried, basis, used)
    return np.where(after <= cost, tried, rate), np.minimum(after, cost)


def _best_of_grid(signal: Array, basis: Basis, between: tuple[float, float], used: Array) -> Array:
    best, least = np.full(len(signal), between[0]), np.full(len(signal), np.inf)
    for candidate in np.geomspace(*between, GRID):
        rate = np.full(len(signal), candidate)
        cost = _cost(signal, rate, basis, used)
        best, least = np.where(cost < least, rate, best), np.minimum(cost, least)
    return best


def _amplitude(signal: Array, f: Array, used: Array) -> Array:
    return np.sum(used * f * signal, axis=1) / np.maximum(np.sum(used * f * f, axis=1), np.finfo(float).tiny)


def _cost(signal: Array, rate: Array, basis: Basis, used: Array) -> Array:
    f, _ = basis(rate[:, None])
    return np.sum(used * (signal - _amplitude(signal, f, used)[:, None] * f) ** 2, axis=1)


def _normal(signal: Array, rate: Array, basis: Basis, used: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Return amplitude, residuals, and the normal matrix of amplitude and rate: (AA, AR, RR)."""
    f, slope = basis(rate[:, None])
    A = _amplitude(signal, f, used)
    d = A[:, None] * slope
    return A, signal - A[:, None] * f, np.sum(used * f * f, 1), np.sum(used * f * d, 1), np.sum(used * d * d, 1)


def _step(signal: Array, rate: Array, basis: Basis, used: Array) -> Array:
    A, residual, aa, ar, rr = _normal(signal, rate, basis, used)
    _, slope = basis(rate[:, None])
    pull = np.sum(used * residual * A[:, None] * slope, axis=1)  # residuals are at right angles to f already
    stiffness = rr - ar**2 / np.maximum(aa, np.finfo(float).tiny)
    return np.divide(pull, stiffness, out=np.zeros_like(pull), where=stiffness > 1e-14 * rr)


def _with_errors(
    signal: Array, rate: Array, *, basis: Basis, between: tuple[float, float], noise: float | None, used: Array
) -> RateFit:
    A, residual, aa, ar, rr = _normal(signal, rate, basis, used)
    count = np.sum(used, axis=1)
    left = np.sum(used * residual**2, axis=1)
    freedom = np.maximum(count - 2.0, 1.0)
    variance = left / freedom if noise is None else np.full(len(rate), noise**2)
    determinant = aa * rr - ar**2
    known = determinant > 1e-14 * aa * rr
    inside = (rate > between[0] * (1 + 1e-9)) & (rate < between[1] * (1 - 1e-9)) & (A > 0.0) & (count >= 2)
    told = known & inside & ((count > 2) | (noise is not None))

    def error(numerator: Array) -> Array:
        ratio = np.divide(numerator, determinant, out=np.full_like(rate, np.inf), where=told)
        return np.sqrt(np.where(told, variance * np.where(told, ratio, 0.0), np.inf))

    return RateFit(rate, error(aa), A, error(rr), inside, np.full(len(rate), np.inf) if noise is not None else freedom)
