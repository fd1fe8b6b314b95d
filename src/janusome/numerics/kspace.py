r"""k-space: what coils receive of an image, and how an image is made of it.

The transform is orthonormal over the last three axes (z, y, x), with the center of k-space in the middle of the array: noise
of width σ in each channel of every sample is noise of σ in each channel of every voxel. Images are complex; coils stand on a
leading axis. A voxel of the image that full sampling gives is the voxel of the grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Complex, Float
from numpy.typing import NDArray
from scipy import fft

AXES = (-3, -2, -1)
COIL_DISTANCE = 1.0  # of a coil from the center, and its radius, over the longest half edge of the field of view


def to_kspace(image: Complex[NDArray, "... z y x"]) -> Complex[NDArray, "... z y x"]:
    """Return the samples of an image."""
    return fft.fftshift(fft.fftn(fft.ifftshift(image, axes=AXES), axes=AXES, norm="ortho"), axes=AXES)


def to_image(samples: Complex[NDArray, "... z y x"]) -> Complex[NDArray, "... z y x"]:
    """Return the image of samples; what was not sampled is zero."""
    return fft.fftshift(fft.ifftn(fft.ifftshift(samples, axes=AXES), axes=AXES, norm="ortho"), axes=AXES)


def all_sampled(shape: Sequence[int]) -> Bool[NDArray, "z y x"]:
    """Return the pattern that leaves nothing out."""
    return np.ones(tuple(shape), dtype=bool)


def central(shape: Sequence[int], *, kept: Sequence[int]) -> Bool[NDArray, "z y x"]:
    """Return the pattern of a coarser matrix: of each axis the `kept` samples around the center.

    Filled up with zeros it gives the point spread of a rectangle in k-space: a sinc n/kept voxels wide between its zeros.
    """
    return _where(shape, lambda axis, k: (k >= -(kept[axis] // 2)) & (k < kept[axis] - kept[axis] // 2))


def partial_fourier(shape: Sequence[int], *, share: float, axis: int = 1) -> Bool[NDArray, "z y x"]:
    """Return the pattern that leaves out the first lines of one axis; a share of at least one half holds the center."""
    first = shape[axis] - math.ceil(share * shape[axis])
    return _where(shape, lambda one, k: k >= first - shape[axis] // 2 if one == axis else np.ones_like(k, dtype=bool))


def _where(shape: Sequence[int], rule: Any) -> Bool[NDArray, "z y x"]:
    lines = [rule(axis, np.arange(n) - n // 2) for axis, n in enumerate(shape)]
    return lines[0][:, None, None] & lines[1][None, :, None] & lines[2][None, None, :]


def coil_sensitivities(shape: Sequence[int], *, voxel_size: Any, coils: int) -> Complex[NDArray, "coils z y x"]:
    r"""Return what each coil receives of each voxel; the squares of all coils add to one everywhere.

    Loops stand on a ring around z and face the axis: on its own axis a loop of radius a falls as
    $a^3/(a^2 + d^2)^{3/2}$ with the distance d from it, which is taken for every direction, with a phase of its own.
    Only the form matters here: the level is in the signal-to-noise ratio, to which all coils together add.
    """
    edges = np.asarray(shape) * np.asarray(voxel_size)
    reach = COIL_DISTANCE * float(edges.max()) / 2
    z, y, x = np.meshgrid(*(((np.arange(n) - (n - 1) / 2) * d for n, d in zip(shape, voxel_size, strict=True))), indexing="ij")
    turns = 2.0 * np.pi * np.arange(coils) / coils
    squared = [(x - reach * np.cos(t)) ** 2 + (y - reach * np.sin(t)) ** 2 + z**2 for t in turns]
    strengths = np.stack([(1.0 + each / reach**2) ** -1.5 for each in squared])
    strengths = strengths / np.sqrt(np.sum(strengths**2, axis=0))
    return strengths * np.exp(1j * turns)[:, None, None, None]


def with_noise(samples: Any, *, width: float, random: np.random.Generator) -> NDArray[np.complex128]:
    """Return samples with Gaussian noise of a width in each channel, coils and samples on their own."""
    channels = width * random.standard_normal((2, *samples.shape))
    return samples + channels[0] + 1j * channels[1]


def matched(
    images: Complex[NDArray, "coils z y x"], *, sensitivities: Complex[NDArray, "coils z y x"]
) -> Complex[NDArray, "z y x"]:
    """Return the complex image of all coils, weighted with what each receives: the best signal over equal, separate noises."""
    weight = np.sum(np.abs(sensitivities) ** 2, axis=0)
    return np.sum(np.conj(sensitivities) * images, axis=0) / weight


def root_sum_of_squares(images: Complex[NDArray, "coils z y x"]) -> Float[NDArray, "z y x"]:
    """Return the magnitude of coils whose sensitivities are not known: noncentral chi, with a floor that grows with coils."""
    return np.sqrt(np.sum(np.abs(images) ** 2, axis=0))
