"""Receptor-mediated transcytosis: ligands take carriers through the cells of the blood-brain barrier, or hold them there."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    DEGRADED,
    ENDOTHELIUM,
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


class ReceptorMediatedTranscytosis(AbstractTransfer):
    r"""From plasma to the wall, back again, or across: only what lets go on the other side arrives.

    $$ \dot n_w = k_a \Bigl(\sigma - \frac{n\,n_w}{S_b}\Bigr) S_b\, c_v - (k_d + k_{tc}\, f + k_{deg})\, n_w,
       \qquad f = \frac{k_d}{k_d + k_r} $$

    n_w is what the wall holds, σ the receptors on the luminal area of the wall, n those that one carrier occupies, S_b the
    surface of the barrier (its density times the tissue's volume), c_v the concentration in plasma. A bound carrier lets go to
    the blood at k_d, or reaches the other side at k_tc; there it lets go at k_d as well, or the wall takes it back at
    k_r. What the wall holds it digests at k_deg. Far from saturation most of what binds gets across if k_d is the root of
    k_r k_deg: what holds less firmly falls back, what holds more firmly stays in the wall.

    Holds where receptors cycle faster than carriers cross, and where both sides of the wall hold a carrier alike. Leaves out:
    receptors that strong binders send to be digested, and cells that carriers meet beyond the wall.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (VESSELS, ENDOTHELIUM, INTERSTITIUM)
    sources: ClassVar = ("wiley2013", "muliaditan_nlmixr2lib", "pardridge_chou2021")

    wall_association_rate_constant: PerPlace = quantity("m^3/(mol s)")
    wall_dissociation_rate_constant: PerPlace = quantity("1/s")
    luminal_receptor_surface_density: PerPlace = quantity("mol/m^2")
    ligands_in_contact: PerPlace = quantity("")
    transcytosis_rate_constant: PerPlace = quantity("1/s")
    transcytosis_release_fraction: PerPlace = quantity("")
    wall_degradation_rate_constant: PerPlace = quantity("1/s")
    barrier_surface_density: PerPlace = quantity("1/m")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to the wall and back, the wall to the interstitium, and digestion in the wall."""
        del stimulus
        receptors = self.luminal_receptor_surface_density * self.barrier_surface_density * state.tissue_volume
        free = receptors - self.ligands_in_contact * state.amount[ENDOTHELIUM]
        crossing = self.transcytosis_rate_constant * self.transcytosis_release_fraction
        return (
            Transfer(VESSELS, ENDOTHELIUM, self.wall_association_rate_constant * free / state.accessible_volume[VESSELS]),
            Transfer(ENDOTHELIUM, VESSELS, self.wall_dissociation_rate_constant),
            Transfer(ENDOTHELIUM, INTERSTITIUM, crossing),
            Transfer(ENDOTHELIUM, DEGRADED, self.wall_degradation_rate_constant),
        )
