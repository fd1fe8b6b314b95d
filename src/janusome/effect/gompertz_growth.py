"""Gompertz growth: tumors grow ever more slowly."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp

from janusome.model import AbstractRate, CellRates, Lesion, PerPlace, Region, Stimulus
from janusome.units import quantity


class GompertzGrowth(AbstractRate):
    r"""Growth whose rate falls with the logarithm of what is there.

    $$ \dot N = \bigl(\alpha_0 - \beta \ln (N_{all}/N_0)\bigr)\, N $$

    N is viable cells, N_all viable and dying ones, N_0 those at the start, α_0 the specific growth rate at that size and β
    its decay. β = 0 is exponential growth. Each voxel follows the law by itself: its share of the lesion, not its border.
    Leaves out: cells that move from voxel to voxel, and growth that follows oxygen.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    sources: ClassVar = ("vaghi2020",)

    specific_growth_rate: PerPlace = quantity("1/s")
    growth_deceleration: PerPlace = quantity("1/s")

    def rates(self, lesion: Lesion, stimulus: Stimulus) -> CellRates:
        """Viable cells divide."""
        del stimulus
        N, N_0 = lesion.viable, lesion.initial
        size = (N + lesion.dying) / N_0
        grown = self.specific_growth_rate - self.growth_deceleration * jnp.log(jnp.maximum(size, 1e-6))
        return CellRates(viable=grown * N, dying=jnp.zeros_like(N))
