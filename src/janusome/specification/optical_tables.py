"""The optical tables of the library as arrays in the internal set: spectra, scattering, gold, sizing curves."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.units import factor, from_internal, to_internal

Array = NDArray[np.float64]


@cache
def chromophores() -> dict[str, Array]:
    """Return wavelengths (m) and absorption coefficients (1/m) at volume fraction one, by name."""
    rows = _rows("chromophores.csv")
    found = {"wavelength": np.array([float(row["wavelength_nm"]) for row in rows]) * factor("nm")}
    for column in rows[0]:
        if column.endswith("_per_cm"):
            found[column.removesuffix("_per_cm")] = np.array([float(row[column]) for row in rows]) * factor("1/cm")
    return found


def absorption_at(wavelength: Array, *, called: str) -> dict[str, Array]:
    """Return what chromophores absorb (1/m) at wavelengths (m), at volume fraction one, as `called_water_absorption`."""
    spectra = chromophores()
    known = spectra["wavelength"]
    if not np.all((wavelength >= known[0]) & (wavelength <= known[-1])):
        asked, low, high = (f"{from_internal(float(one), 'nm'):.0f}" for one in (wavelength.flat[0], known[0], known[-1]))
        raise InputError(
            f"{called}_wavelength",
            f"is {asked} nm with its spread, and what tissue absorbs is known from {low} to {high} nm",
            f"choose a label or a laser within them, or give {called}_absorption of the host",
        )
    return {
        f"{called}_{name}_absorption": np.interp(wavelength, known, spectrum)
        for name, spectrum in spectra.items()
        if name != "wavelength"
    }


@cache
def scattering_of(tissue: str) -> dict[str, float]:
    """Return the fields of `power_law` for a tissue, and its anisotropy."""
    (row,) = (row for row in _rows("scattering.csv") if row["tissue"] == tissue)
    return {
        "at_500_nm": float(to_internal(float(row["scattering_at_500_nm_per_cm"]), "1/cm")),
        "rayleigh_fraction": float(row["rayleigh_fraction"]),
        "mie_exponent": float(row["mie_exponent"]),
        "anisotropy": float(row["anisotropy"]),
    }


@cache
def gold() -> tuple[Array, NDArray[np.complex128]]:
    """Return wavelengths (m) and the complex refractive index of gold."""
    rows = _rows("gold.csv")
    wavelengths = np.array([float(row["wavelength_um"]) for row in rows]) * factor("um")
    return wavelengths, np.array([complex(float(row["n"]), float(row["k"])) for row in rows])


@cache
def sizing_curve(material: str) -> dict[str, Any]:
    """Return the fields of `SizingCurve` for a material, in nm and 1/(M cm) as published."""
    (row,) = (row for row in _rows("quantum-dots.csv") if row["material"] == material)
    return {
        "polynomial": tuple(float(row[f"a{power}_nm"]) for power in (4, 3, 2, 1, 0)),
        "extinction": (float(row["extinction_per_M_cm"]), float(row["extinction_exponent"])),
        "peaks": (float(row["least_peak_nm"]), float(row["greatest_peak_nm"])),
    }


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("janusome").joinpath("library", "optics", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
