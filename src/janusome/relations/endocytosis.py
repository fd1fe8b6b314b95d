"""Endocytosis against size and shape: how fast cells take in what is bound to them, where a ligand's row gives no rate."""

from __future__ import annotations

from janusome.relations.cells import LN2
from janusome.units import Q

SMALL = 1e-3


def _ln(x: Q) -> Q:
    """Logarithm by ordinary arithmetic, to 1e-6 of its cube."""
    return (x**SMALL - x**-SMALL) / (2.0 * SMALL)  # pyright: ignore[reportReturnType]


def internalisation_rate_constant(
    hydrodynamic_diameter: Q, shortest_uptake_half_life: Q, fastest_uptake_diameter: Q, uptake_size_width: Q
) -> Q:
    r"""Uptake of bound spheres, 1/s.

    $$ k_e = \frac{\ln 2}{t_0\,\bigl[1 + (\ln(d/d_0)/w)^2\bigr]} $$

    A parabola of the half-life in the logarithm of the diameter: too small a particle holds too few receptors to be wrapped,
    too large a one waits for more. Read from 14 to 74 nm (chithrani2006: 2.10, 1.90 and 2.24 h at 14, 50 and 74 nm); beyond,
    it is carried on.

    >>> [round(LN2 / internalisation_rate_constant(d, 1.74, 30.0, 1.68), 2) for d in (14.0, 50.0, 74.0)]
    [2.1, 1.9, 2.24]
    """
    spread = _ln(hydrodynamic_diameter / fastest_uptake_diameter) / uptake_size_width
    return LN2 / (shortest_uptake_half_life * (1.0 + spread**2))


def internalisation_rate_constant_of_rod(
    hydrodynamic_diameter: Q,
    shortest_uptake_half_life: Q,
    fastest_uptake_diameter: Q,
    uptake_size_width: Q,
    aspect_ratio: Q,
    uptake_shape_exponent: Q,
) -> Q:
    """Uptake of bound rods, 1/s: that of the sphere that diffuses alike over a power of length per width."""
    sphere = internalisation_rate_constant(
        hydrodynamic_diameter, shortest_uptake_half_life, fastest_uptake_diameter, uptake_size_width
    )
    return sphere / aspect_ratio**uptake_shape_exponent  # pyright: ignore[reportReturnType]
