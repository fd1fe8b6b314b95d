"""Layout: where in the state vector each amount stands. Axes are made from the study; a new payload is a longer vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.model import (
    BOUND,
    ENDOTHELIUM,
    EXITS,
    INTERNALISED,
    INTERSTITIUM,
    PHAGOCYTOSED,
    TARGET,
    Form,
    Region,
    Species,
)

Index = NDArray[np.int64]
ABSENT = -1

CARRIED = (ENDOTHELIUM, INTERSTITIUM, BOUND, INTERNALISED, PHAGOCYTOSED)
TUMOR_SITES: Mapping[Form, tuple[str, ...]] = {
    Form.CARRIER: CARRIED,
    Form.ENCAPSULATED: CARRIED,
    Form.ATTACHED: CARRIED,
    Form.RELEASED: (INTERSTITIUM, INTERNALISED, PHAGOCYTOSED, TARGET),
    Form.DETACHED: (INTERSTITIUM, INTERNALISED, PHAGOCYTOSED),
}

VIABLE, DYING = "viable", "dying"


class Pool(NamedTuple):
    """One kind of entry of the state: a species at a site of a region."""

    species: Species
    region: str
    site: str


@dataclass(frozen=True)
class Layout:
    """Index tables into the state vector.

    `pools` gives, for each pool, one index a place of its region, with -1 where the place lacks the site; `exits` one index a
    species and exit; `cells` one index a place of a lesion.
    """

    size: int
    pools: Mapping[Pool, Index]
    exits: Mapping[tuple[Species, str], int]
    cells: Mapping[tuple[str, str], Index]
    names: tuple[str, ...]

    def everywhere(self, species: Species) -> Index:
        """Every index at which a species stands, exits included."""
        standing = [index[index != ABSENT] for pool, index in self.pools.items() if pool.species == species]
        leaving = [np.array([index]) for (one, _), index in self.exits.items() if one == species]
        return np.concatenate([*standing, *leaving]) if standing or leaving else np.zeros(0, dtype=np.int64)


def make_layout(
    species: Sequence[Species],
    regions: Sequence[tuple[str, Region, tuple[str, ...], tuple[frozenset[str], ...]]],
) -> Layout:
    """Number every amount that the study follows.

    Parameters
    ----------
    species
        In the order in which they stand.
    regions
        Name, kind, places, and the sites that each place has.
    """
    names: list[str] = []
    pools: dict[Pool, Index] = {}
    cells: dict[tuple[str, str], Index] = {}
    for one in species:
        for region, kind, places, sites in regions:
            offered = sorted(frozenset().union(*sites)) if kind is Region.BODY else TUMOR_SITES[one.form]
            for site in offered:
                index = np.full(len(places), ABSENT)
                for k, place in enumerate(places):
                    if site in sites[k]:
                        index[k] = len(names)
                        names.append(f"{one} in {place}: {site}")
                if (index != ABSENT).any():
                    pools[Pool(one, region, site)] = index
    exits = {}
    for one in species:
        for leaving in EXITS:
            exits[one, leaving] = len(names)
            names.append(f"{one}: {leaving}")
    for region, kind, places, _ in regions:
        if kind is Region.TUMOR:
            for state in (VIABLE, DYING):
                cells[region, state] = np.arange(len(names), len(names) + len(places))
                names.extend(f"{state} cells in {place}" for place in places)
    return Layout(len(names), pools, exits, cells, tuple(names))
