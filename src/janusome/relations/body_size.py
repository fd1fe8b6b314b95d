"""Body size: what scales with body mass."""

from __future__ import annotations

from janusome.units import Q


def tissue_volume(tissue_volume_per_body_mass: Q, body_mass: Q) -> Q:
    """Volume of an organ, m^3: its share of body mass times body mass.

    >>> round(tissue_volume(25e-6, 60.0) * 1e6)
    1500
    """
    return tissue_volume_per_body_mass * body_mass


def cardiac_output(cardiac_output_coefficient: Q, body_mass: Q) -> Q:
    r"""Blood pumped per time, m^3/s, by the three-quarter law: $Q = c\,M^{3/4}$.

    Holds across mammals and within a species near its usual mass.
    """
    return cardiac_output_coefficient * body_mass**0.75  # pyright: ignore[reportReturnType]


def glomerular_filtration_rate(glomerular_filtration_rate_per_body_mass: Q, body_mass: Q) -> Q:
    """Plasma filtered per time, m^3/s."""
    return glomerular_filtration_rate_per_body_mass * body_mass


def intrinsic_clearance(intrinsic_clearance_per_body_mass: Q, body_mass: Q, organ_function: Q) -> Q:
    """Metabolic clearance of an organ for what reaches it, m^3/s; `organ_function` is what disease has left of it."""
    return intrinsic_clearance_per_body_mass * body_mass * organ_function


def biliary_clearance(biliary_clearance_per_body_mass: Q, body_mass: Q, organ_function: Q) -> Q:
    """Clearance into the bile, m^3/s."""
    return biliary_clearance_per_body_mass * body_mass * organ_function


def conversion_clearance(conversion_clearance_per_body_mass: Q, body_mass: Q, organ_function: Q) -> Q:
    """Clearance by conversion to a followed metabolite, m^3/s."""
    return conversion_clearance_per_body_mass * body_mass * organ_function


def lymph_flow(lymph_flow_per_body_mass: Q, body_mass: Q) -> Q:
    """Lymph through a node, m^3/s, where the place gives it over body mass."""
    return lymph_flow_per_body_mass * body_mass
