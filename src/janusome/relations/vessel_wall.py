"""The wall of tumor vessels: what crosses it with and without the fluid, by the size of the carrier.

Two kinds of pores share the wall's hydraulic conductivity, narrow ones (which plasma proteins hardly pass) and few wide ones
(as wide as the largest liposome that still enters). By Poiseuille's law the conductivity fixes how much area they have, and
with it how much diffuses through them: for particles some hundredths of what was measured. The rest goes through the cells.
"""

from __future__ import annotations

from janusome.relations.pore_hindrance import PI, _convective, _diffusive, _room
from janusome.units import Q

BOLTZMANN = 1.380649e-23  # J/K, exact in the SI


def vascular_permeability(wall_pore_permeability: Q, transendothelial_permeability: Q) -> Q:
    """Permeability of the walls of tumor vessels, m/s: through pores and through cells."""
    return wall_pore_permeability + transendothelial_permeability


def wall_pore_permeability(
    hydrodynamic_diameter: Q,
    vascular_hydraulic_conductivity: Q,
    small_pore_radius: Q,
    large_pore_radius: Q,
    large_pore_flow_fraction: Q,
    body_temperature: Q,
) -> Q:
    r"""Permeability of the pores, m/s: the area that Poiseuille's law gives them, and hindered diffusion in it.

    $$ P = D_0 \sum_i \frac{\gamma_i}{L} H(\lambda_i), \qquad \frac{\gamma_i}{L} = \frac{8 \eta\, x_i L_p}{r_i^2}, \qquad
       D_0 = \frac{k_B T}{3 \pi \eta d}, \qquad \lambda_i = \frac{d}{2 r_i} $$

    x is the share of the filtered fluid that a kind of pore takes; the viscosity cancels. H after Bungay and Brenner.

    A liposome of 90 nm, with a tenth of the textbook's conductivity in pores of 245 nm radius:

    >>> round(wall_pore_permeability(90e-9, 2.1e-11, 4.5e-9, 245e-9, 0.1, 310.15) * 1e12, 2)
    0.59
    """
    small = (1.0 - large_pore_flow_fraction) / small_pore_radius**2
    large = large_pore_flow_fraction / large_pore_radius**2
    through = small * _diffusive(_room(hydrodynamic_diameter, 2.0 * small_pore_radius))
    through = through + large * _diffusive(_room(hydrodynamic_diameter, 2.0 * large_pore_radius))
    driven = 8.0 * BOLTZMANN * body_temperature / (3.0 * PI * hydrodynamic_diameter)
    return driven * vascular_hydraulic_conductivity * through


def transendothelial_permeability(
    hydrodynamic_diameter: Q,
    transendothelial_area_per_length: Q,
    large_pore_radius: Q,
    body_temperature: Q,
    interstitial_fluid_viscosity: Q,
) -> Q:
    r"""Permeability by what cells carry through themselves, m/s: empirical, as if by diffusion in a wide way.

    $$ P = \frac{A}{L}\, D_0\, (1 - d/d_{cut})^2 $$

    Published permeabilities from 9 to 100 nm fall as the free diffusivity times the room below the cut-off, which is that of
    the wide pores: liposomes above it were not seen to enter. Fluid does not pass this way.

    >>> round(transendothelial_permeability(90e-9, 60.0, 245e-9, 310.15, 0.9e-3) * 1e10, 2)
    2.24
    """
    free = BOLTZMANN * body_temperature / (3.0 * PI * interstitial_fluid_viscosity * hydrodynamic_diameter)
    return transendothelial_area_per_length * free * _room(hydrodynamic_diameter, 2.0 * large_pore_radius) ** 2


def transendothelial_permeability_of_albumin(
    hydrodynamic_diameter: Q,
    transendothelial_area_per_length: Q,
    large_pore_radius: Q,
    body_temperature: Q,
    interstitial_fluid_viscosity: Q,
    transcytosis_ratio: Q,
) -> Q:
    """Permeability by what cells carry through themselves, m/s, of carriers that a receptor of the wall takes along (gp60)."""
    plain = transendothelial_permeability(
        hydrodynamic_diameter,
        transendothelial_area_per_length,
        large_pore_radius,
        body_temperature,
        interstitial_fluid_viscosity,
    )
    return transcytosis_ratio * plain


def wall_reflection(hydrodynamic_diameter: Q, small_pore_radius: Q, large_pore_radius: Q, large_pore_flow_fraction: Q) -> Q:
    r"""Share of a carrier that the wall of tumor vessels holds back from the fluid: $\sigma = 1 - \sum_i x_i W(\lambda_i)$.

    >>> round(wall_reflection(100e-9, 4.5e-9, 245e-9, 0.1), 3)
    0.916
    """
    small = _convective(_room(hydrodynamic_diameter, 2.0 * small_pore_radius))
    large = _convective(_room(hydrodynamic_diameter, 2.0 * large_pore_radius))
    return 1.0 - (1.0 - large_pore_flow_fraction) * small - large_pore_flow_fraction * large


def wall_reflection_of_molecule(molecular_wall_reflection: Q) -> Q:
    """Share of a small molecule that the wall of tumor vessels holds back from the fluid: hardly any."""
    return molecular_wall_reflection


def vessel_surface_density(anatomical_vessel_surface_density: Q, perfused_fraction: Q) -> Q:
    """Wall area of the vessels that carry blood per tissue volume, 1/m."""
    return anatomical_vessel_surface_density * perfused_fraction


def perfused_fraction(solid_stress: Q, vessel_collapse_stress: Q, vessel_collapse_steepness: Q) -> Q:
    r"""Share of the vessels that solid stress leaves open: $1/(1 + (s/s_{1/2})^n)$.

    Less stress (losartan, hyaluronidase) opens vessels again. Interstitial pressure does not close them: it cannot exceed the
    pressure in them for long.

    >>> round(perfused_fraction(4.0e3, 4.0e3, 2.0), 3)
    0.5
    """
    return 1.0 / (1.0 + (solid_stress / vessel_collapse_stress) ** vessel_collapse_steepness)  # pyright: ignore[reportReturnType]


def effective_vascular_pressure(
    microvascular_pressure: Q, oncotic_reflection: Q, plasma_oncotic_pressure: Q, interstitial_oncotic_pressure: Q
) -> Q:
    r"""Interstitial pressure at which no fluid crosses the wall, Pa: $P_e = P_v - \sigma_T(\pi_v - \pi_i)$.

    The textbook's tumor, in mmHg:

    >>> effective_vascular_pressure(15.6, 0.82, 20.0, 15.0)
    11.5
    """
    return microvascular_pressure - oncotic_reflection * (plasma_oncotic_pressure - interstitial_oncotic_pressure)
