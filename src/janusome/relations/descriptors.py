"""Descriptors: what size and charge of a particle say of its kinetics, where no row gives it for the particle itself."""

from __future__ import annotations

from janusome.units import Q

E = 2.718281828459045
PI = 3.141592653589793
PARTICLE = 1.0 / 6.02214076e23  # mol in one particle


def clearance_per_phagocyte(
    reference_clearance_per_phagocyte: Q,
    hydrodynamic_diameter: Q,
    reference_diameter: Q,
    clearance_size_exponent: Q,
    zeta_potential: Q,
    clearance_zeta_sensitivity: Q,
) -> Q:
    r"""Plasma that one unloaded phagocyte clears of a particle known by its descriptors, m^3/(s cell).

    $$ CL = CL_{ref}\, (d/d_{ref})^{a}\, e^{b \zeta} $$

    a and b come with CL_ref from a population of particles; both are uncertain, and neither was told from zero in mice.

    >>> round(clearance_per_phagocyte(1.0, 160e-9, 80e-9, 1.0, 0.0, 5.0), 9)
    2.0
    """
    size = (hydrodynamic_diameter / reference_diameter) ** clearance_size_exponent
    return reference_clearance_per_phagocyte * size * E ** (clearance_zeta_sensitivity * zeta_potential)  # pyright: ignore[reportReturnType]


def capacity_per_phagocyte(phagocyte_filled_volume: Q, hydrodynamic_diameter: Q) -> Q:
    r"""Spheres that one phagocyte can hold in the volume that it fills with them, mol/cell: $V / (\pi d^3/6) / N_A$.

    >>> round(capacity_per_phagocyte(PI / 6.0 * 1e-18, 100e-9) / PARTICLE)
    1000
    """
    return PARTICLE * phagocyte_filled_volume / (PI / 6.0 * hydrodynamic_diameter**3)


def vascular_permeability(
    reference_vascular_permeability: Q, hydrodynamic_diameter: Q, reference_diameter: Q, permeability_size_exponent: Q
) -> Q:
    r"""Permeability of the walls of tumor vessels, m/s, from that at a reference diameter: $P_{ref}(d/d_{ref})^{-n}$.

    Holds between about 9 and 90 nm, where it was read.

    >>> round(vascular_permeability(1e-10, 40e-9, 80e-9, 1.0) * 1e10, 9)
    2.0
    """
    return reference_vascular_permeability * (reference_diameter / hydrodynamic_diameter) ** permeability_size_exponent  # pyright: ignore[reportReturnType]
