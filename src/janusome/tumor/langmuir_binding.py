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
    r"""Reversible binding to a finite number of places, which internalisation uses up and synthesis renews.

    $$ k_{on} = k_a\,(B - \rho\, b), \qquad k_{off} = k_d, \qquad \rho = (1 - f)\,\frac{k_e}{k_t} $$

    b and B are carriers and binding places per volume of interstitial fluid, so that k_a keeps the meaning it has in a well:
    per concentration of receptor in the fluid that the carrier sees. What a large carrier cannot reach holds its share of
    them. A bound carrier takes ρ places: k_t is the turnover of free receptors, k_e their uptake with a carrier, f the share
    that recycles. Free receptors F are in balance, $\dot F = k_t B - k_t F - (1-f) k_e b = 0$, so ρ = 1 is the isotherm of
    Langmuir, with receptors that go in replaced at once; more than one, receptors that go in faster than cells make them.

    Holds where a carrier occupies a fixed number of receptors and for longer than 1/k_t.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (INTERSTITIUM, BOUND)
    sources: ClassVar = ("adc_archives", "sempkowski2016")

    association_rate_constant: PerPlace = quantity("m^3/(mol s)")
    dissociation_rate_constant: PerPlace = quantity("1/s")
    binding_places_per_tissue_volume: PerPlace = quantity("mol/m^3")
    receptor_depletion_ratio: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium to the cells' surface and back."""
        del stimulus
        accessible_fraction = state.accessible_volume[BOUND] / state.tissue_volume
        B = self.binding_places_per_tissue_volume / accessible_fraction
        b = state.per_tissue_volume(BOUND) / accessible_fraction
        free = B - self.receptor_depletion_ratio * b
        return (
            Transfer(INTERSTITIUM, BOUND, self.association_rate_constant * free),
            Transfer(BOUND, INTERSTITIUM, self.dissociation_rate_constant),
        )
