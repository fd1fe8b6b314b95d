"""pH-triggered release: acid opens the carrier."""

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


class PhTriggeredRelease(AbstractTransfer):
    r"""Release through a group that protonates cooperatively.

    $$ k = \frac{k_{acid}}{1 + 10^{\,n(pH - pK_a)}} $$

    pH is that of the site: blood, the tumor's interstitium, or the endosome of a cell that took the carrier up. Adds to
    whatever other release law the carrier names. Holds when protonation is faster than release.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ENCAPSULATED,)
    sources: ClassVar = ()

    acid_release_rate_constant: PerPlace = quantity("1/s")
    release_pka: PerPlace = quantity("")
    release_cooperativity: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Encapsulated to released, at every site."""
        del stimulus
        k_acid, pKa, n = self.acid_release_rate_constant, self.release_pka, self.release_cooperativity
        return tuple(
            Transfer(
                site,
                INTERSTITIUM if site == BOUND else site,
                k_acid / (1.0 + 10.0 ** (n * (state.ph[site] - pKa))),
                becomes=Form.RELEASED,
            )
            for site in state.sites
        )
