"""Peritumoral drainage: what the fluid takes across the border of the tumor goes with the lymph, back to the blood."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERSTITIUM,
    VESSELS,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class PeritumoralDrainage(AbstractTransfer):
    r"""Fluid that oozes out of the border takes along what is dissolved in it.

    $$ \dot n = f\,q_{out}\,\frac{n}{\varepsilon V} $$

    q_out is the flow out of the border of a place per tissue volume, f how far the matrix holds back what drifts. The tumor
    has no working lymphatics of its own; those of the tissue around it take up what comes out, and it reaches the blood.

    Leaves out: the time that lymph takes to the blood (minutes to hours), and what lymph nodes on the way keep.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM, VESSELS)
    sources: ClassVar = ("morgenstern_martin2019",)

    border_outflow_density: PerPlace = quantity("1/s")
    convection_hindrance: PerPlace = quantity("")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium at the border to the blood."""
        del stimulus
        V = state.accessible_volume[INTERSTITIUM]
        drained = self.convection_hindrance * self.border_outflow_density * state.tissue_volume / V
        return (Transfer(INTERSTITIUM, VESSELS, drained),)
