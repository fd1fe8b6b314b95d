"""The sphere of Baxter and Jain: pressure in closed form, alone and embedded in host tissue, with and without lymphatics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MMHG = 133.322  # Pa


@dataclass(frozen=True)
class Tissue:
    """K in m^2/(Pa s), F and L in 1/(Pa s), P_e and P_L in Pa."""

    conductivity: float
    filtration: float
    vascular: float
    drainage: float = 0.0
    lymphatic: float = 0.0

    @property
    def decay(self) -> float:
        """Inverse length over which the pressure settles, 1/m."""
        return float(np.sqrt((self.filtration + self.drainage) / self.conductivity))

    @property
    def settled(self) -> float:
        """The pressure far from every border, Pa."""
        exchanged = self.filtration * self.vascular + self.drainage * self.lymphatic
        return exchanged / (self.filtration + self.drainage)


def tissue(
    *, wall: float, surface: float, conductivity: float, vascular: float, drainage: float = 0.0, lymphatic: float = 0.0
) -> Tissue:
    """Return a tissue from the paper's units: cm/(mmHg s), 1/cm, cm^2/(mmHg s), mmHg, 1/(mmHg s), mmHg."""
    return Tissue(conductivity * 1e-4 / MMHG, wall * surface / MMHG, vascular * MMHG, drainage / MMHG, lymphatic * MMHG)


TUMOR = tissue(wall=2.8e-7, surface=200.0, conductivity=4.13e-8, vascular=15.6 - 0.82 * (20.0 - 15.0))
HOST = tissue(wall=0.36e-7, surface=70.0, conductivity=8.53e-9, vascular=15.6 - 0.91 * (20.0 - 10.0))
DRAINED = tissue(
    wall=0.36e-7, surface=70.0, conductivity=8.53e-9, vascular=15.6 - 0.91 * (20.0 - 10.0), drainage=1.33e-5, lymphatic=0.0
)


def isolated(r: ArrayLike, radius: float, alpha: float, vascular: float = 1.0) -> Array:
    r"""Return the pressure of a sphere without pressure at its surface: $P_e (1 - R\sinh(\alpha r/R) / (r \sinh\alpha))$."""
    x = np.maximum(np.asarray(r, float) / radius, 1e-12)
    return vascular * (1.0 - np.exp(alpha * (x - 1.0)) * -np.expm1(-2.0 * alpha * x) / (-np.expm1(-2.0 * alpha) * x))


def embedded(r: ArrayLike, radius: float, tumor: Tissue, host: Tissue) -> Array:
    r"""Return the pressure in and around a sphere in endless host tissue.

    Pressure and flux are continuous at R: $P_t - A \sinh(a r)/r$ inside, $P_h + B e^{-b(r-R)}/r$ outside.
    """
    a, b, R = tumor.decay, host.decay, radius
    s, c = np.sinh(a * R), np.cosh(a * R)
    slope_in = tumor.conductivity * (a * R * c - s) / R**2
    slope_out = host.conductivity * (b * R + 1.0) / R**2
    B = (tumor.settled - host.settled) / (1.0 / R + slope_out / slope_in * s / R)
    A = B * slope_out / slope_in
    distance = np.maximum(np.asarray(r, float), 1e-9 * R)
    inner = tumor.settled - A * np.sinh(a * np.minimum(distance, R)) / distance
    outer = host.settled + B * np.exp(-b * np.maximum(distance - R, 0.0)) / distance
    return np.where(distance <= R, inner, outer)
