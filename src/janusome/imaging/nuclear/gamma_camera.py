r"""Raw data of SPECT: counts of a turning camera in a window on a line and in two beside it, and their reconstruction.

$$ \bar y_w = \frac{\epsilon\,Y V}{N}\,\frac{q_w}{q_p}\,P\,[a] + \bar S_w, \qquad
   \mathrm{FWHM}(d) = \sqrt{(w_0 + g\,d)^2 + R_i^2}, \qquad \bar S_p = \frac{f}{1-f}\;k * \bar t_p $$

a is decays per volume in the frame, V a voxel, N views over a full turn, ε the share of photons that the camera counts in its
peak window without a body, Y photons per decay, q the shares of the line in each window (imaging.nuclear.windows). P turns,
attenuates and blurs by the distance d from the collimator (numerics.rotating_camera). Scatter in the peak is broad, as in PET;
in the side windows it is as its spectrum says. Scatter is estimated from the side windows, with their noise (smoothed over
a slice and a bin), and known to the reconstruction as background. Triple windows as such take 82 % of the scatter of a 20 %
window and 3 % of the line; a camera is calibrated for both, as here, on a phantom.
OSEM knows attenuation and the depth-dependent response; the image then gets the resolution that the scanner states.
The orbit is round. Leaves out septal penetration, dead time, motion, the decay during the turn, and for pinholes their
geometry: of them only resolution and efficiency are taken. The same projector makes the data and reconstructs them.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from janusome.imaging.nuclear.body import CrossSection
from janusome.imaging.nuclear.coincidences import SCATTER_REACH, scattered
from janusome.imaging.nuclear.windows import (
    Window,
    around_line,
    beside,
    line_share,
    scatter_share,
    triple_window_scatter,
)
from janusome.numerics.blur import standard_deviation
from janusome.numerics.expectation import Weighted, osem
from janusome.numerics.rotating_camera import RotatingCamera

Array = NDArray[np.floating[Any]]
VIEWS, SUBSETS, ITERATIONS = 60, 10, 8
SMOOTHING = (1.0, 0.0, 1.0)  # of the scatter estimate, standard deviations in slices, views and bins


@dataclasses.dataclass(frozen=True)
class Response:
    """How a collimator blurs with distance, full widths at half maximum in m."""

    at_face: float
    divergence: float
    intrinsic: float
    radius: float  # of the orbit

    def widths(self, body: CrossSection) -> Array:
        """Return the standard deviation for each row of a turned slice; rows beyond the face blur as at the face."""
        side = body.activity.shape[-1]
        distance = np.maximum(self.radius + (np.arange(side) - 0.5 * (side - 1)) * body.pixel_size, 0.0)
        return np.asarray(standard_deviation(np.hypot(self.at_face + self.divergence * distance, self.intrinsic)))


@dataclasses.dataclass(frozen=True)
class Spectrometer:
    """The windows of one line (energies in J): its own and two that touch it."""

    energy: float
    resolution: float
    peak: Window
    sides: tuple[Window, Window]

    @classmethod
    def on(cls, energy: float, *, resolution: float, peak_share: float, side_share: float) -> Spectrometer:
        """Return windows on a line as shares of its energy."""
        peak = around_line(energy, share=peak_share)
        return cls(energy, resolution, peak, beside(peak, share=side_share))

    def line_beside(self) -> Array:
        """Return what the lower and the upper window hold of the line over what its own does."""
        own = line_share(self.energy, self.peak, resolution=self.resolution)
        return np.array([line_share(self.energy, side, resolution=self.resolution) for side in self.sides]) / own

    def scatter_beside(self) -> Array:
        """Return what the lower and the upper window hold of the scatter over what the peak's does."""
        own = scatter_share(self.energy, self.peak, resolution=self.resolution)
        return np.array([scatter_share(self.energy, side, resolution=self.resolution) for side in self.sides]) / own

    def scatter_estimate(self, lower: ArrayLike, upper: ArrayLike) -> Any:
        """Return scatter in the peak's window from the two at its sides, so scaled that it is right for scatter alone."""
        found = triple_window_scatter(lower, upper, peak=self.peak, sides=self.sides)
        return found / triple_window_scatter(*self.scatter_beside(), peak=self.peak, sides=self.sides)

    def taken_from_line(self) -> float:
        """Return the share of the line's own counts that this takes for scatter."""
        return float(self.scatter_estimate(*self.line_beside()))


class Counts(NamedTuple):
    """Counts (z, view, bin) of the three windows."""

    lower: Array
    peak: Array
    upper: Array

    def drawn(self, random: np.random.Generator) -> Counts:
        """Return Poisson counts of these means."""
        return Counts(*(random.poisson(mean).astype(float) for mean in self))


@dataclasses.dataclass(frozen=True)
class GammaCamera:
    """A camera set on one line: counts of the peak window per decay without a body, tissue, scatter, response, windows."""

    counts_per_decay: float
    attenuation_coefficient: float
    scatter_fraction: float
    response: Response
    spectrometer: Spectrometer

    def projector(self, body: CrossSection) -> Weighted:
        """Return the map from decays per volume (z, y, x) to the mean counts of the line in the peak window."""
        camera = RotatingCamera.around(
            self.attenuation_coefficient * body.water,
            angles=np.arange(VIEWS) * 2.0 * math.pi / VIEWS,
            widths=self.response.widths(body),
            slices=len(body.activity),
            pixel_size=body.pixel_size,
            slice_size=body.slice_size,
        )
        each = self.counts_per_decay * body.pixel_size**2 * body.slice_size / VIEWS
        return Weighted(camera, np.full((1, VIEWS, 1), each))

    def mean_counts(self, decays: ArrayLike, projector: Weighted, *, body: CrossSection) -> Counts:
        """Return the mean of what the three windows count."""
        line = projector.forward(decays)
        reach = SCATTER_REACH * body.water.sum(axis=0).max()
        scatter = scattered(line, reach=reach, fraction=self.scatter_fraction)
        of_line, of_scatter = self.spectrometer.line_beside(), self.spectrometer.scatter_beside()
        lower, upper = (of_line[k] * line + of_scatter[k] * scatter for k in (0, 1))
        return Counts(lower, line + scatter, upper)

    def reconstructed(self, counts: Counts, projector: Weighted) -> Array:
        """Return decays per volume from the counts of the three windows."""
        scatter = gaussian_filter(self.spectrometer.scatter_estimate(counts.lower, counts.upper), SMOOTHING)
        calibrated = dataclasses.replace(projector, factors=projector.factors * (1.0 - self.spectrometer.taken_from_line()))
        return osem(counts.peak, calibrated, background=scatter, subsets=SUBSETS, iterations=ITERATIONS)
