"""Cavity egress: what was set free inside the macrophages of a cavity leaves them again."""

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


class CavityEgress(AbstractTransfer):
    r"""First-order exit of released drug and detached label from macrophages that stand in a cavity.

    $$ \dot n = k\, n $$

    As `phagocyte_egress` in tissue; from the cavity it is absorbed or carried on. Leaves out: whole carriers, which
    macrophages keep until they digest them or climb to the airways.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (PHAGOCYTOSED, CAVITY)
    sources: ClassVar = ("uf_nano_ai_pbpk_g1", "abou2011")

    phagocyte_egress_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Phagocytes to the cavity that they stand in."""
        del state, stimulus
        return (Transfer(PHAGOCYTOSED, CAVITY, self.phagocyte_egress_rate_constant),)
