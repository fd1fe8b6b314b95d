r"""Energy windows: what share of a line and of its scatter each counts, scatter from side windows, and two nuclides at once.

$$ \text{line: } \tfrac12\Big[\mathrm{erf}\frac{E-E_0}{\sqrt2\,\sigma}\Big], \qquad
   \text{scatter: } \frac{d\sigma}{dE'} \propto \frac{E'}{E_0}+\frac{E_0}{E'}-1+\Big(1-\frac{mc^2}{E'}+\frac{mc^2}{E_0}\Big)^2,
   \qquad \hat S = \Big(\frac{C_l}{W_l}+\frac{C_u}{W_u}\Big)\frac{W_p}{2} $$

A line is a Gaussian whose full width at half maximum is a fixed share of its energy; scatter is photons that were Compton
scattered once, by Klein and Nishina, between backscatter and the line, as blurred as the line. Scatter by several steps, in
collimator and crystal, lead X-rays and backscatter from behind the crystal are left out, so that the tail below 80 % of a line
is too low. Triple-energy-window scatter (Ŝ) also takes what the side windows hold of the line itself. Energies are J.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import c, electron_mass
from scipy.special import erf

from janusome.units import factor

Array = NDArray[np.floating[Any]]

SOURCES = ("xraylib", "povoski2009", "champion2020", "simind_symbia", "opengate_spect")
REST_ENERGY = electron_mass * c**2  # J
SAMPLES = 400


class Window(NamedTuple):
    """Energies from low to high, J."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Return how wide it is."""
        return self.high - self.low


class Line(NamedTuple):
    """A gamma line: its energy (J) and its photons per decay."""

    energy: float
    photons: float


def around_line(energy: float, *, share: float) -> Window:
    """Return the window centered on a line that is a share of its energy wide."""
    return Window(energy * (1.0 - 0.5 * share), energy * (1.0 + 0.5 * share))


def beside(peak: Window, *, share: float) -> tuple[Window, Window]:
    """Return the windows that touch a peak's window from below and above, each a share of its middle wide."""
    width = share * 0.5 * (peak.low + peak.high)
    return Window(peak.low - width, peak.low), Window(peak.high, peak.high + width)


@cache
def lines(nuclide: str) -> tuple[Line, ...]:
    """Return the gamma lines of a nuclide that windows count.

    Raises
    ------
    ValueError
        If the table does not hold the nuclide.
    """
    text = files("janusome.library").joinpath("nuclear", "gamma-lines.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found = [row for row in rows if row["nuclide"] == nuclide]
    if not found:
        raise ValueError(f"no gamma lines of {nuclide!r}; known are {', '.join(sorted({row['nuclide'] for row in rows}))}")
    return tuple(Line(float(row["energy_keV"]) * factor("keV"), float(row["photons_per_decay"])) for row in found)


def line_share(energy: float, window: Window, *, resolution: float) -> float:
    """Return the share of a line's photons that a window counts; `resolution` is the full width over the energy.

    >>> round(line_share(100.0, around_line(100.0, share=0.2), resolution=0.1), 4)
    0.9815
    """
    spread = energy * resolution / (2.0 * math.sqrt(math.log(2.0)))  # √2 standard deviations
    return float(0.5 * (erf((window.high - energy) / spread) - erf((window.low - energy) / spread)))


def scatter_share(energy: float, window: Window, *, resolution: float) -> float:
    """Return the share of a line's once scattered photons that a window counts; the energy in J."""
    lowest = energy / (1.0 + 2.0 * energy / REST_ENERGY)
    scattered = lowest + (np.arange(SAMPLES) + 0.5) * (energy - lowest) / SAMPLES
    cosine = 1.0 - REST_ENERGY / scattered + REST_ENERGY / energy
    density = scattered / energy + energy / scattered - 1.0 + cosine**2
    spread = scattered * resolution / (2.0 * math.sqrt(math.log(2.0)))
    counted = 0.5 * (erf((window.high - scattered) / spread) - erf((window.low - scattered) / spread))
    return float((density * counted).sum() / density.sum())


def triple_window_scatter(lower: ArrayLike, upper: ArrayLike, *, peak: Window, sides: tuple[Window, Window]) -> Any:
    """Return scatter within the peak's window from the counts of the windows at its sides."""
    below, above = np.asarray(lower, dtype=float) / sides[0].width, np.asarray(upper, dtype=float) / sides[1].width
    return 0.5 * peak.width * (below + above)


def crosstalk(nuclides: Sequence[str], windows: Sequence[Window], *, resolution: float, scatter_ratio: float) -> Array:
    """Return counts (window, nuclide) per decay for each photon that would reach a crystal without windows.

    `scatter_ratio` is scattered photons, of all energies, over unscattered ones. Equal efficiency at all energies.
    """

    def counted(line: Line, window: Window) -> float:
        scatter = scatter_ratio * scatter_share(line.energy, window, resolution=resolution)
        return line.photons * (line_share(line.energy, window, resolution=resolution) + scatter)

    return np.array([[sum(counted(line, window) for line in lines(one)) for one in nuclides] for window in windows])


def separated(counts: ArrayLike, response: Array) -> tuple[Array, Array]:
    """Return the decays of each nuclide (nuclide, ...) from counts (window, ...), and their spread for Poisson counts.

    Least squares weighted by the mean counts of each window; exact where windows and nuclides are equally many.

    Raises
    ------
    ValueError
        If there are fewer windows than nuclides, or the nuclides cannot be told apart in these windows.
    """
    measured = np.asarray(counts, dtype=float)
    if response.shape[0] < response.shape[1] or np.linalg.matrix_rank(response) < response.shape[1]:
        raise ValueError(
            f"{response.shape[0]} windows cannot tell {response.shape[1]} nuclides apart; give windows on a line of each"
        )
    mean = np.maximum(measured.reshape(len(measured), -1).mean(axis=1), 1e-30)
    weighted = response.T / mean
    inverse = np.linalg.solve(weighted @ response, weighted)
    variance = np.tensordot(inverse**2, np.maximum(measured, 0.0), axes=1)
    return np.tensordot(inverse, measured, axes=1), np.sqrt(variance)
