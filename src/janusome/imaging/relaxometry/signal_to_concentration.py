r"""From a dynamic spoiled gradient echo to concentration, by the known rate before the agent came.

$$ f = \frac{S}{S_0} f(R_{1,0}), \qquad R_1 = -\frac{1}{T_R}\ln\frac{1-f}{1-f\cos\alpha},
   \qquad C = \frac{R_1 - R_{1,0}}{r_1} $$

with f = (1 - E1)/(1 - E1 cos α). Holds while T2* does not eat the signal, and in fast exchange of water.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.imaging.relaxometry.signals import spoiled_gradient_echo
from janusome.numerics.samples import above_zero, samples

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Acquisition:
    """Flip angle (rad), repetition time (s), and which samples were taken before the agent arrived."""

    flip_angle: float
    repetition_time: float
    baseline: slice


@dataclass(frozen=True)
class Calibration:
    """R1 of the tissue before (1/s) and the relaxivity r1 (m^3/(mol s)), with their standard errors."""

    rate_before: float
    relaxivity: float
    rate_standard_error: float = 0.0
    relaxivity_standard_error: float = 0.0


@dataclass(frozen=True)
class Concentration:
    """Concentrations (mol/m^3) and their standard errors; both infinite where the signal is saturated."""

    value: Array
    standard_error: Array

    @property
    def resolved(self) -> NDArray[np.bool_]:
        """Where the signal tells the concentration."""
        return np.isfinite(self.value)


def concentration(
    signal: Any, *, acquisition: Acquisition, calibration: Calibration, noise: float | None = None
) -> Concentration:
    """Return the concentration of every sample; the last axis is time.

    The error holds the noise of the sample (`noise`, or what the baseline shows), that of the baseline's mean, and those of
    the calibration, which shift all samples together.

    Raises
    ------
    InputError
        If samples are not finite, or the baseline is empty or not above zero.
    """
    s = samples(signal, place="signal", least=2)
    alpha, TR = _checked(acquisition)
    R10 = above_zero(calibration.rate_before, place="R1 before the agent")
    r1 = above_zero(calibration.relaxivity, place="relaxivity")
    before = s[..., acquisition.baseline]
    if before.shape[-1] == 0:
        raise InputError("baseline", "holds no sample", "name samples before the agent arrives")
    S0 = before.mean(axis=-1, keepdims=True)
    if np.any(S0 <= 0.0):
        raise InputError("baseline", f"has the mean signal {S0.min():g}", "mask voxels without signal")
    start, start_slope = (
        x / np.sin(alpha) for x in spoiled_gradient_echo(np.array(R10), flip_angle=alpha, repetition_time=TR)
    )
    f = s / S0 * start
    seen = (f < 1.0) & (f * np.cos(alpha) < 1.0)
    here = np.where(seen, f, 0.0)
    R1 = -np.log((1.0 - here) / (1.0 - here * np.cos(alpha))) / TR
    by_f = (1.0 - np.cos(alpha)) / (TR * (1.0 - here) * (1.0 - here * np.cos(alpha)))
    spread = before.std(axis=-1, ddof=1, keepdims=True) if noise is None and before.shape[-1] > 1 else noise
    sd = np.inf if spread is None else spread
    C = (R1 - R10) / r1
    variance = (by_f * start / S0 * sd) ** 2 * (1.0 + (s / S0) ** 2 / before.shape[-1])
    variance = variance + ((by_f * s / S0 * start_slope - 1.0) * calibration.rate_standard_error) ** 2
    variance = variance / r1**2 + (C / r1 * calibration.relaxivity_standard_error) ** 2
    return Concentration(np.where(seen, C, np.inf), np.where(seen, np.sqrt(variance), np.inf))


def _checked(acquisition: Acquisition) -> tuple[float, float]:
    alpha = above_zero(acquisition.flip_angle, place="flip angle")
    if alpha >= np.pi:
        raise InputError("flip angle", f"is {alpha:g} rad", "give radians, below pi")
    return alpha, above_zero(acquisition.repetition_time, place="repetition time")
