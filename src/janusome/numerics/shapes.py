"""Shapes on a grid: from voxels that are in or out to the share of each, to depth below the surface, and to finer voxels.

Arrays are (z, y, x), lengths in m. Nothing here knows what the shape is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.spatial import KDTree

Array = NDArray[np.float64]
Inside = NDArray[np.bool_]

THICK = 2.0  # times the thinnest edge: voxels beyond it are slices
SOFTENING = 0.75  # voxels; takes the steps out of a surface that is known as in or out
NEIGHBORS = 6  # points of the surface that tell a distance together
LEAST_SHARE = 0.01  # a voxel that holds less is given to its neighbors


def signed_distance(inside: Inside, voxel_size: Array) -> Array:
    """Return how deep each center lies below the border (above zero inside), m.

    Where one edge of a voxel is more than twice another the image is a stack of slices. Then the distance is taken within
    each slice and is at most the thickness of one: between slices it changes linearly (shape-based interpolation), and a
    shape that ends ends within half a slice beyond its last.
    """
    sampling = np.asarray(voxel_size, dtype=float)
    thick = int(np.argmax(sampling))
    if sampling[thick] <= THICK * sampling.min():
        return _distance(inside, sampling)
    slices = np.moveaxis(inside, thick, 0)
    reach = float(sampling[thick])
    found = np.full(slices.shape, -reach)
    for k in np.flatnonzero(slices.any(axis=(1, 2))):
        found[k] = np.clip(_distance(slices[k], np.delete(sampling, thick)), -reach, reach)
    return np.moveaxis(found, 0, thick)


def _distance(inside: Inside, sampling: Array) -> Array:
    """Return the distance to the border, half a voxel from the nearest center on its other side."""
    half, edges = float(sampling.min()) / 2.0, tuple(sampling)
    within = np.asarray(distance_transform_edt(np.pad(inside, 1), sampling=edges))
    within = within[tuple(slice(1, -1) for _ in edges)]
    return np.where(inside, within - half, half - np.asarray(distance_transform_edt(~inside, sampling=edges)))


def refined(field: Array, parts: Sequence[int]) -> Array:
    """Return a field at the centers of voxels that are divided into parts along each axis, by linear interpolation."""
    for axis, count in enumerate(parts):
        if count > 1:
            size = field.shape[axis]
            where = np.clip((np.arange(size * count) + 0.5) / count - 0.5, 0.0, size - 1.0)
            low = np.minimum(where.astype(int), max(size - 2, 0))
            ratio = (where - low).reshape([-1 if k == axis else 1 for k in range(field.ndim)])
            high = np.minimum(low + 1, size - 1)
            field = (1.0 - ratio) * np.take(field, low, axis=axis) + ratio * np.take(field, high, axis=axis)
    return field


def refined_means(field: Array, parts: Sequence[int]) -> Array:
    """Refine a field that is not negative; the mean over the parts of a voxel stays the voxel's value.

    Interpolated linearly, then scaled voxel by voxel.
    """
    smooth = refined(field, parts)
    split = [edge for size, count in zip(field.shape, parts, strict=True) for edge in (size, count)]
    means = smooth.reshape(split).mean(axis=(1, 3, 5))
    ratio = np.divide(field, means, out=np.ones_like(field), where=means > 0.0)
    return smooth * _repeated(ratio, parts)


def _repeated(field: Array, parts: Sequence[int]) -> Array:
    for axis, count in enumerate(parts):
        field = np.repeat(field, count, axis=axis)
    return field


def share_of(distance: Array, voxel_size: Array, *, count: float) -> Array:
    """Return the share of each voxel that lies inside, from distances; the shares add up to `count` exactly.

    The level that counts as the surface is the one that gives this sum; across it the share changes over one voxel.
    """
    width = float(np.cbrt(np.prod(voxel_size)))
    low, high = float(distance.min()) - width, float(distance.max()) + width
    for _ in range(60):
        level = 0.5 * (low + high)
        if np.clip(0.5 + (distance - level) / width, 0.0, 1.0).sum() > count:
            low = level
        else:
            high = level
    return adding_up(np.clip(0.5 + (distance - low) / width, 0.0, 1.0), count=count)


def continued(values: Array, inside: Inside, voxel_size: Array) -> Array:
    """Return a field that outside a shape continues what is inside, layer by layer: each voxel is the mean of its neighbors.

    What the field held outside plays no part; neighbors count the more the nearer they are.
    """
    reach = np.maximum(0.7 * float(np.min(voxel_size)) / np.asarray(voxel_size, dtype=float), 0.2)
    known, found = inside, np.where(inside, values, 0.0)
    while not known.all():
        weight, mean = (gaussian_filter(each, reach, radius=1, mode="constant") for each in (known.astype(float), found))
        new = ~known & (weight > 0.0)
        found[new] = mean[new] / weight[new]
        known = known | new
    return found


def adding_up(share: Array, *, count: float) -> Array:
    """Return shares that add up to `count` to rounding: slivers go, and the voxels of the surface take the difference."""
    given = np.where(share < LEAST_SHARE, 0.0, np.where(share > 1.0 - LEAST_SHARE, 1.0, share))
    for _ in range(20):
        missing = count - float(given.sum())
        room = given * (1.0 - given)
        if abs(missing) <= 1e-14 * count or room.sum() == 0.0:
            break
        change = missing * room / room.sum()
        given = np.clip(given + np.clip(change, -0.5 * given, 0.5 * (1.0 - given)), 0.0, 1.0)
    return given


def depth_below_surface(share: Array, voxel_size: Array, *, where: Inside) -> Array:
    """Return how deep the chosen centers lie below the surface of a shape given by its shares, m; negative outside.

    The surface runs where the share passes a half between two centers. Near it the distance is that to the surface's tangent
    plane, so that it does not see the voxels: for balls of six to twelve voxels' radius the error has a standard deviation of
    0.05 voxels (0.11 where the shape is given as in or out, which is softened by three quarters of a voxel first). Centers
    that are equally far from many points of the surface may come out differently by some thousandths when axes change order.
    """
    sampling = np.asarray(voxel_size, dtype=float)
    padded = np.pad(np.asarray(share, dtype=float), 2)
    soft = gaussian_filter(padded, SOFTENING)
    whole = bool(np.all((share == 0.0) | (share == 1.0)))
    level = _level(soft, count=float(padded.sum())) if whole else 0.5
    known = soft if whole and soft.max() > level > 0.0 else padded
    if not known.max() > 0.5 * level:
        level = 0.5 * float(known.max())
    points, normals = _surface(known, soft, sampling, level=min(level, 0.999 * float(known.max())))
    chosen = np.pad(where, 2)
    centers = np.argwhere(chosen) * sampling
    away, nearest = KDTree(points).query(centers, k=min(NEIGHBORS, len(points)))
    away, nearest = away.reshape(len(centers), -1), nearest.reshape(len(centers), -1)
    weight = np.maximum(1.0 - 2.0 * (away - away[:, :1]) / sampling.max(), 0.0)  # equals count alike, whatever their order
    across = np.einsum("ijk,ijk->ij", points[nearest] - centers[:, None, :], normals[nearest])
    straight = (weight * across).sum(axis=1) / weight.sum(axis=1)
    aside = np.sqrt(np.maximum(away[:, 0] ** 2 - straight**2, 0.0))
    inside = known[chosen] > level
    return np.where(aside < sampling.max(), straight, np.where(inside, away[:, 0], -away[:, 0]))


def _level(soft: Array, *, count: float) -> float:
    """Return the level above which as many voxels lie as the shape has."""
    ordered = np.sort(soft, axis=None)[::-1]
    k = min(max(round(count), 1), ordered.size - 1)
    return float(0.5 * (ordered[k - 1] + ordered[k]))


def _surface(known: Array, soft: Array, sampling: Array, *, level: float) -> tuple[Array, Array]:
    """Return the points where a field passes a level between neighboring centers, and the outward normals there."""
    slope = np.stack([-each for each in np.gradient(soft, *sampling)], axis=-1)
    points, normals = [], []
    for axis in range(3):
        near, far = (np.take(known, range(*ends), axis=axis) for ends in ((known.shape[axis] - 1,), (1, known.shape[axis])))
        index = np.argwhere((near > level) != (far > level))
        beyond = index + np.eye(3, dtype=int)[axis]
        one, other = known[tuple(index.T)], known[tuple(beyond.T)]
        ratio = ((level - one) / (other - one))[:, None]
        points.append((index + ratio * (beyond - index)) * sampling)
        normals.append((1.0 - ratio) * slope[tuple(index.T)] + ratio * slope[tuple(beyond.T)])
    normal = np.concatenate(normals)
    size = np.linalg.norm(normal, axis=1, keepdims=True)
    return np.concatenate(points), normal / np.where(size > 0.0, size, 1.0)
