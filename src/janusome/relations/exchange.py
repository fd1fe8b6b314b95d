"""Exchange across vessel walls and glomeruli."""

from __future__ import annotations

from janusome.units import Q


def permeability_surface_product(vascular_exchange_ratio: Q, organ_plasma_flow: Q) -> Q:
    """Permeability-surface product of an organ, m^3/s, from its ratio to the plasma flow.

    The ratio tells flow-limited organs (far above one) from barrier-limited ones (far below one).
    """
    return vascular_exchange_ratio * organ_plasma_flow


def renal_clearance(filtered_fraction: Q, glomerular_filtration_rate: Q) -> Q:
    """Plasma clearance by filtration alone, m^3/s."""
    return filtered_fraction * glomerular_filtration_rate


def renal_clearance_of_molecule(unbound_fraction: Q, glomerular_filtration_rate: Q, tubular_secretion_ratio: Q) -> Q:
    """Plasma clearance of a small molecule by filtration and secretion: both fall with the filtration rate.

    Holds where nephrons are lost whole, so that what is left filters and secretes in the same proportion.
    """
    return unbound_fraction * glomerular_filtration_rate * tubular_secretion_ratio


def filtered_fraction(hydrodynamic_diameter: Q, glomerular_half_sieving_diameter: Q, glomerular_sieving_steepness: Q) -> Q:
    r"""Share of a carrier that passes the glomerular filter, from its hydrodynamic diameter.

    $$ \theta = \frac{1}{1 + (d/d_{1/2})^s} $$

    A smooth step at the renal cut-off; charge is left out.

    >>> filtered_fraction(5.5e-9, 5.5e-9, 12.0)
    0.5
    """
    relative = hydrodynamic_diameter / glomerular_half_sieving_diameter
    return 1.0 / (1.0 + relative**glomerular_sieving_steepness)  # pyright: ignore[reportReturnType]


def filtered_fraction_of_molecule(unbound_fraction: Q) -> Q:
    """Share of a small molecule that is filtered: what proteins do not hold."""
    return unbound_fraction


def interstitial_diffusivity(
    hydrodynamic_diameter: Q, diffusion_hindrance: Q, body_temperature: Q, interstitial_fluid_viscosity: Q
) -> Q:
    r"""Diffusivity in the tumor's matrix, m^2/s: Stokes-Einstein times the hindrance of the matrix.

    $$ D = H\,\frac{k_B T}{3 \pi \eta d} $$

    >>> round(interstitial_diffusivity(100e-9, 1.0, 310.15, 1e-3) * 1e12, 2)
    4.54
    """
    boltzmann = 1.380649e-23  # J/K, exact in the SI
    pi = 3.141592653589793
    free = boltzmann * body_temperature / (3.0 * pi * interstitial_fluid_viscosity * hydrodynamic_diameter)
    return diffusion_hindrance * free
