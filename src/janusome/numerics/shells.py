"""Shells around a centre or an axis: cells of one radius each, for references and for ensembles of many lanes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shells:
    """Cells between neighbouring radii.

    Parameters
    ----------
    radii
        m, rising: (shells + 1,) or, for lanes of different size, (lanes, shells + 1).
    areas, volumes
        m^2 of every face (.., shells + 1) and m^3 of every shell (.., shells).
    """

    radii: Array
    areas: Array
    volumes: Array

    @property
    def count(self) -> int:
        """Number of shells."""
        return self.volumes.shape[-1]

    @property
    def middles(self) -> Array:
        """Radius halfway through every shell, m."""
        return 0.5 * (self.radii[..., 1:] + self.radii[..., :-1])

    def conductances(self, conductivity: Array) -> Array:
        """Return area over resistance of the faces between shells (.., shells - 1): half a shell on either side in series."""
        half = 0.5 * np.diff(self.radii, axis=-1) / np.asarray(conductivity, float)
        return self.areas[..., 1:-1] / (half[..., 1:] + half[..., :-1])

    def outermost(self, conductivity: Array) -> Array:
        """Return the same from the middle of the last shell to the border (..,)."""
        half = 0.5 * np.diff(self.radii, axis=-1) / np.asarray(conductivity, float)
        return self.areas[..., -1] / half[..., -1]


def spheres(radii: Array) -> Shells:
    """Return the shells of a sphere, or of what lies around one.

    >>> round(float(spheres([0.0, 1.0]).volumes[0]), 4)
    4.1888
    """
    r = _rising(radii)
    return Shells(r, 4.0 * math.pi * r**2, 4.0 / 3.0 * math.pi * np.diff(r**3, axis=-1))


def cylinders(radii: Array, *, length: float = 1.0) -> Shells:
    """Return the shells around an axis, of a length in m."""
    r = _rising(radii)
    return Shells(r, 2.0 * math.pi * length * r, math.pi * length * np.diff(r**2, axis=-1))


def slabs(depths: Array, *, area: float = 1.0) -> Shells:
    """Return flat layers of an area in m^2."""
    r = _rising(depths)
    return Shells(r, np.full_like(r, area), area * np.diff(r, axis=-1))


def _rising(radii: Array) -> Array:
    r = np.asarray(radii, float)
    if r.shape[-1] < 2 or not (np.all(np.isfinite(r)) and np.all(r[..., 0] >= 0.0) and np.all(np.diff(r, axis=-1) > 0.0)):
        raise InputError("radii", f"are {np.array2string(r, threshold=6)}", "give rising radii in m, the first zero or more")
    return r
