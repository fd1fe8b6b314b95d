"""Macrophage transport: alveolar macrophages climb to the airways with what they hold."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    CAVITY,
    ONWARD,
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


class MacrophageTransport(AbstractTransfer):
    r"""First-order departure of loaded macrophages.

    $$ \dot n = k\, n $$

    k is the share of macrophages that leave per time: about one in a hundred a day in rats, ten times fewer in people. What
    they bring to the airways is carried on with the mucus. Holds below the burdens that slow macrophages down.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (PHAGOCYTOSED,)
    way: ClassVar = ONWARD
    sources: ClassVar = ("alveolar_macrophages_1985",)

    macrophage_departure_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Phagocytes of one cavity to the next cavity."""
        del state, stimulus
        return (Transfer(PHAGOCYTOSED, CAVITY, self.macrophage_departure_rate_constant, along_way=True),)
