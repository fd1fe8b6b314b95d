"""Exchange over any time with the error in hand: leaps where they are good, walks where a leap would overshoot.

An even box needs neither: its amounts after any time are known (see `even_box`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from janusome.errors import SolverError
from janusome.numerics.diffusion import WALK, Exchange, kept_above_zero
from janusome.numerics.even_box import EvenBox
from janusome.numerics.threads import Slabs

Array = NDArray[np.float64]

STAGES_AT_MOST = 63
SAFETY, GROWTH, SHRINK = 0.85, 4.0, 0.2
HOPELESS = 10.0  # times the tolerance: such a leap was not stable for these amounts
LONGEST_BAR = 64  # walks before another leap is tried
STEPS_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Carried:
    """Amounts after some time, and how they got there: steps taken and refused, and the step that would come next, s."""

    amounts: Array
    steps: int
    refused: int
    next_step: float


def carried(
    operator: csr_array | EvenBox,
    amounts: Array,
    duration: float,
    *,
    tolerance: float = 1e-4,
    first_step: float | None = None,
    threads: int | None = None,
) -> Carried:
    r"""Advance dn/dt = M n; no cell falls below zero, and every step misplaces less than a share of each kind.

    $$ e = \tfrac45 (n_0 - n_1) + \tfrac25 \tau (M n_0 + M n_1), \qquad \sum|e| \le \text{tolerance} \sum n $$

    Parameters
    ----------
    operator
        1/s, each column summing to zero: see `exchange_operator`; or an even box. Kinds that move alike share it.
    amounts
        (cells,) or (cells, kinds), none below zero.
    first_step
        s, to begin with: `next_step` of what this continues.
    """
    with Slabs(threads) as slabs:
        exchange = prepared(operator, slabs, kinds=int(np.size(amounts)) // max(1, len(amounts)))
        return carried_by(exchange, amounts, duration, tolerance=tolerance, first_step=first_step)


def prepared(operator: csr_array | EvenBox, slabs: Slabs, *, kinds: int) -> Exchange | EvenBox:
    """Return what carries amounts: the even box itself, or steps with a matrix."""
    return operator if isinstance(operator, EvenBox) else Exchange(operator, slabs, kinds=kinds)


def carried_by(
    exchange: Exchange | EvenBox, amounts: Array, duration: float, *, tolerance: float, first_step: float | None = None
) -> Carried:
    """Do the same with what was prepared before."""
    if isinstance(exchange, EvenBox):
        return Carried(exchange.after(amounts, duration), 1, 0, duration)
    now = np.array(amounts, float).reshape(len(amounts), -1)
    if exchange.fastest == 0.0 or duration == 0.0 or not np.any(now):
        return Carried(now.reshape(np.shape(amounts)), 0, 0, duration)
    reached = _Course(exchange, tolerance).over(now, duration, first_step or 2.0 / exchange.fastest)
    return Carried(reached.amounts.reshape(np.shape(amounts)), reached.steps, reached.refused, reached.next_step)


class _Course:
    """One run of steps; remembers when leaps failed."""

    def __init__(self, exchange: Exchange, tolerance: float) -> None:
        self._exchange, self._tolerance = exchange, tolerance
        self._walk = 2.0 * WALK / exchange.fastest
        self._leap = exchange.longest(STAGES_AT_MOST)
        self._barred, self._bar = 0, 1

    def over(self, now: Array, duration: float, step: float) -> Carried:
        """Take steps until the time is over."""
        slope, time, steps, refused = self._exchange.rates(now), 0.0, 0, 0
        while time < duration:
            if steps + refused > STEPS_AT_MOST or not step > 1e-14 * duration:
                raise SolverError(f"exchange stopped at {time:.4g} s with a step of {step:.3g} s; check its rates")
            leaps = step > self._walk and self._barred == 0
            tau = min(step, self._leap if leaps else self._walk)
            left = duration - time
            tau = left if tau >= left else min(tau, 0.5 * left) if 2.0 * tau > left else tau
            after = self._tried(now, slope, tau, leaps)
            if after is None:
                refused, step = refused + 1, self._walk
                continue
            after_slope = self._exchange.rates(after)
            error = self._error(now, after, tau * (slope + after_slope))
            change = min(GROWTH, max(SHRINK, SAFETY * max(error, 1e-12) ** (-1.0 / 3.0)))
            if not error <= 1.0:
                refused, step = refused + 1, tau * min(change, SAFETY)
                if leaps and not error <= HOPELESS:
                    self._bar_leaps()
                continue
            time, steps, now, slope = (duration if tau == left else time + tau), steps + 1, after, after_slope
            step = max(step, tau * change) if tau == left else tau * change
            self._barred, self._bar = (0, 1) if leaps else (max(0, self._barred - 1), self._bar)
        return Carried(now, steps, refused, step)

    def _tried(self, now: Array, slope: Array, tau: float, leaps: bool) -> Array | None:
        if not leaps:
            return self._exchange.walk(now, tau)
        after = kept_above_zero(self._exchange.leap(now, slope, tau), share=0.1 * self._tolerance)
        if after is None:
            self._bar_leaps()
        return after

    def _bar_leaps(self) -> None:
        self._barred, self._bar = self._bar, min(2 * self._bar, LONGEST_BAR)

    def _error(self, before: Array, after: Array, slopes: Array) -> float:
        """Return the largest error of any kind over what is tolerated."""
        error = np.abs(0.8 * (before - after) + 0.4 * slopes).sum(axis=0)
        total = after.sum(axis=0)
        return float(np.max(np.divide(error, self._tolerance * total, out=np.zeros_like(error), where=total > 0.0)))
