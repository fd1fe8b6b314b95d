"""Metabolism: an organ turns a released drug into what is no longer followed."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERSTITIUM,
    METABOLISED,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Metabolism(AbstractTransfer):
    r"""Linear intrinsic clearance.

    $$ \dot n = CL_{int}\, c / K $$

    CL_int refers to the total plasma-equivalent concentration c/K, so the hepatic clearance that a blood sample shows is
    the well-stirred Q CL_int / (Q + CL_int). Holds below the Michaelis constant of the enzymes.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.RELEASED,)
    sites: ClassVar = (INTERSTITIUM,)
    sources: ClassVar = ("insysbio_plapeg",)

    intrinsic_clearance: PerPlace = quantity("m^3/s")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Tissue to the book of what was metabolised."""
        del stimulus
        CL, K = self.intrinsic_clearance, self.partition_coefficient
        return (Transfer(INTERSTITIUM, METABOLISED, CL / (K * state.accessible_volume[INTERSTITIUM])),)
