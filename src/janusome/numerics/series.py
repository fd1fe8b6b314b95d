r"""Series: diffusion over any time as one polynomial of its matrix, with as few products as the accuracy needs.

With a bound r of the rates, x = 1 + 2 M/r has its eigenvalues between -1 and 1, and

$$ e^{tM} = \sum_{k\ge0} c_k T_k(x), \qquad c_0 = e^{-a} I_0(a), \quad c_k = 2 e^{-a} I_k(a), \qquad a = rt/2 $$

(T Chebyshev's polynomials, I the modified Bessel functions; all c are positive and sum to one). About sqrt(2 a ln(1/error))
terms do, where explicit steps would be a. The terms left out are the error; the rest is divided by its sum, which keeps what
is spread. Holds for matrices that are symmetric but for the room of each voxel: diffusion without drift.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ive

from janusome.errors import SolverError
from janusome.numerics import sweeps
from janusome.numerics.box import Box
from janusome.numerics.threads import Slabs

Array = NDArray[np.float64]

MOST = 800  # terms of one series: rounding grows with their number; more time is cut in parts
FINER = 1e-4  # what a series that fell below zero is repeated with
FINEST = 1e-15
SETTLED = 1e-12  # of the largest at first: what changes less in one of the parts has come to rest


def coefficients(a: float, error: float) -> Array:
    """Return c_0, c_1, ... until those that follow sum to less than the error, divided by their sum.

    >>> coefficients(600.0, 1e-4).size  # explicit steps would be 600
    132
    """
    enough = int(math.sqrt(2.0 * a * math.log(10.0 / FINEST))) + 40
    c = 2.0 * ive(np.arange(enough), a)
    c[0] *= 0.5
    left_out = np.cumsum(c[::-1])[::-1]
    kept = c[: max(2, int(np.count_nonzero(left_out > error)))]
    return kept / kept.sum()


class Series:
    """The diffusion of a box, ready to be carried over any time."""

    def __init__(self, box: Box, slabs: Slabs) -> None:
        self.rows, self.fastest = box.cells, box.fastest()
        self._shape, self._slabs = box.shape, slabs
        if box.even:
            rate = float(np.asarray(box.per_volume))
            z, y, x = (float(np.asarray(one)) * rate for one in box.faces)
            self._loop, self._box = sweeps.even, ((z, y, x),)
            self._volume: Array | None = None
        else:
            per_volume = np.ascontiguousarray(np.broadcast_to(np.asarray(box.per_volume, float), box.shape))
            self._loop, self._box = sweeps.uneven, (box.conductances, per_volume)
            self._volume = None if np.ptp(per_volume) == 0.0 else 1.0 / per_volume

    def after(self, amounts: Array, duration: float, *, error: float, share: float) -> Array:
        """Return the amounts (cells, kinds) after a time; what was below zero is set to zero and taken from the rest.

        Parameters
        ----------
        error
            Of the mean square of the amounts, at most.
        share
            Of a kind: a series with more than that below zero is repeated with more terms.
        """
        if self.fastest == 0.0 or duration == 0.0 or not np.any(amounts):
            return np.array(amounts, float)
        return np.column_stack([self._kind(one, duration, error, share) for one in np.asarray(amounts, float).T])

    def _kind(self, amounts: Array, duration: float, error: float, share: float) -> Array:
        total, a = float(amounts.sum()), 0.5 * self.fastest * duration
        if total == 0.0:
            return amounts.copy()
        parts = 1
        while coefficients(a / parts, error / parts).size > MOST:
            parts *= 2
        c = coefficients(a / parts, error / parts)
        field = np.ascontiguousarray(amounts).reshape(self._shape)
        level = total / (field.size if self._volume is None else float(self._volume.sum()))
        now = (field if self._volume is None else field / self._volume) - level  # rounding is then of what still spreads
        largest = np.abs(now).max() + level
        for _ in range(parts):
            before, now = now, self._sum(c, now)
            if np.abs(now - before).max() <= SETTLED * largest:
                break
        now += level
        found = (now if self._volume is None else now * self._volume).ravel()
        above = np.maximum(found, 0.0)
        kept = float(above.sum())
        if kept - float(found.sum()) <= share * total:
            return above * (total / kept)
        if error <= FINEST:
            raise SolverError("diffusion went below zero by more than rounding; check that its coefficients are finite")
        return self._kind(amounts, duration, max(FINER * error, FINEST), share)

    def _sum(self, c: Array, start: Array) -> Array:
        """Return the sum of c_k T_k(x) start, from the last term (Clenshaw)."""
        now, before, a = c[-1] * start, np.zeros_like(start), 4.0 / self.fastest
        for one in c[-2:0:-1]:
            self._sweep((a, 2.0, float(one)), start, now, before)
            now, before = before, now
        self._sweep((0.5 * a, 1.0, float(c[0])), start, now, before)
        return before

    def _sweep(self, weights: tuple[float, float, float], start: Array, now: Array, before: Array) -> None:
        self._slabs.over(self._loop, self._shape[0], self.rows, weights, *self._box, start, now, before)
