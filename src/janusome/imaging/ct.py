"""Computed tomography: what a contrast element adds to soft tissue in CT numbers, with the noise of a dose."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import (
    AIR,
    behind_water,
    energies,
    energy_read,
    hounsfield_slope,
    number_per_attenuation,
    tissue_number,
    tube_photons,
)
from janusome.imaging.xray.channels import Channels
from janusome.imaging.xray.computed_tomogram import AbstractComputedTomogram
from janusome.imaging.xray.image_noise import ImageNoise
from janusome.imaging.xray.tomography import SOFT_TISSUE, tomogram
from janusome.model import Scene
from janusome.numerics.blur import gaussian_blur
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Ct(AbstractComputedTomogram):
    r"""A reconstructed CT image of one tube voltage, in HU, with beam hardening of water corrected.

    $$ HU = HU_{tissue} + G * \Big(1000\,\frac{\langle\mu/\rho\rangle_{element}}{\langle\mu_w\rangle}\,M\,c
       - (1000 + HU_{tissue})\,(1 - b)\Big) $$
    $$ \sigma_p^2 = \frac{\sum_E n\,E^2 + \sigma_e^2}{(\sum_E n\,E)^2}, \qquad
       n = N(E)\,\frac{Q}{N_{views}}\,\frac{\Delta s\,\Delta z}{R^2}\,\eta\,e^{-\mu_w L} $$

    Means are over the spectrum behind the water path L of the body, as an energy-integrating detector reads it. c is label of
    every form per volume and M the element's molar mass: CT cannot tell where it sits or what holds it. All tissue is muscle,
    b is the share of a voxel inside the body, and air has -1000 HU;
    the lesion itself shows only by its label, so that it is compared with the same scan before the label came.
    N photons leave the tube per solid angle and charge, Q is its charge in a turn, R its distance from the center, Δs the
    distance of rays there and Δz the slice. σ_e is in energy. Noise has the grain of filtered back-projection (numerics.grain)
    with the blur of the image; the mean of a region scatters besides by the stability of CT numbers, a standard deviation
    from scan to scan that no dose takes away (calibration, place in the gantry, scatter). Worked number: 120 kV, 200 mA s,
    30 cm of water, 3 mm slices and 1.2 mm have 9.5 HU in a voxel of 0.7 mm.
    `acquired` goes by fans of rays through a round body of water (imaging.xray.tomography).
    Holds for up to some 20 mg/mL of a heavy element in 2 cm; beyond, the element hardens the beam itself and is read low
    (gold at 100 mg/mL in 24 mm by 10 %). Leaves out bone, scatter, the bowtie filter, streaks, iterative reconstruction
    (which halves the noise and changes its grain), motion, and the anatomy that hides what noise would not.
    """

    unit: ClassVar[str] = ""
    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    tube_voltage: Scalar = quantity("kV")
    tube_charge: Scalar = quantity("mA s")
    electronic_noise: Scalar = quantity("keV")

    def expected(self, scene: Scene) -> Field:
        """CT numbers without noise."""
        weights = energy_read(behind_water(self._tube(), self.attenuation_path))
        tissue = tissue_number(weights, tissue=SOFT_TISSUE)
        added = hounsfield_slope(weights, atomic_number=self.atomic_number) * self.mass(scene)
        without_air = added - (tissue - AIR) * (1.0 - scene.body)
        seen = gaussian_blur(without_air, width=self.width(), voxel_size=scene.voxel_size)
        return tissue + seen

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One image by way of rays through the body, their readings, and filtered back-projection."""
        numbers = tomogram(
            self._channels(scene, path=0.0),
            self.gantry(),
            scene,
            mass=self.mass(scene),
            atomic_number=self.atomic_number,
            seed=seed,
        )
        return jnp.asarray(numbers[0])

    def _tube(self) -> Float[Array, " bins"]:
        return tube_photons(self.tube_voltage, aluminum=self.aluminum_filtration)

    def _channels(self, scene: Scene, *, path: Scalar | float) -> Channels:
        gantry = self.gantry()
        photons = gantry.at_detector(self._tube() * self.tube_charge, slice_thickness=scene.voxel_size[0])
        arriving = behind_water(photons * self.detector_efficiency, path)
        return Channels(arriving[None], energies()[None], self.electronic_noise)

    def image_noise(self, scene: Scene) -> ImageNoise:
        """Return the noise behind the water path of the body."""
        channels = self._channels(scene, path=self.attenuation_path)
        weights = channels.photons[0] * channels.reading[0]
        ray = jnp.sqrt(channels.relative_variance()[0]) * number_per_attenuation(weights)
        return self.gantry().image_noise(ray, drift=self.ct_number_stability, voxel_size=scene.voxel_size)
