"""Transit: cilia and the gut's muscles carry on what is in a tube."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    CAVITY,
    FAECES,
    ONWARD,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Transit(AbstractTransfer):
    r"""One mixed segment that empties at a first-order rate.

    $$ \dot n = k\, n $$

    Airways pass on to the gut (mucus is swallowed), the gut to the faeces. Leaves out: the plug-like passage through the
    stomach and the small and large intestine, so what leaves is spread more widely in time than it is.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (CAVITY,)
    way: ClassVar = ONWARD
    without_way: ClassVar = FAECES
    sources: ClassVar = ("freitas2003",)

    transit_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """A cavity to the next one, or to the faeces where there is none."""
        del state, stimulus
        return (Transfer(CAVITY, CAVITY, self.transit_rate_constant, along_way=True),)
