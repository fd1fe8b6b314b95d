r"""The environment in a lesion, place by place: oxygen, acid and enzymes, as the perfused vessels and the depth have it.

Oxygen follows the local vessel surface by Krogh's cylinder with saturable consumption (`relations.oxygen`); what diffuses from
voxel to voxel is left out. Acid follows oxygen and enzymes follow the depth d, so that the mean of each over the lesion stays
what its row says:

$$ pH = \overline{pH} + a\,(f - \bar f), \quad f = P/P_c; \qquad
   E = \overline{E}\,\frac{e}{\bar e}, \quad e = 1 + (q - 1)\,\mathrm e^{-d/\delta} $$

A row that says nothing of oxygen has the same pH everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.particle.release_enzymatic import EnzymaticRelease
from janusome.relations.oxygen import interstitial_oxygen_pressure, oxygen_drop
from janusome.simulation.arms import Site, environment_of
from janusome.simulation.assemble import laws
from janusome.simulation.division import Division, mean_of_places
from janusome.simulation.values import Place, ValueBook
from janusome.specification.resolved import ResolvedStudy

Array = NDArray[np.float64]

OXYGEN = (
    "oxygen_consumption",
    "krogh_diffusion_constant",
    "vessel_radius",
    "capillary_oxygen_pressure",
    "half_consumption_oxygen_pressure",
)
LEAST, MOST = 1e-4, 0.9  # of the tissue's section that its vessels take: without any, oxygen would come from nowhere
RINGS = 20  # of equal area around a vessel


@dataclass(frozen=True)
class Oxygen:
    """What decides the oxygen of a tissue, (lanes,) each, in the internal set."""

    oxygen_consumption: Array
    krogh_diffusion_constant: Array
    vessel_radius: Array
    capillary_oxygen_pressure: Array
    half_consumption_oxygen_pressure: Array
    vessel_surface_density: Array  # mean of the lesion

    def pressure(self, vessel_weight: Array) -> Array:
        """Return the mean oxygen pressure of each place, Pa, by its perfused vessels over the mean: (lanes, places)."""
        drop = oxygen_drop(*self._supply(vessel_weight))
        return interstitial_oxygen_pressure(
            self.capillary_oxygen_pressure[:, None], drop, self.half_consumption_oxygen_pressure[:, None]
        )

    def rings(self, vessel_weight: Array) -> Array:
        """Return the oxygen pressure in rings of equal area between vessels, Pa, never below zero: (lanes, places, rings).

        Krogh's profile at the consumption that the place's mean pressure allows; before the cut at zero their mean is that of
        the place.
        """
        M, K, r, surface = self._supply(vessel_weight)
        P, half = self.pressure(vessel_weight), self.half_consumption_oxygen_pressure[:, None]
        used = (M * P / (P + half) / K)[..., None]
        R2 = (2.0 * r / surface)[..., None]
        inner = (r**2)[..., None]
        s = inner + (R2 - inner) * (np.arange(RINGS) + 0.5) / RINGS
        profile = self.capillary_oxygen_pressure[:, None, None] - used * (R2 / 4.0 * np.log(s / inner) - (s - inner) / 4.0)
        return np.maximum(profile, 0.0)

    def hypoxic_fraction(self, vessel_weight: Array, volume: Array, *, below: float) -> Array:
        """Return the share of a tumor whose oxygen pressure lies below a pressure (Pa): (lanes,)."""
        return _mean((self.rings(vessel_weight) < below).mean(axis=-1), volume)[:, 0]

    def _supply(self, vessel_weight: Array) -> tuple[Array, Array, Array, Array]:
        r = self.vessel_radius[:, None]
        surface = self.vessel_surface_density[:, None] * vessel_weight
        held = np.clip(surface * r / 2.0, LEAST, MOST) * 2.0 / r
        return self.oxygen_consumption[:, None], self.krogh_diffusion_constant[:, None], r, held


def oxygen_of(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Oxygen | None:
    """Return what decides the oxygen of a lesion, or nothing where its row does not say."""
    chain, place = environment_of(study, lesion), Place(study.host.species)
    filled = {name: book.fill_or(name, chain, place, np.nan) for name in OXYGEN}
    if any(np.isnan(values).any() for values in filled.values()):
        return None
    return Oxygen(**filled, vessel_surface_density=book.fill("vessel_surface_density", chain, place))


def hypoxic_fraction(study: ResolvedStudy, lesion: Site, book: ValueBook, division: Division, *, below: float) -> Array | None:
    """Return the share of a lesion whose oxygen pressure lies below a pressure (Pa), (lanes,); usual are 2.5 and 10 mmHg."""
    oxygen = oxygen_of(study, lesion, book)
    return None if oxygen is None else oxygen.hypoxic_fraction(division.vessel_weight, division.volume, below=below)


def environment_by_place(
    study: ResolvedStudy, lesion: Site, book: ValueBook, *, vessel_weight: Array, volume: Array, depth: Array
) -> dict[str, Array]:
    """Return quantities that differ between the places of a lesion, (lanes, places) each.

    Parameters
    ----------
    vessel_weight
        Perfused vessel surface of each place relative to the lesion's mean, (lanes, places).
    volume, depth
        Of tumor in each place, m^3, and how deep it lies under the surface, m: (1, places).
    """
    chain, place = environment_of(study, lesion), Place(study.host.species)
    found: dict[str, Array] = {}
    oxygen = oxygen_of(study, lesion, book)
    if oxygen is not None:
        pressure = oxygen.pressure(vessel_weight)
        fed = pressure / oxygen.capillary_oxygen_pressure[:, None]
        span = book.fill_or("hypoxic_acidification", chain, place, 0.0)
        ph = book.fill("interstitial_ph", chain, place)
        found["interstitial_oxygen_pressure"] = pressure
        found["interstitial_ph"] = ph[:, None] + span[:, None] * (fed - _mean(fed, volume))
    if _has_enzymatic_release(study):
        thickness = book.fill("rim_thickness", chain, place)
        ratio = book.fill_or("enzyme_rim_ratio", chain, place, 1.0)
        more = 1.0 + (ratio[:, None] - 1.0) * np.exp(-depth / thickness[:, None])
        mean = book.fill("active_enzyme_concentration", chain, place)
        found["active_enzyme_concentration"] = mean[:, None] * more / _mean(more, volume)
    return found


def _mean(values: Array, volume: Array) -> Array:
    """Return the mean over places by volume, (lanes, 1)."""
    return mean_of_places(values, volume)[:, None]


def _has_enzymatic_release(study: ResolvedStudy) -> bool:
    named = (*(study.carrier.laws if study.carrier else ()), *(study.formulation.laws if study.formulation else ()))
    return any(laws()[name] is EnzymaticRelease for name in named)
