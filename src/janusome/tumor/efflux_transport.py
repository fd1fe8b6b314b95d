"""Efflux transport: pumps of the blood-brain barrier send a drug back to the blood."""

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


class EffluxTransport(AbstractTransfer):
    r"""Saturable return through pumps of the tight wall, such as P-glycoprotein and BCRP.

    $$ \dot n = \frac{J_{max}\, S_b\, c_i}{K_m + c_i} $$

    J_max is the most that an area of the wall pumps out, S_b the surface of the barrier (its density times the tissue's
    volume), c_i the concentration in the interstitial fluid. Acts on the drugs whose rows list it. Holds where the drug
    in the wall is near that in the fluid beside it; leaves out inhibitors and other drugs that share a pump.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.RELEASED,)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("uchida_microvessels",)

    barrier_efflux_capacity: PerPlace = quantity("mol/(m^2 s)")
    efflux_half_saturation_concentration: PerPlace = quantity("mol/m^3")
    barrier_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium to vessels."""
        del stimulus
        most = self.barrier_efflux_capacity * self.barrier_surface_density * state.tissue_volume
        clearance = most / (self.efflux_half_saturation_concentration + state.concentration(INTERSTITIUM))
        return (Transfer(INTERSTITIUM, VESSELS, clearance / state.accessible_volume[INTERSTITIUM]),)
