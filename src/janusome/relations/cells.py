"""Cells of the tumor: receptors, membranes, growth and potency."""

from __future__ import annotations

from janusome.units import Q

LN2 = 0.6931471805599453
PI = 3.141592653589793


def dissociation_rate_constant(dissociation_constant: Q, association_rate_constant: Q) -> Q:
    """How fast a bound carrier lets go, 1/s: $k_d = K_D k_a$."""
    return dissociation_constant * association_rate_constant


def binding_places_per_tissue_volume(receptors_per_cell: Q, cell_density: Q, receptors_per_binding_place: Q) -> Q:
    """Carriers that the receptors of a tissue can hold, mol/m^3."""
    return receptors_per_cell * cell_density / receptors_per_binding_place


def membrane_area_density(cell_density: Q, cell_volume_fraction: Q) -> Q:
    r"""Membrane area of spherical cells per tissue volume, 1/m: $n\,\pi^{1/3}(6 \phi/n)^{2/3}$.

    Ten-micrometre cells that fill half of a tissue have 3000 cm^2 in a cm^3:

    >>> round(membrane_area_density(0.5 / (PI / 6 * 10e-6**3), 0.5))
    300000
    """
    return cell_density * PI ** (1.0 / 3.0) * (6.0 * cell_volume_fraction / cell_density) ** (2.0 / 3.0)


def specific_growth_rate(doubling_time: Q) -> Q:
    """Growth rate at the size at the start, 1/s."""
    return LN2 / doubling_time


def maximum_kill_rate(assay_duration: Q) -> Q:
    r"""Kill rate at saturating concentration, 1/s, that makes a potency assay's midpoint what it is.

    At the half-maximal concentration a first-order kill at half its maximum leaves half of the cells after the assay:
    $e^{-k_{max} T/2} = 1/2$, so $k_{max} = 2 \ln 2 / T$. Holds for a Hill coefficient of one and no delay.
    """
    return 2.0 * LN2 / assay_duration


def half_maximal_target_concentration(half_maximal_medium_concentration: Q, target_binding_ratio: Q) -> Q:
    """Concentration at the target, per cell volume, when the medium of the assay is at its midpoint, mol/m^3.

    At equilibrium free drug in the cells' water equals that in the medium, and the target holds `target_binding_ratio`
    times as much. Leaves out: binding to proteins of the medium.
    """
    return half_maximal_medium_concentration * target_binding_ratio
