"""The blood-brain barrier: what its tight wall lets through, how ligands take particles across, how ultrasound opens it."""

from __future__ import annotations

from janusome.relations.avidity import _bound_states
from janusome.relations.pore_hindrance import PI, _diffusive, _room
from janusome.units import Q

BOLTZMANN = 1.380649e-23  # J/K, exact in the SI
E = 2.718281828459045


def leaky_surface_density(vessel_surface_density: Q) -> Q:
    """Wall area of leaky vessels per tissue volume, 1/m: all of it, where no barrier is left."""
    return vessel_surface_density


def free_diffusivity(hydrodynamic_diameter: Q, body_temperature: Q, interstitial_fluid_viscosity: Q) -> Q:
    """Diffusivity of a particle in interstitial fluid without matrix, m^2/s (Stokes and Einstein)."""
    return BOLTZMANN * body_temperature / (3.0 * PI * interstitial_fluid_viscosity * hydrodynamic_diameter)


def barrier_permeability(tight_junction_permeability: Q, adsorptive_permeability: Q) -> Q:
    """Permeability of the tight wall for a particle, m/s: between its cells and through them."""
    return tight_junction_permeability + adsorptive_permeability


def barrier_permeability_of_molecule(membrane_permeability: Q) -> Q:
    """Permeability of the tight wall for a small molecule, m/s: two membranes in a row.

    Leaves out what pumps send back: a drug that is pumped lists `efflux_transport` among its laws.
    """
    return membrane_permeability / 2.0


def tight_junction_permeability(
    hydrodynamic_diameter: Q,
    tight_junction_pore_radius: Q,
    tight_junction_area_per_length: Q,
    free_diffusivity: Q,
) -> Q:
    r"""Permeability of the clefts between the cells of the tight wall, m/s: hindered diffusion in narrow pores.

    $$ P = \frac{A}{L}\, D_0\, H(\lambda), \qquad \lambda = \frac{d}{2r} $$

    H after Bungay and Brenner. What does not fit, an antibody or any carrier, does not pass, and fluid drags nothing along:
    its reflection is one.

    >>> tight_junction_permeability(10e-9, 1e-9, 10.0, 5e-11)
    0.0
    """
    return (
        tight_junction_area_per_length
        * free_diffusivity
        * _diffusive(_room(hydrodynamic_diameter, 2.0 * tight_junction_pore_radius))
    )


def adsorptive_permeability(fluid_phase_permeability: Q, zeta_potential: Q, adsorptive_zeta_sensitivity: Q) -> Q:
    r"""Permeability by vesicles of the tight wall, m/s: more for what its negative surface attracts, $P = P_0 e^{b\zeta}$.

    Empirical. A neutral particle goes with the fluid of the vesicles, a cationic one adsorbs to the wall first.

    >>> round(adsorptive_permeability(1e-12, 0.02, 50.0) * 1e12, 3)
    2.718
    """
    return fluid_phase_permeability * E ** (adsorptive_zeta_sensitivity * zeta_potential)  # pyright: ignore[reportReturnType]


def free_receptor_fraction(competing_ligand_concentration: Q, dissociation_constant: Q) -> Q:
    """Share of the receptors that the host's own ligand leaves free: $1/(1 + C/K_D)$."""
    return 1.0 / (1.0 + competing_ligand_concentration / dissociation_constant)


def wall_association_rate_constant(
    association_rate_constant: Q,
    ligands_per_particle: Q,
    hydrodynamic_diameter: Q,
    ligand_reach: Q,
    free_receptor_fraction: Q,
) -> Q:
    r"""Binding of a particle to the vessel wall, per concentration of its receptors, m^3/(mol s): $k = k_a\,f\,N h/d$.

    Any of the ligands in reach of the wall may bind, and only to what the host's own ligand leaves free, f. A particle with
    less than one ligand in reach binds as often as one turns to the wall.
    """
    return association_rate_constant * free_receptor_fraction * ligands_per_particle * ligand_reach / hydrodynamic_diameter


