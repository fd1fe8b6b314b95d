r"""Gans: what a small spheroid of metal absorbs and scatters, as a stand-in for a rod.

$$ \alpha_i = V\,\frac{\epsilon-\epsilon_m}{\epsilon_m + L_i(\epsilon-\epsilon_m)}, \quad
   \sigma_{abs} = \frac{k}{3}\sum_i \Im\alpha_i, \quad \sigma_{sca} = \frac{k^4}{18\pi}\sum_i|\alpha_i|^2 $$

averaged over directions. Holds for rods much shorter than the wavelength (below about 50 nm for the scattering). Leaves out
retardation, the rounded ends of real rods (which shift the peak by tens of nm) and the damping at the surface.
"""

from __future__ import annotations

import math

import numpy as np

from janusome.errors import InputError
from janusome.imaging.optics.spheres import CrossSections


def depolarisation(aspect_ratio: float) -> tuple[float, float]:
    """Return L along and across the long axis of a prolate spheroid.

    >>> [round(value, 4) for value in depolarisation(1.0)]
    [0.3333, 0.3333]
    """
    if not aspect_ratio >= 1.0:
        raise InputError("aspect_ratio", f"is {aspect_ratio:g}", "give length over width, one or more")
    if aspect_ratio < 1.0 + 1e-4:
        return 1.0 / 3.0, 1.0 / 3.0
    e = np.sqrt(1.0 - aspect_ratio**-2)
    along = float((1.0 - e**2) / e**2 * (np.arctanh(e) / e - 1.0))
    return along, 0.5 * (1.0 - along)


def rod(*, length: float, aspect_ratio: float, wavelength: float, index: complex, medium: float) -> CrossSections:
    """Return the cross sections of a spheroid of a length (m) at a wavelength in vacuum (m), over all directions."""
    along, across = depolarisation(aspect_ratio)
    k, volume = 2.0 * np.pi * medium / wavelength, np.pi / 6.0 * length * (length / aspect_ratio) ** 2
    excess = index**2 - medium**2
    alpha = np.array([volume * excess / (medium**2 + L * excess) for L in (along, across, across)])
    absorbed = k / 3.0 * float(np.imag(alpha).sum())
    return CrossSections(absorbed, k**4 / (18.0 * np.pi) * float((np.abs(alpha) ** 2).sum()), 0.0)


def molar_absorption_of_rods(
    aspect_ratio: float, *, spread: float, wavelength: float, index: complex, medium: float, molar_volume: float
) -> float:
    """Return the decadic absorption per amount of metal atoms, m^2/mol, of rods whose aspect ratios are spread normally.

    It does not depend on their size while they are small against the wavelength; scattering is left out.

    Parameters
    ----------
    aspect_ratio, spread
        Mean and standard deviation of length over width.
    molar_volume
        Of the metal, m^3/mol: 1.02e-5 for gold.
    """
    z = np.linspace(-2.5, 2.5, 41)
    shares = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    width = 1e-9
    total = 0.0
    for share, ratio in zip(shares, np.maximum(1.0, aspect_ratio + spread * z), strict=True):
        one = rod(length=ratio * width, aspect_ratio=ratio, wavelength=wavelength, index=index, medium=medium)
        total += share * one.absorption / (math.pi / 6.0 * ratio * width**3)
    return total * molar_volume / math.log(10.0)
