"""The pressure in a lesion and in the tissue around it: in layers for every draw, on voxels for the median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.numerics.pressure import Pressure, pressure_in_box, pressure_in_shells
from janusome.numerics.shells import spheres
from janusome.simulation.arms import Site, environment_of
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy

Array = NDArray[np.float64]
Index = NDArray[np.int64]

OUTSIDE, REACH = 40, 5.0  # layers of the tissue around, to so many radii
LENGTHS, WIDEST = 3.0, 12  # lengths over which the tissue around forgets a tumor, and at most so many voxels
MOST_FINE, MOST_CELLS = 4, 1_000_000  # finer voxels in one along each axis, and in all


@dataclass(frozen=True)
class Tissue:
    """What decides the fluid of a tissue, (lanes,) each."""

    hydraulic_conductivity: Array  # K, m^2/(Pa s)
    filtration_coefficient: Array  # Lp S/V, 1/(Pa s)
    vascular_pressure: Array  # effective, Pa
    lymphatic_coefficient: Array  # 1/(Pa s)
    lymphatic_pressure: Array  # Pa


def tissue_of(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Tissue:
    """Return the fluid's coefficients in a tumor, which has no working lymphatics."""
    return _tissue(environment_of(study, lesion), Place(study.host.species), book, lymphatic=False)


def tissue_around(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Tissue:
    """Return the fluid's coefficients in the organ that a tumor grows in."""
    chain = (Scope(f"host {study.host.name}", study.host),)
    return _tissue(chain, Place(study.host.species, lesion.tumor.background_organ), book, lymphatic=True)


def _tissue(chain: tuple[Scope, ...], place: Place, book: ValueBook, *, lymphatic: bool) -> Tissue:
    none = np.zeros(book.draws)
    surface = book.fill("vessel_surface_density", chain, place)
    return Tissue(
        hydraulic_conductivity=book.fill("tissue_hydraulic_conductivity", chain, place),
        filtration_coefficient=book.fill("vascular_hydraulic_conductivity", chain, place) * surface,
        vascular_pressure=book.fill("effective_vascular_pressure", chain, place),
        lymphatic_coefficient=book.fill("lymphatic_filtration_coefficient", chain, place) if lymphatic else none,
        lymphatic_pressure=book.fill("lymphatic_pressure", chain, place) if lymphatic else none,
    )


def pressure_in_layers(tumor: Tissue, around: Tissue, layers: Array, weight: Array) -> Pressure:
    """Solve the pressure in a ball of layers and in the tissue around it, draw by draw.

    `layers` are the radii of the ball's layers from its center, m; `weight` is their perfused vessel surface relative to the
    mean, (lanes, layers). The first layers of the result are those of the ball.
    """
    inner = len(layers) - 1

    def each(name: str) -> Array:
        inside = getattr(tumor, name)[:, None] * (weight if name == "filtration_coefficient" else np.ones((1, inner)))
        return np.concatenate([inside, np.repeat(getattr(around, name)[:, None], OUTSIDE, axis=1)], axis=1)

    return pressure_in_shells(
        spheres(np.concatenate([layers, layers[-1] * np.geomspace(1.0, REACH, OUTSIDE + 1)[1:]])),
        conductivity=each("hydraulic_conductivity"),
        filtration=each("filtration_coefficient"),
        vascular=each("vascular_pressure"),
        drainage=each("lymphatic_coefficient"),
        lymphatic=each("lymphatic_pressure"),
    )


def pressure_on_grid(
    grid: LesionGrid, tumor: Tissue, around: Tissue, weight: Array
) -> tuple[Array, tuple[Array, Array, Array]]:
    """Return the pressure of every voxel of a lesion's box, Pa, and the flows through its faces along z, y and x, m^3/s.

    Solved at the first lane on a box that is wide enough for the tissue around to forget the tumor, and fine enough for its
    rim; a flow is the sum over the finer faces that its face is made of. A voxel that the tumor fills in part mixes both
    tissues by volume.
    """
    T, A = _first(tumor), _first(around)
    fine, pads = _refinement(grid, T), _padding(grid, A)
    wide = [(n, n) for n in pads]
    share, vessels = np.pad(grid.share, wide), np.zeros(grid.share.shape)
    vessels[grid.inside] = grid.shares * weight
    vessels, rest = np.pad(vessels, wide), 1.0 - share

    def refined(values: Array) -> Array:
        return values.repeat(fine, 0).repeat(fine, 1).repeat(fine, 2)

    F = T.filtration_coefficient * vessels + A.filtration_coefficient * rest
    driven = T.filtration_coefficient * T.vascular_pressure * vessels + A.filtration_coefficient * A.vascular_pressure * rest
    found = pressure_in_box(
        refined(T.hydraulic_conductivity * share + A.hydraulic_conductivity * rest),
        spacing=grid.voxel_size / fine,
        filtration=refined(F),
        vascular=refined(np.divide(driven, F, out=np.zeros_like(F), where=F > 0.0)),
        drainage=refined(A.lymphatic_coefficient * rest),
        lymphatic=float(A.lymphatic_pressure),
    )
    kept = tuple(slice(n, n + size) for n, size in zip(pads, grid.share.shape, strict=True))
    pressure = _blocks(found.pressure, fine).mean(axis=(1, 3, 5))[kept]
    flows = [_gathered(flow, axis, fine)[_faces(kept, axis)] for axis, flow in enumerate(found.flows)]
    return pressure, (flows[0], flows[1], flows[2])


def _first(tissue: Tissue) -> Tissue:
    return Tissue(*(np.asarray(values[0]) for values in vars(tissue).values()))


def _refinement(grid: LesionGrid, tumor: Tissue) -> int:
    """Return into how many a voxel is cut along each axis, so that two lie in the layer where the pressure falls."""
    layer = float(np.sqrt(tumor.hydraulic_conductivity / max(tumor.filtration_coefficient, np.finfo(float).tiny)))
    wanted = int(np.clip(np.ceil(2.0 * float(np.max(grid.voxel_size)) / layer), 1, MOST_FINE))
    affordable = max(1, int((MOST_CELLS / grid.share.size) ** (1.0 / 3.0)))
    return min(wanted, affordable)


def _padding(grid: LesionGrid, around: Tissue) -> Index:
    """Return by how many voxels the box is widened on each side along each axis."""
    exchange = max(float(around.filtration_coefficient + around.lymphatic_coefficient), np.finfo(float).tiny)
    length = float(np.sqrt(around.hydraulic_conductivity / exchange))
    return np.minimum(np.ceil(LENGTHS * length / grid.voxel_size), WIDEST).astype(np.int64)


def _blocks(values: Array, fine: int) -> Array:
    """Return an array with every axis cut in blocks of finer voxels."""
    z, y, x = (size // fine for size in values.shape)
    return values.reshape(z, fine, y, fine, x, fine)


def _gathered(flow: Array, axis: int, fine: int) -> Array:
    """Return flows through coarse faces: every finer one that lies in them, summed over the two axes across."""
    every = flow.take(range(0, flow.shape[axis], fine), axis=axis)
    for across in (k for k in range(3) if k != axis):
        every = np.add.reduceat(every, range(0, every.shape[across], fine), axis=across)
    return every


def _faces(kept: tuple[slice, ...], axis: int) -> tuple[slice, ...]:
    return tuple(slice(s.start, s.stop + (k == axis)) for k, s in enumerate(kept))
