"""Regions of interest on the voxels of an image: as they are where the grids agree, resampled where not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from janusome.errors import InputError
from janusome.files.dicom_seg import is_dicom
from janusome.files.masks import read_mask
from janusome.files.scan_reader import Image, read_image
from janusome.files.volumes import head_of

Array = NDArray[np.float64]

SAME = 1e-2  # of a voxel
POINTS = 4  # along an axis of a voxel of the image


def share_on(path: Path, image: Image, *, place: str) -> tuple[Array, tuple[str, ...]]:
    """Return the share of each voxel of an image (z, y, x) that a region takes, and what should be known about it.

    The region is NIfTI, NRRD or a DICOM segmentation. One of whole numbers is a mask: everything above zero is in it. On
    another grid it is looked up (the nearest voxel) at 4 x 4 x 4 points of each voxel of the image and averaged, so that the
    volume is kept to a fraction of a voxel.

    Raises
    ------
    InputError
        If the region holds no numbers, numbers beyond 0 to 1 that are not whole, nothing, or lies outside of the image.
    """
    values, placed = _region(path, place=place)
    if np.all(values == np.round(values)):
        values = (values > 0).astype(float)
    if values.min() < 0.0 or values.max() > 1.0:
        raise InputError(place, f"holds {values.min():g} to {values.max():g}", "give a mask, or shares from 0 to 1")
    if not values.any():
        raise InputError(place, "marks nothing", "give a mask of the lesion")
    to_region = np.linalg.inv(placed) @ image.affine
    if values.shape == image.values.shape and np.abs(to_region - np.eye(4)).max() < SAME:
        return values, ()
    share = _looked_up(values, to_region, image.values.shape)
    if not share.any():
        raise InputError(place, "lies outside of the image", "give a region of the same patient, registered to the image")
    kept = share.sum() / values.sum() * abs(np.linalg.det(image.affine[:3, :3]) / np.linalg.det(placed[:3, :3]))
    words = f"the region stands on another grid and was resampled onto the image's: {kept:.1%} of its volume lies there"
    return share, (words,)


def _region(path: Path, *, place: str) -> tuple[Array, Array]:
    """Return the voxels (z, y, x) of a region and where they stand."""
    if path.is_file() and is_dicom(head_of(path, place=place)):
        mask = read_mask(path, label=None, place=place)
        return mask.voxels.astype(float), mask.affine
    image = read_image(path, place=place)
    return image.values, image.affine


def _looked_up(values: Array, to_region: Array, shape: tuple[int, ...]) -> Array:
    """Return the mean of a region over points of each voxel of an image that it may reach, slice by slice to save memory."""
    steps = (np.arange(POINTS) + 0.5) / POINTS - 0.5
    dz, dy, dx = np.meshgrid(steps, steps, steps, indexing="ij")
    share = np.zeros(shape)
    slices, rows, columns = _reached(values, np.linalg.inv(to_region).astype(np.float64), shape)
    box = (rows, columns)
    y, x = np.meshgrid(np.arange(shape[1])[rows], np.arange(shape[2])[columns], indexing="ij")
    for z in range(shape[0])[slices]:
        for one in zip(dx.ravel(), dy.ravel(), dz.ravel(), strict=True):
            points = np.stack([x + one[0], y + one[1], np.full(x.shape, z + one[2])], axis=-1)
            where = points @ to_region[:3, :3].T + to_region[:3, 3]
            share[z][box] += map_coordinates(values, np.moveaxis(where[..., ::-1], -1, 0), order=0, mode="constant", cval=0.0)
    return share / POINTS**3


def _reached(values: Array, to_image: Array, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """Return the part of an image (z, y, x) that what is marked in a region can reach."""
    marked = [np.flatnonzero(values.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    edges = [(found[0] - 1, found[-1] + 1) for found in marked]
    corners = np.array([[x, y, z] for z in edges[0] for y in edges[1] for x in edges[2]], dtype=float)
    reached = (corners @ to_image[:3, :3].T + to_image[:3, 3])[:, ::-1]
    low = np.clip(np.floor(reached.min(axis=0)).astype(int), 0, np.array(shape))
    high = np.clip(np.ceil(reached.max(axis=0)).astype(int) + 1, 0, np.array(shape))
    z, y, x = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return z, y, x
