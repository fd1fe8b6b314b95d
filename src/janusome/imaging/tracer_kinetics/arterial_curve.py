"""What an artery brings: the concentration in plasma over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.numerics.samples import ascending, curve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ArterialCurve:
    """Concentration in arterial plasma (mol/m^3) at times (s); nothing before the first, lines between the samples.

    `noise` is the standard deviation of a sample, independent of the others; zero for a curve that is taken as exact.
    """

    time: Array
    concentration: Array
    noise: float = 0.0


def measured(time: Any, *, concentration: Any, noise: float = 0.0) -> ArterialCurve:
    """Return a measured curve of plasma, and the noise of its samples, which widens the intervals of every fit.

    Raises
    ------
    InputError
        If a sample is not finite, times do not ascend, or the artery brings nothing.
    """
    times = ascending(time, place="arterial time")
    brought = curve(concentration, place="arterial concentration", like=times)
    if not np.any(brought > 0.0):
        raise InputError("arterial concentration", "is nowhere above zero", "give the curve of a vessel that fills")
    if not (np.isfinite(noise) and noise >= 0.0):
        raise InputError("arterial noise", f"is {noise}", "give a standard deviation in mol/m^3, zero or above")
    return ArterialCurve(times, brought, float(noise))


def plasma_of_blood(blood: Any, *, hematocrit: float) -> Any:
    """Return the concentration in plasma of an agent that stays out of red cells.

    >>> plasma_of_blood(0.55, hematocrit=0.45)
    1.0
    """
    if not 0.0 <= hematocrit < 1.0:
        raise InputError("hematocrit", f"is {hematocrit}", "give the share of red cells, from 0 to below 1")
    return blood / (1.0 - hematocrit)
