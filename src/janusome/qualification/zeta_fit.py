"""The four fitted numbers of the zeta potential in serum, from any of the particles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from janusome.particle.corona.outcomes import zeta_in_plasma
from janusome.particle.corona.panel import CONSTANTS, Constants, Panel, Particle

Array = NDArray[np.float64]
Index = NDArray[np.intp]

NAMES = ("bare_zeta_share", "protein_charge_share", "slip_share", "coat_filling")
START = (0.5, 0.5, 0.5, 0.5)


def fitted(coverage: Array, particle: Particle, panel: Panel, measured: Array) -> tuple[Constants, Array]:
    """Return the constants of the least squared error against zeta potentials (V), and the standard errors of the four.

    Coverage is (particles, proteins) at the medians of a panel of one draw.
    """

    def misses(values: Array) -> Array:
        constants = CONSTANTS._replace(**dict(zip(NAMES, map(float, values), strict=True)))
        return (zeta_in_plasma(coverage, particle, panel, constants) - measured) * 1e3  # mV, so that tolerances fit

    found = least_squares(misses, START, bounds=(0.0, 1.0))
    left = max(len(measured) - len(NAMES), 1)
    spread = np.linalg.pinv(found.jac.T @ found.jac) * 2.0 * found.cost / left
    constants = CONSTANTS._replace(**dict(zip(NAMES, map(float, found.x), strict=True)))
    return constants, np.sqrt(np.diag(spread))


def left_out(coverage: Array, particle: Particle, panel: Panel, measured: Array, *, train: Index, test: Index) -> Array:
    """Return the zeta potentials (V) of some particles with the numbers that others give."""
    constants, _ = fitted(coverage[train], _some(particle, train), panel, measured[train])
    return zeta_in_plasma(coverage[test], _some(particle, test), panel, constants)


def _some(particle: Particle, chosen: Index) -> Particle:
    return Particle(*(each[chosen] for each in particle))
