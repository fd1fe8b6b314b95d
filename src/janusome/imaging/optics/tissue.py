r"""Tissue in light of a wavelength: absorption from what it is made of, scattering by a power law.

$$ \mu_a = \sum_k f_k\,\mu_{a,k}(\lambda), \qquad
   \mu_s = a\left[f_R\left(\frac{\lambda}{500\,\mathrm{nm}}\right)^{-4}
   + (1-f_R)\left(\frac{\lambda}{500\,\mathrm{nm}}\right)^{-b}\right] $$

f_k are volume fractions; blood splits by its oxygen saturation. Holds from 450 to 1000 nm, where the spectra stand. Leaves
out the flattening of hemoglobin packed in vessels, lipids other than fat, and any change of anisotropy with wavelength.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]

SOURCES = ("simpa",)
REFERENCE = 500e-9  # m; the wavelength that scattering amplitudes are given at


def absorption(wavelength: ArrayLike, spectra: Mapping[str, Array], *, fractions: Mapping[str, ArrayLike]) -> Array:
    """Return μa, 1/m, of a mixture; fractions of volume may be fields, and need not add up to one (the rest is clear).

    Parameters
    ----------
    spectra
        "wavelength" (m) and, by name, absorption coefficients (1/m) at volume fraction one.
    """
    asked, known = np.asarray(wavelength, float), spectra["wavelength"]
    if not np.all((asked >= known[0]) & (asked <= known[-1])):
        raise InputError(
            "wavelength", f"is {asked.ravel()[0] * 1e9:g} nm", f"give {known[0] * 1e9:.0f} to {known[-1] * 1e9:.0f} nm"
        )
    unknown = set(fractions) - (set(spectra) - {"wavelength"})
    if unknown:
        raise InputError("fractions", f"name {sorted(unknown)}", f"give some of {sorted(set(spectra) - {'wavelength'})}")
    total = sum((np.asarray(part, float) for part in fractions.values()), start=np.zeros(()))
    if np.any(total > 1.0 + 1e-9) or any(np.any(np.asarray(part) < 0.0) for part in fractions.values()):
        raise InputError("fractions", f"add up to {float(np.max(total)):g}", "give fractions of volume, one or less in all")
    parts = (np.asarray(f, float) * np.interp(asked, known, spectra[name]) for name, f in fractions.items())
    return sum(parts, start=np.zeros(()))


def blood(fraction: ArrayLike, *, saturation: ArrayLike) -> dict[str, Array]:
    """Return the fractions of oxygenated and of deoxygenated blood.

    >>> {name: round(float(value), 3) for name, value in blood(0.02, saturation=0.7).items()}
    {'oxyhemoglobin': 0.014, 'deoxyhemoglobin': 0.006}
    """
    volume, oxygen = np.asarray(fraction, float), np.asarray(saturation, float)
    return {"oxyhemoglobin": volume * oxygen, "deoxyhemoglobin": volume * (1.0 - oxygen)}


def power_law(wavelength: ArrayLike, *, at_500_nm: ArrayLike, rayleigh_fraction: ArrayLike, mie_exponent: ArrayLike) -> Array:
    """Return μs (or μs', if the amplitude is of that), 1/m.

    >>> round(float(power_law(1000e-9, at_500_nm=19100.0, rayleigh_fraction=0.153, mie_exponent=1.091)), 0)
    7777.0
    """
    x, f = np.asarray(wavelength, float) / REFERENCE, np.asarray(rayleigh_fraction, float)
    return np.asarray(at_500_nm, float) * (f * x**-4.0 + (1.0 - f) * x ** -np.asarray(mie_exponent, float))
