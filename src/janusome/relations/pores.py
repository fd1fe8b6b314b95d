"""Pores: what the wall of a capillary lets pass, by the size of the carrier and the widest pores of the organ."""

from __future__ import annotations

from janusome.units import Q


def _open(hydrodynamic_diameter: Q, pore_diameter: Q) -> Q:
    """Share of a pore's radius that the centre of a particle may reach: 1 - d/d_pore, zero where it does not fit."""
    room = 1.0 - hydrodynamic_diameter / pore_diameter
    return (room + abs(room)) / 2.0  # pyright: ignore[reportReturnType]


def vascular_exchange_ratio(hydrodynamic_diameter: Q, pore_diameter: Q, pore_exchange_ratio: Q, wall_leak_ratio: Q) -> Q:
    r"""Permeability-surface product over the organ's plasma flow, where no row gives it for the carrier.

    $$ \frac{PS}{Q} = r_{leak} + r_{pore}\,\frac{H(\lambda)}{\lambda}, \qquad
       H = (1-\lambda)^2\,(1 - 2.104\lambda + 2.09\lambda^3 - 0.95\lambda^5), \qquad \lambda = d/d_{pore} $$

    1/λ is the diffusivity, H the steric partition and drag in a cylindrical pore (Renkin's form). What does not fit crosses by
    the leak alone: vesicles and the few widest gaps.

    >>> round(vascular_exchange_ratio(100e-9, 5e-9, 0.1, 5e-5), 6)
    5e-05
    """
    room = _open(hydrodynamic_diameter, pore_diameter)
    x = 1.0 - room
    hindrance = room**2 * (1.0 - 2.104 * x + 2.09 * x**3 - 0.95 * x**5)
    return wall_leak_ratio + pore_exchange_ratio * hindrance * pore_diameter / hydrodynamic_diameter


def vascular_reflection(hydrodynamic_diameter: Q, pore_diameter: Q) -> Q:
    r"""Share of a carrier that the wall holds back from the fluid that filters through it.

    $$ \sigma = \bigl(1 - (1-\lambda)^2\bigr)^2 $$

    Steric exclusion from a cylindrical pore; one for what does not fit.

    >>> vascular_reflection(100e-9, 5e-9), round(vascular_reflection(5e-9, 280e-9), 3)
    (1.0, 0.001)
    """
    return (1.0 - _open(hydrodynamic_diameter, pore_diameter) ** 2) ** 2
