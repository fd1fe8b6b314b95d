"""Extravasation: what crosses the leaky wall of tumor vessels with the fluid and against it, and comes back."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array

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

FARTHEST = 30.0  # Péclet number from which on diffusion against the flow is taken as 3e-12 of that without: nothing
NEAREST = 1e-3  # below it the series is exact to 1e-15, where the quotient loses digits


class Extravasation(AbstractTransfer):
    r"""Diffusion and convection across the vessel wall (Patlak).

    $$ \dot n = P\,S\,\bigl(B(-Pe)\,c_v - B(Pe)\,c_i\bigr), \qquad Pe = \frac{J_v (1-\sigma)}{P\,S}, \qquad
       B(x) = \frac{x}{e^x - 1} $$

    P is the permeability (m/s, not a permeability-surface product), S the perfused and leaky vessel surface (its density times
    the tissue's volume), σ the share that the wall holds back from the fluid, J_v the filtered fluid (its density times the
    tissue's volume; negative where vessels take it up), c_v and c_i the concentrations in plasma and per accessible
    interstitial volume. Without filtration B is one: P S/V over the accessible fraction is then the rate at which a voxel
    empties into its vessels. B(-x) = B(x) + x, so that neither coefficient is ever negative.

    Holds where profiles in the wall settle faster than the concentrations beside it change.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (VESSELS, INTERSTITIUM)
    sources: ClassVar = ("rygh2011", "dogra2020", "morgenstern_martin2019")

    vascular_permeability: PerPlace = quantity("m/s")
    vessel_surface_density: PerPlace = quantity("1/m", name="leaky_surface_density")
    wall_reflection: PerPlace = quantity("")
    filtration_rate_density: PerPlace = quantity("1/s", positive=False)

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Vessels to interstitium and back."""
        del stimulus
        PS = self.vascular_permeability * self.vessel_surface_density * state.tissue_volume
        dragged = self.filtration_rate_density * (1.0 - self.wall_reflection) * state.tissue_volume
        diffused = PS * _against_flow(jnp.abs(dragged), PS)
        V = state.accessible_volume
        return (
            Transfer(VESSELS, INTERSTITIUM, (diffused + jnp.maximum(dragged, 0.0)) / V[VESSELS]),
            Transfer(INTERSTITIUM, VESSELS, (diffused + jnp.maximum(-dragged, 0.0)) / V[INTERSTITIUM]),
        )


def _against_flow(dragged: Array, PS: Array) -> Array:
    """B of the Péclet number, which is not negative: one without flow, nothing far above it, or where nothing diffuses."""
    some = jnp.where(PS > 0.0, PS, jnp.inf)
    x = jnp.minimum(dragged / some, FARTHEST)
    far = jnp.maximum(x, NEAREST)
    return jnp.where(x < NEAREST, 1.0 - x / 2.0 + x**2 / 12.0, far / jnp.expm1(far))
