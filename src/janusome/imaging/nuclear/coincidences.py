r"""Raw data of PET: coincidences along rays through a body, with scatter and randoms, and their reconstruction.

$$ \bar y = \frac{\epsilon\,\Delta s\,\Delta z}{N}\,e^{-\int\mu}\,P\,[G * a] + S + R, \qquad
   S = \frac{f}{1-f}\; k * \bar t, \qquad R = \rho\,\frac{\sum \bar t}{\mathrm{rays}} $$

a is annihilations per volume in the frame, ε true coincidences each of them gives without a body, N views over a half turn,
t the true coincidences, f the share of scatter among trues and scatter, ρ randoms over trues. Counts are Poisson. Scatter is
a convolution of the trues along the bins of each view with $k \propto e^{-|s|/\ell}$, ℓ a quarter of the body's diameter
(assumed): broad and smooth, as it must be, in place of a single-scatter simulation. It holds for a round body of even tissue;
it has the right amount, not the right shape, next to lung or where activity lies at the rim. Slices are followed in two
dimensions: oblique rays are counted in the slice that they cross in the middle. Leaves out time of flight, dead time, gaps,
normalisation, motion, depth of interaction and prompt gammas.
Reconstruction: OSEM with attenuation, resolution and the mean of scatter and randoms known, then the scanner's own Gaussian.
The same projector makes the data and reconstructs them, so that errors of its sampling do not show.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import convolve1d

from janusome.imaging.nuclear.body import CrossSection
from janusome.numerics.expectation import AbstractProjector, Blurred, Weighted, osem
from janusome.numerics.projection import ParallelBeam, Projector

Array = NDArray[np.floating[Any]]
SUBSETS, ITERATIONS = 10, 8
SCATTER_REACH = 0.25  # of the body's diameter; assumed


class Prompts(NamedTuple):
    """Mean coincidences (z, view, bin) of each kind."""

    trues: Array
    scatter: Array
    randoms: Array

    @property
    def background(self) -> Array:
        """What is counted besides the trues."""
        return self.scatter + self.randoms


@dataclasses.dataclass(frozen=True)
class Ring:
    """A scanner: true coincidences an annihilation gives without a body, and the rest of the equation; lengths in m."""

    trues_per_decay: float
    attenuation_coefficient: float
    scatter_fraction: float
    randoms_ratio: float
    blur: float  # standard deviation

    def projector(self, body: CrossSection) -> AbstractProjector:
        """Return the map from annihilations per volume (z, y, x) to mean true coincidences (z, view, bin)."""
        across = body.activity.shape[-1]
        views = SUBSETS * math.ceil(0.5 * math.pi * across / SUBSETS)
        beam = ParallelBeam(np.arange(views) * math.pi / views, math.ceil(math.sqrt(2.0) * across) + 1, body.pixel_size)
        rays = Projector(beam, (across, across), body.pixel_size)
        survival = np.exp(-self.attenuation_coefficient * rays.forward(body.water))
        each = self.trues_per_decay * body.pixel_size * body.slice_size / views
        widths = tuple(self.blur / size for size in (body.slice_size, body.pixel_size, body.pixel_size))
        return Blurred(Weighted(rays, each * survival), widths)

    def prompts(self, annihilations: ArrayLike, projector: AbstractProjector, *, body: CrossSection) -> Prompts:
        """Return the mean of what is counted."""
        trues = projector.forward(annihilations)
        reach = SCATTER_REACH * body.water.sum(axis=0).max()  # in bins
        scatter = scattered(trues, reach=reach, fraction=self.scatter_fraction)
        return Prompts(trues, scatter, np.full_like(trues, self.randoms_ratio * trues.mean()))


def reconstructed(counts: ArrayLike, projector: AbstractProjector, *, background: ArrayLike) -> Array:
    """Return annihilations per volume by OSEM, eight rounds of ten subsets."""
    return osem(counts, projector, background=background, subsets=SUBSETS, iterations=ITERATIONS)


def scattered(primary: Array, *, reach: float, fraction: float) -> Array:
    """Return scatter (..., bin) that is `fraction` of both together, spread along bins with e^(-|s|/reach); reach in bins."""
    half = primary.shape[-1]
    kernel = np.exp(-np.abs(np.arange(-half, half + 1)) / reach)
    broad = convolve1d(primary, kernel, axis=-1, mode="constant")
    total = broad.sum()
    return broad * (fraction / (1.0 - fraction) * primary.sum() / total) if total > 0.0 else broad


def random_coincidences(one: float, other: float, *, window: float) -> float:
    """Return the rate of random coincidences of two detectors of single rates (1/s) within a window τ (s): 2τ r₁ r₂.

    >>> round(random_coincidences(1e6, 1e6, window=4.9e-9))
    9800
    """
    return 2.0 * window * one * other


def noise_equivalent_rate(*, trues: float, scatter: float, randoms: float) -> float:
    """Return the rate of counts without background that would have the same noise: T²/(T + S + R), randoms known.

    >>> noise_equivalent_rate(trues=100.0, scatter=50.0, randoms=50.0)
    50.0
    """
    return trues**2 / (trues + scatter + randoms)
