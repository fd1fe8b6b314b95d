r"""Water beam-hardening correction: what a reading would be behind water, and CT numbers from it.

$$ p(L) = -\ln\frac{\sum_E R\,N\,e^{-\mu_w L}}{\sum_E R\,N}, \qquad L = p^{-1}(p_{measured}), \qquad HU = 1000\,(w - 1) $$

A long path lets the hard photons through, so that p bends and a uniform cylinder looks hollow (cupping). Turning p back into
meters of water makes projections of water straight; w, the water-equivalent share, is what back-projection then gives. Exact
for water; bone and metals harden otherwise and leave shadows, and are read low. Where an element is known, its mass along the
rays, projected from a first image, takes its hardening off too (`beside_element`): the image of what that returns is straight,
and two or three rounds settle it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.imaging.xray.acquisition import Detector, expected_signal, log_signal, open_signal
from janusome.imaging.xray.tables import WATER, attenuation, tissues

Array = NDArray[np.floating[Any]]


class WaterCorrection(NamedTuple):
    """The paths of water (m) and what each channel's logarithm is behind them, (channel, path)."""

    paths: Array
    logarithms: Array

    def water_path(self, logarithms: ArrayLike) -> Array:
        """Return the water (m) that gives these logarithms, (channel, ...); straight beyond either end of the table."""
        given = np.asarray(logarithms, dtype=float)
        return np.stack([self._inverted(p, of) for p, of in zip(given, self.logarithms, strict=True)])

    def _inverted(self, p: Array, table: Array) -> Array:
        L = self.paths
        low = L[0] + (p - table[0]) * (L[1] - L[0]) / (table[1] - table[0])
        high = L[-1] + (p - table[-1]) * (L[-1] - L[-2]) / (table[-1] - table[-2])
        return np.where(p < table[0], low, np.where(p > table[-1], high, np.interp(p, table, L)))


def water_correction(photons: ArrayLike, detector: Detector, *, longest: float = 0.6, steps: int = 1200) -> WaterCorrection:
    """Tabulate the logarithm of every channel behind water up to the `longest` path (m)."""
    paths = np.linspace(0.0, longest, steps + 1)
    mean, _ = expected_signal({WATER: paths * tissues()[WATER].density}, photons, detector)
    return WaterCorrection(paths, log_signal(mean, open_signal(photons, detector)))


def beside_element(
    logarithms: ArrayLike,
    mass: ArrayLike,
    *,
    element: int,
    photons: ArrayLike,
    detector: Detector,
    behind: float,
    steps: int = 8,
) -> Array:
    r"""Return the water (m) that each ray would see were the element's every bit seen as its first one behind some water.

    $$ p(L, A) = p_{measured}, \qquad L_{straight} = L + A\,\frac{\langle\mu/\rho\rangle}{\langle\mu_w\rangle} $$

    `logarithms` and `mass` A (kg/m^2, of an image before) are of one channel, ray by ray; means are `behind` that much water.
    """
    p, A = np.asarray(logarithms, dtype=float), np.asarray(mass, dtype=float)
    water, metal = attenuation(WATER) * tissues()[WATER].density, attenuation(element)
    arriving = detector.reading[0] * detector.efficiency * np.asarray(photons, dtype=float)
    slope = np.sum(arriving * np.exp(-water * behind) * metal) / np.sum(arriving * np.exp(-water * behind) * water)
    L = np.zeros_like(p)
    for _ in range(steps):
        passing = arriving * np.exp(-np.clip(L[..., None] * water + A[..., None] * metal, -50.0, 200.0))
        read = passing.sum(axis=-1)
        L = L + (p + np.log(read / arriving.sum())) * read / (passing @ water)
    return L + A * slope


def hounsfield(water_share: ArrayLike) -> Array:
    """Return CT numbers of an image in shares of water.

    >>> float(hounsfield(1.05).round(6))
    50.0
    """
    return 1000.0 * (np.asarray(water_share, dtype=float) - 1.0)
