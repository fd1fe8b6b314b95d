"""Residual blood: what an excised sample still holds when it is assayed."""

from __future__ import annotations

from janusome.units import Q


def residual_blood_fraction(vascular_plasma_fraction: Q, hematocrit: Q) -> Q:
    """Blood left in a sample per its volume: all that its vessels held, where the animal was neither bled nor rinsed.

    >>> round(residual_blood_fraction(0.055, 0.45), 3)
    0.1
    """
    return vascular_plasma_fraction / (1.0 - hematocrit)
