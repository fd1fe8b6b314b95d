"""Killing: drug at its target site makes cells die."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp

from janusome.model import AbstractRate, CellRates, Lesion, PerPlace, Region, Stimulus
from janusome.units import quantity


class HillKilling(AbstractRate):
    r"""Sigmoid kill rate, driven by the drug where it acts and not by what the tumor holds.

    $$ \dot N_{viable \to dying} = k_{max}\, \frac{c^h}{c_{50}^h + c^h}\, N $$

    c is the drug at its target per volume of cells; c_50 is the concentration of a potency assay carried to that site
    (`relations.half_maximal_target_concentration`). Several drugs add their rates (Bliss independence).
    Holds when cells die soon after what kills them. Leaves out: delay, phases of the cell cycle, and resistance.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    driven_by_drug: ClassVar = True
    sources: ClassVar = ("laginha2005", "synergxdb_yale_tnbc")

    maximum_kill_rate: PerPlace = quantity("1/s")
    half_maximal_target_concentration: PerPlace = quantity("mol/m^3")
    hill_coefficient: PerPlace = quantity("")

    def rates(self, lesion: Lesion, stimulus: Stimulus) -> CellRates:
        """Viable cells become dying ones."""
        del stimulus
        c = jnp.maximum(lesion.target_concentration, 0.0) / self.half_maximal_target_concentration
        h = self.hill_coefficient
        relative = jnp.where(c > 0.0, c, 1.0) ** h
        killed = jnp.where(c > 0.0, self.maximum_kill_rate * relative / (1.0 + relative), 0.0) * lesion.viable
        return CellRates(viable=-killed, dying=killed)
