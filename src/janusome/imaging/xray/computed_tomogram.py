"""What scanners share that turn a tube about a body: their geometry, and the noise of back-projection."""

from __future__ import annotations

import abc
from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.xray.image_noise import ImageNoise
from janusome.imaging.xray.tomography import Gantry
from janusome.model import AbstractModality, Scene
from janusome.numerics.blur import standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class AbstractComputedTomogram(AbstractModality):
    """An image by filtered back-projection, in proportion to the mass of one element per volume."""

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
    def image_noise(self, scene: Scene) -> ImageNoise:
        """Return the noise of an image, of photons and from scan to scan."""

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One image."""
        return self.image_noise(scene).added_to(expected, key=key)

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected image itself: the noise has no bias until hardly a photon arrives."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel."""
        return self.image_noise(scene).of_voxels(expected)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Of a mean: that of counting, and that of calibration."""
        del expected
        return self.image_noise(scene).of_sum(weights)

    def gantry(self) -> Gantry:
        """Return the geometry of a turn about the body."""
        return Gantry(
            self.number_of_views,
            self.ray_spacing,
            self.source_distance,
            self.attenuation_path,
            self.width(),
            self.ct_number_stability,
        )

    def mass(self, scene: Scene) -> Field:
        """Return the mass of the element per volume, kg/m^3."""
        return self.atomic_mass * scene.label

    def width(self) -> Scalar:
        """Return the standard deviation of the blur, m."""
        return standard_deviation(self.spatial_resolution)
