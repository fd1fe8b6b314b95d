"""Label detachment: the label leaves the carrier, and from then on shows itself and not the particle."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BOUND,
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


class LabelDetachment(AbstractTransfer):
    r"""First-order loss of a label, at one rate outside cells and at another inside them.

    $$ \dot n_{attached \to detached} = k\, n $$

    In-vitro stability in serum bounds the first from above only: labels that are stable in serum transchelate in vivo.
    Holds where every label sits as firmly as the next.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ATTACHED,)
    sources: ClassVar = ("hanaoka_cu64_dotatoc", "abou2011")

    detachment_rate_constant: PerPlace = quantity("1/s")
    intracellular_detachment_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Attached to detached, at every site."""
        del stimulus
        inside = (INTERNALISED, PHAGOCYTOSED)
        outer, inner = self.detachment_rate_constant, self.intracellular_detachment_rate_constant
        return tuple(
            Transfer(
                site,
                INTERSTITIUM if site == BOUND else site,
                inner if site in inside else outer,
                becomes=Form.DETACHED,
            )
            for site in state.sites
        )
