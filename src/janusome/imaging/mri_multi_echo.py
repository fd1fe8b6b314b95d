"""Magnetic resonance imaging: one echo of a train, with the stimulated echoes of imperfect refocusing."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.magnetic.image import AbstractSpinEchoImage
from janusome.model import Scene
from janusome.numerics.phase_graphs import echo_train, one_echo
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]
LONGEST = 32  # echoes, the highest number that a sequence may name


class MriMultiEcho(AbstractSpinEchoImage):
    r"""The magnitude image of one echo of a Carr-Purcell-Meiboom-Gill train: a fast spin echo, or one point of a T2 map.

    $$ S = M_0\,(1 - e^{-(T_R - n_{train}\,\Delta) R_1})\;a_n(\alpha, \Delta R_1, \Delta R_2) $$

    a_n is the n-th echo of extended phase graphs (numerics.phase_graphs) with refocusing pulses of α at spacings Δ: 180° gives
    e^{-nΔR2}; less, and stimulated echoes hold T1 in the train, which makes a fitted T2 too long. The echo time is nΔ.
    Holds for exact excitation, crushed free induction, and a train that leaves nothing upright. Leaves out the slice profile,
    the blur of echoes that fall over k-space, diffusion in the field of iron (R2 depends on Δ), and magnetization transfer.
    """

    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency", "milford2015")

    repetition_time: Scalar = quantity("s")
    echo_spacing: Scalar = quantity("s")
    echo_number: Scalar = quantity("")
    echo_train_length: Scalar = quantity("")
    refocusing_angle: Scalar = quantity("rad")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise of the echo that is shown."""
        R1 = self.longitudinal_rate(scene)
        amplitude = one_echo(
            R1,
            R2=self.transverse_rate(scene),
            refocusing_angle=self.refocusing_angle,
            echo_spacing=self.echo_spacing,
            number=jnp.round(self.echo_number).astype(int),
            longest=LONGEST,
        )
        return scene.proton_density * self._upright(R1) * amplitude

    def train(self, scene: Scene, *, echoes: int) -> Float[Array, "echoes z y x"]:
        """Every echo without noise, from which `relaxometry.multi_echo` maps T2."""
        R1 = self.longitudinal_rate(scene)
        amplitudes = echo_train(
            R1,
            R2=self.transverse_rate(scene),
            refocusing_angle=self.refocusing_angle,
            echo_spacing=self.echo_spacing,
            echoes=echoes,
        )
        return scene.proton_density * self._upright(R1) * amplitudes

    def _upright(self, R1: Field) -> Field:
        return 1.0 - jnp.exp(-(self.repetition_time - self.echo_train_length * self.echo_spacing) * R1)
