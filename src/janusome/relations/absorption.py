"""Absorption from cavities and depots, by size."""

from __future__ import annotations

from janusome.units import Q


def absorption_rate_constant(
    hydrodynamic_diameter: Q, reference_absorption_rate_constant: Q, reference_absorption_diameter: Q
) -> Q:
    r"""Passage of a wall by carriers, 1/s: $k = k_{ref}\, d_{ref}/d$, as diffusion falls with size.

    >>> round(absorption_rate_constant(50e-9, 1e-6, 10e-9), 12)
    2e-07
    """
    return reference_absorption_rate_constant * reference_absorption_diameter / hydrodynamic_diameter


def absorption_rate_constant_of_molecule(molecular_absorption_rate_constant: Q) -> Q:
    """Passage of a wall by what has no size: the rate of the place for molecules, where it gives one."""
    return molecular_absorption_rate_constant


def lymphatic_absorption_rate_constant(
    hydrodynamic_diameter: Q,
    greatest_lymphatic_absorption_rate_constant: Q,
    lymphatic_half_diameter: Q,
    lymphatic_steepness: Q,
) -> Q:
    r"""Drainage of carriers from a cavity or depot into lymph, 1/s.

    $$ k = \frac{k_0}{1 + (d/d_{1/2})^s} $$

    >>> lymphatic_absorption_rate_constant(50e-9, 2e-4, 50e-9, 3.0)
    0.0001
    """
    relative = hydrodynamic_diameter / lymphatic_half_diameter
    return greatest_lymphatic_absorption_rate_constant / (1.0 + relative**lymphatic_steepness)  # pyright: ignore[reportReturnType]
