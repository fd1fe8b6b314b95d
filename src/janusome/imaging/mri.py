"""Magnetic resonance imaging: the spoiled gradient echo, with the label's relaxivity and Rician noise."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.model import AbstractModality, Scene
from janusome.numerics.rician import rician_draw, rician_mean, rician_standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Mri(AbstractModality):
    r"""The magnitude image of a spoiled gradient echo; one is water of full proton density, fully relaxed.

    $$ S = M_0 \sin\alpha\,\frac{1-E_1}{1-E_1\cos\alpha}\,e^{-T_E R_2^*}, \qquad E_1 = e^{-T_R R_1} $$
    $$ R_1 = R_{1,0} + r_1^{out} C_{out} + r_1^{in} C_{in} + r_1^{det} C_{det}, \qquad R_2^*\ \text{likewise} $$

    C is label per tissue volume. Labels inside cells have relaxivities of their own: packed in endosomes they lose r_1 and
    shift r_2*. Detached label has what its row gives (free chelate relaxes, rust does not).
    Noise in either channel is 1/SNR_0 for a voxel of the reference volume V_0 and falls as 1/V; the magnitude is Rician.
    Holds in the steady state, with ideal spoiling and water that exchanges fast between what a voxel holds. Leaves out slow
    exchange (liposomal gadolinium: give the encapsulated relaxivity), saturation at high iron (R_2* in blood is not
    linear), diffusion regimes of R_2*, dipole fields beyond the voxel, the point spread, coil shading, and motion.
    """

    unit: ClassVar[str] = ""
    calibrated: ClassVar[bool] = False
    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency")

    repetition_time: Scalar = quantity("s")
    echo_time: Scalar = quantity("s")
    flip_angle: Scalar = quantity("rad")
    reference_signal_to_noise: Scalar = quantity("")
    reference_voxel_volume: Scalar = quantity("m^3")
    longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")
    intracellular_longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")
    detached_longitudinal_relaxivity: Scalar = quantity("m^3/(mol s)")
    effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    intracellular_effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    detached_effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise."""
        TR, TE, alpha = self.repetition_time, self.echo_time, self.flip_angle
        E1 = jnp.exp(-TR * self.longitudinal_rate(scene))
        decay = jnp.exp(-TE * self.effective_transverse_rate(scene))
        return scene.proton_density * jnp.sin(alpha) * (1.0 - E1) / (1.0 - E1 * jnp.cos(alpha)) * decay

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One magnitude image."""
        return rician_draw(key, expected, width=self._channel_noise(scene))

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The mean magnitude, which stays above zero where the signal is lost."""
        return rician_mean(expected, width=self._channel_noise(scene))

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation of the magnitude."""
        return rician_standard_deviation(expected, width=self._channel_noise(scene))

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Voxels are independent: their variances add."""
        return jnp.sqrt(jnp.sum((weights * self.noise(expected, scene)) ** 2))

    def longitudinal_rate(self, scene: Scene) -> Field:
        """R1 of every voxel, 1/s."""
        r_out, r_in = self.longitudinal_relaxivity, self.intracellular_longitudinal_relaxivity
        label = r_out * scene.attached_outside + r_in * scene.attached_inside
        return scene.longitudinal_relaxation_rate + label + self.detached_longitudinal_relaxivity * scene.detached

    def effective_transverse_rate(self, scene: Scene) -> Field:
        """R2* of every voxel, 1/s."""
        r_out, r_in = self.effective_transverse_relaxivity, self.intracellular_effective_transverse_relaxivity
        label = r_out * scene.attached_outside + r_in * scene.attached_inside
        return (
            scene.effective_transverse_relaxation_rate + label + self.detached_effective_transverse_relaxivity * scene.detached
        )

    def _channel_noise(self, scene: Scene) -> Scalar:
        return self.reference_voxel_volume / (self.reference_signal_to_noise * jnp.prod(scene.voxel_size))
