"""Assembly: laws with their numbers, as one right-hand side.

It does not know what the laws are. It sums what they return: material moves along transfers, riders with it, and cells change
at the rates given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array as JaxArray
from numpy.typing import NDArray

from janusome.model import (
    BLOOD,
    DEGRADED,
    EXITS,
    INTERSTITIUM,
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
)
from janusome.simulation.layout import ABSENT, DYING, VIABLE, Index, Layout, Pool
from janusome.simulation.values import Scope

Draws = NDArray[np.float64]
AnyArray = Any  # of numpy, or traced
FREED = {Form.ENCAPSULATED: Form.RELEASED, Form.ATTACHED: Form.DETACHED}
SMALL = (Form.RELEASED, Form.DETACHED)


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
    ways: Mapping[str, Index] = field(default_factory=dict)  # way -> the place to which it leads from each place, or ABSENT

    def way(self, name: str) -> Index:
        """Where a way leads from each place; ABSENT where there is none."""
        return self.ways.get(name, np.full(len(self.places), ABSENT))

    def organ(self, place: int) -> str | None:
        """The organ that a place is, for values that differ between organs."""
        return self.places[place] if self.kind is Region.BODY else None


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
    opening: int | None = None  # parameter index of the share of a barrier that is open for the species

    def stimulus(self, rise: AnyArray, p: AnyArray) -> Stimulus:
        """Return what is done from outside where the law acts, at a rise of temperature."""
        every = jnp.ones(len(self.places))
        opened = 0.0 if self.opening is None else p[self.opening]
        return Stimulus(temperature_rise=rise * every, barrier_opening=opened * every)

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
            stimulus = acting.stimulus(p[self.heat[acting.region.name]], p)
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
        return acting.build(p).transfers(self._material(acting, y, p), acting.stimulus(0.0, p))

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
        without_way = ""
        if transfer.along_links:
            heads, tails = heads[acting.links[:, 0]], tails[acting.links[:, 1]]
        if transfer.along_way:
            assert issubclass(acting.law, AbstractTransfer)
            tails, without_way = acting.region.way(acting.law.way)[tails], acting.law.without_way
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
        if without_way:
            target = np.where(tails == ABSENT, self.layout.exits[reached, without_way], target)
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
        return np.full(places.shape, ABSENT) if pool is None else np.where(places == ABSENT, ABSENT, pool[places])

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
            released_in_plasma=self._released(acting, y, p, places),
        )

    def _released(self, acting: Acting, y: AnyArray, p: AnyArray, places: Index) -> AnyArray:
        """Return the concentration of all released drugs in the blood of some places; none where a place has no blood."""
        found = jnp.zeros(len(places))
        for species in self.matter.species if BLOOD in acting.volumes else ():
            if species.form is Form.RELEASED:
                index = self._index(species, acting.region, BLOOD, places)
                found = found + jnp.where(index != ABSENT, y[np.maximum(index, 0)], 0.0) / p[acting.volumes[BLOOD]]
        return found

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
