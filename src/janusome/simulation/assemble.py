"""Assemble: a formulation, a host and its lesions become laws with filled values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError, near_misses
from janusome.model import VESSELS, AbstractProcess, AbstractRate, AbstractTransfer, Form, Species, catalogue
from janusome.simulation.assembly import SMALL, Acting, Assembly, Compartments, Matter
from janusome.simulation.layout import ABSENT, VIABLE, Layout, Pool, make_layout
from janusome.simulation.surroundings import Surroundings, at_places
from janusome.simulation.values import Place, ValueBook

Draws = NDArray[np.float64]
LAW_FOLDERS = ("janusome.body", "janusome.particle", "janusome.tumor", "janusome.effect")


@cache
def laws() -> dict[str, type[AbstractProcess]]:
    """Return every law of the floor-3 folders by the name of its file."""
    found: dict[str, type[AbstractProcess]] = {}
    for folder in LAW_FOLDERS:
        found |= catalogue(folder, AbstractProcess)
    return found


@dataclass
class Parameters:
    """The columns of the parameter array, (lanes, columns), as they are handed out."""

    lanes: int
    columns: list[Draws] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, name: str, values: Draws) -> slice:
        """Append an array (lanes, k) or (1, k), and return where it stands."""
        block = np.broadcast_to(np.atleast_2d(values), (self.lanes, np.atleast_2d(values).shape[1]))
        start = len(self.names)
        self.columns.append(block)
        self.names.extend(f"{name}[{k}]" for k in range(block.shape[1]))
        return slice(start, start + block.shape[1])

    def array(self) -> Draws:
        """All columns, (lanes, columns)."""
        return np.ascontiguousarray(np.concatenate(self.columns, axis=1)) if self.columns else np.zeros((self.lanes, 0))


def assemble(
    matter: Matter,
    regions: Sequence[Compartments],
    book: ValueBook,
    *,
    lanes: int,
    inputs: Sequence[tuple[Pool, int]] = (),
) -> Assembly:
    """Choose the laws, fill their fields and lay out the state.

    Parameters
    ----------
    matter
        What is followed.
    regions
        The body and the lesions. A lesion that shares vessels with the body names them.
    book
        Fills values; its ensemble must be `lanes` wide, or one wide to be the same in every lane.
    inputs
        Pools, each with a place, that the protocol may feed at a rate.

    Raises
    ------
    InputError
        If a row names a law that does not exist, or a field has no value.
    """
    spaces = [(region.name, region.kind, region.places, region.sites) for region in regions]
    layout = make_layout(matter.species, spaces)
    parameters = Parameters(lanes)
    volumes: dict[tuple[str, str, str], Draws] = {}
    heat = {region.name: parameters.add(f"temperature rise in {region.name}", np.zeros((1, 1))).start for region in regions}
    surroundings = {region.name: Surroundings.of(region, book, volumes) for region in regions}
    acting = [
        _fill(name, law, species, places, region, matter, book, parameters, surroundings[region.name], layout)
        for region in regions
        for name, law, species, places in _chosen(matter, region, book, layout)
    ]
    fed = {}
    for pool, place in inputs:
        index = int(layout.pools[pool][place])
        fed[index] = parameters.add(f"{pool.species} into {pool.site}", np.zeros((1, 1))).start
    initial = np.zeros((lanes, layout.size))
    for region in regions:
        cells = surroundings[region.name].cells_at_start
        if cells is not None:
            initial[:, layout.cells[region.name, VIABLE]] = cells
    apart = {region.vessels[0] for region in regions if region.vessels is not None and region.prescribed_vessels}
    prescribed = [int(k) for pool, index in layout.pools.items() if pool.region in apart for k in index if k != ABSENT]
    return Assembly(
        layout=layout,
        acting=tuple(acting),
        initial=initial,
        parameters=parameters.array(),
        parameter_names=tuple(parameters.names),
        matter=matter,
        regions=tuple(regions),
        prescribed=tuple(prescribed),
        inputs=fed,
        heat=heat,
        volumes=volumes,
        tissue_volume={name: around.tissue_volume for name, around in surroundings.items()},
    )


def _chosen(
    matter: Matter, region: Compartments, book: ValueBook, layout: Layout
) -> list[tuple[str, type[AbstractProcess], Species | None, tuple[int, ...]]]:
    """Return which law acts on which species at which places of a region."""
    known = laws()
    everywhere = dict.fromkeys(region.laws)
    found = []
    for species in (*matter.species, None):
        brought = dict.fromkeys(matter.laws.get(species, ())) if species is not None else {}
        local = dict.fromkeys(name for names in region.place_laws for name in sorted(names))
        for name in everywhere | brought | local:
            if name not in known:
                raise InputError(f"law {name}", "does not exist", near_misses(name, list(known)))
            law = known[name]
            if region.kind not in law.acts_in:
                continue
            general = name in everywhere or name in brought
            places = tuple(k for k in range(len(region.places)) if general or name in region.place_laws[k])
            if issubclass(law, AbstractTransfer) and species is not None and species.form in law.moves:
                places = _with_way(law, _with_sites(law, species, places, region, layout), region)
                needless = name == "conversion" and species.name not in matter.products
                unlinked = "face_area_over_distance" in law.__dataclass_fields__ and not len(region.links)
                if places and not needless and not unlinked:
                    found.append((name, law, species, places))
            elif issubclass(law, AbstractRate) and _drives(law, species, matter, region, book):
                found.append((name, law, species, places))
    return found


def _with_sites(
    law: type[AbstractTransfer], species: Species, places: tuple[int, ...], region: Compartments, layout: Layout
) -> tuple[int, ...]:
    def has(place: int, site: str) -> bool:
        if site == VESSELS:
            return region.vessels is not None
        pool = layout.pools.get(Pool(species, region.name, site))
        return pool is not None and pool[place] != ABSENT

    return tuple(place for place in places if all(has(place, site) for site in law.sites))


def _with_way(law: type[AbstractTransfer], places: tuple[int, ...], region: Compartments) -> tuple[int, ...]:
    """Keep the places from which a law's way leads somewhere; all of them if it has no way, or an exit without one."""
    if not law.way or law.without_way:
        return places
    return tuple(place for place in places if region.way(law.way)[place] != ABSENT)


