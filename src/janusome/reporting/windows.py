"""Windows: how each modality is customarily shown: its colours, and what is black and white."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SOFT_TISSUE = (-160.0, 240.0)  # HU: level 40, width 400


class Window(NamedTuple):
    """A colour map, whether bright tissue is dark in it, and fixed limits where the field has them."""

    colours: str = "gray"
    dark_is_high: bool = False
    limits: tuple[float, float] | None = None
    from_zero: bool = False


COUNTS = Window("gray_r", dark_is_high=True, from_zero=True)
GLOW = Window("inferno", from_zero=True)
WINDOWS = {
    "ct": Window(limits=SOFT_TISSUE),
    "fluorescence": GLOW,
    "fluorescence_tomography": GLOW,
    "mpi": GLOW,
    "pet": COUNTS,
    "photoacoustic": Window("magma", from_zero=True),
    "spect": COUNTS,
}


def window(modality: str) -> Window:
    """Return how a modality is shown; gray where the field has no other custom."""
    return WINDOWS.get(modality, Window())


def limits(shown: Window, planes: tuple[NDArray[np.float64], ...]) -> tuple[float, float]:
    """Return what is shown black and white: the field's limits, widened where the image would be lost, else its quantiles."""
    low, high = (float(np.quantile(np.stack(planes), q)) for q in (0.005, 0.998))
    if shown.limits is not None and shown.limits[0] < low and high < shown.limits[1]:
        return shown.limits
    low = min(low, 0.0) if shown.from_zero else low
    return low, max(high, low + 1e-12)
