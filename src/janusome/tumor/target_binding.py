"""Target binding: drug inside a cell is held where it acts (DNA, microtubules)."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERNALISED,
    TARGET,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class TargetBinding(AbstractTransfer):
    r"""Linear reversible binding, given by its strength and its speed.

    $$ \dot n = k_{off}\,(R\, n_{in} - n_{target}) $$

    R is the ratio of held to free drug at equilibrium, k_off how fast held drug comes off. Holds far below saturation of
    the targets.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.RELEASED,)
    sites: ClassVar = (INTERNALISED, TARGET)
    sources: ClassVar = ("he2019_dox_port", "laginha2005")

    target_binding_ratio: PerPlace = quantity("")
    target_off_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Inside to target and back."""
        del state, stimulus
        R, k_off = self.target_binding_ratio, self.target_off_rate_constant
        return (Transfer(INTERNALISED, TARGET, R * k_off), Transfer(TARGET, INTERNALISED, k_off))
