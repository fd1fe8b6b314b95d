"""Division: a lesion cut into places, shells for an ensemble or voxels for the median, with what its fluid does there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Division:
    """The places of a lesion. Arrays are (lanes, places) or (lanes, links); one lane stands for all where lanes agree.

    Parameters
    ----------
    names
        Of the places.
    volume
        Of tumor in each place, m^3.
    vessel_weight
        Perfused vessel surface relative to the lesion's mean.
    leaky
        The share of that surface which is no barrier.
    pressure
        Of the interstitial fluid, Pa.
    filtration, outflow
        Fluid that comes from the vessels, and that leaves across the border of the lesion, 1/s per tissue volume.
    links
        Source and target place of every link, both ways.
    area_over_distance
        Of the face of each link over the distance between the centres of its places, m.
    flow
        Of fluid from source to target, m^3/s.
    environment
        Quantities of the tissue that differ between places, by their names.
    """

    names: tuple[str, ...]
    volume: Array
    vessel_weight: Array
    leaky: Array
    pressure: Array
    filtration: Array
    outflow: Array
    links: Index
    area_over_distance: Array
    flow: Array
    environment: Mapping[str, Array] = field(default_factory=dict)

    def as_lanes(self) -> Division:
        """Return one place whose lanes are the places of this division, each on its own."""

        def column(values: Array) -> Array:
            return np.broadcast_to(values, (1, len(self.names))).T

        columns = {
            name: column(getattr(self, name))
            for name in ("volume", "vessel_weight", "leaky", "pressure", "filtration", "outflow")
        }
        environment = {name: column(values) for name, values in self.environment.items()}
        nowhere = np.zeros((0, 2), dtype=np.int64)
        return replace(
            self,
            names=(self.names[0],),
            links=nowhere,
            area_over_distance=np.zeros((1, 0)),
            flow=np.zeros((1, 0)),
            environment=environment,
            **columns,
        )


def both_ways(source: Index, target: Index, ratio: Array, flow: Array) -> tuple[Index, Array, Array]:
    """Return links of faces in both directions: ends (links, 2), area over distance, and flow along each link.

    `flow` is (lanes, faces), positive from source to target.
    """
    ends = np.stack([np.concatenate([source, target]), np.concatenate([target, source])], axis=-1)
    return ends, np.concatenate([ratio, ratio], axis=-1), np.concatenate([flow, -flow], axis=-1)


def in_a_row(count: int) -> tuple[Index, Index]:
    """Return the faces between neighbours of a row of places."""
    return np.arange(count - 1), np.arange(1, count)


def named(lesion: str, what: str, count: int) -> Sequence[str]:
    """Return names of the places of a lesion."""
    return [lesion] if count == 1 else [f"{lesion}, {what} {k + 1}" for k in range(count)]


def mean_of_places(values: Array, volume: Array | float = 1.0) -> Array:
    """Return the mean over the last axis by volume, summed in the order of places: a draw is the same in any ensemble."""
    weights = np.broadcast_to(volume, values.shape)
    return np.asarray(np.cumsum(values * weights, axis=-1)[..., -1] / np.cumsum(weights, axis=-1)[..., -1])
