"""Where packets of light start: beams that enter through the face at z = 0, and light that is born inside."""

from __future__ import annotations

import abc
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]
Shape = tuple[int, ...]

EVERYWHERE = np.zeros(0)  # no shares of voxels: all packets start in one place
STRAIGHT = (1.0, 0.0, 0.0)


class Source(abc.ABC):
    """Describes itself to the compiled loop: centre (3), half widths (3), radius, direction (3), isotropic or not."""

    @abc.abstractmethod
    def described(self, shape: Shape, spacing: Array) -> tuple[Array, Array]:
        """Return those eleven numbers (lengths in voxels but for the radius), and cumulative shares of voxels or nothing."""


@dataclass(frozen=True)
class Beam(Source):
    """A pencil, or with a radius a disc of uniform light, that enters at (y, x) of the face at z = 0, in m."""

    center: tuple[float, float]
    radius: float = 0.0
    direction: tuple[float, float, float] = STRAIGHT

    def described(self, shape: Shape, spacing: Array) -> tuple[Array, Array]:
        """Return the description."""
        y, x = (place / h for place, h in zip(self.center, spacing[1:], strict=True))
        reach = self.radius / spacing[1:]
        if not (reach[0] <= y <= shape[1] - reach[0] and reach[1] <= x <= shape[2] - reach[1] and self.radius >= 0.0):
            raise InputError(
                "beam", f"at {self.center} m of radius {self.radius:g} m leaves the face", "aim it inside the box"
            )
        return np.array([0, y, x, 0, 0, 0, self.radius, *_inward(self.direction), 0.0]), EVERYWHERE


@dataclass(frozen=True)
class BroadBeam(Source):
    """Uniform parallel light over the whole face at z = 0."""

    direction: tuple[float, float, float] = STRAIGHT

    def described(self, shape: Shape, spacing: Array) -> tuple[Array, Array]:
        """Return the description."""
        del spacing
        y, x = 0.5 * shape[1], 0.5 * shape[2]
        return np.array([0, y, x, 0, y, x, 0, *_inward(self.direction), 0.0]), EVERYWHERE


@dataclass(frozen=True)
class Point(Source):
    """A point (z, y, x) inside, in m, that shines alike in all directions."""

    center: tuple[float, float, float]

    def described(self, shape: Shape, spacing: Array) -> tuple[Array, Array]:
        """Return the description."""
        place = np.asarray(self.center) / spacing
        if not np.all((place >= 0.0) & (place < np.asarray(shape))):
            raise InputError("point", f"at {self.center} m lies outside the box", "give a place inside")
        return np.array([*place, 0, 0, 0, 0, *STRAIGHT, 1.0]), EVERYWHERE


@dataclass(frozen=True)
class Glow(Source):
    """Voxels (z, y, x) that shine alike in all directions, each in proportion to its value."""

    strength: ArrayLike

    def described(self, shape: Shape, spacing: Array) -> tuple[Array, Array]:
        """Return the description."""
        del spacing
        strength = np.asarray(self.strength, float)
        if strength.shape != shape or not np.all(strength >= 0.0) or not 0.0 < strength.sum() < np.inf:
            raise InputError("glow", f"of shape {strength.shape} is no share of {shape} voxels", "give values of zero or more")
        cumulative = np.cumsum(strength.ravel())
        return np.array([0, 0, 0, 0.5, 0.5, 0.5, 0, *STRAIGHT, 1.0]), cumulative / cumulative[-1]


def _inward(direction: tuple[float, float, float]) -> Array:
    towards = np.asarray(direction, float)
    size = float(np.linalg.norm(towards))
    if not (np.isfinite(size) and towards[0] > 0.0):
        raise InputError("direction", f"is {direction}", "give (z, y, x) with z above zero, into the box")
    return towards / size
