"""Diagnostics of chains: rank-normalised split R-hat and effective sample sizes of the bulk and of the tails.

As Stan's `Rhat`, `ess_bulk` and `ess_tail` define them (mc-stan.org/posterior/reference/ess_bulk.html, naming Vehtari 2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

Array = NDArray[np.float64]

TAILS = (0.05, 0.95)


def r_hat(draws: Array) -> float:
    """Return R-hat of one unknown from its draws, (chains, steps): the larger of that of the bulk and that of the spread."""
    if np.ptp(draws) == 0:
        return 1.0
    folded = np.abs(draws - np.median(draws))
    return max(_potential(_ranked(_split(draws))), _potential(_ranked(_split(folded))))


def bulk_size(draws: Array) -> float:
    """Return the effective number of independent draws for the middle of a distribution."""
    return _effective(_ranked(_split(draws)))


def tail_size(draws: Array) -> float:
    """Return the smaller of the effective sizes for the 5th and the 95th percentile."""
    return min(_effective(_split((draws <= np.quantile(draws, q)).astype(float))) for q in TAILS)


def _split(draws: Array) -> Array:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _ranked(draws: Array) -> Array:
    """Return normal scores of the ranks over all chains."""
    return ndtri((rankdata(draws).reshape(draws.shape) - 0.375) / (draws.size + 0.25))


def _potential(draws: Array) -> float:
    steps = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean()
    between = steps * draws.mean(axis=1).var(ddof=1)
    return float(np.sqrt(((steps - 1) / steps * within + between / steps) / within)) if within > 0 else np.inf


def _effective(draws: Array) -> float:
    """Sum autocorrelations over lags in pairs, as long as a pair is positive and none is above the one before (Geyer)."""
    steps = draws.shape[1]
    covariance = np.array([_autocovariance(chain) for chain in draws])
    within = float(np.mean(covariance[:, 0])) * steps / (steps - 1)
    whole = within * (steps - 1) / steps + draws.mean(axis=1).var(ddof=1)
    if whole <= 0:
        return float(draws.size)
    correlation = 1.0 - (within - covariance.mean(axis=0)) / whole
    correlation[0] = 1.0
    pairs = correlation[: steps - steps % 2].reshape(-1, 2).sum(axis=1)
    last = int(np.argmax(pairs <= 0)) if np.any(pairs <= 0) else pairs.size
    time = -1.0 + 2.0 * float(np.minimum.accumulate(pairs[: max(last, 1)]).sum())
    return float(draws.size / max(time, 1.0 / np.log10(draws.size)))


def _autocovariance(chain: Array) -> Array:
    centred = chain - chain.mean()
    spectrum = np.fft.rfft(centred, n=2 * chain.size)
    return np.fft.irfft(np.abs(spectrum) ** 2)[: chain.size] / chain.size
