"""Dual-energy CT: how much of an element, beside water, two tube voltages tell of."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import energies, tube_photons
from janusome.imaging.xray.channels import Channels
from janusome.imaging.xray.element_map import ElementMap
from janusome.imaging.xray.tables import WATER
from janusome.imaging.xray.tomography import Gantry
from janusome.model import AbstractModality, Scene
from janusome.numerics.blur import gaussian_blur, standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class DualEnergyCt(AbstractModality):
    r"""Mass per volume of one element, as two tubes of unlike voltage and energy-integrating detectors tell it from water.

    $$ \rho = G * (M\,c), \qquad \rho_{read} = \sum_c W_c\,\mu_{w,c}\,\frac{HU_c}{1000} - \rho_{muscle}, \qquad
       \mathrm{var}\,A = \Big(\sum_c q_c^2/v_c\Big)^{-1} $$

    W is the weighted least-squares readout of water and the element behind the body's water (imaging.xray.channels), q what
    the element's attenuation has that water's has not, v the relative variance of a reading, A mass per area of a ray. Noise
    has the grain of filtered back-projection. Soft tissue is set to nought, as iodine maps are, so that a lesion is compared
    with what is around it in the same image, not with a scan before the label. Each channel's numbers scatter from scan to
    scan by the stability of CT numbers, independently. The second tube may have a filter of tin, which sets the spectra apart.
    Worked number: 100 and 150 kV with 0.6 mm of tin behind 23 cm have, for iodine, 0.1 mg/mL of scatter for 1 HU in both.
    Tells iodine from soft tissue; gold's attenuation falls with voltage as water's does, so that it is hardly told at all.
    Holds where the element hardens the beam little. Leaves out what Ct leaves out, the cross-scatter of two tubes, and
    tissues other than muscle: fat and bone are taken for some of the element.
    """

    unit: ClassVar[str] = "mg/mL"
    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    low_tube_voltage: Scalar = quantity("kV")
    high_tube_voltage: Scalar = quantity("kV")
    low_tube_charge: Scalar = quantity("mA s")
    high_tube_charge: Scalar = quantity("mA s")
    aluminum_filtration: Scalar = quantity("mm")
    tin_filtration: Scalar = quantity("mm")
    number_of_views: Scalar = quantity("")
    ray_spacing: Scalar = quantity("mm")
    source_distance: Scalar = quantity("m")
    detector_efficiency: Scalar = quantity("")
    electronic_noise: Scalar = quantity("keV")
    spatial_resolution: Scalar = quantity("m")
    ct_number_stability: Scalar = quantity("")
    attenuation_path: Scalar = quantity("m")
    atomic_number: Scalar = quantity("")
    atomic_mass: Scalar = quantity("kg/mol")

    def expected(self, scene: Scene) -> Field:
        """Mass of the element per volume without noise."""
        return gaussian_blur(self._mass(scene), width=self._width(), voxel_size=scene.voxel_size)

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
        """One map by way of two scans, an image of each, and their combination."""
        return self.element_map(scene).acquired(scene, mass=self._mass(scene), seed=seed)

    def element_map(self, scene: Scene) -> ElementMap:
        """Return the two scans and how they are read."""
        gantry = Gantry(
            self.number_of_views,
            self.ray_spacing,
            self.source_distance,
            self.attenuation_path,
            self._width(),
            self.ct_number_stability,
        )
        low = self.low_tube_charge * tube_photons(self.low_tube_voltage, aluminum=self.aluminum_filtration)
        high = self.high_tube_charge * tube_photons(
            self.high_tube_voltage, aluminum=self.aluminum_filtration, tin=self.tin_filtration
        )
        tubes = self.detector_efficiency * jnp.stack([low, high])
        photons = gantry.at_detector(tubes, slice_thickness=scene.voxel_size[0])
        channels = Channels(photons, jnp.broadcast_to(energies(), photons.shape), self.electronic_noise)
        return ElementMap(channels, gantry, self.atomic_number, beside=(WATER,))

    def _mass(self, scene: Scene) -> Field:
        return self.atomic_mass * (scene.attached_outside + scene.attached_inside + scene.detached)

    def _width(self) -> Scalar:
        return standard_deviation(self.spatial_resolution)
