"""Lymphatic absorption: open lymph vessels of the diaphragm and of the skin take up particles from a cavity or a depot."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    CAVITY,
    INTERSTITIUM,
    LYMPH,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class LymphaticAbsorption(AbstractTransfer):
    r"""First-order drainage to the node.

    $$ \dot n = k\, n $$

    k falls steeply with size where particles must pass the matrix first (skin), and hardly where they meet open stomata
    (peritoneum): `relations.absorption.lymphatic_absorption_rate_constant`. Leaves out: cells that carry particles.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (CAVITY,)
    way: ClassVar = LYMPH
    sources: ClassVar = ("howard2019", "liposomes_peritoneum_size")

    lymphatic_absorption_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Cavity or depot to the fluid of the node."""
        del state, stimulus
        return (Transfer(CAVITY, INTERSTITIUM, self.lymphatic_absorption_rate_constant, along_way=True),)
