"""Surroundings: volumes, pH and temperature of the places of a region, and how a quantity is filled at each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.model import BLOOD, BOUND, CAVITY, ENDOTHELIUM, INTERNALISED, INTERSTITIUM, PHAGOCYTOSED, TARGET, VESSELS, Region
from janusome.simulation.assembly import Compartments
from janusome.simulation.values import Place, Scope, ValueBook

Draws = NDArray[np.float64]


@dataclass(frozen=True)
class Surroundings:
    """Volumes, pH and temperature of the places of a region, (lanes, places) each."""

    region: Compartments
    tissue_volume: Draws
    carried: Mapping[str, Draws]
    small: Mapping[str, Draws]
    ph: Mapping[str, Draws]
    temperature: Draws
    cells_at_start: Draws | None
    cell_volume: Draws | None

    @classmethod
    def of(
        cls,
        region: Compartments,
        book: ValueBook,
        volumes: dict[tuple[str, str, str], Draws],
    ) -> Surroundings:
        """Fill what a region's places are; accessible volumes are also put among `volumes`, by region, site and kind."""

        def each(name: str, site: str | None = None) -> Draws:
            """One value a place; a place without the site needs none."""
            having = [k for k, sites in enumerate(region.sites) if site is None or site in sites]
            values = at_places(name, region, having, (), book)
            whole = np.ones((len(values), len(region.places)))
            whole[:, having] = values
            return whole

        tissue = each("tissue_volume")
        blood_ph, inside_ph = each("blood_ph"), each("intracellular_ph")
        if region.kind is Region.BODY:
            plasma = tissue * each("vascular_plasma_fraction", BLOOD)
            carried = {BLOOD: plasma, INTERSTITIUM: tissue * each("interstitial_fraction", INTERSTITIUM)}
            carried |= {PHAGOCYTOSED: tissue, CAVITY: tissue}
            small = carried | {INTERSTITIUM: tissue * each("extravascular_fraction", INTERSTITIUM)}
            outside_ph, initial, cell_volume = each("interstitial_ph", INTERSTITIUM), None, None
        else:
            cell_volume = tissue * each("cell_volume_fraction")
            fluid = tissue * each("interstitial_fraction")
            reached = region.context.get("accessible_interstitial_fraction")
            small = {INTERSTITIUM: fluid, INTERNALISED: cell_volume, PHAGOCYTOSED: cell_volume, TARGET: cell_volume}
            small |= {ENDOTHELIUM: tissue}
            carried = {**small, BOUND: fluid, INTERSTITIUM: fluid if reached is None else tissue * reached}
            outside_ph, initial = each("interstitial_ph"), tissue * each("cell_density")
            if region.vessels is not None:
                body, place = region.vessels
                shared = volumes[body, BLOOD, "carried"][:, [place]]
                carried, small = carried | {VESSELS: shared + 0 * tissue}, small | {VESSELS: shared + 0 * tissue}
        for kind, group in (("carried", carried), ("small", small)):
            volumes.update({(region.name, site, kind): volume for site, volume in group.items()})
        ph = {BLOOD: blood_ph, VESSELS: blood_ph, ENDOTHELIUM: blood_ph, INTERSTITIUM: outside_ph, BOUND: outside_ph}
        ph |= {INTERNALISED: inside_ph, PHAGOCYTOSED: inside_ph, TARGET: inside_ph}
        if any(CAVITY in sites for sites in region.sites):
            ph |= {CAVITY: each("cavity_ph", CAVITY)}
        return cls(region, tissue, carried, small, ph, each("body_temperature"), initial, cell_volume)


def at_places(name: str, region: Compartments, places: Sequence[int], own: tuple[Scope, ...], book: ValueBook) -> Draws:
    """Return a quantity at some places of a region, (lanes, places); the voxels of a lesion share their rows."""
    if name in region.context and not np.isnan(region.context[name][:, places]).any():
        return region.context[name][:, places]
    if not len(places):
        return np.ones((1, 0))
    if region.kind is Region.TUMOR:
        one = _of_place(name, region, places[0], own, book)
        return np.broadcast_to(one[:, None], (len(one), len(places)))
    columns = [_of_place(name, region, place, own, book) for place in places]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def _of_place(name: str, region: Compartments, place: int, own: tuple[Scope, ...], book: ValueBook) -> Draws:
    # Powers and logarithms of a strided column round otherwise than those of a plain one, and one draw is never strided.
    columns = {key: np.ascontiguousarray(values[:, place]) for key, values in region.context.items()}
    context = {key: column for key, column in columns.items() if not np.isnan(column).any()}
    chain = (*own, *region.scopes[place])
    return book.fill(name, chain, Place(region.host_species, region.organ(place)), context=context)
