"""Light: what a modality that shines is told of its wavelengths and of how deep the lesion lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import Site
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.optical_tables import absorption_at

Array = NDArray[np.float64]
WAYS = ("excitation", "emission")


def in_light(modality: type[Any], lesion: Site, chain: Sequence[Scope], place: Place, book: ValueBook) -> dict[str, Array]:
    """Return what chromophores absorb at the wavelengths of label and scanner, and where the lesion lies, for every draw.

    Nothing for a modality whose fields ask for neither.
    """
    asked = {declared.name for declared in dataclasses.fields(modality)}
    found: dict[str, Array] = {}
    for way in WAYS:
        if f"{way}_absorption" in asked:
            found |= absorption_at(book.fill(f"{way}_wavelength", chain, place), called=way)
    if "view_depth" in asked:
        here = (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), *chain)
        found["lesion_depth"] = book.fill("lesion_depth", here, place)
        found["lesion_half_thickness"] = np.full(book.draws, half_thickness(lesion))
    return found


def half_thickness(lesion: Site) -> float:
    """Return how far the top of a lesion, the end of its grid at low z, lies above the middle of the grid."""
    layers = np.zeros(lesion.grid.inside.shape)
    layers[lesion.grid.inside] = lesion.grid.shares
    held = np.flatnonzero(layers.any(axis=(1, 2)))
    return float((0.5 * len(layers) - held[0]) * lesion.grid.voxel_size[0])
