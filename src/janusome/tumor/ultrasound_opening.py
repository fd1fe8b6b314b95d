"""Ultrasound opening: focused ultrasound with microbubbles opens the tight wall of brain vessels for a while."""

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


class UltrasoundOpening(AbstractTransfer):
    r"""Permeability that ultrasound adds to the blood-brain barrier, and that is lost as the wall closes.

    $$ \dot n = P_o\,E(t)\,S_b\,(c_v - c_i), \qquad E(t) = E_0\, 2^{-t/t_{1/2}(d)} $$

    P_o is the permeability of a wall that is all open, S_b the surface of the barrier (its density times the tissue's
    volume), E the share of it that is open now. E_0 follows from the mechanical index, and the half-life falls with the
    size of what crosses. Stimuli are constant between breakpoints: E is then the mean over each stretch, so that the area
    under it is exact.

    Holds for sonications far shorter than the half-life. Leaves out: bleeding, and the inflammation that lasts for a day.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("mcdannold2008", "conti2019")

    opened_permeability: PerPlace = quantity("m/s")
    opening_half_life: PerPlace = quantity("s")  # by it the protocol sets E of the stimulus for what this law moves
    barrier_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium and back."""
        P = self.opened_permeability * stimulus.barrier_opening
        PS = P * self.barrier_surface_density * state.tissue_volume
        V = state.accessible_volume
        return (
            Transfer(VESSELS, INTERSTITIUM, PS / V[VESSELS]),
            Transfer(INTERSTITIUM, VESSELS, PS / V[INTERSTITIUM]),
        )
