"""Light: what a modality that shines is told of its wavelengths and of how deep the lesion lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import Site
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.optical_tables import absorption_at
from janusome.specification.rows import Tumor

Array = NDArray[np.float64]
WAYS = ("excitation", "emission")


class Beneath(NamedTuple):
    """A lesion under the skin: its row, and how far its top, at low z, lies above the middle of the field of view (m)."""

    tumor: Tumor
    half_thickness: float

    @classmethod
    def of(cls, lesion: Site) -> Beneath:
        """Return that of a lesion on its grid."""
        layers = np.zeros(lesion.grid.inside.shape)
        layers[lesion.grid.inside] = lesion.grid.shares
        top = np.flatnonzero(layers.any(axis=(1, 2)))[0]
        return cls(lesion.tumor, float((0.5 * len(layers) - top) * lesion.grid.voxel_size[0]))

    @classmethod
    def in_picture(cls, tumor: Tumor, share: Array, voxel_size: Array) -> Beneath:
        """Return that of a region of a picture, given as the share of each voxel (z, y, x), seen from its own middle."""
        layers = np.flatnonzero(share.any(axis=(1, 2)))
        return cls(tumor, 0.5 * float(len(layers) and np.ptp(layers) + 1) * float(voxel_size[0]))


def in_light(
    modality: type[Any], chain: Sequence[Scope], place: Place, book: ValueBook, *, lesion: Beneath | None
) -> dict[str, Array]:
    """Return what chromophores absorb at the wavelengths of label and scanner, and where the lesion lies, for every draw.

    Nothing for a modality whose fields ask for neither.
    """
    asked = {declared.name for declared in dataclasses.fields(modality)}
    found: dict[str, Array] = {}
    for way in WAYS:
        if f"{way}_absorption" in asked:
            found |= absorption_at(book.fill(f"{way}_wavelength", chain, place), called=way)
    if "view_depth" in asked and lesion is not None:
        here = (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), *chain)
        found["lesion_depth"] = book.fill("lesion_depth", here, place)
        found["lesion_half_thickness"] = np.full(book.draws, lesion.half_thickness)
    return found