def wall_dissociation_rate_constant(
    association_rate_constant: Q,
    dissociation_constant: Q,
    ligands_in_contact: Q,
    luminal_receptor_surface_density: Q,
    ligand_reach: Q,
    free_receptor_fraction: Q,
) -> Q:
    r"""How fast a particle comes off the vessel wall, 1/s: when all its bonds are open at once.

    $$ k_d = \frac{n\, k_a\,c}{(1 + c/K_D)^{n} - 1}, \qquad c = f \sigma/h $$

    c is the concentration of free receptors that a tethered ligand sees. With n ligands in contact the states with at least
    one bond weigh (1 + c/K_D)^n - 1; n of them may form the first. One ligand lets go at K_D k_a.

    >>> round(wall_dissociation_rate_constant(1e3, 2.35e-6, 1.0, 3.65e-10, 1e-8, 1e-4), 6)
    0.00235
    """
    c = free_receptor_fraction * luminal_receptor_surface_density / ligand_reach
    bound = _bound_states(c / dissociation_constant, ligands_in_contact)
    return ligands_in_contact * association_rate_constant * c / bound


def transcytosis_release_fraction(wall_dissociation_rate_constant: Q, transcytosis_return_rate_constant: Q) -> Q:
    """Share of what reaches the brain's side of the wall that lets go before the wall takes it back."""
    return wall_dissociation_rate_constant / (wall_dissociation_rate_constant + transcytosis_return_rate_constant)


def barrier_opening_extent(mechanical_index: Q, half_opening_mechanical_index: Q, opening_index_width: Q) -> Q:
    r"""Share of the tight wall that ultrasound with microbubbles opens: $1/(1 + e^{-(MI - MI_{1/2})/w})$.

    The probability that a focus opens is taken as the share of a lesion that does. MI is the peak negative pressure in place
    (MPa) over the root of the frequency (MHz). Holds with microbubbles in the blood, from 0.26 to 2 MHz.

    >>> barrier_opening_extent(0.46, 0.46, 0.03)
    0.5
    """
    return 1.0 / (1.0 + E ** (-(mechanical_index - half_opening_mechanical_index) / opening_index_width))  # pyright: ignore[reportReturnType]


def opened_permeability(
    hydrodynamic_diameter: Q,
    opened_area_per_length: Q,
    opened_gap_diameter: Q,
    free_diffusivity: Q,
) -> Q:
    r"""Permeability that a wall has just after all of it was opened, m/s: $P = (A/L)\, D_0 (1 - d/d_{gap})^2$."""
    return opened_area_per_length * free_diffusivity * _room(hydrodynamic_diameter, opened_gap_diameter) ** 2


def opened_permeability_of_molecule(opened_area_per_length: Q, interstitial_diffusivity: Q) -> Q:
    """Permeability that a wall has for a small molecule just after all of it was opened, m/s: it diffuses as in tissue."""
    return opened_area_per_length * interstitial_diffusivity


def opening_half_life(
    hydrodynamic_diameter: Q, molecular_opening_half_life: Q, opening_reference_diameter: Q, opening_size_exponent: Q
) -> Q:
    r"""Time in which an opened wall loses half of what it lets through, s: $t = t_1 (d_1/d)^m$.

    Empirical. Gaps close by getting narrower, so that they shut out the widest particles first.

    >>> opening_half_life(2e-9, 6.0, 1e-9, 1.0)
    3.0
    """
    return molecular_opening_half_life * (opening_reference_diameter / hydrodynamic_diameter) ** opening_size_exponent  # pyright: ignore[reportReturnType]


def opening_half_life_of_molecule(molecular_opening_half_life: Q) -> Q:
    """Time in which an opened wall loses half of what it lets through of a small molecule, s."""
    return molecular_opening_half_life
