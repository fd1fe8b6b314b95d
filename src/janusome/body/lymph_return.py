"""Lymph return: lymph leaves a node for the next one, and at last for the veins."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BLOOD,
    INTERSTITIUM,
    LYMPH,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class LymphReturn(AbstractTransfer):
    r"""A node as a well-mixed pool through which lymph flows.

    $$ \dot n = L\, n / V $$

    L is the lymph that flows through the node and V its fluid. A place to which lymph leads has blood (the veins) or
    interstitium (the next node), never both in reach: only one of the two transfers finds its target.

    Leaves out: the exchange of nodes with their own blood, and the delay in the thoracic duct.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM,)
    way: ClassVar = LYMPH
    sources: ClassVar = ("shah_betts2012",)

    lymph_flow: PerPlace = quantity("m^3/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """A node to the next one or to venous blood."""
        del stimulus
        k = self.lymph_flow / state.accessible_volume[INTERSTITIUM]
        return (
            Transfer(INTERSTITIUM, INTERSTITIUM, k, along_way=True),
            Transfer(INTERSTITIUM, BLOOD, k, along_way=True),
        )
