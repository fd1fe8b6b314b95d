"""Photon-counting CT: how much of an element its K-edge tells of, beside all that has none in the beam."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jax.scipy.stats import norm
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


class PhotonCountingCt(AbstractModality):
    r"""Mass per volume of one element with a K-edge, from photons that are counted in four windows of energy.

    $$ \rho = G * (M\,c), \qquad R_c(E) = \Phi\Big(\frac{E - T_c}{\sigma_E}\Big) - \Phi\Big(\frac{E - T_{c+1}}{\sigma_E}\Big)
       ,\qquad \mathrm{var}\,A = \Big(\sum_c q_c^2/v_c\Big)^{-1} $$

    R_c is the chance that a photon of energy E is counted between two thresholds by a detector of energy resolution σ_E.
    q is what the element's attenuation has that no mixture of water and bone has (imaging.xray.channels): its K-edge, where a
    threshold is near enough. v is one over the counts of a window, A mass per area of a ray. The map is the weighted
    least-squares readout of the windows' images, its noise has the grain of filtered back-projection, and soft tissue is set
    to nought, so that a lesion is compared with what is around it in the same image. Each window's numbers scatter from scan
    to scan by the stability of CT numbers, independently. Electronic noise stays below the lowest threshold.
    Holds for small masses and quiet count rates. Leaves out pile-up and charge sharing, which blur the windows much more than
    σ_E does, what Ct leaves out, and other elements with an edge in the beam.
    """

    unit: ClassVar[str] = "mg/mL"
    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    tube_voltage: Scalar = quantity("kV")
    tube_charge: Scalar = quantity("mA s")
    aluminum_filtration: Scalar = quantity("mm")
    lowest_energy_threshold: Scalar = quantity("keV")
    second_energy_threshold: Scalar = quantity("keV")
    third_energy_threshold: Scalar = quantity("keV")
    highest_energy_threshold: Scalar = quantity("keV")
    energy_resolution: Scalar = quantity("keV")
    number_of_views: Scalar = quantity("")
    ray_spacing: Scalar = quantity("mm")
    source_distance: Scalar = quantity("m")
    detector_efficiency: Scalar = quantity("")
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
        """One map by way of the counts of each window, an image of each, and their combination."""
        return self.element_map(scene).acquired(scene, mass=self._mass(scene), seed=seed)

    def element_map(self, scene: Scene) -> ElementMap:
        """Return the windows and how they are read."""
        gantry = Gantry(
            self.number_of_views,
            self.ray_spacing,
            self.source_distance,
            self.attenuation_path,
            self._width(),
            self.ct_number_stability,
        )
        tube = self.tube_charge * tube_photons(self.tube_voltage, aluminum=self.aluminum_filtration)
        counted = self.detector_efficiency * tube * self.windows()
        photons = gantry.at_detector(counted, slice_thickness=scene.voxel_size[0])
        channels = Channels(photons, jnp.ones_like(photons), jnp.zeros(()))
        return ElementMap(channels, gantry, self.atomic_number, beside=(WATER, "cortical bone"))

    def windows(self) -> Float[Array, "window bin"]:
        """Return the chance that a photon of each energy is counted in each window."""
        thresholds = jnp.stack(
            [
                self.lowest_energy_threshold,
                self.second_energy_threshold,
                self.third_energy_threshold,
                self.highest_energy_threshold,
            ]
        )
        above = norm.cdf((energies() - thresholds[:, None]) / standard_deviation(self.energy_resolution))
        return above - jnp.concatenate([above[1:], jnp.zeros_like(above[:1])])

    def _mass(self, scene: Scene) -> Field:
        return self.atomic_mass * (scene.attached_outside + scene.attached_inside + scene.detached)

    def _width(self) -> Scalar:
        return standard_deviation(self.spatial_resolution)
