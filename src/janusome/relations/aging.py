"""Aging: filtration and hepatic flow fall with age.

Used only where a host has an `age`; without it a host is an adult whose organs have not started to age.
"""

from __future__ import annotations

from janusome.units import Q

E = 2.718281828459045


def _left(age: Q, onset: Q, decline: Q) -> Q:
    r"""Share left of a function that loses a share a year: $e^{-r \max(0, a - a_0)}$, written with |x| for the maximum."""
    years = 0.5 * (age - onset + abs(age - onset))
    return E ** (-decline * years)  # pyright: ignore[reportReturnType]


def glomerular_filtration_rate(
    glomerular_filtration_rate_per_body_mass: Q,
    body_mass: Q,
    age: Q,
    aging_onset: Q,
    glomerular_filtration_decline: Q,
) -> Q:
    """Plasma filtered per time at an age, m^3/s.

    Holds for a mean over people who grow old in average health. Leaves out kidney disease: give the rate itself then.
    """
    young = glomerular_filtration_rate_per_body_mass * body_mass
    return young * _left(age, aging_onset, glomerular_filtration_decline)


def hepatic_flow_ratio(age: Q, aging_onset: Q, hepatic_flow_decline: Q) -> Q:
    """Blood flow through the liver at an age over that of a young adult; what its artery and portal vein bring falls alike."""
    return _left(age, aging_onset, hepatic_flow_decline)
