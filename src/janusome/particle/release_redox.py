"""Redox release: glutathione opens the disulfides that hold the payload."""

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


class RedoxRelease(AbstractTransfer):
    r"""Release in proportion to the glutathione of the site.

    $$ k = k_{GSH}\,[GSH] $$

    Glutathione is micromolar outside cells and millimolar inside, which is what such carriers live on. Adds to whatever other
    release law the carrier names. Holds while glutathione is in excess of disulfides; leaves out that endosomes reduce less
    than the cytosol.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ENCAPSULATED,)
    sources: ClassVar = ()

    reductive_release_rate_constant: PerPlace = quantity("m^3/(mol s)")
    extracellular_glutathione_concentration: PerPlace = quantity("mol/m^3")
    intracellular_glutathione_concentration: PerPlace = quantity("mol/m^3")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Encapsulated to released, at every site by its own glutathione."""
        del stimulus
        outside, inside = self.extracellular_glutathione_concentration, self.intracellular_glutathione_concentration
        k = self.reductive_release_rate_constant
        return tuple(
            Transfer(
                site,
                INTERSTITIUM if site == BOUND else site,
                k * (outside if site in OUTSIDE else inside),
                becomes=Form.RELEASED,
            )
            for site in state.sites
        )
