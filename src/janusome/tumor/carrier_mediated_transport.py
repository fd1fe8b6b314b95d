"""Carrier-mediated transport: a transporter of the blood-brain barrier takes a drug for a nutrient."""

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


class CarrierMediatedTransport(AbstractTransfer):
    r"""Saturable entry through transporters of the tight wall, such as LAT1.

    $$ \dot n = \frac{J_{max}\, S_b\, c_v}{K_m + c_v} $$

    J_max is the most that an area of the wall takes in, S_b the surface of the barrier (its density times the tissue's
    volume), c_v the concentration in plasma. Acts on the drugs whose rows list it. Leaves out: nutrients that compete,
    which widen K_m, and the way back, which a transporter that pumps nothing also offers.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.RELEASED,)
    sites: ClassVar = (VESSELS, INTERSTITIUM)

    barrier_influx_capacity: PerPlace = quantity("mol/(m^2 s)")
    influx_half_saturation_concentration: PerPlace = quantity("mol/m^3")
    barrier_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium."""
        del stimulus
        most = self.barrier_influx_capacity * self.barrier_surface_density * state.tissue_volume
        clearance = most / (self.influx_half_saturation_concentration + state.concentration(VESSELS))
        return (Transfer(VESSELS, INTERSTITIUM, clearance / state.accessible_volume[VESSELS]),)
