"""Magnetic resonance imaging: inversion recovery, read by a spin echo."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.magnetic.image import AbstractSpinEchoImage
from janusome.imaging.magnetic.signals import inversion_recovery
from janusome.model import Scene
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class MriInversionRecovery(AbstractSpinEchoImage):
    r"""The magnitude image a time T_I after an inversion, read by a spin echo.

    $$ S = M_0\,|1 - 2 e^{-T_I R_1} + 2 e^{-(T_R - T_E/2) R_1} - e^{-T_R R_1}|\,e^{-T_E R_2} $$

    With a long repetition, tissue whose R1 is ln 2/T_I is dark. Label brightens what relaxes faster than that and darkens
    what relaxes slower, so that only a T_I beyond 0.7 T1 of the tissue gives one concentration back for one signal.
    Holds for exact pulses. Leaves out an inversion that is not complete, and slow exchange of water.
    """

    sources: ClassVar = ("gudbjartsson1995", "medphys1990_snr_efficiency")

    repetition_time: Scalar = quantity("s")
    inversion_time: Scalar = quantity("s")
    echo_time: Scalar = quantity("s")

    def expected(self, scene: Scene) -> Field:
        """The signal without noise."""
        signal = inversion_recovery(
            self.longitudinal_rate(scene),
            R2=self.transverse_rate(scene),
            repetition_time=self.repetition_time,
            inversion_time=self.inversion_time,
            echo_time=self.echo_time,
        )
        return scene.proton_density * jnp.abs(signal)
