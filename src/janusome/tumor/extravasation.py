"""Extravasation: what crosses the leaky wall of tumor vessels, and comes back."""

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


class Extravasation(AbstractTransfer):
    r"""Diffusive exchange across the vessel wall.

    $$ \dot n = P\,\frac{S}{V}\,V_{tissue}\,(c_v - c_i) $$

    P is the permeability (m/s, not a permeability-surface product), S/V the perfused vessel surface per tissue volume, c_v
    and c_i the concentrations in plasma and per accessible interstitial volume: P S/V over the accessible fraction is the
    rate at which a voxel empties into its vessels.

    Leaves out: convection with filtered fluid (interstitial pressure is taken to equal that in the vessels).
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("rygh2011", "dogra2020")

    vascular_permeability: PerPlace = quantity("m/s")
    vessel_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium and back."""
        del stimulus
        PS = self.vascular_permeability * self.vessel_surface_density * state.tissue_volume
        V = state.accessible_volume
        return (
            Transfer(VESSELS, INTERSTITIUM, PS / V[VESSELS]),
            Transfer(INTERSTITIUM, VESSELS, PS / V[INTERSTITIUM]),
        )
