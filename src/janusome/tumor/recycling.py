"""Recycling: cells bring some of what they took in back to their surface."""

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


class Recycling(AbstractTransfer):
    r"""First-order return of intact carriers, still on their receptors, from early endosomes to the surface.

    $$ \dot n = k_r\, n_{internalised} $$

    What recycles and what is sorted to lysosomes stand in one pool, so the share that comes back is k_r over the sum of k_r
    and the rate of degradation. Leaves out: the minutes in early endosomes.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (INTERNALISED, BOUND)
    sources: ClassVar = ("adc_archives", "bleil1982")

    recycling_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Inside to the surface."""
        del state, stimulus
        return (Transfer(INTERNALISED, BOUND, self.recycling_rate_constant),)
