r"""Projections of a stack of slices onto a camera that turns around it, and their exact transpose.

$$ y_{\theta}(z, s) = \sum_d G_z(\sigma_d)\,G_s(\sigma_d)\; e^{-\int_d^{camera}\mu}\;(R_\theta x)(z, d, s) $$

The slices are turned by bilinear interpolation until the camera lies along their first row; each row then has a distance d
from it, and with it a blur of its own (along the slices and along the camera) and a path through tissue. All three steps are
matrices, put back with the same weights. Blurs are sampled Gaussians; what leaves the field of view is lost. Images are
(z, y, x) with square slices, projections (z, view, bin) with bins of a pixel; at angle 0 the camera looks along y from the
side of the first row, and bins count along x. Lengths are in any one unit.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

Array = NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True)
class RotatingCamera:
    """Turns (one matrix a view), what survives (view, row, column), and blurs of every row along bins and slices."""

    turns: tuple[csr_array, ...]
    survival: Array
    along_bins: Array  # (row, bin, column)
    along_slices: Array  # (row, slice, slice)

    @classmethod
    def around(
        cls, attenuation: ArrayLike, *, angles: ArrayLike, widths: ArrayLike, slices: int, pixel_size: float, slice_size: float
    ) -> RotatingCamera:
        """Return the camera of slices with attenuation (y, x) per length and a blur (standard deviation) for each row."""
        mu, sigma = np.asarray(attenuation, dtype=float), np.asarray(widths, dtype=float)
        if mu.shape[0] != mu.shape[1] or sigma.shape != mu.shape[:1]:
            raise ValueError(f"slices are {mu.shape} with {sigma.shape} widths; give square slices and a width for each row")
        turns = tuple(_turn(len(mu), float(angle)) for angle in np.atleast_1d(np.asarray(angles, dtype=float)))
        depths = [(turn @ mu.ravel()).reshape(mu.shape) * pixel_size for turn in turns]
        survival = np.stack([np.exp(-(np.cumsum(depth, axis=0) - 0.5 * depth)) for depth in depths])
        bins = np.stack([_blur(len(mu), width / pixel_size) for width in sigma])
        return cls(turns, survival, bins, np.stack([_blur(slices, width / slice_size) for width in sigma]))

    def forward(self, image: ArrayLike) -> Array:
        """Return the projections (z, view, bin) of a stack (z, y, x)."""
        given = np.asarray(image, dtype=float)
        count, side = given.shape[0], self.survival.shape[-1]
        flat = given.reshape(count, -1).T
        found = np.empty((count, len(self.turns), side))
        for view, turn in enumerate(self.turns):
            rows = (turn @ flat).reshape(side, side, count) * self.survival[view][:, :, None]
            found[:, view] = np.einsum("rzy,rby->zb", self.along_slices, self.along_bins @ rows, optimize=True)
        return found

    def adjoint(self, sinogram: ArrayLike) -> Array:
        """Return the transpose of `forward`."""
        given = np.asarray(sinogram, dtype=float)
        count, side = given.shape[0], self.survival.shape[-1]
        flat = np.zeros((side * side, count))
        for view, turn in enumerate(self.turns):
            spread = self.along_bins.transpose(0, 2, 1) @ (given[:, view].T @ self.along_slices)
            flat += turn.T @ (spread * self.survival[view][:, :, None]).reshape(-1, count)
        return flat.T.reshape(count, side, side)

    def views(self, which: slice) -> RotatingCamera:
        """Return some of the views."""
        return dataclasses.replace(self, turns=self.turns[which], survival=self.survival[which])


def _turn(side: int, angle: float) -> csr_array:
    """Return the matrix from pixels to those of the turned slice."""
    at = np.arange(side) - 0.5 * (side - 1)
    y, x = np.meshgrid(at, at, indexing="ij")
    cos, sin = np.cos(angle), np.sin(angle)
    column, row = x * cos - y * sin + 0.5 * (side - 1), x * sin + y * cos + 0.5 * (side - 1)
    low_row, low_column = np.floor(row).astype(int), np.floor(column).astype(int)
    entries: list[tuple[Any, Any, Any]] = []
    for down in (0, 1):
        for right in (0, 1):
            r, c = low_row + down, low_column + right
            weight = (1.0 - np.abs(row - r)) * (1.0 - np.abs(column - c))
            inside = (r >= 0) & (r < side) & (c >= 0) & (c < side)
            entries.append((np.flatnonzero(inside), (r * side + c)[inside], weight[inside]))
    to, source, weights = (np.concatenate([entry[k] for entry in entries]) for k in range(3))
    return csr_array((weights, (to, source)), shape=(side * side, side * side))


def _blur(count: int, width: float) -> Array:
    """Return the symmetric matrix of a sampled Gaussian of standard deviation `width`, in cells."""
    apart = np.arange(count)[:, None] - np.arange(count)[None, :]
    reach = np.arange(-int(6.0 * width) - 1, int(6.0 * width) + 2)
    scale = max(width, 1e-3)
    return np.exp(-0.5 * (apart / scale) ** 2) / np.exp(-0.5 * (reach / scale) ** 2).sum()
