r"""Maximum-likelihood reconstruction of counts by ordered subsets of expectation maximisation (OSEM), for any projector.

$$ x \leftarrow \frac{x}{A_k^T 1}\; A_k^T\!\left(\frac{y_k}{A_k x + b_k}\right) $$

A_k holds the views of subset k with all that stands between the image and the counts (attenuation, sensitivity, blur); b is
what is counted besides (scatter, randoms). The transpose must be the exact one. The image never becomes negative. With one
subset and no background the counts are kept at each step, and the likelihood only rises; with several subsets neither
holds strictly: the iteration ends in a small cycle. Noise grows with iterations; there is no prior. With a blur in the model
small hot regions are recovered but ring: the center of a sphere of two widths comes out a fifth too high.
Source: Hudson and Larkin 1994 for subsets, Shepp and Vardi 1982 for one (the methods; not opened here).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

Array = NDArray[np.floating[Any]]


class AbstractProjector(Protocol):
    """A linear map from images to sinograms (..., view, bin), its transpose, and the same on some of the views."""

    def forward(self, image: ArrayLike, /) -> Array:
        """Return the sinogram of an image."""
        ...

    def adjoint(self, sinogram: ArrayLike, /) -> Array:
        """Return the transpose on a sinogram."""
        ...

    def views(self, which: slice, /) -> AbstractProjector:
        """Return the map onto some of the views."""
        ...


@dataclasses.dataclass(frozen=True)
class Weighted:
    """A projector whose rays count by a factor each: attenuation exp(-∫µ), sensitivity, time."""

    projector: AbstractProjector
    factors: Array  # (..., view, bin)

    def forward(self, image: ArrayLike) -> Array:
        """Project, then weight."""
        return self.factors * self.projector.forward(image)

    def adjoint(self, sinogram: ArrayLike) -> Array:
        """Weight, then put back."""
        return self.projector.adjoint(self.factors * np.asarray(sinogram))

    def views(self, which: slice) -> Weighted:
        """Return some of the views with their factors."""
        return Weighted(self.projector.views(which), self.factors[..., which, :])


@dataclasses.dataclass(frozen=True)
class Blurred:
    """A projector of an image that is first blurred by a Gaussian; `widths` are standard deviations in voxels, axis by axis.

    The sampled kernel is symmetric and what leaves the field of view is lost, so that the blur is its own transpose.
    """

    projector: AbstractProjector
    widths: tuple[float, ...]

    def forward(self, image: ArrayLike) -> Array:
        """Blur, then project."""
        return self.projector.forward(self._blurred(np.asarray(image, dtype=float)))

    def adjoint(self, sinogram: ArrayLike) -> Array:
        """Put back, then blur."""
        return self._blurred(self.projector.adjoint(sinogram))

    def views(self, which: slice) -> Blurred:
        """Return some of the views."""
        return Blurred(self.projector.views(which), self.widths)

    def _blurred(self, image: Array) -> Array:
        return gaussian_filter(image, self.widths, mode="constant")


def osem(
    counts: ArrayLike,
    projector: AbstractProjector,
    *,
    background: ArrayLike = 0.0,
    subsets: int = 1,
    iterations: int = 10,
    start: ArrayLike | None = None,
) -> Array:
    """Reconstruct counts (..., view, bin), of mean `projector.forward(image) + background`.

    Without a start it begins with an even image that has the counts beyond the background: far below them, a background
    would hold every step back. Pixels that no ray meets stay empty.

    Raises
    ------
    ValueError
        If counts or background are negative or not finite, or there are more subsets than views.
    """
    y = np.asarray(counts, dtype=float)
    b = np.broadcast_to(np.asarray(background, dtype=float), y.shape)
    _require(y, b, subsets)
    parts = []
    for first in range(subsets):
        which = slice(first, None, subsets)
        part = projector.views(which)
        here = y[..., which, :]
        parts.append((part, here, b[..., which, :], part.adjoint(np.ones_like(here))))
    met = np.sum([part[3] for part in parts], axis=0)
    level = max(float((y - b).sum()), float(y.sum()) / y.size) / max(float(met.sum()), np.finfo(float).tiny)
    x = (level or 1.0) * (met > 0.0) if start is None else np.asarray(start, dtype=float)
    for _ in range(iterations):
        for part, here, beside, reach in parts:
            mean = part.forward(x) + beside
            ratio = np.divide(here, mean, out=np.zeros_like(here), where=mean > 0.0)
            x = x * np.divide(part.adjoint(ratio), reach, out=np.zeros_like(x), where=reach > 0.0)
    return x


def _require(counts: Array, background: Array, subsets: int) -> None:
    for name, values in (("counts", counts), ("background", background)):
        low = float(values.min(initial=0.0))
        if not np.isfinite(values).all() or low < 0.0:
            raise ValueError(f"the {name} hold {low:g} or a value that is not finite; counts are finite and not negative")
    if not 1 <= subsets <= counts.shape[-2]:
        raise ValueError(f"{subsets} subsets of {counts.shape[-2]} views; give between 1 and as many subsets as views")
