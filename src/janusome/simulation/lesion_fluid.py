"""The fluid of a lesion: filtered by its vessels, held back by its pressure, and oozing out of its border.

The ensemble has a few shells under the surface, with a pressure of its own in every draw; the median has voxels. Both feed the
same laws.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from janusome.model import INTERSTITIUM, Links, Material, Stimulus
from janusome.numerics.precision import double
from janusome.simulation.arms import Site, environment_of
from janusome.simulation.assembly import Compartments
from janusome.simulation.division import Division, both_ways, in_a_row, mean_of_places, named
from janusome.simulation.lesion_environment import environment_by_place
from janusome.simulation.lesion_grid import Faces, LesionGrid
from janusome.simulation.lesion_pressure import pressure_in_layers, pressure_on_grid, tissue_around, tissue_of
from janusome.simulation.surroundings import at_places
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.tumor.interstitial_transport import InterstitialTransport

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SHELLS = 3  # of equal volume, for ensembles
FINE = 20  # layers in each of them, for the pressure
FEW = 64  # voxels, below which a lesion is taken as a ball


def in_shells(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Division:
    """Return a lesion as shells of equal volume, the innermost first, with the pressure of every draw.

    Under the surface at depth d the shape is taken to hold V (1 - d/R)^3, as a ball does, with the R that gives its surface.
    """
    R, V, count = effective_radius(lesion.grid), lesion.volume, SHELLS * FINE
    layers = R * (np.arange(count + 1) / count) ** (1.0 / 3.0)
    middles = R * ((np.arange(count) + 0.5) / count) ** (1.0 / 3.0)
    weight = _weight_of_layers(study, lesion, book, depth=R - middles)
    leaky = weight * leaky_share(study, lesion, book, depth=R - middles)  # what is tight filters nothing
    fluid = pressure_in_layers(tissue_of(study, lesion, book), tissue_around(study, lesion, book), layers, leaky)
    kappa = V / (4.0 / 3.0 * np.pi * R**3)  # surface of the shape over that of the ball of radius R
    flow = kappa * fluid.flows[0]
    centers = middles.reshape(SHELLS, FINE).mean(axis=1)
    ratio = kappa * 4.0 * np.pi * layers[FINE:count:FINE] ** 2 / np.diff(centers)
    ends, ratios, flows = both_ways(*in_a_row(SHELLS), ratio[None, :], flow[:, FINE:count:FINE])
    outflow = np.zeros((book.draws, SHELLS))
    outflow[:, -1] = np.maximum(flow[:, count], 0.0) / (V / SHELLS)

    def by_shell(values: Array) -> Array:
        return mean_of_places(values[:, :count].reshape(len(values), SHELLS, FINE))

    shares, vessels = np.full((1, SHELLS), V / SHELLS), by_shell(weight)
    return Division(
        names=tuple(named(lesion.name, "shell", SHELLS)),
        volume=shares,
        vessel_weight=vessels,
        leaky=by_shell(leaky) / vessels,
        pressure=by_shell(fluid.pressure),
        filtration=by_shell(fluid.filtered),
        outflow=outflow,
        links=ends,
        area_over_distance=ratios,
        flow=flows,
        environment=environment_by_place(
            study, lesion, book, vessel_weight=vessels, volume=shares, depth=by_shell((R - middles)[None, :])
        ),
    )


def _weight_of_layers(study: ResolvedStudy, lesion: Site, book: ValueBook, *, depth: Array) -> Array:
    """Return perfused vessel surface of layers of equal volume, innermost first, relative to their mean: (lanes, layers)."""
    core, thickness = perfusion_of(study, lesion, book)
    if lesion.grid.maps and lesion.grid.count >= FEW:
        weight = lesion.grid.vessel_weight(core_to_rim=float(core[0]), rim_thickness=float(thickness[0]))
        layers = shell_shares(lesion.grid, len(depth)) * lesion.grid.shares
        found = np.broadcast_to(layers @ weight, (book.draws, len(depth)))
    else:
        found = core[:, None] + (1.0 - core[:, None]) * np.exp(-depth / thickness[:, None])
    return found / mean_of_places(found)[:, None]


def in_voxels(study: ResolvedStudy, lesion: Site, book: ValueBook) -> Division:
    """Return a lesion as its voxels, with the pressure that they and the tissue around them have at the median."""
    grid = lesion.grid
    core, thickness = perfusion_of(study, lesion, book)
    weight = grid.vessel_weight(core_to_rim=float(core[0]), rim_thickness=float(thickness[0]))
    leaky = leaky_share(study, lesion, book, depth=_depths(grid))[0]
    tumor, around = tissue_of(study, lesion, book), tissue_around(study, lesion, book)
    pressure, flows = pressure_on_grid(grid, tumor, around, weight * leaky)
    faces, volume, P = grid.links(grid.inside), grid.shares * grid.voxel_volume, pressure[grid.inside]
    flow, filtered = faces.gathered(flows), np.maximum(net_outflow(flows)[grid.inside], 0.0)
    shared = np.minimum(grid.shares[faces.source], grid.shares[faces.target])  # of a face that the tumor fills in part
    return Division(
        names=tuple(named(lesion.name, "voxel", grid.count)),
        volume=volume[None, :],
        vessel_weight=weight[None, :],
        leaky=leaky[None, :],
        pressure=P[None, :],
        filtration=(filtered / volume)[None, :],
        outflow=(outflow_of(filtered, faces, flow) / volume)[None, :],
        links=np.stack([faces.source, faces.target], axis=-1),
        area_over_distance=(faces.area_over_distance * shared)[None, :],
        flow=flow[None, :],
        environment=environment_by_place(
            study, lesion, book, vessel_weight=weight[None, :], volume=volume[None, :], depth=_depths(grid)[None, :]
        ),
    )


def net_outflow(flows: tuple[Array, Array, Array]) -> Array:
    """Return what leaves every voxel of the box through its faces, less what enters, m^3/s: what its vessels filtered.

    A voxel that the tumor fills in part counts with what the tissue around it takes up in it: the fluid of the tumor alone
    would be more than what comes out of its border.
    """
    return np.asarray(sum(np.diff(flow, axis=axis) for axis, flow in enumerate(flows)))


def outflow_of(filtered: Array, faces: Faces, flow: Array) -> Array:
    """Return what leaves each voxel across the border of the lesion, m^3/s: all that comes in and goes to no other voxel.

    In a voxel that the tumor fills in part this is also what the tissue around it takes up there.
    """
    onward = np.bincount(faces.source, flow, minlength=len(filtered))  # links come both ways, so that this is the net
    return np.maximum(filtered - onward, 0.0)


def perfusion_of(study: ResolvedStudy, lesion: Site, book: ValueBook) -> tuple[Array, Array]:
    """Return perfused vessels of the core over those of the rim, and over what depth (m) they fall: (lanes,) each."""
    chain, place = environment_of(study, lesion), Place(study.host.species)
    return book.fill("core_to_rim_vessel_ratio", chain, place), book.fill("rim_thickness", chain, place)


def leaky_share(study: ResolvedStudy, lesion: Site, book: ValueBook, *, depth: Array) -> Array:
    r"""Return the share of the vessel wall that is no blood-brain barrier, by depth: (lanes, places).

    $f = f_{core} + (f_{rim} - f_{core})\, e^{-d/w}$; one, where a tumor's row says nothing of a barrier.
    """
    chain, place = environment_of(study, lesion), Place(study.host.species)
    core = book.fill_or("core_leaky_wall_fraction", chain, place, 1.0)[:, None]
    rim = book.fill_or("rim_leaky_wall_fraction", chain, place, 1.0)[:, None]
    width = book.fill_or("leaky_core_depth", chain, place, 1.0)[:, None]
    return core + (rim - core) * np.exp(-depth / width)


def effective_radius(grid: LesionGrid) -> float:
    """Return the radius of the ball that has as much surface for its volume as a lesion, m: three volumes over its surface."""
    if grid.count < FEW:
        return float((3.0 * grid.volume / (4.0 * np.pi)) ** (1.0 / 3.0))
    return 3.0 * grid.volume / grid.shells(1).surface


def shell_shares(grid: LesionGrid, shells: int) -> Array:
    """Return how much of each voxel lies in each shell of equal volume, the innermost first: (shells, voxels)."""
    order = np.argsort(-_depths(grid), kind="stable")
    upper = np.empty(grid.count)
    upper[order] = np.cumsum(grid.shares[order]) / grid.shares.sum()
    lower = upper - grid.shares / grid.shares.sum()
    edges = np.arange(shells + 1) / shells
    overlap = np.maximum(np.minimum(upper, edges[1:, None]) - np.maximum(lower, edges[:-1, None]), 0.0)
    return overlap / overlap.sum(axis=0)


def _depths(grid: LesionGrid) -> Array:
    return np.maximum(grid.depth()[grid.inside], 0.0)


def along_links(
    division: Division, region: Compartments, own: tuple[Scope, ...], book: ValueBook, *, accessible: Array
) -> Array:
    """Return how fast one species goes along the links of a division at the median, 1/s.

    `own` are the rows of the species, `accessible` the volumes that it reaches in each place, m^3.
    """
    count = len(division.names)
    filled = {name: float(at_places(name, region, [0], own, book)[0, 0]) for name in (
        "interstitial_diffusivity", "convection_hindrance")}  # fmt: skip
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
            accessible_volume={INTERSTITIUM: jnp.asarray(accessible)},
            ph=nothing,
            tissue_volume=jnp.asarray(division.volume[0]),
            temperature=jnp.zeros(count),
            released_in_plasma=jnp.zeros(count),
        )
        (transfer,) = law.transfers(state, Stimulus(temperature_rise=jnp.zeros(count), barrier_opening=jnp.zeros(count)))
        return np.asarray(transfer.coefficient)
