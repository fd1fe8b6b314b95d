"""Exchange between cells: a conservative operator, and explicit steps of second order that never leave a cell below zero.

The operator is a sparse rate matrix: column i says what leaves cell i and where it goes, so every column sums to zero and the
total is kept to rounding, whatever the step.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from janusome.numerics import bands
from janusome.numerics import stages as loops
from janusome.numerics.bands import diagonals
from janusome.numerics.threads import Slabs

Array = NDArray[np.float64]

NEGLIGIBLE = 1e-7  # of the total of a kind: less than that below zero is set to zero, and taken from the rest
WALK = 9.0  # forward steps of 1/max|m_ii| that a walk takes at once


def exchange_operator(source: NDArray[np.int64], target: NDArray[np.int64], coefficient: Array, *, size: int) -> csr_array:
    """Return the matrix M of dn/dt = M n for first-order exchange along links.

    Parameters
    ----------
    source, target
        Cell at either end of each link.
    coefficient
        1/s, of what leaves the source.
    size
        Number of cells.
    """
    rows = np.concatenate([source, target])
    columns = np.concatenate([source, source])
    values = np.concatenate([-coefficient, coefficient])
    return csr_array(coo_array((values, (rows, columns)), shape=(size, size)))


def stages_needed(step: float, fastest: float) -> int:
    """Return the odd number of stages that keeps a step stable: tau <= (s^2 + s - 2)/2 / |lambda|_max."""
    needed = math.ceil((math.sqrt(9.0 + 8.0 * step * fastest) - 1.0) / 2.0)
    return max(3, needed + (needed + 1) % 2)


def spread(operator: csr_array, amounts: Array, duration: float, *, stages_at_most: int = 31) -> Array:
    """Advance dn/dt = M n by steps as long as is stable; a step that would leave less than nothing is replaced.

    What replaces it are steps that cannot: see `Exchange`. The error is not controlled; `steps.carried` does that.

    Parameters
    ----------
    amounts
        (cells,) or (cells, kinds), none below zero.
    """
    with Slabs() as slabs:
        now = np.array(amounts, float).reshape(len(amounts), -1)
        exchange = Exchange(operator, slabs, kinds=now.shape[1])
        if exchange.fastest == 0.0 or duration == 0.0 or now.size == 0:
            return amounts
        steps = max(1, math.ceil(duration / exchange.longest(stages_at_most)))
        for _ in range(steps):
            slope = exchange.rates(now)
            after = kept_above_zero(exchange.leap(now, slope, duration / steps))
            now = exchange.walk(now, duration / steps) if after is None else after
        return now.reshape(np.shape(amounts))


class Exchange:
    r"""Steps of dn/dt = M n of second order.

    A leap is one of the Runge-Kutta-Legendre method: s stages by a shifted Legendre recursion are stable over s^2/4 explicit
    steps where exchange goes both ways about equally (diffusion),

    $$ Y_j = \mu_j Y_{j-1} + \nu_j Y_{j-2} + (1 - \mu_j - \nu_j) Y_0
             + \tilde\mu_j \tau M Y_{j-1} + \tilde\gamma_j \tau M Y_0 $$

    A walk is made of forward steps of 1/max|m_ii| and one mean with the start, (Y_0 + (s - 1)(Y + h M Y))/s: no cell can
    give more than it has. Each combines, with weights that sum to one, vectors of the same total: mass is kept to rounding.
    """

    def __init__(self, operator: csr_array, slabs: Slabs, *, kinds: int) -> None:
        self._bands = diagonals(operator) if kinds == 1 else None
        starts, columns = (np.asarray(index, np.int32) for index in (operator.indptr, operator.indices))
        self._matrix = starts, columns, np.asarray(operator.data, float)
        self.rows = len(operator.indptr) - 1
        self._slabs, self._entries = slabs, operator.nnz
        self.fastest = float(2.0 * np.abs(operator.diagonal()).max(initial=0.0))  # Gershgorin: |lambda| <= 2 max |m_ii|

    def longest(self, stages: int) -> float:
        """Return the longest stable leap of so many stages, s."""
        return (stages**2 + stages - 2) / 2.0 / self.fastest

    def rates(self, now: Array) -> Array:
        """Return M n."""
        out = np.empty_like(now)
        self._each("product", now, out)
        return out

    def leap(self, start: Array, slope: Array, tau: float) -> Array:
        """Return the amounts after a step; `slope` is M n at its start."""
        stages = stages_needed(tau, self.fastest)
        b = [1.0 / 3.0, 1.0 / 3.0] + [(j * j + j - 2.0) / (2.0 * j * (j + 1.0)) for j in range(2, stages + 1)]
        w = 4.0 / (stages * stages + stages - 2.0)
        before, now = start.copy(), start + b[1] * w * tau * slope
        for j in range(2, stages + 1):
            mu = (2.0 * j - 1.0) / j * b[j] / b[j - 1]
            nu = -(j - 1.0) / j * b[j] / b[j - 2]
            gamma = -(1.0 - b[j - 1]) * mu * w
            weights = (mu, nu, 1.0 - mu - nu, mu * w * tau, gamma * tau)
            self._each("legendre", weights, now, before, start, slope)
            before, now = now, before
        return now

    def walk(self, start: Array, duration: float) -> Array:
        """Return the amounts after as many steps as it takes without any cell below zero."""
        steps = max(1, math.ceil(duration * self.fastest / 2.0 / WALK))
        tau = duration / steps
        stages = max(2, math.ceil(tau * self.fastest / 2.0) + 1)
        now, after = start.copy(), np.empty_like(start)
        for _ in range(steps):
            start = now.copy()
            for _ in range(stages):
                self._each("euler", tau / (stages - 1), now, after)
                now, after = after, now
            self._slabs.over(loops.mean, self.rows, self._entries, 1.0 / stages, start, now)
        return now

    def _each(self, name: str, *arguments: object) -> None:
        """Run a loop with the matrix as it is kept: by diagonals on flat vectors, or by rows."""
        if self._bands is None:
            self._slabs.over(getattr(loops, name), self.rows, self._entries, *self._matrix, *arguments)
        else:
            flat = (one.reshape(-1) if isinstance(one, np.ndarray) else one for one in arguments)
            self._slabs.over(getattr(bands, name), self.rows, self._entries, *self._bands, *flat)


def kept_above_zero(after: Array, *, share: float = NEGLIGIBLE) -> Array | None:
    """Return amounts with no cell below zero and the total of each kind as it was; None where more than a share is below."""
    if float(after.min(initial=0.0)) == 0.0:
        return after
    lifted = np.maximum(after, 0.0)
    total, above = after.sum(axis=0), lifted.sum(axis=0)
    if not np.all(above - total <= share * total):
        return None
    return lifted * np.divide(total, above, out=np.ones_like(total), where=above > 0.0)
