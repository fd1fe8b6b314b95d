"""Fluid-phase uptake: tumor cells and tumor macrophages drink in carriers that are not bound."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERNALISED,
    INTERSTITIUM,
    PHAGOCYTOSED,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class FluidPhaseUptake(AbstractTransfer):
    r"""First-order uptake without receptors.

    $$ \dot n = (k_{cell} + k_{macrophage})\, n_{interstitium} $$

    Holds far from saturation; tumor macrophages hold more than reaches them at clinical doses.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (INTERSTITIUM, INTERNALISED, PHAGOCYTOSED)
    sources: ClassVar = ()

    nonspecific_uptake_rate_constant: PerPlace = quantity("1/s")
    macrophage_uptake_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium into cells and into macrophages."""
        del state, stimulus
        return (
            Transfer(INTERSTITIUM, INTERNALISED, self.nonspecific_uptake_rate_constant),
            Transfer(INTERSTITIUM, PHAGOCYTOSED, self.macrophage_uptake_rate_constant),
        )
