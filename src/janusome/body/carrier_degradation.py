"""Carrier degradation: phagocytes digest what they hold."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    DEGRADED,
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


class CarrierDegradation(AbstractTransfer):
    r"""First-order digestion in phagocytes.

    $$ \dot n = k\, n $$

    A carrier that is degraded frees what it still holds where it stood: its payload is then released and its label detached.
    It also frees a place in the phagocyte, so saturation lasts as long as digestion does.

    Holds where phagocytes digest every carrier alike. Leaves out: what dissolves outside them.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (PHAGOCYTOSED,)
    sources: ClassVar = ("zweers2004",)

    degradation_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Phagocytes to the book of what was degraded."""
        del state, stimulus
        return (Transfer(PHAGOCYTOSED, DEGRADED, self.degradation_rate_constant),)
