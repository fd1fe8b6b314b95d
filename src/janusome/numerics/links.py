r"""Links: what diffuses and drifts through the faces between cells, as first-order coefficients that never turn negative.

$$ J_{ij} = G\,[B(-\mathrm{Pe})\,C_i - B(\mathrm{Pe})\,C_j], \qquad B(x) = \frac{x}{e^x - 1}, \qquad \mathrm{Pe} = f q/G $$

G = eps D A/d is the conductance of a face and f q what the fluid carries along, both m^3/s. It is the exact flux of steady
diffusion and drift between two cell centres: central differences where Pe is small, upwind where it is large. What leaves
cell i for cell j in a second is J/V_i of its content, V the accessible volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from janusome.errors import InputError
from janusome.numerics.diffusion import exchange_operator
from janusome.numerics.pressure import box_conductances
from janusome.numerics.shells import Shells

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SMALL = 1e-6  # below this, B by its series
LARGE = 700.0  # beyond this, the exponential is nothing or everything


@dataclass(frozen=True)
class Links:
    """Faces between cells: each joins `first` and `second`, and fluid flows from the first to the second.

    Parameters
    ----------
    first, second
        Cells; `cells` itself stands for what lies beyond an open border.
    conductance, flow
        G and f q, m^3/s.
    cells
        Number of cells, without what lies beyond.
    """

    first: Index
    second: Index
    conductance: Array
    flow: Array
    cells: int

    def coefficients(self, accessible_volume: ArrayLike) -> tuple[Index, Index, Array]:
        """Return source, target and 1/s of what leaves the source, both ways along every link.

        Nothing comes back from beyond an open border; `accessible_volume`, m^3, is one value or one for each cell.
        """
        volume = np.broadcast_to(np.asarray(accessible_volume, float), (self.cells,))
        if not (np.all(volume > 0.0) and np.all(np.isfinite(volume))):
            raise InputError("accessible_volume", f"goes down to {volume.min():.3g} m^3", "give more than zero in every cell")
        forward, backward = exchange_rates(self.conductance, self.flow)
        room = np.append(volume, np.inf)
        source, target = np.concatenate([self.first, self.second]), np.concatenate([self.second, self.first])
        return source, target, np.concatenate([forward, backward]) / room[source]

    def operator(self, accessible_volume: ArrayLike) -> csr_array:
        """Return the rate matrix; with an open border it has one row more, which gathers what has left."""
        source, target, coefficient = self.coefficients(accessible_volume)
        size = self.cells + int(np.any(self.second == self.cells) or np.any(self.first == self.cells))
        return exchange_operator(source, target, coefficient, size=size)


def bernoulli(x: ArrayLike) -> Array:
    """Return x / (e^x - 1) for any x.

    >>> [float(round(one, 4)) for one in bernoulli([-1000.0, -1.0, 0.0, 1.0, 1000.0])]
    [1000.0, 1.582, 1.0, 0.582, 0.0]
    """
    x = np.asarray(x, float)
    bounded = np.clip(x, -LARGE, LARGE)
    small = np.abs(x) < SMALL
    by_series = 1.0 - 0.5 * bounded + bounded**2 / 12.0
    exact = np.where(x > LARGE, 0.0, x) / np.expm1(np.where(small, 1.0, bounded))
    return np.where(small, by_series, exact)


def exchange_rates(conductance: ArrayLike, flow: ArrayLike) -> tuple[Array, Array]:
    """Return G B(-Pe) and G B(Pe), m^3/s: upwind where G is nothing beside the flow."""
    G, q = np.broadcast_arrays(np.asarray(conductance, float), np.asarray(flow, float))
    spreads = np.abs(q) < LARGE * G
    peclet = np.divide(q, G, out=np.zeros(G.shape), where=spreads)
    return (
        np.where(spreads, G * bernoulli(-peclet), np.maximum(q, 0.0)),
        np.where(spreads, G * bernoulli(peclet), np.maximum(-q, 0.0)),
    )


def links_in_box(
    conductivity: Array,
    *,
    spacing: ArrayLike,
    flows: Sequence[Array] | None = None,
    retardation: float = 1.0,
    inside: NDArray[np.bool_] | None = None,
) -> Links:
    """Return the links of a box of voxels (z, y, x), numbered in C order over those `inside`.

    Parameters
    ----------
    conductivity
        eps D, m^2/s, zero where nothing diffuses.
    flows
        m^3/s through all faces as `Pressure.flows` has them. Where fluid leaves through the border it takes along what it
        holds; where it enters it brings nothing.
    retardation
        f, of the solute beside the fluid.
    """
    part = np.ones(conductivity.shape, bool) if inside is None else np.asarray(inside, bool)
    number = np.full(part.shape, -1, np.int64)
    cells = int(part.sum())
    number[part] = np.arange(cells)
    conductances = box_conductances(np.where(part, conductivity, 0.0), np.asarray(spacing, float))
    found = []
    for axis, G in enumerate(conductances):
        flow = np.zeros(G.shape) if flows is None else retardation * np.asarray(flows[axis], float)
        beyond = np.pad(number, [(int(axis == other),) * 2 for other in range(3)], constant_values=cells)
        count = part.shape[axis]
        near, far = (np.take(beyond, range(start, start + count + 1), axis=axis) for start in (0, 1))
        within = (near >= 0) & (far >= 0) & (near + far < 2 * cells)
        joined = within & ((near < cells) & (far < cells) | (flow != 0.0))
        found.append((near[joined], far[joined], G[joined], flow[joined]))
    near, far, G, flow = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Links(near, far, G, flow, cells)


def links_in_shells(shells: Shells, conductivity: ArrayLike, *, flows: Array | None = None, retardation: float = 1.0) -> Links:
    """Return the links of shells in one lane, from the innermost outward; the arguments are as in `links_in_box`."""
    count = shells.count
    eps_d = np.broadcast_to(np.asarray(conductivity, float), (count,))
    conducts = np.all(eps_d > 0.0)
    G = shells.conductances(eps_d) if conducts else np.zeros(count - 1)
    flow = np.zeros(count + 1) if flows is None else retardation * np.asarray(flows, float)
    near, far = np.arange(count - 1), np.arange(1, count)
    if flow[-1] == 0.0:
        return Links(near, far, G, flow[1:-1], count)
    return Links(np.append(near, count - 1), np.append(far, count), np.append(G, 0.0), flow[1:], count)
