r"""Partial volume: what a region loses to its blur and gains from its neighbors, and how to undo it.

$$ RC_{center} = \mathrm{erf}\frac{R}{\sqrt2\,\sigma} - \sqrt{\tfrac{2}{\pi}}\,\frac{R}{\sigma}\,e^{-R^2/2\sigma^2}, \qquad
   RC_{mean} = \int 4\pi r^2\frac{e^{-r^2/2\sigma^2}}{(2\pi\sigma^2)^{3/2}}\Big(1-\frac{3r}{4R}+\frac{r^3}{16R^3}\Big)dr,
   \qquad T_{ij} = \frac{\sum_x w_i\,(G*w_j)}{\sum_x w_i} $$

A sphere of radius R is blurred by a Gaussian of standard deviation σ: its center keeps RC_center of its contrast, its mean
RC_mean (the share of pairs of points at a distance r that both lie inside). With several regions of even activity, what is
read in them is the matrix T times what they hold (geometric transfer matrix). Holds for even regions whose outlines are known
and whose blur is a Gaussian; a rim that is set wrong by half a width spoils both. Source of the matrix: Rousset, Ma and Evans
1998 (the method; not opened here).
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import ArrayLike

from janusome.numerics.blur import gaussian_blur, standard_deviation

Regions = Float[Array, "regions z y x"]


def center_recovery(*, diameter: float, resolution: float) -> float:
    """Return what the center of a sphere keeps of its contrast; `resolution` is the full width at half maximum.

    >>> round(center_recovery(diameter=10.0, resolution=5.0), 5)
    0.86404
    """
    a = 0.5 * diameter / float(standard_deviation(jnp.asarray(resolution)))
    return math.erf(a / math.sqrt(2.0)) - math.sqrt(2.0 / math.pi) * a * math.exp(-0.5 * a**2)


def mean_recovery(*, diameter: float, resolution: float) -> float:
    """Return what the mean over a sphere keeps of its contrast.

    >>> round(mean_recovery(diameter=10.0, resolution=5.0), 3)
    0.522
    """
    radius, sigma = 0.5 * diameter, float(standard_deviation(jnp.asarray(resolution)))
    reach = min(2.0 * radius, 12.0 * sigma)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    r = 0.5 * reach * (nodes + 1.0)
    spread = 4.0 * math.pi * r**2 * np.exp(-0.5 * (r / sigma) ** 2) / (2.0 * math.pi * sigma**2) ** 1.5
    both_inside = 1.0 - 0.75 * r / radius + r**3 / (16.0 * radius**3)
    return float(0.5 * reach * (weights * spread * both_inside).sum())


def recovered(reading: ArrayLike, *, background: ArrayLike, recovery: float) -> np.ndarray:
    """Return what a region holds, from what is read in it and the even level around it.

    >>> float(recovered(3.0, background=1.0, recovery=0.5))
    5.0
    """
    around = np.asarray(background, dtype=float)
    return around + (np.asarray(reading, dtype=float) - around) / recovery


def transfer_matrix(regions: Regions, *, resolution: float, voxel_size: Float[Array, " 3"]) -> Float[Array, "of in"]:
    """Return what is read in each region (down) per activity of each (across); regions are shares of voxels."""
    width = standard_deviation(jnp.asarray(resolution))
    blurred = jnp.stack([gaussian_blur(region, width=width, voxel_size=voxel_size) for region in regions])
    return jnp.einsum("izyx,jzyx->ij", regions, blurred) / jnp.sum(regions, axis=(1, 2, 3))[:, None]


def unmixed(image: Float[Array, "z y x"], regions: Regions, *, resolution: float, voxel_size: Float[Array, " 3"]) -> Array:
    """Return the activity of each region, in the unit of the image, that explains the means read in them.

    The regions must fill the field of view together; what they leave out counts as empty.
    """
    read = jnp.einsum("izyx,zyx->i", regions, image) / jnp.sum(regions, axis=(1, 2, 3))
    return jnp.linalg.solve(transfer_matrix(regions, resolution=resolution, voxel_size=voxel_size), read)
