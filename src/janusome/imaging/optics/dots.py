"""Quantum dots: diameter from the first absorption peak, and extinction from diameter, by the curves of Yu and Peng.

The curves are fits to measured dots; they hold between the peaks that they were fitted to and are refused beyond. The
effective-mass formula of Brus is not used: for dots of a few nm it misses the peak by more than a hundred nm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from janusome.errors import InputError

SOURCES = ("yu2003",)
NM = 1e-9  # m; the published polynomials are in nm
DECADIC = np.log(10.0) / 10.0  # 1/(M cm) as 1/m per mol/m^3 of natural absorption


@dataclass(frozen=True)
class SizingCurve:
    """The curves of one material, in nm and 1/(M cm) as published: D(λ), ε = e_0 D^p, and the peaks that they hold for."""

    polynomial: tuple[float, ...]
    extinction: tuple[float, float]
    peaks: tuple[float, float]

    def diameter(self, peak: float) -> float:
        """Return the diameter, m, of dots whose first absorption peak lies at a wavelength, m."""
        low, high = self.peaks
        if not low * NM * (1 - 1e-9) <= peak <= high * NM * (1 + 1e-9):
            raise InputError("first absorption peak", f"is {peak / NM:g} nm", f"give {low:g} to {high:g} nm")
        return float(np.polyval(self.polynomial, peak / NM)) * NM

    def peak(self, diameter: float) -> float:
        """Return the wavelength, m, of the first absorption peak of dots of a diameter, m."""
        low, high = (one * NM for one in self.peaks)
        if not self.diameter(low) <= diameter <= self.diameter(high):
            least, most = self.diameter(low) / NM, self.diameter(high) / NM
            raise InputError("diameter", f"is {diameter / NM:g} nm", f"give {least:.2f} to {most:.2f} nm")
        root: float = brentq(lambda peak: self.diameter(peak) - diameter, low, high, xtol=1e-15)  # pyright: ignore[reportAssignmentType]
        return root

    def absorption_per_concentration(self, peak: float) -> float:
        """Return the absorption at the peak per concentration of dots, m^2/mol."""
        factor, exponent = self.extinction
        return DECADIC * factor * (self.diameter(peak) / NM) ** exponent
