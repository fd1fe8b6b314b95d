"""What scanners that map one element share: how its mass is blurred, its noise, and the way by raw data."""

from __future__ import annotations

import abc
from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.xray.computed_tomogram import AbstractComputedTomogram
from janusome.imaging.xray.element_map import ElementMap
from janusome.imaging.xray.image_noise import ImageNoise
from janusome.model import Scene
from janusome.numerics.blur import gaussian_blur

Field = Float[Array, "z y x"]


class AbstractElementImage(AbstractComputedTomogram):
    """Mass per volume of one element, which several channels of readings tell from all beside it."""

    unit: ClassVar[str] = "mg/mL"

    @abc.abstractmethod
    def element_map(self, scene: Scene) -> ElementMap:
        """Return the channels and how they are read."""

    def expected(self, scene: Scene) -> Field:
        """Mass of the element per volume without noise; air is read as what takes soft tissue's place."""
        read = self.mass(scene) + (1.0 - scene.body) * self.element_map(scene).shown_by_air()
        return gaussian_blur(read, width=self.width(), voxel_size=scene.voxel_size)

    def image_noise(self, scene: Scene) -> ImageNoise:
        """Return the noise of a map."""
        return self.element_map(scene).noise(scene.voxel_size)

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One map by way of the readings of each channel, an image of each, and their combination."""
        return self.element_map(scene).acquired(scene, mass=self.mass(scene), seed=seed)
