r"""Material decomposition: masses of water and an element from readings at two or more energies.

In projections, ray by ray, by Newton's method on the polychromatic model (exact, beam hardening and all):
$$ -\ln s_c(L_{water}, L_{element}) = p_c $$
In images of two energies on either side of a K-edge, where the element's attenuation jumps and water's hardly moves:
$$ c = \frac{\mu_2 - r\,\mu_1}{m_2 - r\,m_1}, \qquad r = \mu_{w,2}/\mu_{w,1} $$
and, in images of any channels, by least squares with the slope of each material in each channel. Tissue that is not water is
counted as water and some element. An element whose edge no channel straddles is told from water, not from its neighbors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.imaging.xray.acquisition import Detector, Material, open_signal
from janusome.imaging.xray.tables import attenuation

Array = NDArray[np.floating[Any]]


def masses_along(
    logarithms: ArrayLike, photons: ArrayLike, detector: Detector, *, materials: Sequence[Material], steps: int = 12
) -> Array:
    """Return mass per area (kg/m^2) of each material, (material, ...), from the logarithms of channels, (channel, ...).

    With more channels than materials the steps are Gauss-Newton's and every channel weighs the same. Where noise is as large
    as the element's own share of the logarithm, steps can run away: decompose images there (`concentrations`).

    Raises
    ------
    ValueError
        If there are fewer channels than materials.
    """
    p = np.asarray(logarithms, dtype=float)
    if len(p) < len(materials):
        raise ValueError(f"{len(p)} channels for {len(materials)} materials; give as many channels, or fewer materials")
    rays = p.reshape(len(p), -1)
    curves = np.stack([attenuation(material) for material in materials])
    arriving = detector.reading * (detector.efficiency * np.asarray(photons, dtype=float))
    open_beam = open_signal(photons, detector)
    L = np.zeros((len(materials), rays.shape[1]))
    for _ in range(steps):
        passing = np.exp(-np.clip(curves.T @ L, -50.0, 200.0))
        read = arriving @ passing
        slopes = np.einsum("cb,mb,br->rcm", arriving, curves, passing) / read.T[:, :, None]
        missing = rays + np.log(read / open_beam[:, None])
        L = L + (np.linalg.pinv(slopes) @ missing.T[:, :, None])[:, :, 0].T
    return L.reshape(len(materials), *p.shape[1:])


def across_edge(below: ArrayLike, above: ArrayLike, *, element: Array, water: Array) -> Array:
    """Return mass of an element per volume (kg/m^3) from attenuation (1/m) in two energies about its K-edge.

    `element` and `water` hold attenuation per mass at (below, above).
    """
    r = water[1] / water[0]
    return (np.asarray(above, dtype=float) - r * np.asarray(below, dtype=float)) / (element[1] - r * element[0])


def concentrations(hounsfield: ArrayLike, *, slopes: ArrayLike) -> Array:
    """Return mass per volume (kg/m^3 = mg/mL) of each material, (material, ...), from changes of CT number, (channel, ...).

    `slopes` are HU per mg/mL, (channel, material). Least squares; as many channels as materials at least.
    """
    change, a = np.asarray(hounsfield, dtype=float), np.asarray(slopes, dtype=float)
    return np.linalg.lstsq(a, change.reshape(len(a), -1), rcond=None)[0].reshape(a.shape[1], *change.shape[1:])
