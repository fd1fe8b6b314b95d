"""Binding: ligands hold carriers on the receptors of tumor cells."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BOUND,
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


class LangmuirBinding(AbstractTransfer):
    r"""Reversible binding to a finite number of places.

    $$ k_{on} = k_a\,(B - b), \qquad k_{off} = k_d $$

    b and B are carriers and binding places per accessible interstitial volume, so that k_a keeps the meaning it has in a
    well: per concentration of receptor in the fluid that the carrier sees. Receptors that are internalised are replaced at
    once. Holds while a carrier occupies a fixed number of receptors.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (INTERSTITIUM, BOUND)
    sources: ClassVar = ("adc_archives", "sempkowski2016")

    association_rate_constant: PerPlace = quantity("m^3/(mol s)")
    dissociation_rate_constant: PerPlace = quantity("1/s")
    binding_places_per_tissue_volume: PerPlace = quantity("mol/m^3")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium to the cells' surface and back."""
        del stimulus
        accessible_fraction = state.accessible_volume[INTERSTITIUM] / state.tissue_volume
        B = self.binding_places_per_tissue_volume / accessible_fraction
        b = state.per_tissue_volume(BOUND) / accessible_fraction
        return (
            Transfer(INTERSTITIUM, BOUND, self.association_rate_constant * (B - b)),
            Transfer(BOUND, INTERSTITIUM, self.dissociation_rate_constant),
        )
