"""Heat opening: warm vessel walls let more carriers through."""

from __future__ import annotations

from typing import ClassVar

import jax.nn as jnn

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


class HeatOpening(AbstractTransfer):
    r"""Permeability that rises with the temperature of the tissue, beside what crosses a wall that is not warmed.

    $$ \Delta P = P\,g\,\frac{1}{1 + e^{(T_h - T)/w}} $$

    g is what a warm wall lets through beside what a cool one does (zero: heat changes nothing), T_h the temperature at which
    half of it is there and w the width of the step. At body temperature what it adds is below a thousandth of g.

    Holds for mild heating. Leaves out: that the wall stays open for hours after heating, and that vessels stop above 43 °C.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("kirui2015",)

    vascular_permeability: PerPlace = quantity("m/s")
    vessel_surface_density: PerPlace = quantity("1/m", name="leaky_surface_density")
    heat_opening_gain: PerPlace = quantity("")
    heat_opening_temperature: PerPlace = quantity("K")
    heat_opening_width: PerPlace = quantity("K")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium and back."""
        T, T_h, w = state.temperature + stimulus.temperature_rise, self.heat_opening_temperature, self.heat_opening_width
        opened = self.heat_opening_gain * jnn.sigmoid((T - T_h) / w)
        PS = self.vascular_permeability * opened * self.vessel_surface_density * state.tissue_volume
        V = state.accessible_volume
        return (
            Transfer(VESSELS, INTERSTITIUM, PS / V[VESSELS]),
            Transfer(INTERSTITIUM, VESSELS, PS / V[INTERSTITIUM]),
        )
