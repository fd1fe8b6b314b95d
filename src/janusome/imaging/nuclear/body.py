"""The body around a scene, for raw data: a round cross-section of water that holds what the border of the scene holds.

Counts and their noise in a scene depend on the whole body that a ray crosses, of which a scene is a small part. The host says
how far rays go (`attenuation_path`); a disc of that diameter has this path through its center in every direction. Where the
scene reaches further, it counts as tissue too. Leaves out the true outline, bone, lung, and organs that hold more.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
MOST_PIXELS = 512  # across; more is a body that the scanner's voxels are too fine for
FINE = 4


@dataclasses.dataclass(frozen=True)
class CrossSection:
    """Square slices (z, y, x) of `pixel_size` that hold a scene and the body around it."""

    activity: Array
    water: Array  # (y, x) share of each pixel
    pixel_size: float
    slice_size: float
    scene: tuple[slice, slice, slice]  # where the scene stands

    @classmethod
    def around(cls, activity: ArrayLike, *, voxel_size: ArrayLike, diameter: float, slices_beyond: int) -> CrossSection:
        """Return the body around a scene; the slices at either end go on for a few more.

        Raises
        ------
        ValueError
            If pixels are not square, or the body is more than 512 of them across.
        """
        field, size = np.asarray(activity, dtype=float), np.asarray(voxel_size, dtype=float)
        if not math.isclose(size[1], size[2], rel_tol=1e-6):
            raise ValueError(f"pixels measure {size[1]:g} by {size[2]:g} m; raw data need square ones")
        across = max(*field.shape[1:], math.ceil(diameter / size[1])) + 4
        if across > MOST_PIXELS:
            raise ValueError(
                f"the body is {across} pixels of {size[1]:g} m across; up to {MOST_PIXELS} are followed:"
                " choose a scanner for this host, or larger voxels"
            )
        before = [(across - count) // 2 for count in field.shape[1:]]
        here = tuple(slice(start, start + count) for start, count in zip(before, field.shape[1:], strict=True))
        water = _disc(0.5 * diameter / size[1], count=across)
        beyond = np.pad(field, ((slices_beyond, slices_beyond), (0, 0), (0, 0)), mode="edge")
        body = _border_mean(beyond)[:, None, None] * water
        body[:, here[0], here[1]] = beyond
        water[here] = 1.0
        inside = slice(slices_beyond, slices_beyond + len(field))
        return cls(body, water, float(size[1]), float(size[0]), (inside, here[0], here[1]))


def _border_mean(field: Array) -> Array:
    """Return the mean of the outermost pixels of every slice."""
    rim = np.ones(field.shape[1:], dtype=bool)
    rim[1:-1, 1:-1] = False
    return field[:, rim].mean(axis=1)


def _disc(radius: float, *, count: int) -> Array:
    """Return the share of each pixel inside a disc at the center; lengths in pixels."""
    x = (np.arange(count * FINE) - 0.5 * (count * FINE - 1)) / FINE
    inside = x[:, None] ** 2 + x[None, :] ** 2 <= radius**2
    return inside.reshape(count, FINE, count, FINE).mean(axis=(1, 3))
