"""Barrier permeation: what crosses the tight wall of brain vessels by itself."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERSTITIUM,
    VESSELS,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class BarrierPermeation(AbstractTransfer):
    r"""Exchange across the share of the wall that is still a blood-brain barrier.

    $$ \dot n = P_b\,S_b\,(c_v - c_i) $$

    P_b is the permeability of the tight wall (between its cells and through them), S_b its surface (its density times the
    tissue's volume), c_v and c_i the concentrations in plasma and per accessible interstitial volume. No fluid drags anything
    through it. Holds where profiles in the wall settle at once. The leaky share of the wall is crossed by extravasation.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("muliaditan_nlmixr2lib",)

    barrier_permeability: PerPlace = quantity("m/s")
    barrier_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium and back."""
        del stimulus
        PS = self.barrier_permeability * self.barrier_surface_density * state.tissue_volume
        V = state.accessible_volume
        return (
            Transfer(VESSELS, INTERSTITIUM, PS / V[VESSELS]),
            Transfer(INTERSTITIUM, VESSELS, PS / V[INTERSTITIUM]),
        )
