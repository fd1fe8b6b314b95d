"""Read-outs of a tumor: how much of a material it holds, how deep, how evenly, and how many of its cells see enough.

Everything here takes plain arrays. A part is a voxel, a layer or a shell; `share` is its share of the lesion's volume or any
other weight that is not negative. What a figure cannot be told of is not-a-number; whoever reports it says why.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.ensemble import at_times
from janusome.simulation.exposure import areas

Array = NDArray[np.float64]

LOW, HIGH = 0.1, 0.9  # percentiles over volume that tell how uneven a field is


class Layers(NamedTuple):
    """A field against depth, from the surface inwards."""

    depth: Array  # mean of each layer, m
    share: Array  # of the lesion's volume
    mean: Array  # of the field by volume


def mean_over(values: Array, share: Array) -> Array:
    """Return the mean over the last axis by volume: sum(c w) / sum(w)."""
    return np.asarray(_ratio((values * share).sum(axis=-1), share.sum(axis=-1)))


def variation(values: Array, share: Array) -> Array:
    """Return the coefficient of variation over volume: the standard deviation by volume over the mean; 0 is even."""
    mean = mean_over(values, share)
    spread = np.sqrt(mean_over((values - mean[..., None]) ** 2, share))
    return np.asarray(_ratio(spread, mean))


def percentile(values: Array, share: Array, level: float) -> float:
    """Return the value below which a share `level` of the volume lies, linear between the middles of parts."""
    order = np.argsort(values, kind="stable")
    filled = np.cumsum(share[order]) - 0.5 * share[order]
    return float(np.interp(level * share.sum(), filled, values[order]))


def share_above(values: Array, weight: Array, threshold: Array | float) -> Array:
    """Return the share of a weight (volume, or viable cells) at which a field is at least at a threshold."""
    return np.asarray(_ratio((weight * (values >= threshold)).sum(axis=-1), weight.sum(axis=-1)))


def relative_depth(values: Array, share: Array, depth: Array) -> Array:
    """Return the mean depth of the material over the mean depth of the lesion's volume.

    1 where the material is even, 0 where all of it lies at the surface; above 1 it lies more in the core.
    """
    return np.asarray(_ratio(mean_over(np.broadcast_to(depth, values.shape), values * share), mean_over(depth, share)))


def layers_of(values: Array, share: Array, depth: Array, *, thickness: float) -> Layers:
    """Return the means of a field in layers of one thickness (m) under the surface; layers without parts are left out."""
    number = np.floor(np.maximum(depth, 0.0) / thickness * (1.0 + 1e-12)).astype(np.int64)
    held = np.bincount(number, share)
    kept = held > 0.0

    def by_layer(each: Array) -> Array:
        return np.asarray(np.bincount(number, each * share)[kept] / held[kept])

    return Layers(by_layer(depth), held[kept] / held.sum(), by_layer(values))


def depth_of_fall(layers: Layers, *, to: float) -> float:
    """Return how much deeper than the outermost layer a field has first fallen to a share `to` of its mean there, m.

    Both depths are means of layers; between two layers the field falls exponentially with depth. Not-a-number where it never
    falls that far, where the outermost layer holds nothing, and where there is but one layer.

    >>> depth = np.array([0.5, 1.5, 2.5])
    >>> float(depth_of_fall(Layers(depth, np.ones(3), np.exp(-depth)), to=0.5).__round__(6))
    0.693147
    """
    first = float(layers.mean[0])
    below = np.flatnonzero(layers.mean <= to * first)
    if first <= 0.0 or not below.size:
        return float("nan")
    k = int(below[0])
    one, two = float(layers.mean[k - 1]) / first, float(layers.mean[k]) / first
    way = np.log(one / to) / np.log(one / two) if two > 0.0 else (one - to) / (one - two)
    return float(layers.depth[k - 1] + way * (layers.depth[k] - layers.depth[k - 1]) - layers.depth[0])


def area_within(times: Array, values: Array, *, start: float, stop: float) -> Array:
    """Return the area under each course between two times: linear while it rises, logarithmic while it falls."""
    inner = (times > start) & (times < stop)
    ends = at_times(times, values, (start, stop))
    seen = np.concatenate([ends[:, :1], values[:, inner], ends[:, 1:]], axis=1)
    return areas(np.concatenate([[start], times[inner], [stop]]), seen)[0]


def ratio(above: Array, below: Array) -> Array:
    """Return a ratio, not-a-number where there is nothing below the line."""
    return np.asarray(_ratio(above, below))


def _ratio(above: Array, below: Array) -> Array:
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), np.nan)
