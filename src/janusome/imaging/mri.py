"""Magnetic resonance imaging: the spoiled gradient echo, with the label's relaxivity and Rician noise."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.magnetic.image import AbstractMagnitudeImage
from janusome.imaging.magnetic.signals import spoiled_gradient_echo
from janusome.model import Scene
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Mri(AbstractMagnitudeImage):
    r"""The magnitude image of a spoiled gradient echo; one is water of full proton density, fully relaxed.

    $$ S = M_0 \sin\alpha\,\frac{1-E_1}{1-E_1\cos\alpha}\,e^{-T_E R_2^*}, \qquad E_1 = e^{-T_R R_1} $$
    $$ R_1 = R_{1,0} + r_1^{out} C_{out} + r_1^{in} C_{in} + r_1^{det} C_{det}, \qquad R_2^*\ \text{likewise} $$

    C is label per tissue volume. Labels inside cells have relaxivities of their own: packed in endosomes they lose r_1 and
    shift r_2*. Detached label has what its row gives (free chelate relaxes, rust does not).
    Noise in either channel is 1/SNR_0 for a voxel of the reference volume V_0, falls as 1/V and with the root of the
    averages; the magnitude is Rician.
    Holds in the steady state, with ideal spoiling and water that exchanges fast between what a voxel holds. Leaves out slow
    exchange (liposomal gadolinium: give the encapsulated relaxivity), saturation at high iron (R_2* in blood is not
    linear), diffusion regimes of R_2*, dipole fields beyond the voxel, coil shading, and motion.
    """

    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency")

    repetition_time: Scalar = quantity("s")
    echo_time: Scalar = quantity("s")
    flip_angle: Scalar = quantity("rad")
    effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    intracellular_effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")
    detached_effective_transverse_relaxivity: Scalar = quantity("m^3/(mol s)")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise."""
        signal = spoiled_gradient_echo(
            self.longitudinal_rate(scene),
            R2_star=self.effective_transverse_rate(scene),
            flip_angle=self.flip_angle,
            repetition_time=self.repetition_time,
            echo_time=self.echo_time,
        )
        return scene.proton_density * signal

    def effective_transverse_rate(self, scene: Scene) -> Field:
        """R2* of every voxel, 1/s."""
        label = self.effective_transverse_relaxivity * scene.attached_outside
        label = label + self.intracellular_effective_transverse_relaxivity * scene.attached_inside
        label = label + self.detached_effective_transverse_relaxivity * scene.detached
        return scene.effective_transverse_relaxation_rate + label
