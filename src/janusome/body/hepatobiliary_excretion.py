"""Hepatobiliary excretion: the liver passes material into the bile, and so into the gut and the faeces."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BILE,
    CAVITY,
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
    Bile flows into the lumen of the gut, from which what is absorbed returns. A study that follows no gut lumen (no dose
    enters by mouth or airways) books bile as faeces. Leaves out: the gall bladder.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM,)
    way: ClassVar = BILE
    without_way: ClassVar = FAECES
    sources: ClassVar = ("uf_nano_ai_pbpk_g1",)

    biliary_clearance: PerPlace = quantity("m^3/s")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium of the liver to the gut lumen or the faeces."""
        del stimulus
        CL, K = self.biliary_clearance, self.partition_coefficient
        k = CL / (K * state.accessible_volume[INTERSTITIUM])
        return (Transfer(INTERSTITIUM, CAVITY, k, along_way=True),)
