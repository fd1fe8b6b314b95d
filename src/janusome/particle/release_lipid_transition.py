"""Release at the lipid transition: warmth melts the membrane."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp

from janusome.model import (
    BOUND,
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


class LipidTransitionRelease(AbstractTransfer):
    r"""Leak that rises across the gel-to-liquid transition.

    $$ k = \frac{k_T}{1 + \exp\bigl((T_m - T)/w\bigr)} $$

    T is the temperature of the place, T_m the transition and w its width. Adds to whatever other release law the carrier
    names. Holds within a few kelvin of the transition; the burst of the first seconds of lysolipid membranes is faster
    than one exponential.
    """

    acts_in: ClassVar = (Region.BODY, Region.TUMOR)
    moves: ClassVar = (Form.ENCAPSULATED,)
    sources: ClassVar = ("ltsl_duke",)

    melted_release_rate_constant: PerPlace = quantity("1/s")
    transition_temperature: PerPlace = quantity("K")
    transition_width: PerPlace = quantity("K")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Encapsulated to released, at every site."""
        k_T, T_m, w = self.melted_release_rate_constant, self.transition_temperature, self.transition_width
        T = state.temperature + stimulus.temperature_rise
        k = k_T / (1.0 + jnp.exp((T_m - T) / w))
        return tuple(Transfer(site, INTERSTITIUM if site == BOUND else site, k, becomes=Form.RELEASED) for site in state.sites)
