"""Avidity: how firmly many weak bonds hold a particle, and what its receptors' turnover leaves."""

from __future__ import annotations

from janusome.units import Q

MOST_BONDS = 50.0  # beyond them no particle lets go, and a power of them is still a number


def _bound_states(ratio: Q, ligands: Q) -> Q:
    """Weight of all states with at least one bond over that of none, (1 + c/K_D)^n - 1."""
    n = (ligands + MOST_BONDS - abs(ligands - MOST_BONDS)) / 2.0
    return (1.0 + ratio) ** n - 1.0  # pyright: ignore[reportReturnType]


def receptor_surface_density(receptors_per_cell: Q, cell_density: Q, membrane_area_density: Q) -> Q:
    """Receptors on the membrane of the cells, mol/m^2."""
    return receptors_per_cell * cell_density / membrane_area_density


def ligands_in_contact(ligands_per_particle: Q, hydrodynamic_diameter: Q, ligand_reach: Q) -> Q:
    r"""Ligands that can reach a flat membrane: the share of a sphere's surface that is as near as their reach.

    $$ n = N\,\frac{h}{d}, \qquad n \ge 1 $$

    The cap of height h of a sphere of diameter d has h/d of its surface. One ligand at least points there, since the particle
    turns.

    >>> round(ligands_in_contact(45.0, 100e-9, 10e-9), 3)
    4.5
    """
    cap = ligands_per_particle * ligand_reach / hydrodynamic_diameter
    return 1.0 + (cap - 1.0 + abs(cap - 1.0)) / 2.0  # pyright: ignore[reportReturnType]


def dissociation_rate_constant(
    dissociation_constant: Q,
    association_rate_constant: Q,
    ligands_in_contact: Q,
    receptor_surface_density: Q,
    ligand_reach: Q,
) -> Q:
    r"""How fast a particle with several ligands comes off, 1/s: only when all its bonds are open at once.

    $$ k_d = \frac{k_a\,c}{(1 + c/K_D)^{n} - 1}, \qquad c = \sigma/h $$

    c is the concentration of receptors that a tethered ligand sees: their density σ on the membrane over the reach h of the
    ligand. Each of n ligands in contact is bound or free by itself, so the states with at least one bond weigh
    (1 + c/K_D)^n - 1. One ligand gives K_D k_a, as do many on few receptors divided by n; beyond that avidity grows with the
    power of n. Holds where bonds form faster than the particle moves away, and where receptors diffuse or are plentiful.

    >>> round(dissociation_rate_constant(1e-6, 1e3, 1.0, 1e-9, 1e-8), 12)
    0.001
    """
    c = receptor_surface_density / ligand_reach
    return association_rate_constant * c / _bound_states(c / dissociation_constant, ligands_in_contact)


def receptor_depletion_ratio(
    internalisation_rate_constant: Q, receptor_turnover_rate_constant: Q, receptor_recycled_fraction: Q
) -> Q:
    """Receptors that a bound carrier takes out of use for each one that it holds: uptake over turnover, less what recycles."""
    return (1.0 - receptor_recycled_fraction) * internalisation_rate_constant / receptor_turnover_rate_constant
