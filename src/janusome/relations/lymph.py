"""Lymph: how much flows from an organ."""

from __future__ import annotations

from janusome.units import Q


def lymph_flow(lymph_to_plasma_flow_ratio: Q, organ_plasma_flow: Q) -> Q:
    """Lymph of an organ, m^3/s: a small share of the plasma that flows through it.

    >>> lymph_flow(0.002, 1.5e-6)
    3e-09
    """
    return lymph_to_plasma_flow_ratio * organ_plasma_flow
