"""Magnetic resonance imaging: one spin echo."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.magnetic.image import AbstractSpinEchoImage
from janusome.imaging.magnetic.signals import spin_echo
from janusome.model import Scene
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class MriSpinEcho(AbstractSpinEchoImage):
    r"""The magnitude image of one spin echo, 90° and 180°.

    $$ S = M_0\,(1 - 2 e^{-(T_R - T_E/2) R_1} + e^{-T_R R_1})\,e^{-T_E R_2}, \qquad
       R_i = R_{i,0} + r_i^{out} C_{out} + r_i^{in} C_{in} + r_i^{det} C_{det} $$

    R2 leaves out what a static field dephases: iron packed in cells shows less here than in a gradient echo.
    Holds for exact pulses and an echo before the next excitation. Leaves out diffusion through the field of iron, which makes
    R2 depend on the echo time, and slow exchange of water.
    """

    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency")

    repetition_time: Scalar = quantity("s")
    echo_time: Scalar = quantity("s")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise."""
        signal = spin_echo(
            self.longitudinal_rate(scene),
            R2=self.transverse_rate(scene),
            repetition_time=self.repetition_time,
            echo_time=self.echo_time,
        )
        return scene.proton_density * signal
