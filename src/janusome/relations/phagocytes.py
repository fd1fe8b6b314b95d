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


def macrophage_uptake_rate_constant(clearance_per_phagocyte: Q, phagocyte_density: Q, interstitial_fraction: Q) -> Q:
    r"""Uptake of unbound carriers by the macrophages of a tumor, 1/s: $k = c\,n/\varepsilon$.

    The fluid that one unloaded phagocyte clears times the phagocytes per tissue, over the share of the tissue that the fluid
    is. Takes tumor macrophages for those that see the blood, and what they see for what is in the plasma: no corona of the
    interstitium, no slower mixing.

    PEG-liposomes (2.5e-19 m^3/s a cell) among 8.5 million macrophages per mL, per hour:

    >>> round(macrophage_uptake_rate_constant(2.5e-19, 8.5e12, 0.37) * 3600, 4)
    0.0207
    """
    return clearance_per_phagocyte * phagocyte_density / interstitial_fraction
