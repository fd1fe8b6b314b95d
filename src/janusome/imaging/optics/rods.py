r"""Gans: what a small spheroid of metal absorbs and scatters, as a stand-in for a rod.

$$ \alpha_i = V\,\frac{\epsilon-\epsilon_m}{\epsilon_m + L_i(\epsilon-\epsilon_m)}, \quad
   \sigma_{abs} = \frac{k}{3}\sum_i \Im\alpha_i, \quad \sigma_{sca} = \frac{k^4}{18\pi}\sum_i|\alpha_i|^2 $$

averaged over directions. Holds for rods much shorter than the wavelength (below about 50 nm for the scattering). Leaves out
retardation, the rounded ends of real rods (which shift the peak by tens of nm) and the damping at the surface.
"""

from __future__ import annotations

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
    absorbed = k / 3.0 * float(alpha.imag.sum())
    return CrossSections(absorbed, k**4 / (18.0 * np.pi) * float((np.abs(alpha) ** 2).sum()), 0.0)
