"""The fluid of a lesion: filtered by its vessels, held back by its pressure, and oozing out of its border.

The ensemble has a few shells under the surface, with a pressure of its own in every draw; the median has voxels. Both feed the
same laws.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from janusome.model import INTERSTITIUM, Links, Material, Stimulus
from janusome.numerics.precision import double
from janusome.simulation.arms import Site, environment_of
from janusome.simulation.assembly import Compartments
from janusome.simulation.division import Division, both_ways, in_a_row, named
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.surroundings import at_places
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.tumor.interstitial_transport import InterstitialTransport

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SHELLS = 3  # of equal volume, for ensembles
FINE = 20  # layers in each of them, for the pressure
OUTSIDE = 40  # layers of the tissue around, to REACH radii
REACH = 5.0
FEW = 64  # voxels, below which a lesion is taken as a ball


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
    chain, place = environment_of(study, lesion), Place(study.host.species)
    return _tissue(chain, place, book, lymphatic=False)


def tissue_around(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Tissue:
    """Return the fluid's coefficients in the organ that a tumor grows in."""
    chain = (Scope(f"host {study.host.name}", study.host),)
    return _tissue(chain, Place(study.host.species, lesion.tumor.background_organ), book, lymphatic=True)


def _tissue(chain: tuple[Scope, ...], place: Place, book: ValueBook, *, lymphatic: bool) -> Tissue:
    none = np.zeros(book.draws)
    return Tissue(
        hydraulic_conductivity=book.fill("tissue_hydraulic_conductivity", chain, place),
        filtration_coefficient=book.fill("vascular_hydraulic_conductivity", chain, place)
        * book.fill("vessel_surface_density", chain, place),
        vascular_pressure=book.fill("effective_vascular_pressure", chain, place),
        lymphatic_coefficient=book.fill("lymphatic_filtration_coefficient", chain, place) if lymphatic else none,
        lymphatic_pressure=book.fill("lymphatic_pressure", chain, place) if lymphatic else none,
    )


