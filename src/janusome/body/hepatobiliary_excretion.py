"""Hepatobiliary excretion: the liver passes material into the bile, and so into the faeces."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    FAECES,
    INTERSTITIUM,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class HepatobiliaryExcretion(AbstractTransfer):
    r"""Biliary clearance from the liver's tissue side.

    $$ \dot n = CL_B\, c_{liver}/K $$

    CL_B refers to the plasma-equivalent concentration c/K of the liver, as intrinsic clearances do.
    Leaves out: enterohepatic return; what enters the bile is booked as faeces.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM,)
    sources: ClassVar = ("uf_nano_ai_pbpk_g1",)

    biliary_clearance: PerPlace = quantity("m^3/s")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium of the liver to faeces."""
        del stimulus
        CL, K = self.biliary_clearance, self.partition_coefficient
        return (Transfer(INTERSTITIUM, FAECES, CL / (K * state.accessible_volume[INTERSTITIUM])),)
