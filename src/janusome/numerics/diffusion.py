"""Diffusion between cells of a grid: a conservative operator, and stabilised explicit steps of second order.

The operator is a sparse rate matrix: column i says what leaves cell i and where it goes, so every column sums to zero and the
total is kept to rounding, whatever the step.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

Array = NDArray[np.float64]


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
    r"""Advance dn/dt = M n by the Runge-Kutta-Legendre method of second order.

    The s stages follow a shifted Legendre recursion, so that one step of s products is stable over s^2 explicit steps:

    $$ Y_j = \mu_j Y_{j-1} + \nu_j Y_{j-2} + (1 - \mu_j - \nu_j) Y_0
             + \tilde\mu_j \tau M Y_{j-1} + \tilde\gamma_j \tau M Y_0 $$

    Each stage is a combination with weights that sum to one, of vectors with the same total: mass is kept to rounding.

    Parameters
    ----------
    amounts
        (cells,) or (cells, kinds).
    """
    fastest = float(2.0 * np.abs(operator.diagonal()).max(initial=0.0))  # Gershgorin: |lambda| <= 2 max |m_ii|
    if fastest == 0.0 or duration == 0.0:
        return amounts
    longest = (stages_at_most**2 + stages_at_most - 2) / 2.0 / fastest
    steps = max(1, math.ceil(duration / longest))
    for _ in range(steps):
        amounts = _legendre_step(operator, amounts, duration / steps, stages_needed(duration / steps, fastest))
    return amounts


def _legendre_step(operator: csr_array, start: Array, tau: float, stages: int) -> Array:
    b = [1.0 / 3.0, 1.0 / 3.0] + [(j * j + j - 2.0) / (2.0 * j * (j + 1.0)) for j in range(2, stages + 1)]
    w = 4.0 / (stages * stages + stages - 2.0)
    first = operator @ start
    before, now = start, start + b[1] * w * tau * first
    for j in range(2, stages + 1):
        mu = (2.0 * j - 1.0) / j * b[j] / b[j - 1]
        nu = -(j - 1.0) / j * b[j] / b[j - 2]
        gamma = -(1.0 - b[j - 1]) * mu * w
        after = mu * now + nu * before + (1.0 - mu - nu) * start + mu * w * tau * (operator @ now) + gamma * tau * first
        before, now = now, after
    return now
