r"""The way back: from a change of CT number to mass per volume, with its interval, and the least that can be seen.

$$ \hat c = \Delta HU/s, \qquad (\Delta HU - c\,s)^2 \le z^2(\sigma^2 + c^2\sigma_s^2) $$

Fieller's interval: exact where the change and the slope s are normal and independent. σ is the noise of the change: of a
lesion's mean in one image, and in the one before it. σ_s is how well the slope is known: the element's, the spectrum's, the
water path's. Tissue that changed in between counts as element.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.stats import norm

from janusome.numerics.detectability import ROSE_THRESHOLD


class Concentration(NamedTuple):
    """Mass per volume (kg/m^3 = mg/mL): the estimate and its interval; `visible` as Rose says."""

    estimate: float
    low: float
    high: float
    visible: bool


def concentration(change: float, *, noise: float, slope: float, slope_error: float, level: float = 0.95) -> Concentration:
    """Return mass per volume from a change of CT number (HU), with the interval of a confidence level.

    >>> found = concentration(54.0, noise=2.0, slope=27.0, slope_error=1.35)
    >>> [round(number, 2) for number in found[:3]]
    [2.0, 1.77, 2.27]

    Raises
    ------
    ValueError
        If the slope is so uncertain that it may be nought: then no interval is finite.
    """
    z = float(norm.ppf(0.5 + 0.5 * level))
    spread = slope**2 - (z * slope_error) ** 2
    if spread <= 0.0:
        raise ValueError(f"the slope {slope:g} ± {slope_error:g} HU per mg/mL may be nought; calibrate it better")
    middle = change * slope / spread
    half = math.sqrt(middle**2 - (change**2 - (z * noise) ** 2) / spread)
    return Concentration(change / slope, middle - half, middle + half, abs(change) >= ROSE_THRESHOLD * noise)


def lowest_visible(*, noise: float, slope: float) -> float:
    """Return the least mass per volume (mg/mL) whose change of CT number is five times its noise.

    >>> round(lowest_visible(noise=3.0, slope=27.0), 2)
    0.56
    """
    return ROSE_THRESHOLD * noise / slope
