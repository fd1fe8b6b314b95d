"""Computed tomography: what a contrast element adds to soft tissue in CT numbers, with the noise of a dose."""

from __future__ import annotations

import math
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import (
    behind_water,
    energy_read,
    hounsfield_slope,
    number_per_attenuation,
    tissue_number,
    tube_photons,
)
from janusome.imaging.xray.tables import photon_energies
from janusome.model import AbstractModality, Scene
from janusome.numerics.blur import gaussian_blur, standard_deviation
from janusome.numerics.grain import grain, grain_of_sum, grain_variance
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]
TISSUE = "muscle"


class Ct(AbstractModality):
    r"""A reconstructed CT image of one tube voltage, in HU, with beam hardening of water corrected.

    $$ HU = HU_{tissue} + G * \Big(1000\,\frac{\langle\mu/\rho\rangle_{element}}{\langle\mu_w\rangle}\,M\,c\Big) $$
    $$ \sigma_p^2 = \frac{\sum_E n\,E^2 + \sigma_e^2}{(\sum_E n\,E)^2}, \qquad
       n = N(E)\,\frac{Q}{N_{views}}\,\frac{\Delta s\,\Delta z}{R^2}\,\eta\,e^{-\mu_w L} $$

    Means are over the spectrum behind the water path L of the body, as an energy-integrating detector reads it. c is label of
    every form per volume and M the element's molar mass: CT cannot tell where it sits or what holds it. All tissue is muscle;
    the lesion itself shows only by its label, so that it is compared with the same scan before the label came.
    N photons leave the tube per area and charge at 1 m, Q is its charge in a turn, R its distance from the center, Δs the
    distance of rays there and Δz the slice. σ_e is in energy. Noise has the grain of filtered back-projection (numerics.grain)
    with the blur of the image; the mean of a region scatters besides by the stability of CT numbers, a standard deviation
    from scan to scan that no dose takes away (calibration, place in the gantry, scatter). Worked number: 120 kV, 200 mA s,
    30 cm of water, 3 mm slices and 1.2 mm have 12 HU in a voxel of 0.7 mm.
    Holds for up to some 20 mg/mL of a heavy element in 2 cm; beyond, the element hardens the beam itself and is read low
    (gold at 100 mg/mL in 24 mm by 10 %). Leaves out bone, scatter, the bowtie filter, streaks, iterative reconstruction
    (which halves the noise and changes its grain), motion, and the anatomy that hides what noise would not.
    """

    unit: ClassVar[str] = ""
    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    tube_voltage: Scalar = quantity("kV")
    aluminum_filtration: Scalar = quantity("mm")
    tube_charge: Scalar = quantity("mA s")
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
        """CT numbers without noise."""
        weights = energy_read(self._arriving())
        mass = self.atomic_mass * (scene.attached_outside + scene.attached_inside + scene.detached)
        added = hounsfield_slope(weights, atomic_number=self.atomic_number) * mass
        seen = gaussian_blur(added, width=self._width(), voxel_size=scene.voxel_size)
        return tissue_number(weights, tissue=TISSUE) + seen

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One image."""
        return expected + grain(key, expected.shape, **self._grain(scene))

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected image itself: the noise has no bias until hardly a photon arrives."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel."""
        return jnp.sqrt(grain_variance(expected.shape, **self._grain(scene)))

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Of a mean, whose counting noise cancels over a region as no independent voxels' would, and that of calibration."""
        del expected
        drift = self.ct_number_stability * jnp.sum(weights)
        return jnp.sqrt(grain_of_sum(weights, **self._grain(scene)) ** 2 + drift**2)

    def relative_ray_noise(self, slice_thickness: Scalar) -> Scalar:
        """Standard deviation of one line integral: of photons by their energies, and of the electronics."""
        area = self.ray_spacing * slice_thickness / self.source_distance**2  # at 1 m, where the table of photons stands
        photons = self._arriving() * self.detector_efficiency * self.tube_charge / self.number_of_views * area
        energy = photon_energies()
        variance = jnp.sum(photons * energy**2) + self.electronic_noise**2
        return jnp.sqrt(variance) / jnp.sum(photons * energy)

    def _arriving(self) -> Float[Array, " bins"]:
        return behind_water(tube_photons(self.tube_voltage, aluminum=self.aluminum_filtration), self.attenuation_path)

    def _grain(self, scene: Scene) -> dict[str, Array]:
        ray = self.relative_ray_noise(scene.voxel_size[0]) * number_per_attenuation(energy_read(self._arriving()))
        scale = math.pi * self.ray_spacing * ray**2 / self.number_of_views
        return {"scale": scale, "width": self._width(), "voxel_size": scene.voxel_size}

    def _width(self) -> Scalar:
        return standard_deviation(self.spatial_resolution)
