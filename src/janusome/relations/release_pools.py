"""Release pools: a batch's release curve as a mixture of first-order pools.

Laws hold no clock, so a curve that is not one exponential is shared among pools, each of which leaks at a rate of its own. A
second dose then starts its own curve, whatever is left of the first. A mixture can only slow down with time: curves that start
late (a Weibull shape well above one) are out of its reach, and the error says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, nnls

Array = NDArray[np.float64]

HOUR = 3600.0
EARLIEST, LATEST = 0.05 * HOUR, 2000.0 * HOUR  # s; what is released before or after is left to the fastest and slowest pool
GOOD = 0.01  # of the payload; no further pool is added below this error
MOST = 8  # pools
MOMENTS = 100  # at which the curve is met, evenly in the logarithm of time
WHOLE = 1e3  # weight of the sum of the shares beside one moment of the curve


class Curve(Protocol):
    """What is still held at some time after the dose, as a share, once the burst is over; `holds_to` is where the law ends."""

    holds_to: ClassVar[float]

    def held(self, times: Array) -> Array:
        """Return the share that is still held."""
        ...

    def when(self, held: float) -> float:
        """Return when that share is still held, s."""
        ...


@dataclass(frozen=True)
class Weibull:
    r"""$v = e^{-(t/\tau)^\beta}$; its hazard is a power of time, $t^{-\gamma}$ with β = 1 - γ.

    >>> round(Weibull(3600.0, 1.0).when(0.5) / 60.0, 1)
    41.6
    """

    holds_to: ClassVar[float] = 0.02

    time_scale: float
    shape: float

    def held(self, times: Array) -> Array:
        """Return the share that is still held."""
        return np.exp(-((times / self.time_scale) ** self.shape))

    def when(self, held: float) -> float:
        """Return when that share is still held, s."""
        return self.time_scale * float(-np.log(held)) ** (1.0 / self.shape)


@dataclass(frozen=True)
class KorsmeyerPeppas:
    r"""$v = 1 - (t/T)^n$; n = 1/2 is Higuchi's law. Holds for the first 60 % of a release; pools carry the rest on."""

    holds_to: ClassVar[float] = 0.4

    time_scale: float
    shape: float = 0.5

    def held(self, times: Array) -> Array:
        """Return the share that is still held."""
        return 1.0 - np.minimum(times / self.time_scale, 1.0) ** self.shape

    def when(self, held: float) -> float:
        """Return when that share is still held, s."""
        return self.time_scale * (1.0 - held) ** (1.0 / self.shape)


class Pools(NamedTuple):
    """First-order pools: their rates, 1/s, their shares, and how far the mixture is from its curve, as a share."""

    rates: Array
    shares: Array
    error: float

    @classmethod
    def of(cls, curve: Curve) -> Pools:
        """Return the fewest pools that meet a curve within one percent, or the nearest mixture if none does."""
        times, held = _met(curve)
        slowest, fastest = 0.3 / times[-1], 1.0 / times[1]
        best = cls(np.ones(1), np.ones(1), np.inf)
        for count in range(1, MOST + 1):
            start = np.linspace(np.log(slowest), np.log(fastest), count + 2)[1:-1]
            fit = least_squares(
                lambda logs: _mixed(times, held, np.exp(logs))[1],
                start,
                bounds=(np.log(0.03 * slowest), np.log(10.0 * fastest)),
                max_nfev=60,
            )
            rates = np.sort(np.exp(fit.x))
            shares, missed = _mixed(times, held, rates)
            error = float(np.abs(missed).max())
            best = cls(rates, shares, error) if error < 0.9 * best.error else best
            if best.error < GOOD:
                break
        kept = best.shares > 0.0
        return cls(best.rates[kept], best.shares[kept], best.error)

    @classmethod
    def at(cls, rates: Array, curve: Curve) -> Pools:
        """Return pools of given rates that come nearest to a curve."""
        shares, missed = _mixed(*_met(curve), rates)
        return cls(rates, shares, float(np.abs(missed).max()))


def _met(curve: Curve) -> tuple[Array, Array]:
    """Return the moments at which a curve is met, 0 among them, and what is held then."""
    first = max(curve.when(0.98), EARLIEST)
    last = max(min(curve.when(curve.holds_to), LATEST), 30.0 * first)
    times = np.concatenate([[0.0], np.geomspace(first, last, MOMENTS)])
    return times, curve.held(times)


def _mixed(times: Array, held: Array, rates: Array) -> tuple[Array, Array]:
    """Return the nonnegative shares of pools that meet a curve, and by how much they miss it."""
    decays = np.exp(-np.outer(times, rates))
    shares, _ = nnls(np.vstack([decays, WHOLE * np.ones(len(rates))]), np.append(held, WHOLE))
    shares = shares / shares.sum()
    return shares, decays @ shares - held
