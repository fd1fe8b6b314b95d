"""Vascular exchange: what crosses the capillary wall of a normal organ, and comes back."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BLOOD,
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


class VascularExchange(AbstractTransfer):
    r"""Permeability-limited exchange between plasma and tissue.

    $$ \dot n = PS\,(c_p - c_t / K) $$

    PS is the permeability-surface product (a clearance, not a permeability), c_p the concentration in plasma, c_t that in
    the accessible tissue volume and K their ratio at equilibrium. PS far above the plasma flow gives the perfusion-limited
    organ of small drugs; PS far below it gives the barrier-limited organ of nanoparticles.

    Leaves out: convection with lymph, and size distributions within one batch.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (BLOOD, INTERSTITIUM)
    sources: ClassVar = ("uf_nano_ai_pbpk_g1", "ntua_tio2_pbpk")

    permeability_surface_product: PerPlace = quantity("m^3/s")
    partition_coefficient: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Blood to interstitium and back."""
        del stimulus
        PS, K = self.permeability_surface_product, self.partition_coefficient
        V = state.accessible_volume
        return (
            Transfer(BLOOD, INTERSTITIUM, PS / V[BLOOD]),
            Transfer(INTERSTITIUM, BLOOD, PS / (K * V[INTERSTITIUM])),
        )
