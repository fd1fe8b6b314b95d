"""Nodal phagocytosis: macrophages of lymph nodes take carriers out of the lymph."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
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


class NodalPhagocytosis(AbstractTransfer):
    r"""Uptake from lymph that saturates in rate and in number, as `phagocytosis` does from plasma.

    $$ \dot n = CL\, c\, \frac{1}{1 + c/c_{1/2}} \Bigl(1 - \frac{n}{n_{max}}\Bigr) $$

    c is the number concentration of carriers in the node's fluid. A macrophage of a node is taken to clear as much fluid as
    one that stands in the blood; no count for nodes was found.

    Leaves out: trapping of large particles between the reticular fibres, and cells that carry particles in.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (INTERSTITIUM, PHAGOCYTOSED)
    sources: ClassVar = ("ouyang2020", "howard2019")

    uptake_clearance: PerPlace = quantity("m^3/s")
    half_saturation_concentration: PerPlace = quantity("mol/m^3")
    phagocyte_capacity: PerPlace = quantity("mol")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Fluid of the node to its phagocytes."""
        del stimulus
        CL, c_half, n_max = self.uptake_clearance, self.half_saturation_concentration, self.phagocyte_capacity
        c, n = state.concentration(INTERSTITIUM), state.amount[PHAGOCYTOSED]
        k = CL / state.accessible_volume[INTERSTITIUM] / (1.0 + c / c_half) * (1.0 - n / n_max)
        return (Transfer(INTERSTITIUM, PHAGOCYTOSED, k),)
