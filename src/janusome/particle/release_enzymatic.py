"""Enzymatic release: enzymes outside cells cut what holds the payload."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BLOOD,
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

OUTSIDE = (BLOOD, INTERSTITIUM, BOUND)


class EnzymaticRelease(AbstractTransfer):
    r"""Release at a rate that follows the active enzyme around the carrier.

    $$ k = \frac{k_{cat}}{K_m}\,[E] $$

    [E] is active enzyme in the fluid of the place (matrix metalloproteinases, cathepsins that cells shed). Adds to whatever
    other release law the carrier names. Holds while linkers are fewer than K_m, so that they do not saturate the enzyme, and
    acts outside cells alone.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ENCAPSULATED,)
    sources: ClassVar = ()

    enzymatic_release_rate_constant: PerPlace = quantity("m^3/(mol s)")
    active_enzyme_concentration: PerPlace = quantity("mol/m^3")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Encapsulated to released: at every site outside cells, and none inside."""
        del stimulus
        k = self.enzymatic_release_rate_constant * self.active_enzyme_concentration
        return tuple(
            Transfer(site, INTERSTITIUM if site == BOUND else site, k if site in OUTSIDE else 0.0 * k, becomes=Form.RELEASED)
            for site in state.sites
        )
