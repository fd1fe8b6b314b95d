"""Loading: how much a particle holds, from shares of its mass."""

from __future__ import annotations

from janusome.units import Q


def molecules_per_particle(loading: Q, particle_mass: Q, molar_mass: Q) -> Q:
    """Molecules of a payload in one particle: its share of the mass of the loaded particle, over the mass of a molecule.

    Ten percent of doxorubicin in a particle of one femtogram:

    >>> round(molecules_per_particle(0.10, 1e-18 * 6.02214076e23, 0.54352))
    110799
    """
    return loading * particle_mass / molar_mass


def label_atoms_per_particle(iron_mass_per_particle: Q, atomic_mass: Q) -> Q:
    """Iron atoms in one particle: the mass of its iron over that of an atom."""
    return iron_mass_per_particle / atomic_mass
