"""Phagocyte egress: what was set free inside phagocytes leaves them again."""

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


class PhagocyteEgress(AbstractTransfer):
    r"""First-order exit of released drug and detached label from phagocytes.

    $$ \dot n = k\, n $$

    A residualising label (Zr-89, In-111) has a small k, a diffusible drug a large one. Leaves out: whole carriers, which
    phagocytes keep until they are digested.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (PHAGOCYTOSED, INTERSTITIUM)
    sources: ClassVar = ("uf_nano_ai_pbpk_g1", "abou2011")

    phagocyte_egress_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Phagocytes to interstitium."""
        del state, stimulus
        return (Transfer(PHAGOCYTOSED, INTERSTITIUM, self.phagocyte_egress_rate_constant),)
