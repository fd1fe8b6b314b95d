"""Receptor-mediated endocytosis: cells take in what is bound to them."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BOUND,
    INTERNALISED,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Endocytosis(AbstractTransfer):
    r"""First-order internalisation of bound carriers.

    $$ \dot n = k_e\, n_{bound} $$

    Leaves out: recycling of intact carriers to the surface.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (BOUND, INTERNALISED)
    sources: ClassVar = ("adc_archives", "bleil1982")

    internalisation_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Surface to inside."""
        del state, stimulus
        return (Transfer(BOUND, INTERNALISED, self.internalisation_rate_constant),)
