"""Membrane permeation: released drug enters tumor cells and leaves them."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERNALISED,
    INTERSTITIUM,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class MembranePermeation(AbstractTransfer):
    r"""Passive exchange across the membrane of the cells of a voxel.

    $$ \dot n = P_m\, A_c\,(c_{out} - c_{in}) $$

    A_c is the membrane area of the cells per tissue volume times the volume, c_in the free concentration in the cells'
    water, into which binding at the target does not enter. Leaves out: ABC efflux pumps.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM, INTERNALISED)
    sources: ClassVar = ("speelmans1994", "he2019_dox_port")

    membrane_permeability: PerPlace = quantity("m/s")
    membrane_area_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium to cells and back."""
        del stimulus
        PA = self.membrane_permeability * self.membrane_area_density * state.tissue_volume
        V = state.accessible_volume
        return (
            Transfer(INTERSTITIUM, INTERNALISED, PA / V[INTERSTITIUM]),
            Transfer(INTERNALISED, INTERSTITIUM, PA / V[INTERNALISED]),
        )
