"""Absorption: what lies in a cavity or a depot crosses its wall into the tissue behind it."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    CAVITY,
    INTERSTITIUM,
    WALL,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Absorption(AbstractTransfer):
    r"""First-order passage of a wall.

    $$ \dot n = k\, n $$

    For carriers k falls with the inverse diameter (`relations.absorption`) and is small beside whatever else empties the
    cavity, so that the share absorbed is about $k / k_{other}$; molecules pass at a rate of their own. Way out: the tissue of
    the gut, the lung or the skin, and from there blood or lymph. Leaves out: uptake by M cells, food, and first-pass
    metabolism in the wall itself.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (CAVITY,)
    way: ClassVar = WALL
    sources: ClassVar = ()

    absorption_rate_constant: PerPlace = quantity("1/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Cavity to the interstitium behind its wall."""
        del state, stimulus
        return (Transfer(CAVITY, INTERSTITIUM, self.absorption_rate_constant, along_way=True),)
