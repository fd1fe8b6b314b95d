"""Radioactive decay: nuclides vanish wherever they are, and are booked as decayed."""

from __future__ import annotations

import math
from typing import ClassVar

from janusome.model import DECAYED, AbstractTransfer, Form, Material, PerPlace, Region, Stimulus, Transfer
from janusome.units import quantity


class RadioactiveDecay(AbstractTransfer):
    r"""Exponential decay of the nuclide of a label.

    $$ \dot n = \lambda n, \qquad \lambda = \ln 2 / t_{1/2} $$

    Exact. Daughters are not followed.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ATTACHED, Form.DETACHED)
    sources: ClassVar = ("radioactivedecay",)

    half_life: PerPlace = quantity("s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Every site to the book of what has decayed."""
        del stimulus
        decay_constant = math.log(2.0) / self.half_life
        return tuple(Transfer(site, DECAYED, decay_constant) for site in state.sites)
