"""Light: what a modality that shines is told of its wavelengths and of how deep the lesion lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.optical_tables import absorption_at
from janusome.specification.rows import Tumor

Array = NDArray[np.float64]
WAYS = ("excitation", "emission")


class Target(NamedTuple):
    """What a camera looks at: a tumor, and how far its top lies above the middle of the view, m."""

    tumor: Tumor
    half_thickness: float

    @classmethod
    def of(cls, tumor: Tumor, shares: Array, thickness: float) -> Target:
        """Return the target whose shares of voxels (z, y, x) are given, in layers of a thickness (m); its top is at low z."""
        held = np.flatnonzero(shares.any(axis=(1, 2)))
        return cls(tumor, (0.5 * len(shares) - float(held[0])) * thickness)


def in_light(modality: type[Any], target: Target, chain: Sequence[Scope], place: Place, book: ValueBook) -> dict[str, Array]:
    """Return what chromophores absorb at the wavelengths of label and scanner, and where the lesion lies, for every draw.

    Nothing for a modality whose fields ask for neither.
    """
    asked = {declared.name for declared in dataclasses.fields(modality)}
    found: dict[str, Array] = {}
    for way in WAYS:
        if f"{way}_absorption" in asked:
            found |= absorption_at(book.fill(f"{way}_wavelength", chain, place), called=way)
    if "view_depth" in asked:
        here = (Scope(f"tumor {target.tumor.name}", target.tumor), *chain)
        found["lesion_depth"] = book.fill("lesion_depth", here, place)
        found["lesion_half_thickness"] = np.full(book.draws, target.half_thickness)
    return found
