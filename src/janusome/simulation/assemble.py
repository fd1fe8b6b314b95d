"""Assemble: a formulation, a host and its lesions become laws with filled values, and those one right-hand side.

The result does not know what the laws are. It sums what they return: material moves along transfers, riders with it, and
cells change at the rates given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array as JaxArray
from numpy.typing import NDArray

from janusome.errors import InputError, near_misses
from janusome.model import (
    BLOOD,
    BOUND,
    DEGRADED,
    EXITS,
    INTERNALISED,
    INTERSTITIUM,
    PHAGOCYTOSED,
    RIDERS,
    TARGET,
    VESSELS,
    AbstractProcess,
    AbstractRate,
    AbstractTransfer,
    Form,
    Lesion,
    Links,
    Material,
    Region,
    Species,
    Stimulus,
    Transfer,
    catalogue,
)
from janusome.simulation.layout import ABSENT, DYING, VIABLE, Index, Layout, Pool, make_layout
from janusome.simulation.values import Place, Scope, ValueBook

Draws = NDArray[np.float64]
AnyArray = Any  # of numpy, or traced
FREED = {Form.ENCAPSULATED: Form.RELEASED, Form.ATTACHED: Form.DETACHED}
SMALL = (Form.RELEASED, Form.DETACHED)
LAW_FOLDERS = ("janusome.body", "janusome.particle", "janusome.tumor", "janusome.effect")


@cache
def laws() -> dict[str, type[AbstractProcess]]:
    """Return every law of the floor-3 folders by the name of its file."""
    found: dict[str, type[AbstractProcess]] = {}
    for folder in LAW_FOLDERS:
        found |= catalogue(folder, AbstractProcess)
    return found


@dataclass(frozen=True)
class Matter:
    """What is followed: each species with the rows that describe it, and the laws that it brings."""

    species: tuple[Species, ...]
    chains: Mapping[Species, tuple[Scope, ...]]
    laws: Mapping[Species, tuple[str, ...]]
    products: Mapping[str, str] = field(default_factory=dict)  # prodrug -> what it becomes

    def riders(self) -> tuple[Species, ...]:
        """The species that go where the carrier goes."""
        return tuple(one for one in self.species if one.form in RIDERS)


@dataclass(frozen=True)
class Compartments:
    """A region: its places, how they are joined, and the rows that describe them.

    Arrays are (lanes, places) or (lanes, links); `context` holds what belongs to a place by structure and not by a row.
    """

    name: str
    kind: Region
    places: tuple[str, ...]
    sites: tuple[frozenset[str], ...]
    scopes: tuple[tuple[Scope, ...], ...]
    host_species: str
    laws: tuple[str, ...]
    place_laws: tuple[frozenset[str], ...]
    links: Index  # (links, 2)
    link_values: Mapping[str, Draws]
    context: Mapping[str, Draws]
    vessels: tuple[str, int] | None = None  # region and place whose blood the voxels of a tumor share
    prescribed_vessels: bool = False  # what their blood holds is given from outside, whatever the voxels take and return
    special: Mapping[str, tuple[Scope, ...]] = field(default_factory=dict)  # rows that this region has for a named species

    def organ(self, place: int) -> str | None:
        """The organ that a place is, for values that differ between organs."""
        return self.places[place] if self.kind is Region.BODY else None


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


@dataclass(frozen=True)
class Acting:
    """One law acting on one species in one region, with where its numbers stand among the parameters."""

    name: str
    law: type[AbstractProcess]
    species: Species | None
    region: Compartments
    places: tuple[int, ...]
    links: Index  # (links, 2), of the places among `places`
    fields: Mapping[str, slice]
    fixed: Mapping[str, Any]
    volumes: Mapping[str, slice]
    ph: Mapping[str, slice]
    surroundings: Mapping[str, slice]

    def build(self, p: AnyArray) -> Any:
        """Return the law with its fields taken from the parameters."""
        return self.law(**{name: p[where] for name, where in self.fields.items()}, **self.fixed)


@dataclass(frozen=True)
class Assembly:
    """A right-hand side with everything that is needed to solve and to read it."""

    layout: Layout
    acting: tuple[Acting, ...]
    initial: Draws  # (lanes, states): the cells of the lesions, and nothing else
    parameters: Draws
    parameter_names: tuple[str, ...]
    matter: Matter
    regions: tuple[Compartments, ...]
    prescribed: tuple[int, ...]  # state indices that change only as the inputs say
    inputs: Mapping[int, int]  # state index -> parameter index of a rate that the protocol sets
    heat: Mapping[str, int]  # region -> parameter index of its temperature rise
    volumes: Mapping[tuple[str, str, str], Draws]  # (region, site, "carried" or "small") -> accessible volume
    tissue_volume: Mapping[str, Draws]

    def rates(self, y: JaxArray, p: JaxArray) -> JaxArray:
        """Return dy/dt: the sum of what every law moves and changes, and of what the protocol gives."""
        sources: list[Index] = []
        targets: list[Index] = []
        flows: list[JaxArray] = []
        change: list[tuple[Index, JaxArray]] = []
        for acting in self.acting:
            stimulus = Stimulus(temperature_rise=p[self.heat[acting.region.name]] * jnp.ones(len(acting.places)))
            if issubclass(acting.law, AbstractRate):
                change += self._cells(acting, y, p, stimulus)
                continue
            for source, target, flow in self._moves(acting, y, p, stimulus):
                sources.append(source)
                targets.append(target)
                flows.append(flow)
        dy = jnp.zeros(self.layout.size)
        if flows:
            moved = jnp.concatenate(flows)
            dy = dy.at[np.concatenate(sources)].add(-moved).at[np.concatenate(targets)].add(moved)
        for index, rate in change:
            dy = dy.at[index].add(rate)
        if self.prescribed:
            dy = dy.at[np.array(self.prescribed)].set(0.0)
        if self.inputs:
            dy = dy.at[np.array(list(self.inputs))].add(p[np.array(list(self.inputs.values()))])
        return dy

    def between(self, y: AnyArray, p: AnyArray, species: Species) -> tuple[Index, Index, AnyArray]:
        """Return source place, target place and coefficient of all links along which a species goes, in one lane."""
        for acting in self.acting:
            if acting.species != species or not len(acting.links):
                continue
            for transfer in self._transfers(acting, y, p):
                if transfer.along_links:
                    ends = np.array(acting.places)[acting.links]
                    return ends[:, 0], ends[:, 1], transfer.coefficient
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), jnp.zeros(0)

    def _transfers(self, acting: Acting, y: AnyArray, p: AnyArray) -> tuple[Transfer, ...]:
        stimulus = Stimulus(temperature_rise=jnp.zeros(len(acting.places)))
        return acting.build(p).transfers(self._material(acting, y, p), stimulus)

    def _moves(self, acting: Acting, y: JaxArray, p: JaxArray, stimulus: Stimulus) -> list[tuple[Index, Index, JaxArray]]:
        assert acting.species is not None
        material = self._material(acting, y, p)
        together = (acting.species, *(self.matter.riders() if acting.species.form is Form.CARRIER else ()))
        found = []
        for transfer in acting.build(p).transfers(material, stimulus):
            for species in together:
                source, target = self._ends(transfer, species, acting)
                kept = (source != ABSENT) & (target != ABSENT)
                if kept.any():
                    coefficient = jnp.broadcast_to(transfer.coefficient, source.shape)
                    where = np.flatnonzero(kept)
                    found.append((source[where], target[where], coefficient[where] * y[source[where]]))
        return found

    def _ends(self, transfer: Transfer, species: Species, acting: Acting) -> tuple[Index, Index]:
        """Return the state indices that a transfer of one species leaves and reaches."""
        heads = tails = np.array(acting.places)
        if transfer.along_links:
            heads, tails = heads[acting.links[:, 0]], tails[acting.links[:, 1]]
        source = self._index(species, acting.region, transfer.source, heads)
        reached = species
        site = transfer.target
        if site == DEGRADED and species.form in FREED:
            reached, site = Species(FREED[species.form], species.name), transfer.source
        elif isinstance(transfer.becomes, Species):
            reached = transfer.becomes
        elif transfer.becomes is not None:
            reached = Species(transfer.becomes, species.name)
        if site in EXITS:
            return source, np.full(source.shape, self.layout.exits[reached, site])
        target = self._index(reached, acting.region, site, tails)
        if species.form in FREED and reached.form in SMALL:
            target = np.where(target == ABSENT, self._index(reached, acting.region, INTERSTITIUM, tails), target)
        return source, target

    def _index(self, species: Species, region: Compartments, site: str, places: Index) -> Index:
        if site == VESSELS:
            assert region.vessels is not None
            body, place = region.vessels
            pool = self.layout.pools.get(Pool(species, body, BLOOD))
            return np.full(places.shape, ABSENT if pool is None else pool[place])
        pool = self.layout.pools.get(Pool(species, region.name, site))
        return np.full(places.shape, ABSENT) if pool is None else pool[places]

    def _material(self, acting: Acting, y: AnyArray, p: AnyArray) -> Material:
        assert acting.species is not None
        places = np.array(acting.places)
        amount = {}
        for site in acting.volumes:
            index = self._index(acting.species, acting.region, site, places)
            amount[site] = jnp.where(index != ABSENT, y[np.maximum(index, 0)], 0.0)
        return Material(
            amount=amount,
            accessible_volume={site: p[where] for site, where in acting.volumes.items()},
            ph={site: p[where] for site, where in acting.ph.items()},
            tissue_volume=p[acting.surroundings["tissue_volume"]],
            temperature=p[acting.surroundings["body_temperature"]],
            links=Links(source=acting.links[:, 0], target=acting.links[:, 1]),
        )

    def _cells(self, acting: Acting, y: JaxArray, p: JaxArray, stimulus: Stimulus) -> list[tuple[Index, JaxArray]]:
        lesion, places = acting.region.name, np.array(acting.places)
        viable, dying = self.layout.cells[lesion, VIABLE], self.layout.cells[lesion, DYING]
        target = jnp.zeros(len(places))
        if acting.species is not None:
            index = self._index(acting.species, acting.region, TARGET, places)
            target = y[index] / p[acting.surroundings["cell_volume"]]
        seen = Lesion(
            viable=y[viable],
            dying=y[dying],
            initial=p[acting.surroundings["cells_at_start"]],
            target_concentration=target,
        )
        rates = acting.build(p).rates(seen, stimulus)
        return [(viable, rates.viable), (dying, rates.dying)]


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
    surroundings = {region.name: _Surroundings.of(region, book, volumes) for region in regions}
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
                places = _with_sites(law, species, places, region, layout)
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


def _drives(law: type[AbstractRate], species: Species | None, matter: Matter, region: Compartments, book: ValueBook) -> bool:
    """Tell whether a law of cells acts: once without a drug, or once for each drug whose potency is known."""
    if not law.driven_by_drug:
        return species is None
    if species is None or species.form is not Form.RELEASED:
        return False
    chain = (*region.special.get(species.name, ()), *matter.chains[species], *region.scopes[0])
    potency = book.fill_or("half_maximal_target_concentration", chain, Place(region.host_species), np.nan)
    return bool(np.isfinite(potency).all())


@dataclass(frozen=True)
class _Surroundings:
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
    ) -> _Surroundings:
        def each(name: str, site: str | None = None) -> Draws:
            """One value a place; a place without the site needs none."""
            having = [k for k, sites in enumerate(region.sites) if site is None or site in sites]
            values = _of_places(name, region, having, (), book)
            whole = np.ones((len(values), len(region.places)))
            whole[:, having] = values
            return whole

        tissue = each("tissue_volume")
        blood_ph, inside_ph = each("blood_ph"), each("intracellular_ph")
        if region.kind is Region.BODY:
            plasma = tissue * each("vascular_plasma_fraction")
            carried = {BLOOD: plasma, INTERSTITIUM: tissue * each("interstitial_fraction", INTERSTITIUM), PHAGOCYTOSED: tissue}
            small = carried | {INTERSTITIUM: tissue * each("extravascular_fraction", INTERSTITIUM)}
            outside_ph, initial, cell_volume = each("interstitial_ph", INTERSTITIUM), None, None
        else:
            cell_volume = tissue * each("cell_volume_fraction")
            fluid = tissue * each("interstitial_fraction")
            carried = {INTERSTITIUM: fluid, BOUND: fluid, INTERNALISED: cell_volume, PHAGOCYTOSED: cell_volume}
            small = carried | {TARGET: cell_volume}
            outside_ph, initial = each("interstitial_ph"), tissue * each("cell_density")
            if region.vessels is not None:
                body, place = region.vessels
                shared = volumes[body, BLOOD, "carried"][:, [place]]
                carried, small = carried | {VESSELS: shared + 0 * tissue}, small | {VESSELS: shared + 0 * tissue}
        for kind, group in (("carried", carried), ("small", small)):
            volumes.update({(region.name, site, kind): volume for site, volume in group.items()})
        ph = {BLOOD: blood_ph, VESSELS: blood_ph, INTERSTITIUM: outside_ph, BOUND: outside_ph}
        ph |= {INTERNALISED: inside_ph, PHAGOCYTOSED: inside_ph, TARGET: inside_ph}
        return cls(region, tissue, carried, small, ph, each("body_temperature"), initial, cell_volume)


def _of_places(name: str, region: Compartments, places: Sequence[int], own: tuple[Scope, ...], book: ValueBook) -> Draws:
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
    context = {key: values[:, place] for key, values in region.context.items() if not np.isnan(values[:, place]).any()}
    chain = (*own, *region.scopes[place])
    return book.fill(name, chain, Place(region.host_species, region.organ(place)), context=context)


def _fill(
    name: str,
    law: type[AbstractProcess],
    species: Species | None,
    places: tuple[int, ...],
    region: Compartments,
    matter: Matter,
    book: ValueBook,
    parameters: Parameters,
    around: _Surroundings,
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
            values = _of_places(wanted, region, chosen, own, book)
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
    )
