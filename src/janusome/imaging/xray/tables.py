"""The tables behind X-ray imaging: photons of a tube, attenuation of elements, composition of tissues.

All are functions of the energy of photons in bins of 1 keV. Nothing is read before it is first asked for.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.units import factor

Array = NDArray[np.floating[Any]]

SOURCES = ("poludniowski2021", "xraylib", "icru46_xcist")
ELEMENTS = 92
WATER = "water"


class TubeTable(NamedTuple):
    """Photons of an unfiltered tube per solid angle and charge, 1/(sr C), (bin, voltage), at voltages in V."""

    voltages: Array
    photons: Array


class Tissue(NamedTuple):
    """A material by its density (kg/m^3) and the mass share of each element, by atomic number."""

    density: float
    shares: dict[int, float]


@cache
def photon_energies() -> Array:
    """Return the middle of every bin, J."""
    return _spectra()[:, 0] * factor("keV")


@cache
def tube_table() -> TubeTable:
    """Return the spectra of the tube at the voltages that the table has."""
    names = np.array(_rows("tube_spectra.csv")[0][1:], dtype=float)
    per_solid_angle = factor("1/cm^2") * factor("m^2")  # the table holds photons per area at 1 m
    return TubeTable(names * factor("kV"), _spectra()[:, 1:] * per_solid_angle / factor("mA s"))


@cache
def element_attenuation() -> Array:
    """Return attenuation per mass, m^2/kg, of the elements 1 to 92, (element, bin), with coherent scattering."""
    import xraylib

    energies = _spectra()[:, 0]
    table = [[xraylib.CS_Total(number, float(energy)) for energy in energies] for number in range(1, ELEMENTS + 1)]
    return np.array(table) * factor("cm^2/g")


def attenuation(material: str | int) -> Array:
    """Return attenuation per mass (m^2/kg) of water, of a tissue of the library, or of an element by its atomic number."""
    if isinstance(material, int):
        return element_attenuation()[material - 1]
    return sum((share * attenuation(number) for number, share in tissues()[material].shares.items()), np.zeros(1))


@cache
def tissues() -> dict[str, Tissue]:
    """Return the tissues of the library, and water."""
    import xraylib

    header, *rows = _rows("tissues.csv")
    numbers = [xraylib.SymbolToAtomicNumber(symbol) for symbol in header[2:]]
    found = {
        row[0]: Tissue(float(row[1]) * factor("g/cm^3"), dict(zip(numbers, map(float, row[2:]), strict=True))) for row in rows
    }
    hydrogen, oxygen = 2 * xraylib.AtomicWeight(1), xraylib.AtomicWeight(8)
    water = {1: hydrogen / (hydrogen + oxygen), 8: oxygen / (hydrogen + oxygen)}
    return found | {WATER: Tissue(factor("g/cm^3"), water)}


def k_edge(element: int) -> float:
    """Return the energy (J) above which photons free the innermost electrons of an element.

    >>> round(k_edge(79) / factor("keV"), 3)
    80.725
    """
    import xraylib

    return xraylib.EdgeEnergy(element, xraylib.K_SHELL) * factor("keV")


@cache
def _spectra() -> Array:
    return np.array(_rows("tube_spectra.csv")[1:], dtype=float)


@cache
def _rows(name: str) -> list[list[str]]:
    text = files("janusome.library").joinpath("xray", name).read_text(encoding="utf-8")
    return list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
