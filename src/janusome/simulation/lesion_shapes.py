"""Drawn lesions: balls and ellipsoids, their cores, and vessels that vary from place to place."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.lesion_grid import LesionGrid, surrounded
from janusome.specification.resolved import Lesion

Array = NDArray[np.float64]

POINTS = 4  # along each axis of a voxel, where it is asked how much of it is tumor
WAVES = 512  # of a random field
DEFAULT_VOXELS = 900  # of a lesion that is given by its volume
FEWEST = 8  # voxels below which a lesion is one cube: it says nothing of a shape


def lesion_grid(lesion: Lesion, grids: Mapping[str, LesionGrid], *, seed: int) -> LesionGrid:
    """Return the voxels of a lesion: those of its mask, else an ellipsoid; with its cores and its vessels."""
    build = lesion.build
    if lesion.mask is not None:
        grid = grids[lesion.name]
    else:
        assert lesion.volume is not None
        voxels = lesion.voxels or DEFAULT_VOXELS
        grid = ellipsoid(lesion.volume, axes=build.axes, voxels=voxels, margin=lesion.margin)
    if build.necrotic + build.hypoxic > 0.0:
        grid = with_core(grid, necrotic=build.necrotic, hypoxic=build.hypoxic)
    if build.vessel_spread > 0.0:
        word = zlib.crc32(lesion.name.encode())  # lesions of one study differ
        grid = with_vessels(grid, spread=build.vessel_spread, correlation_length=build.correlation_length, seed=seed ^ word)
    return grid


def ball(volume: float, *, voxels: int, margin: float = 0.0) -> LesionGrid:
    """Return a ball of the asked volume (m^3) that fills about as many cubic voxels; their size makes the volume exact."""
    return ellipsoid(volume, axes=(1.0, 1.0, 1.0), voxels=voxels, margin=margin)


def ellipsoid(volume: float, *, axes: Sequence[float], voxels: int, margin: float = 0.0) -> LesionGrid:
    """Return an ellipsoid of the asked volume (m^3), whose axes along x, y, z are in the given ratio.

    The share of a voxel is that of 4 x 4 x 4 points in it; the size of the voxels, which fill its volume about `voxels` times,
    makes the volume exact. Fewer than eight voxels make one cube. `margin` of host tissue (m) is around it.
    """
    if voxels < FEWEST:
        share, size = np.ones((1, 1, 1)), volume ** (1.0 / 3.0)
    else:
        ratio = np.asarray(axes, dtype=float)[::-1]
        half = ratio * (3.0 * voxels / (4.0 * np.pi * np.prod(ratio))) ** (1.0 / 3.0)  # z, y, x; in voxels
        counts = [2 * int(np.ceil(each)) for each in half]
        z, y, x = (((np.arange(n * POINTS) + 0.5) / POINTS - n / 2.0) / a for n, a in zip(counts, half, strict=True))
        points = z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2 <= 1.0
        share = points.reshape([each for n in counts for each in (n, POINTS)]).mean(axis=(1, 3, 5))
        size = (volume / float(share.sum())) ** (1.0 / 3.0)
    edges = np.full(3, size)
    wide, near, _ = surrounded(share, edges, margin=margin)
    return LesionGrid(wide, near, edges)


def with_core(grid: LesionGrid, *, necrotic: float, hypoxic: float) -> LesionGrid:
    """Return a lesion whose deepest share of volume is necrotic, with a hypoxic share around it, as maps of voxels' shares."""
    depth, inside = grid.depth()[grid.inside], grid.inside
    order = np.argsort(-depth, kind="stable")
    shares = grid.shares[order]
    before = np.cumsum(shares) - shares
    maps = dict(grid.maps)
    for name, low, high in (("necrotic", 0.0, necrotic), ("hypoxic", necrotic, necrotic + hypoxic)):
        if high > low:
            ends = np.array([low, high]) * shares.sum()
            overlap = np.minimum(before + shares, ends[1]) - np.maximum(before, ends[0])
            values = np.zeros(order.size)
            values[order] = np.clip(overlap, 0.0, shares) / shares
            maps[name] = np.where(inside, np.nan_to_num(grid.field(values)), 0.0)
    return replace(grid, maps=maps)


def with_vessels(grid: LesionGrid, *, spread: float, correlation_length: float, seed: int) -> LesionGrid:
    r"""Return a lesion whose vessel density varies as a log-normal random field of mean one over the lesion.

    $$ \ln w = \sigma g, \qquad \langle g(r) g(r + d) \rangle = e^{-(d/\ell)^2} $$

    The Gaussian field g is a sum of plane waves with random directions, lengths and phases (randomised spectral method). It
    is a function of where one is, counted from the lesion's center in the world's axes: voxels of another size or order see
    the same field.

    Parameters
    ----------
    spread
        Standard deviation of the natural logarithm.
    correlation_length
        m, over which the correlation of the logarithm falls to 1/e.
    """
    random = np.random.default_rng([seed, 0x7E55E15])
    waves = random.normal(size=(WAVES, 3)) * np.sqrt(2.0) / correlation_length
    phases = random.uniform(0.0, 2.0 * np.pi, WAVES)
    gaussian = np.zeros(int(grid.near.sum()))
    where = _positions(grid)
    for wave, phase in zip(waves, phases, strict=True):
        gaussian += np.cos(where @ wave + phase)
    density = np.zeros(grid.share.shape)
    density[grid.near] = np.exp(spread * np.sqrt(2.0 / WAVES) * gaussian)
    density /= np.average(density[grid.inside], weights=grid.shares)
    return replace(grid, maps={**grid.maps, "vessel_density": density})


def _positions(grid: LesionGrid) -> Array:
    """Return where the voxels that take part lie from the lesion's center of mass, (voxels, x y z), m."""
    points = np.argwhere(grid.near) * grid.voxel_size
    center = np.average(np.argwhere(grid.inside) * grid.voxel_size, axis=0, weights=grid.shares)
    return (points - center)[:, ::-1] @ np.asarray(grid.direction).T
