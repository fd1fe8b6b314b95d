r"""Spectral unmixing: images at several wavelengths, divided by the light that came so deep, as amounts of each absorber.

$$ \min_{x \ge 0}\ \sum_\lambda \frac{1}{s_\lambda^2}\left[\frac{p_0(\lambda)}{\Gamma\,\phi(\lambda, z)\,E(\lambda)}
   - \sum_k a_k(\lambda)\,x_k\right]^2 $$

Absorbers never have negative amounts, and that is what the solver keeps to. s is the noise of the absorption, the noise of the
image over the same light, so that dark wavelengths count less. Without the division deep blood looks deoxygenated: light of
short wavelengths is lost on the way (spectral coloring); a test shows how much.
Holds where the fluence is known; its error goes straight into the amounts, and less into their ratios.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from janusome.errors import InputError

Array = NDArray[np.float64]


class Unmixed(NamedTuple):
    """Amounts of each absorber (..., in what its spectrum is per), what is left over, and how alike the spectra are.

    `condition` is that of the spectra at the wavelengths, each of length one: noise is magnified by as much at worst.
    """

    amounts: dict[str, Array]
    residual: Array
    condition: float


def unmixed(
    images: ArrayLike,
    spectra: Mapping[str, ArrayLike],
    *,
    light: ArrayLike,
    noise: ArrayLike | None = None,
) -> Unmixed:
    """Return how much of each absorber stands in every voxel.

    Parameters
    ----------
    images
        Start pressure by wavelength, Pa: (wavelengths, ...).
    spectra
        Absorption per amount of each absorber by wavelength, natural and per metre.
    light
        Γ φ E of every image, Pa per 1/m: (wavelengths,) or as the images. Ones for images that are left as they are.
    noise
        Standard deviation of the images, Pa, in the same shapes; equal at all wavelengths if not given.
    """
    p0 = np.asarray(images, float)
    table = np.stack([np.asarray(one, float) for one in spectra.values()], axis=1) if spectra else np.zeros((0, 0))
    if p0.ndim < 1 or table.shape[0] != p0.shape[0] or table.shape[0] < table.shape[1]:
        raise InputError(
            "spectra", f"have {table.shape[0]} wavelengths for {table.shape[1]} absorbers and {p0.shape[:1]} images",
            "give one value an image, and at least as many images as absorbers",
        )  # fmt: skip
    if not (np.all(np.isfinite(p0)) and np.all(np.isfinite(table)) and np.all(np.any(table > 0.0, axis=0))):
        raise InputError("images or spectra", "are not finite, or a spectrum is nothing", "give finite numbers")
    shape = (p0.shape[0], -1)
    ways = [
        np.broadcast_to(_by_wavelength(one, p0.ndim), p0.shape).reshape(shape)
        for one in (light, 1.0 if noise is None else noise)
    ]
    if not (np.all(ways[0] > 0.0) and np.all(ways[1] > 0.0)):
        raise InputError("light or noise", "is not above zero everywhere", "leave out voxels that no light reaches")
    weights = ways[0] / ways[1]
    values = p0.reshape(shape) / ways[1]
    found = [nnls(table * weights[:, voxel, None], values[:, voxel]) for voxel in range(values.shape[1])]
    amounts = np.array([one[0] for one in found]).reshape(*p0.shape[1:], table.shape[1])
    left = np.array([one[1] for one in found]).reshape(p0.shape[1:])
    alike = float(np.linalg.cond(table / np.linalg.norm(table, axis=0)))
    return Unmixed({name: amounts[..., k] for k, name in enumerate(spectra)}, left, alike)


def oxygen_saturation(oxygenated: ArrayLike, deoxygenated: ArrayLike) -> Array:
    """Return the share of hemoglobin that holds oxygen; not a number where there is none.

    >>> round(float(oxygen_saturation(3.0, 1.0)), 2)
    0.75
    """
    full, empty = np.asarray(oxygenated, float), np.asarray(deoxygenated, float)
    whole = full + empty
    return np.where(whole > 0.0, full / np.where(whole > 0.0, whole, 1.0), np.nan)


def _by_wavelength(values: ArrayLike, dimensions: int) -> Array:
    """Return values that broadcast along the wavelengths, which come first."""
    given = np.asarray(values, float)
    return given.reshape(-1, *(1,) * (dimensions - 1)) if given.ndim == 1 else given
