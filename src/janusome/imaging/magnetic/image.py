"""What every MRI sequence shares: relaxation by label, and the noise of a magnitude image."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from janusome.imaging.magnetic.acquisition import acquired_image
from janusome.model import AbstractModality, Scene
from janusome.numerics.rician import rician_draw, rician_mean, rician_standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class AbstractMagnitudeImage(AbstractModality):
    r"""The magnitude image of a sequence; one is water of full proton density, fully relaxed.

    $$ R_1 = R_{1,0} + r_1^{out} C_{out} + r_1^{in} C_{in} + r_1^{det} C_{det}, \qquad R_2,\ R_2^*\ \text{likewise} $$

    C is label per tissue volume. Labels inside cells have relaxivities of their own: packed in endosomes they lose r_1 and
    shift r_2*. Detached label has what its row gives (free chelate relaxes, rust does not).
    Noise in either channel is 1/SNR_0 for a voxel of the reference volume V_0 in one average; it falls as 1/V and with the
    root of the averages. Coils are combined with their known sensitivities, so that the magnitude is Rician for any number.
    """

    unit: ClassVar[str] = ""
    calibrated: ClassVar[bool] = False
    local: ClassVar[bool] = True

    reference_signal_to_noise: Scalar = quantity("")
    reference_voxel_volume: Scalar = quantity("m^3")
    number_of_averages: Scalar = quantity("")
    longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")
    intracellular_longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")
    detached_longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One magnitude image."""
        return rician_draw(key, expected, width=self.channel_noise(scene))

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The mean magnitude, which stays above zero where the signal is lost."""
        return rician_mean(expected, width=self.channel_noise(scene))

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation of the magnitude."""
        return rician_standard_deviation(expected, width=self.channel_noise(scene))

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Voxels are independent: their variances add."""
        return jnp.sqrt(jnp.sum((weights * self.noise(expected, scene)) ** 2))

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One image by way of the k-space of every coil, with noise in each sample."""
        image = acquired_image(
            self.expected(scene),
            noise=float(self.channel_noise(scene)),
            voxel_size=scene.voxel_size,
            random=np.random.default_rng(seed),
        )
        return jnp.asarray(np.abs(image))

    def longitudinal_rate(self, scene: Scene) -> Field:
        """R1 of every voxel, 1/s."""
        label = self.longitudinal_relaxivity * scene.attached_outside
        label = label + self.intracellular_longitudinal_relaxivity * scene.attached_inside
        return scene.longitudinal_relaxation_rate + label + self.detached_longitudinal_relaxivity * scene.detached

    def channel_noise(self, scene: Scene) -> Scalar:
        """Standard deviation of the noise in each of the two channels."""
        volume = jnp.prod(scene.voxel_size) / self.reference_voxel_volume
        return 1.0 / (self.reference_signal_to_noise * volume * jnp.sqrt(self.number_of_averages))


class AbstractSpinEchoImage(AbstractMagnitudeImage):
    """A magnitude image whose transverse magnetization decays with R2: static fields are refocused."""

    transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    intracellular_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    detached_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")

    def transverse_rate(self, scene: Scene) -> Field:
        """R2 of every voxel, 1/s."""
        label = self.transverse_relaxivity * scene.attached_outside
        label = label + self.intracellular_transverse_relaxivity * scene.attached_inside
        return scene.transverse_relaxation_rate + label + self.detached_transverse_relaxivity * scene.detached
