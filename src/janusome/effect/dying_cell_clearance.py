"""Clearance of dying cells: what was killed takes days to disappear from the tumor's volume."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp

from janusome.model import AbstractRate, CellRates, Lesion, PerPlace, Region, Stimulus
from janusome.units import quantity


class DyingCellClearance(AbstractRate):
    r"""First-order removal.

    $$ \dot N_{dying} = -k\, N_{dying} $$

    Leaves out: the hours between the decision to die and the loss of volume, which one exponential spreads out.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    sources: ClassVar = ()

    dying_cell_clearance_rate_constant: PerPlace = quantity("1/s")

    def rates(self, lesion: Lesion, stimulus: Stimulus) -> CellRates:
        """Dying cells are cleared."""
        del stimulus
        return CellRates(
            viable=jnp.zeros_like(lesion.viable),
            dying=-self.dying_cell_clearance_rate_constant * lesion.dying,
        )
