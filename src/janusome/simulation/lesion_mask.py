"""From a drawn mask to a lesion's voxels: thick slices, too many voxels and too few, with the volume kept exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import generate_binary_structure, label

from janusome.numerics.shapes import THICK, adding_up, continued, refined, refined_means, share_of, signed_distance
from janusome.simulation.lesion_grid import LesionGrid, surrounded
from janusome.units import from_internal

Array = NDArray[np.float64]

MOST_VOXELS = 40_000  # of tumor, unless the study says how many
LEAST_RADIUS = 8.0  # voxels, of the ball of the same volume
Direction = tuple[tuple[float, float, float], ...]


def grid_of_mask(
    voxels: NDArray[np.bool_],
    voxel_size: Array,
    *,
    maps: Mapping[str, Array] | None = None,
    most: int | None = None,
    margin: float = 0.0,
    center: tuple[float, float, float] = (0.0, 0.0, 0.0),
    direction: Direction = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
) -> LesionGrid:
    """Return the lesion that a mask shows; its volume is voxel count times voxel volume, exactly.

    A mask on nearly cubic voxels stays as it was drawn. Slices thicker than twice the pixel are divided, by shape-based
    interpolation; a lesion of less than eight voxels' radius is refined the same way; one of more voxels than `most` is
    averaged onto larger ones. Maps go along: voxel by voxel their means are kept, and over the tumor exactly.

    Parameters
    ----------
    voxels, voxel_size
        The mask (z, y, x), of any size as long as it holds the tumor; m.
    maps
        Fields on the same voxels; what they hold outside the mask plays no part.
    most
        The largest number of tumor voxels, by volume; 40,000 if absent.
    margin
        Of host tissue, m; at least two voxels.
    center, direction
        Where the middle of the mask's box stands, and how its axes are turned.
    """
    size, allowed = np.asarray(voxel_size, dtype=float), most or MOST_VOXELS
    box = np.pad(voxels, 2)
    share = box.astype(float)
    held = {name: continued(np.pad(values, 2), box, size) for name, values in (maps or {}).items()}
    volume = float(share.sum()) * float(np.prod(size))
    means = {name: float(values[box].mean()) for name, values in held.items()}
    notes = _pieces(voxels)
    parts = _parts(size, volume, allowed)
    if max(parts) > 1:
        finer = size / parts
        share = share_of(refined(signed_distance(box, size), parts), finer, count=float(share.sum()) * float(np.prod(parts)))
        held = {name: refined_means(values, parts) for name, values in held.items()}
        notes += (_divided(size, finer),)
        size = finer
    if share.sum() > allowed * 1.05:
        coarser = np.full(3, (volume / allowed) ** (1.0 / 3.0))
        share, held = _averaged(share, held, size, coarser)
        share = adding_up(share, count=volume / float(np.prod(coarser)))
        notes += (
            f"has more than {allowed:,} voxels of tumor; it is averaged onto voxels of {_mm(coarser[:1])} mm, volume kept",
        )
        size = coarser
    held = {name: values * _ratio(means[name], np.average(values, weights=share)) for name, values in held.items()}
    share, near, held = surrounded(share, size, margin=margin, maps=held)
    return LesionGrid(share, near, size, center, direction, held, notes)


def _parts(size: Array, volume: float, allowed: int) -> tuple[int, ...]:
    """Return into how many parts each edge of a voxel is divided."""
    radius = (3.0 * volume / (4.0 * np.pi)) ** (1.0 / 3.0)
    least = (volume / allowed) ** (1.0 / 3.0) / 2.0  # finer than this is averaged again
    wanted = float(size.min()) if size.max() > THICK * size.min() else float(size.max())
    wanted = max(min(wanted, radius / LEAST_RADIUS), least)
    whole = np.floor if wanted == least else np.rint if wanted >= size.min() else np.ceil
    return tuple(max(int(each), 1) for each in whole(size / wanted + 1e-9))


def _ratio(wanted: float, found: float) -> float:
    return wanted / found if found > 0.0 else 1.0


def _averaged(share: Array, maps: Mapping[str, Array], size: Array, coarser: Array) -> tuple[Array, dict[str, Array]]:
    """Return shares, and maps weighted by them, on larger voxels around the same middle."""
    import jax.numpy as jnp

    from janusome.numerics.precision import double
    from janusome.numerics.resample import field_of_view, resample

    shape = field_of_view(share.shape, voxel_size=tuple(size), of=tuple(coarser), margin=0.0)

    def onto(values: Array) -> Array:
        with double():
            return np.asarray(
                resample(jnp.asarray(values), voxel_size=jnp.asarray(size), of=jnp.asarray(coarser), shape=shape)
            )

    whole = onto(share)
    apart = np.where(whole > 0.0, whole, 1.0)
    return np.minimum(whole, 1.0), {name: onto(values * share) / apart for name, values in maps.items()}


def _pieces(voxels: NDArray[np.bool_]) -> tuple[str, ...]:
    _, count = label(voxels, structure=generate_binary_structure(3, 3))  # pyright: ignore[reportGeneralTypeIssues]
    return () if count < 2 else (f"has {count} separate pieces; they are kept as one lesion",)


def _divided(size: Array, finer: Array) -> str:
    drawn = "thick slices" if size.max() > THICK * size.min() else "few voxels for its size"
    return f"is drawn on {drawn} ({_mm(size)} mm); its outline is interpolated onto voxels of {_mm(finer)} mm, volume kept"


def _mm(lengths: Array) -> str:
    return " x ".join(f"{float(each):.3g}" for each in np.asarray(from_internal(lengths, "mm")))
