"""Phagocytes: what the cells of an organ can do together."""

from __future__ import annotations

from janusome.units import Q


def phagocyte_count(phagocyte_density: Q, tissue_volume: Q) -> Q:
    """Number of phagocytes of an organ, cells."""
    return phagocyte_density * tissue_volume


def uptake_clearance(clearance_per_phagocyte: Q, phagocyte_count: Q) -> Q:
    """Plasma volume that an organ's unloaded phagocytes clear per time, m^3/s."""
    return clearance_per_phagocyte * phagocyte_count


def phagocyte_capacity(capacity_per_phagocyte: Q, phagocyte_count: Q) -> Q:
    """Amount of carriers that an organ's phagocytes can hold, mol."""
    return capacity_per_phagocyte * phagocyte_count
