"""What scanners that map one element share: how its mass is blurred, its noise, and the way by raw data."""

from __future__ import annotations

import abc
from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.xray.element_map import ElementMap
from janusome.imaging.xray.tomography import Gantry
from janusome.model import AbstractModality, Scene
from janusome.numerics.blur import gaussian_blur, standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class AbstractElementImage(AbstractModality):
    """Mass per volume of one element, which several channels of readings tell from all beside it."""

    unit: ClassVar[str] = "mg/mL"
    linear: ClassVar[bool] = True

    aluminum_filtration: Scalar = quantity("mm")
    number_of_views: Scalar = quantity("")
    ray_spacing: Scalar = quantity("mm")
    source_distance: Scalar = quantity("m")
    detector_efficiency: Scalar = quantity("")
    spatial_resolution: Scalar = quantity("m")
    ct_number_stability: Scalar = quantity("")
    attenuation_path: Scalar = quantity("m")
    atomic_number: Scalar = quantity("")
    atomic_mass: Scalar = quantity("kg/mol")

    @abc.abstractmethod
    def element_map(self, scene: Scene) -> ElementMap:
        """Return the channels and how they are read."""

    def expected(self, scene: Scene) -> Field:
        """Mass of the element per volume without noise; air is read as what takes soft tissue's place."""
        read = self._mass(scene) + (1.0 - scene.body) * self.element_map(scene).shown_by_air()
        return gaussian_blur(read, width=self._width(), voxel_size=scene.voxel_size)

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One map."""
        return self.element_map(scene).noise(scene.voxel_size).added_to(expected, key=key)

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected map itself."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel."""
        return self.element_map(scene).noise(scene.voxel_size).of_voxels(expected)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Of a mean: that of counting, and that of calibration."""
        del expected
        return self.element_map(scene).noise(scene.voxel_size).of_sum(weights)

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One map by way of the readings of each channel, an image of each, and their combination."""
        return self.element_map(scene).acquired(scene, mass=self._mass(scene), seed=seed)

    def gantry(self) -> Gantry:
        """Return the geometry of a turn about the body."""
        return Gantry(
            self.number_of_views,
            self.ray_spacing,
            self.source_distance,
            self.attenuation_path,
            self._width(),
            self.ct_number_stability,
        )

    def _mass(self, scene: Scene) -> Field:
        return self.atomic_mass * (scene.attached_outside + scene.attached_inside + scene.detached)

    def _width(self) -> Scalar:
        return standard_deviation(self.spatial_resolution)
