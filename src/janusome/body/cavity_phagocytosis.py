"""Cavity phagocytosis: macrophages that stand in a cavity, above all in alveoli, take up what lands there."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    CAVITY,
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


class CavityPhagocytosis(AbstractTransfer):
    r"""First-order uptake that ends at a number of particles.

    $$ \dot n = k\, n_{cavity} \Bigl(1 - \frac{n}{n_{max}}\Bigr) $$

    k is how fast macrophages find what lies on a surface, seen with iron oxide in alveoli of rats; it does not depend on
    volume, as the lining fluid is a film. Leaves out: that very small particles are found later than micrometre ones.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (CAVITY, PHAGOCYTOSED)
    sources: ClassVar = ("alveolar_macrophages_1985",)

    cavity_uptake_rate_constant: PerPlace = quantity("1/s")
    phagocyte_capacity: PerPlace = quantity("mol")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Cavity to phagocytes."""
        del stimulus
        k, n, n_max = self.cavity_uptake_rate_constant, state.amount[PHAGOCYTOSED], self.phagocyte_capacity
        return (Transfer(CAVITY, PHAGOCYTOSED, k * (1.0 - n / n_max)),)
