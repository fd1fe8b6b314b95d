r"""The noncentral chi distribution: the root of the sum of squares of n coils, each with noise σ in its two channels.

$$ \bar m = \sigma\sqrt{\pi/2}\;L_{1/2}^{(n-1)}(-s^2/2\sigma^2), \qquad \mathrm{var} = 2n\sigma^2 + s^2 - \bar m^2 $$

s is the root of the sum of squares without noise and L the generalised Laguerre function. One coil makes it Rice's. Holds for
coils of equal noise that does not hang together.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp1f1

FAR = 500.0  # s²/2σ² from which the mean is its expansion: beyond, the hypergeometric function overflows

Array = NDArray[np.float64]


def noncentral_chi_mean(signal: Any, *, width: float, coils: int) -> Array:
    """Return the mean magnitude.

    >>> round(float(noncentral_chi_mean(0.0, width=1.0, coils=1)), 4)
    1.2533
    """
    s = np.asarray(signal, dtype=np.float64)
    x = 0.5 * (s / width) ** 2
    floor = math.sqrt(2.0) * math.exp(math.lgamma(coils + 0.5) - math.lgamma(coils))
    near = floor * hyp1f1(-0.5, coils, -np.minimum(x, FAR))
    far = np.sqrt(2.0 * np.maximum(x, FAR) + 2.0 * coils - 1.0)  # to the first order in 1/x
    return width * np.where(x < FAR, near, far)


def noncentral_chi_standard_deviation(signal: Any, *, width: float, coils: int) -> Array:
    """Return the standard deviation of the magnitude."""
    s = np.asarray(signal, dtype=np.float64)
    variance = 2.0 * coils * width**2 + s**2 - noncentral_chi_mean(s, width=width, coils=coils) ** 2
    return np.sqrt(variance)
