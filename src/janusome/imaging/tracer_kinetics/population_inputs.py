"""Population arterial inputs: published curves of whole blood after one injection of a gadolinium chelate.

They are of their own dose and injection: Parker and Georgiou of 0.1 mmol/kg in people, McGrath of rats. Each takes times in s
after its arrival and returns mol/m^3 in blood (`plasma_of_blood` makes plasma of it), zero before.
Source: equations and constants as read in the OSIPI DCE-DSC code collection (test/PopulationAIF_DCE), which names Parker 2006
table 1, Georgiou 2018 table 3 and McGrath 2009 table 1 (model B). The papers themselves were not read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]
MINUTE = 60.0


@dataclass(frozen=True)
class ParkerInput:
    r"""Two Gaussian passes and a tail that sets in as a sigmoid.

    $$ C_b = \sum_{n=1}^{2} \frac{A_n}{\sigma_n\sqrt{2\pi}} e^{-(t-T_n)^2/2\sigma_n^2}
             + \frac{\alpha e^{-\beta t}}{1+e^{-s(t-\tau)}} $$
    """

    areas: tuple[float, float] = (0.809 * MINUTE, 0.330 * MINUTE)  # mol s/m^3
    widths: tuple[float, float] = (0.0563 * MINUTE, 0.132 * MINUTE)  # s
    centers: tuple[float, float] = (0.17046 * MINUTE, 0.365 * MINUTE)  # s
    tail: float = 1.050  # mol/m^3
    tail_rate: float = 0.1685 / MINUTE  # 1/s
    onset_rate: float = 38.078 / MINUTE  # 1/s
    onset: float = 0.483 * MINUTE  # s

    def blood(self, time: Array, *, delay: float = 0.0) -> Array:
        """Return the concentration in blood."""
        t = np.maximum(time - delay, 0.0)
        passes = sum(
            A / (w * np.sqrt(2.0 * np.pi)) * np.exp(-((t - T) ** 2) / (2.0 * w**2))
            for A, w, T in zip(self.areas, self.widths, self.centers, strict=True)
        )
        tail = self.tail * np.exp(-self.tail_rate * t) / (1.0 + np.exp(-self.onset_rate * (t - self.onset)))
        return np.where(time < delay, 0.0, passes + tail)


@dataclass(frozen=True)
class GeorgiouInput:
    r"""A bolus that returns every circulation time, under three exponentials.

    $$ C_b = \Big(\sum_{i=1}^{3} A_i e^{-m_i t}\Big) \sum_{n \ge 0} \gamma(t - n\tau;\ (n+1)\alpha + n,\ \beta),
       \qquad \gamma(u; a, \beta) = \frac{u^a e^{-u/\beta}}{\beta^{a+1}\Gamma(a+1)} $$

    The published constants are rounded so far that the curve is 2.5 times OSIPI's tolerance away from the published table.
    Those here lie within the rounding and were fitted to 49 points of that table; they stay within 0.15 of the tolerance.
    """

    amplitudes: tuple[float, float, float] = (0.373719, 0.331723, 10.055)  # mol/m^3 times min
    decays: tuple[float, float, float] = (0.11217, 1.172071, 16.015)  # 1/min
    shape: float = 5.265
    scale: float = 0.03209337  # min
    circulation_time: float = 0.12857714  # min

    def blood(self, time: Array, *, delay: float = 0.0) -> Array:
        """Return the concentration in blood."""
        t = np.maximum(time - delay, 0.0) / MINUTE
        passes = np.zeros_like(t)
        for n in range(int(np.max(t, initial=0.0) / self.circulation_time) + 1):
            u = t - n * self.circulation_time
            passes += self._gamma(u, power=(n + 1) * self.shape + n)
        decay = sum(A * np.exp(-m * t) for A, m in zip(self.amplitudes, self.decays, strict=True))
        return np.where(time < delay, 0.0, decay * passes)

    def _gamma(self, u: Array, *, power: float) -> Array:
        here = np.maximum(u, np.finfo(float).tiny)
        height = power * np.log(here) - here / self.scale - (power + 1.0) * np.log(self.scale) - gammaln(power + 1.0)
        return np.where(u > 0.0, np.exp(height), 0.0)


@dataclass(frozen=True)
class McGrathInput:
    r"""A linear rise, then two exponentials: $A_1 e^{-k_1(t-t_1)} + A_2 e^{-k_2(t-t_1)}$ from t_1 on."""

    amplitudes: tuple[float, float] = (3.4, 1.81)  # mol/m^3
    rates: tuple[float, float] = (0.045, 0.0015)  # 1/s
    rise: float = 7.0  # s

    def blood(self, time: Array, *, delay: float = 0.0) -> Array:
        """Return the concentration in blood."""
        t = np.maximum(time - delay, 0.0)
        fall = sum(A * np.exp(-k * np.maximum(t - self.rise, 0.0)) for A, k in zip(self.amplitudes, self.rates, strict=True))
        return np.where(time < delay, 0.0, np.minimum(t / self.rise, 1.0) * fall)
