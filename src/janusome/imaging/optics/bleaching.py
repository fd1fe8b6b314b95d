r"""Photobleaching: label that light destroys while it is looked at.

$$ \frac{dC}{dt} = -k\,\phi\,C \quad\Rightarrow\quad C(t) = C_0 e^{-k\phi t}, \qquad
   \bar C = C_0 \frac{1 - e^{-k\phi t}}{k\phi t} $$

φ is the fluence rate where the label stands (not the irradiance on the skin), k a property of dye and oxygen. Holds for one
photon at a time; leaves out dark states that recover, and dye that comes anew with the blood.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SERIES = 1e-6  # of kφt, below which the mean is 1 - kφt/2 to rounding


def left_over(*, rate_per_fluence: ArrayLike, fluence_rate: ArrayLike, duration: ArrayLike) -> Array:
    """Return the share of label that is left after an exposure (m^2/J, W/m^2, s).

    >>> round(float(left_over(rate_per_fluence=1e-5, fluence_rate=50.0, duration=600.0)), 4)
    0.7408
    """
    return np.exp(-_exposure(rate_per_fluence, fluence_rate, duration))


def mean_during(*, rate_per_fluence: ArrayLike, fluence_rate: ArrayLike, duration: ArrayLike) -> Array:
    """Return the mean share of label during an exposure: what one picture shows of it."""
    x = _exposure(rate_per_fluence, fluence_rate, duration)
    return np.where(x > SERIES, -np.expm1(-x) / np.maximum(x, SERIES), 1.0 - 0.5 * x)


def _exposure(k: ArrayLike, phi: ArrayLike, t: ArrayLike) -> Array:
    return np.asarray(k, float) * np.asarray(phi, float) * np.asarray(t, float)
