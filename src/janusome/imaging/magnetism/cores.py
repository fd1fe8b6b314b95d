r"""Cores: the moment of a single magnetic domain, how fast it turns, and the sizes of many.

$$ m = M_s\,\frac{\pi d^3}{6}, \qquad \beta = \frac{m}{kT}, \qquad
   \tau_N = \tau_0\,e^{K V/kT}, \qquad \tau_B = \frac{3\eta V_h}{kT}, \qquad
   \frac{1}{\tau} = \frac{1}{\tau_N} + \frac{1}{\tau_B} $$

β B is what the Langevin function takes. Within the core the moment turns in Néel's time; with the core, in a fluid of
viscosity η, in Brown's. Both hold for weak fields: K is therefore the anisotropy that gives the observed lag in the field of
a scanner, which lowers the barrier, and below that of the crystal.
Source: textbook matter (Rosensweig 2002, not opened here).
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.constants import Boltzmann

Scalar = Float[Array, ""] | float
GREATEST_BARRIER = 60.0  # kT, beyond which a core does not turn during a scan, however long

NODES = 5  # of the sizes that stand for all


def magnetic_moment(core_diameter: Scalar, *, saturation_magnetization: Scalar) -> Scalar:
    """Return the moment of a core, A m².

    >>> round(float(magnetic_moment(jnp.asarray(25e-9), saturation_magnetization=0.6 / (4e-7 * math.pi))) * 1e18, 3)
    3.906
    """
    return saturation_magnetization * math.pi / 6.0 * core_diameter**3


def turning_strength(core_diameter: Scalar, *, saturation_magnetization: Scalar, temperature: Scalar) -> Scalar:
    """Return β, 1/T."""
    return magnetic_moment(core_diameter, saturation_magnetization=saturation_magnetization) / (Boltzmann * temperature)


def neel_time(core_diameter: Scalar, *, anisotropy_constant: Scalar, attempt_time: Scalar, temperature: Scalar) -> Scalar:
    """Return the time in which a moment turns within its core, s."""
    barrier = anisotropy_constant * (math.pi / 6.0 * core_diameter**3) / (Boltzmann * temperature)
    return attempt_time * jnp.exp(jnp.minimum(barrier, GREATEST_BARRIER))


def brownian_time(rotating_diameter: Scalar, *, viscosity: Scalar, temperature: Scalar) -> Scalar:
    """Return the time in which a core turns with its coat, s."""
    return 3.0 * viscosity * (math.pi / 6.0 * rotating_diameter**3) / (Boltzmann * temperature)


def sizes(median: Scalar, *, spread: Scalar) -> tuple[tuple[Scalar, float], ...]:
    """Return diameters that stand for a log-normal distribution by number, and the share of the iron that each holds.

    Iron goes with the cube of the diameter, so its median lies exp(3 spread²) higher (Hatch and Choate); the nodes are those
    of Gauss and Hermite.

    Parameters
    ----------
    spread
        Standard deviation of the logarithm of the diameter.
    """
    places, weights = np.polynomial.hermite_e.hermegauss(NODES)
    shares = weights / weights.sum()
    middle = jnp.exp(3.0 * spread**2)
    return tuple(
        (median * middle * jnp.exp(spread * float(place)), float(share)) for place, share in zip(places, shares, strict=True)
    )