def in_shells(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Division:
    """Return a lesion as shells of equal volume, the innermost first, with the pressure of every draw.

    Under the surface at depth d the shape is taken to hold V (1 - d/R)^3, as a ball does, with the R that gives the mean depth
    of its voxels.
    """
    R, V = effective_radius(lesion.grid), lesion.volume
    layers = R * (np.arange(SHELLS * FINE + 1) / (SHELLS * FINE)) ** (1.0 / 3.0)
    middles = R * ((np.arange(SHELLS * FINE) + 0.5) / (SHELLS * FINE)) ** (1.0 / 3.0)
    weight = vessel_weight(study, lesion, book, depth=R - middles)
    weight = weight / weight.mean(axis=1, keepdims=True)
    fluid = _radial(tissue_of(study, lesion, book), tissue_around(study, lesion, book), layers, weight)
    kappa = V / (4.0 / 3.0 * np.pi * R**3)  # surface of the shape over that of the ball of radius R
    edges = layers[FINE::FINE][:-1]
    centres = middles.reshape(SHELLS, FINE).mean(axis=1)
    source, target = in_a_row(SHELLS)
    ratio = kappa * 4.0 * np.pi * edges**2 / np.diff(centres)
    flow = kappa * fluid.flow[:, FINE:-1:FINE][:, : SHELLS - 1]
    ends, ratios, flows = both_ways(source, target, ratio[None, :], flow)
    outflow = np.zeros((len(weight), SHELLS))
    outflow[:, -1] = np.maximum(kappa * fluid.flow[:, SHELLS * FINE], 0.0) / (V / SHELLS)
    by_shell = lambda values: values.reshape(len(values), SHELLS, FINE).mean(axis=2)  # noqa: E731
    return Division(
        names=tuple(named(lesion.name, "shell", SHELLS)),
        volume=np.full((1, SHELLS), V / SHELLS),
        vessel_weight=by_shell(weight),
        pressure=by_shell(fluid.pressure[:, : SHELLS * FINE]),
        filtration=by_shell(fluid.filtered[:, : SHELLS * FINE]),
        outflow=outflow,
        links=ends,
        area_over_distance=ratios,
        flow=flows,
    )


def _radial(tumor: Tissue, around: Tissue, layers: Array, weight: Array) -> ShellPressure:
    """Solve the pressure in a ball of layers and in the tissue around it, draw by draw."""
    R = layers[-1]
    outside = R * np.geomspace(1.0, REACH, OUTSIDE + 1)[1:]
    inner, outer = len(layers) - 1, OUTSIDE

    def joined(inside: Array, beyond: Array) -> Array:
        return np.concatenate([np.broadcast_to(inside, (len(weight), inner)), np.repeat(beyond[:, None], outer, 1)], axis=1)

    def each(name: str) -> Array:
        return joined(getattr(tumor, name)[:, None], getattr(around, name))

    return shell_pressure(
        np.concatenate([layers, outside]),
        conductivity=each("hydraulic_conductivity"),
        filtration=joined(tumor.filtration_coefficient[:, None] * weight, around.filtration_coefficient),
        vascular_pressure=each("vascular_pressure"),
        drainage=each("lymphatic_coefficient"),
        lymphatic_pressure=each("lymphatic_pressure"),
    )


def in_voxels(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Division:
    """Return a lesion as its voxels, with the pressure that they and the tissue around them have at the median."""
    raise NotImplementedError


def vessel_weight(study: ResolvedStudy, lesion: Site, book: ValueBook, *, depth: Array) -> Array:
    """Return perfused vessel surface at some depths, relative to the rim's, (lanes, depths).

    It falls from the rim to `core_to_rim_vessel_ratio` of it in the core over a depth of `rim_thickness`.
    """
    chain, place = environment_of(study, lesion), Place(study.host.species)
    core = book.fill("core_to_rim_vessel_ratio", chain, place)[:, None]
    thickness = book.fill("rim_thickness", chain, place)[:, None]
    return core + (1.0 - core) * np.exp(-np.maximum(depth, 0.0) / thickness)


def effective_radius(grid: LesionGrid) -> float:
    """Return the radius of the ball whose mean depth a lesion has, m; four times the mean depth."""
    if grid.count < FEW:
        return float((3.0 * grid.volume / (4.0 * np.pi)) ** (1.0 / 3.0))
    return 4.0 * float(np.average(grid.depth(), weights=grid.volumes()))


def shell_shares(grid: LesionGrid, shells: int) -> Array:
    """Return how much of each voxel lies in each shell of equal volume, the innermost first: (shells, voxels)."""
    volume = grid.volumes()
    order = np.argsort(-grid.depth(), kind="stable")
    upper = np.empty(grid.count)
    upper[order] = np.cumsum(volume[order]) / volume.sum()
    lower = upper - volume / volume.sum()
    edges = np.arange(shells + 1) / shells
    overlap = np.minimum(upper, edges[1:, None]) - np.maximum(lower, edges[:-1, None])
    shares = np.maximum(overlap, 0.0)
    return shares / shares.sum(axis=0)


def along_links(division: Division, region: Compartments, own: tuple[Scope, ...], book: ValueBook) -> tuple[Index, Array]:
    """Return how one species goes along the links of a division at the median: their ends, and the coefficients, 1/s."""
    count = len(division.names)
    filled = {name: float(at_places(name, region, [0], own, book)[0, 0]) for name in (
        "interstitial_diffusivity", "convection_hindrance", "interstitial_fraction")}  # fmt: skip
    volume = np.broadcast_to(division.volume[0], (count,))
    nothing = {INTERSTITIUM: jnp.zeros(count)}
    with double():
        law = InterstitialTransport(
            interstitial_diffusivity=jnp.full(count, filled["interstitial_diffusivity"]),
            convection_hindrance=jnp.full(count, filled["convection_hindrance"]),
            face_area_over_distance=jnp.asarray(division.area_over_distance[0]),
            face_flow=jnp.asarray(division.flow[0]),
        )
        state = Material(
            links=Links(source=division.links[:, 0], target=division.links[:, 1]),
            amount=nothing,
            accessible_volume={INTERSTITIUM: jnp.asarray(filled["interstitial_fraction"] * volume)},
            ph=nothing,
            tissue_volume=jnp.asarray(volume),
            temperature=jnp.zeros(count),
            released_in_plasma=jnp.zeros(count),
        )
        (transfer,) = law.transfers(state, Stimulus(temperature_rise=jnp.zeros(count)))
        return division.links, np.asarray(transfer.coefficient)
