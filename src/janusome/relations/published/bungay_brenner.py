"""One kind of pore in the vessel wall (Bungay and Brenner), as wide as its hydraulic conductivity says.

After code that applies it to tumors (stmorgenstern/CancerResearch, soluteperm.jl and solutePerm_19a.m). SI units.
"""

from __future__ import annotations

from typing import NamedTuple

from janusome.relations.pore_hindrance import PI, _convective, _diffusive, _room

BOLTZMANN = 1.380649e-23  # J/K


class PoreWall(NamedTuple):
    """A wall with cylindrical pores: the share of its area that they take, its thickness (m), its fluid's viscosity (Pa s)."""

    pore_area_fraction: float = 1e-3
    thickness: float = 5e-6
    viscosity: float = 4.0e-3

    def pore_radius(self, hydraulic_conductivity: float) -> float:
        """Radius of the pores, m: sqrt(8 µ L Lp / γ)."""
        return (8.0 * self.viscosity * self.thickness * hydraulic_conductivity / self.pore_area_fraction) ** 0.5

    def permeability(self, radius: float, *, pore_radius: float, temperature: float = 310.15) -> float:
        """Permeability to spheres of a radius (m), m/s: γ H D₀ / L."""
        free = BOLTZMANN * temperature / (6.0 * PI * self.viscosity * radius)
        return self.pore_area_fraction / self.thickness * diffusive_hindrance(radius / pore_radius) * free


def diffusive_hindrance(relative_radius: float) -> float:
    """H of a sphere as wide as λ of its pore."""
    return _diffusive(_room(relative_radius, 1.0))


def convective_hindrance(relative_radius: float) -> float:
    """W of a sphere as wide as λ of its pore."""
    return _convective(_room(relative_radius, 1.0))


def reflection(relative_radius: float) -> float:
    """σ = 1 - W."""
    return 1.0 - convective_hindrance(relative_radius)
