"""Conversion: an organ turns a released prodrug into its active metabolite, which is followed on."""

from __future__ import annotations

from typing import ClassVar

import equinox as eqx

from janusome.model import (
    INTERSTITIUM,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Species,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Conversion(AbstractTransfer):
    r"""Linear conversion clearance, mole for mole.

    $$ \dot n_{prodrug \to product} = CL_{conv}\, c / K $$

    Irinotecan to SN-38 by carboxylesterase is the case it was made for. A prodrug whose row names this law converts in every
    organ, each with the clearance of its own, and elsewhere only where the host names it. Holds below the enzyme's Michaelis
    constant. Leaves out: enzyme in plasma.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.RELEASED,)
    sites: ClassVar = (INTERSTITIUM,)
    sources: ClassVar = ("chabot1997",)

    product: str = eqx.field(static=True)
    conversion_clearance: PerPlace = quantity("m^3/s")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Prodrug to product in the tissue where both are."""
        del stimulus
        CL, K = self.conversion_clearance, self.partition_coefficient
        k = CL / (K * state.accessible_volume[INTERSTITIUM])
        return (Transfer(INTERSTITIUM, INTERSTITIUM, k, becomes=Species(Form.RELEASED, self.product)),)
