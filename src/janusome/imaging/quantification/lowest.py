"""The lowest visible level: how much label a lesion must hold for a scan to show it, by the criterion of Rose."""

from __future__ import annotations

import math

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from janusome.imaging.quantification.levels import Regions
from janusome.model import AbstractModality, Scene
from janusome.numerics.detectability import ROSE_THRESHOLD, against_background, against_before, rose_ratio

DECADES = range(-16, 6)  # of mol/m^3: from a few radioactive atoms per cell to solid metal
HALVINGS = 7  # of a decade: to within 2 %
CORRECTIONS = 3


@eqx.filter_jit
def standing_out(
    modality: AbstractModality, tissue: Scene, regions: Regions, level: Array, *, before: bool, around: float = 0.0
) -> Array:
    """Return by how many standard deviations a lesion with a level of label (mol/m^3) stands out with a share of it around."""
    expected = modality.expected(scene := regions.labelled(tissue, jnp.stack([level, around * level])))
    if before:
        found = against_before(modality, expected, scene, before=modality.expected(tissue), lesion=regions.share)
    else:
        found = against_background(modality, expected, scene, lesion=regions.share, background=regions.background)
    return jnp.abs(rose_ratio(found))


def lowest_visible(modality: AbstractModality, tissue: Scene, regions: Regions, *, before: bool, around: float = 0.0) -> float:
    """Return the lowest level of label (mol/m^3) that is visible with a share of it around, within 2 %; infinite if none is.

    Searched from below: where more label hides what less had shown (T2* in a T1-weighted image), the first answer counts.
    """

    def seen(level: float) -> bool:
        ratio = standing_out(modality, tissue, regions, jnp.asarray(level), before=before, around=around)
        return bool(ratio >= ROSE_THRESHOLD)

    decade = next((ten for ten in DECADES if seen(10.0**ten)), None)
    if decade is None:
        return math.inf
    low, high = decade - 1.0, float(decade)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if seen(10.0**middle) else (middle, high)
    return 10.0**high


def lowest_near(
    modality: AbstractModality, tissue: Scene, regions: Regions, *, before: bool, start: float, around: float = 0.0
) -> float:
    """Return the lowest visible level of another draw of the constants, by secants in logarithms from that of the median.

    Falls back on the search where secants do not settle.
    """

    def anew() -> float:
        return lowest_visible(modality, tissue, regions, before=before, around=around)

    if not math.isfinite(start):
        return anew()

    def height(log: float) -> float:
        ratio = float(standing_out(modality, tissue, regions, jnp.asarray(math.exp(log)), before=before, around=around))
        return math.log(ratio / ROSE_THRESHOLD) if ratio > 0.0 and math.isfinite(ratio) else math.nan

    one, other = math.log(start), math.log(start) + 0.1
    at_one = height(one)
    for _ in range(CORRECTIONS):
        at_other = height(other)
        slope = (at_other - at_one) / (other - one)
        if not (math.isfinite(slope) and slope > 0.1):
            return anew()
        one, at_one, other = other, at_other, other - at_other / slope
        if abs(other - one) < 0.01:
            return math.exp(other)
    return math.exp(other) if abs(height(other)) < 0.05 else anew()