def _drives(law: type[AbstractRate], species: Species | None, matter: Matter, region: Compartments, book: ValueBook) -> bool:
    """Tell whether a law of cells acts: once without a drug, or once for each drug whose potency is known."""
    if not law.driven_by_drug:
        return species is None
    if species is None or species.form is not Form.RELEASED:
        return False
    chain = (*region.special.get(species.name, ()), *matter.chains[species], *region.scopes[0])
    potency = book.fill_or("half_maximal_target_concentration", chain, Place(region.host_species), np.nan)
    return bool(np.isfinite(potency).all())


def _fill(
    name: str,
    law: type[AbstractProcess],
    species: Species | None,
    places: tuple[int, ...],
    region: Compartments,
    matter: Matter,
    book: ValueBook,
    parameters: Parameters,
    around: Surroundings,
    layout: Layout,
) -> Acting:
    """Fill the fields of one law and note where the numbers stand."""
    own = (*region.special.get(species.name, ()), *matter.chains[species]) if species is not None else ()
    chosen = list(places)
    inside = np.full(len(region.places), ABSENT)
    inside[chosen] = np.arange(len(chosen))
    linked = np.flatnonzero((inside[region.links] != ABSENT).all(axis=1))
    fields, fixed = {}, {}
    for declared in dataclasses.fields(law):
        if "unit" not in declared.metadata:
            fixed[declared.name] = matter.products[species.name] if species is not None else None
            continue
        wanted = declared.metadata["name"] or declared.name
        if declared.metadata["per"] == "link":
            values = region.link_values[wanted][:, linked]
        else:
            values = at_places(wanted, region, chosen, own, book)
        fields[declared.name] = parameters.add(f"{name}: {wanted}", values)
    volumes, ph = {}, {}
    if species is not None and issubclass(law, AbstractTransfer):
        group = around.small if species.form in SMALL else around.carried
        for site, volume in group.items():
            if site not in law.sites and (site == VESSELS or Pool(species, region.name, site) not in layout.pools):
                continue
            volumes[site] = parameters.add(f"{region.name} {site} volume", volume[:, chosen])
            ph[site] = parameters.add(f"{region.name} {site} pH", around.ph[site][:, chosen])
    surroundings = {
        "tissue_volume": parameters.add("tissue volume", around.tissue_volume[:, chosen]),
        "body_temperature": parameters.add("temperature", around.temperature[:, chosen]),
    }
    if around.cells_at_start is not None and around.cell_volume is not None:
        surroundings["cells_at_start"] = parameters.add("cells at start", around.cells_at_start[:, chosen])
        surroundings["cell_volume"] = parameters.add("cell volume", around.cell_volume[:, chosen])
    return Acting(
        name=name,
        law=law,
        species=species,
        region=region,
        places=places,
        links=inside[region.links[linked]],
        fields=fields,
        fixed=fixed,
        volumes=volumes,
        ph=ph,
        surroundings=surroundings,
        opening=_opening(name, fields, region, parameters),
    )


def _opening(name: str, fields: Mapping[str, slice], region: Compartments, parameters: Parameters) -> int | None:
    """Return where the protocol says how open the wall is, for a law of a wall that closes."""
    if "opening_half_life" not in fields:
        return None
    return parameters.add(f"{name}: opening in {region.name}", np.zeros((1, 1))).start
