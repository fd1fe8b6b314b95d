"""Circulation: plasma carries what is in it from place to place."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import BLOOD, AbstractTransfer, Form, Material, PerLink, Region, Stimulus, Transfer
from janusome.units import quantity


class Circulation(AbstractTransfer):
    r"""Well-mixed blood pools joined by plasma flow.

    $$ \dot n_{i \to j} = Q_{ij}\, n_i / V_i $$

    Q is the plasma flow of a link and V the plasma volume of the place that it leaves. Flows must balance at every place,
    the splanchnic return included (what the arteries give to gut and spleen leaves through the liver); the network that
    `relations.perfusion` builds does, and a tracer without any exchange then equalises everywhere.

    Holds for times longer than a circulation (seconds in the mouse, a minute in man); there is no delay in vessels.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (BLOOD,)
    sources: ClassVar = ("ntua_tio2_pbpk", "uf_nano_ai_pbpk_g1")

    plasma_flow: PerLink = quantity("m^3/s", per="link")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Blood to blood along every link."""
        del stimulus
        Q, V = self.plasma_flow, state.accessible_volume[BLOOD]
        leaving = V[state.links.source]
        return (Transfer(BLOOD, BLOOD, Q / leaving, along_links=True),)
