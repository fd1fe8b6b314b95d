"""Magnetic resonance imaging: balanced steady-state free precession."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Array, Float

from janusome.imaging.magnetic.image import AbstractSpinEchoImage
from janusome.imaging.magnetic.signals import balanced_gradient_echo
from janusome.model import Scene
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class MriBalanced(AbstractSpinEchoImage):
    r"""The magnitude image of balanced steady-state free precession, on resonance.

    $$ S = M_0 \sin\alpha\,\frac{1-E_1}{1-(E_1-E_2)\cos\alpha-E_1E_2}\,e^{-T_E R_2}, \qquad E_i = e^{-T_R R_i} $$

    With a short repetition it shows T2 over T1: an agent that shortens T1 alone brightens, iron darkens. The echo stands in
    the middle of the repetition, where static fields are refocused. Holds on resonance with pulses that alternate. Leaves out
    bands off resonance (the field of much iron makes them) and magnetization transfer.
    """

    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency")

    repetition_time: Scalar = quantity("s")
    echo_time: Scalar = quantity("s")
    flip_angle: Scalar = quantity("rad")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise."""
        signal = balanced_gradient_echo(
            self.longitudinal_rate(scene),
            R2=self.transverse_rate(scene),
            flip_angle=self.flip_angle,
            repetition_time=self.repetition_time,
            echo_time=self.echo_time,
        )
        return scene.proton_density * signal
