"""First-order release: a carrier leaks its payload."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BOUND,
    INTERNALISED,
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


class FirstOrderRelease(AbstractTransfer):
    r"""Leak at one rate outside cells and at another inside them.

    $$ \dot n_{encapsulated \to released} = k\, n, \qquad k = k_{leak}\ \text{or}\ k_{lysosome} $$

    What leaks from a carrier bound to a cell is free in the interstitium. Holds for a batch whose release curve is one
    exponential; a mixture of first-order pools stands for curves that are not.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ENCAPSULATED,)
    sources: ClassVar = ("gabizon2003_quoted", "harashima_port")

    leak_rate_constant: PerPlace = quantity("1/s")
    lysosomal_release_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Encapsulated to released, at every site."""
        del stimulus
        inside = (INTERNALISED, PHAGOCYTOSED)
        return tuple(
            Transfer(
                site,
                INTERSTITIUM if site == BOUND else site,
                self.lysosomal_release_rate_constant if site in inside else self.leak_rate_constant,
                becomes=Form.RELEASED,
            )
            for site in state.sites
        )
