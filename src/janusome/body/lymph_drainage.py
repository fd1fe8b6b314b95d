"""Lymph drainage: fluid that filters out of capillaries takes carriers along, and lymph vessels take them on to the nodes."""

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


class LymphDrainage(AbstractTransfer):
    r"""Convection through the wall and out of the tissue.

    $$ \dot n_{in} = L\,(1 - \sigma_v)\, c_p, \qquad \dot n_{out} = L\,(1 - \sigma_l)\, c_t / K $$

    L is the lymph flow of the organ, which filters out of its plasma; σ_v what the wall holds back of a carrier of this size
    and σ_l what the lymph vessels do; c_t/K the concentration in the part of the fluid that carriers reach. It adds to the
    exchange by permeability and goes one way, so what is too large to return through the wall leaves by lymph:
    without permeability the fluid ends at $K (1-\sigma_v)/(1-\sigma_l)$ times plasma.

    Leaves out: small molecules, which capillaries take back hundreds of times faster than lymph flows, and swelling.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (BLOOD, INTERSTITIUM)
    way: ClassVar = LYMPH
    sources: ClassVar = ("shah_betts2012",)

    lymph_flow: PerPlace = quantity("m^3/s")
    vascular_reflection: PerPlace = quantity("")
    lymphatic_reflection: PerPlace = quantity("")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Blood to interstitium, and interstitium to the lymph nodes."""
        del stimulus
        L, K, V = self.lymph_flow, self.partition_coefficient, state.accessible_volume
        return (
            Transfer(BLOOD, INTERSTITIUM, L * (1.0 - self.vascular_reflection) / V[BLOOD]),
            Transfer(
                INTERSTITIUM, INTERSTITIUM, L * (1.0 - self.lymphatic_reflection) / (K * V[INTERSTITIUM]), along_way=True
            ),
        )
