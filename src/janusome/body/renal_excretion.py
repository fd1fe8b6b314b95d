"""Renal excretion: the kidney filters what is small enough or free enough."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BLOOD,
    URINE,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class RenalExcretion(AbstractTransfer):
    r"""Plasma clearance into the urine.

    $$ \dot n = CL_R\, c_{kidney\ plasma} $$

    CL_R is the filtered share of the glomerular filtration rate (`relations.renal_clearance`): for a carrier the sieving
    coefficient of its hydrodynamic diameter, for a drug its unbound fraction, unless a measured clearance is given. A drug
    that tubules secrete or take back says by `tubular_secretion_ratio` how much more or less than its filtration is cleared;
    both scale with the filtration rate. Leaves out: saturation of secretion.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (BLOOD,)
    sources: ClassVar = ("uf_nano_ai_pbpk_g1", "choi2007")

    renal_clearance: PerPlace = quantity("m^3/s")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Blood of the kidney to urine."""
        del stimulus
        return (Transfer(BLOOD, URINE, self.renal_clearance / state.accessible_volume[BLOOD]),)
