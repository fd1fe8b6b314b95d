r"""Antibodies against PEG: the first dose of a PEG coat primes, and a later one is cleared faster.

A dose of D moles of coated particles per body mass, given τ before, leaves IgM of the strength

$$ s(D)\, b(\tau), \qquad s = \frac{D}{D + D_1}\, \frac{1}{1 + (D/D_2)^2}, \qquad
   b = \Bigl(\frac{\tau}{\tau_p}\, e^{1 - \tau/\tau_p}\Bigr)^{m} $$

which is one at its peak τ_p. Too large a dose does not prime: Doxil does at 0.2 mg/m^2 and does not at 20 mg/m^2
(abc_species2014). A week later the response is near its peak, after four weeks it is gone (topotecan_abc_interval, in dogs).
Strengths of several doses add up to one at most, and clearance by phagocytes grows by the factor $1 + G\, C \sum s b$, C the
share of the surface that the coat covers: a particle without PEG is never affected.

The factor is that of the moment of a dose and holds until the next one. Leaves out: IgM that a dose uses up, IgM that rises
while the dose that raised it still circulates, memory, antibodies from before the study, drugs that kill B cells (other than
through the large dose). Only the directions and the intervals above are sourced: G, m, τ_p, D_1 and D_2 are assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Response(NamedTuple):
    """Numbers of the response; all assumed, within what the sources above allow."""

    peak: ArrayLike = 6.0 * 86400.0  # s after the dose, one or one a draw
    gain: ArrayLike = 10.0  # by how much clearance grows at the peak, one or one a draw
    sharpness: float = 4.0
    half_priming: float = 5e-13  # mol of particles per kg that primes to half
    tolerance: float = 2e-11  # mol of particles per kg that halves what it primes
    least: float = 0.02  # a growth below this is none


RESPONSE = Response()


def strength(dose_per_mass: ArrayLike, response: Response = RESPONSE) -> Array:
    """Return how strongly a dose (mol of particles per kg) primes, 0 to 1.

    >>> strength([0.0, 5e-12, 5e-10]).round(2).tolist()
    [0.0, 0.86, 0.0]
    """
    D = np.asarray(dose_per_mass, dtype=float)
    return D / (D + response.half_priming) / (1.0 + (D / response.tolerance) ** 2)


def course(since: ArrayLike, response: Response = RESPONSE) -> Array:
    """Return the IgM relative to its peak a time (s) after a dose.

    >>> course(np.array([0.0, 6.0, 28.0]) * 86400.0).round(3).tolist()
    [0.0, 1.0, 0.0]
    """
    tau = np.maximum(np.asarray(since, dtype=float), 0.0) / np.asarray(response.peak, dtype=float)
    return (tau * np.exp(1.0 - tau)) ** response.sharpness


def faster_clearance(
    times: Sequence[float], doses_per_mass: Sequence[float], *, covered: float, response: Response = RESPONSE
) -> tuple[Array, ...]:
    """Return by what factor each dose is cleared faster for the antibodies that the doses before it raised.

    Parameters
    ----------
    times
        Of the doses, s.
    doses_per_mass
        Coated particles over body mass, mol/kg.
    covered
        Share of the surface that the coat covers.
    """
    factors = []
    for now in times:
        before = [(t, D) for t, D in zip(times, doses_per_mass, strict=True) if t < now]
        raised = np.sum([strength(D, response) * course(now - t, response) for t, D in before], axis=0)
        growth = np.asarray(response.gain, dtype=float) * covered * np.minimum(raised, 1.0)
        factors.append(np.where(growth > response.least, 1.0 + growth, 1.0))
    return tuple(factors)
