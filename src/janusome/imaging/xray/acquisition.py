r"""What a detector reads behind an object: photons of many energies, counted or weighed, with their noise.

$$ \bar s_c = \sum_E R_c(E)\,n(E), \qquad n(E) = N(E)\,\eta\,e^{-\sum_m (\mu/\rho)_m(E) L_m}, \qquad
   \mathrm{var}\,s_c = \sum_E R_c(E)^2\,n(E) + \sigma_e^2 $$

L_m is mass of material m per area along the ray, N the photons at one element of the detector in one view without an object.
An integrating detector reads energy, so that its noise is that of a compound Poisson process; a counting one sorts photons
between thresholds. Leaves out scatter, the finite focus, the spectrum's share that the sensor lets pass (η is one number),
and for counting detectors pile-up, charge sharing and the width of the thresholds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.imaging.xray.tables import attenuation, photon_energies

Array = NDArray[np.floating[Any]]
Material = str | int  # a tissue of the library, water, or an element by its atomic number; the keys of `masses`


@dataclasses.dataclass(frozen=True)
class Detector:
    """What each channel reads of a photon of each energy, (channel, bin), and the noise of its electronics."""

    reading: Array
    efficiency: float = 1.0
    electronic_noise: float = 0.0


def integrating(*, efficiency: float = 1.0, electronic_noise: float = 0.0) -> Detector:
    """Return a detector of one channel that adds up energy; its electronic noise is in J a reading."""
    return Detector(photon_energies()[None, :].copy(), efficiency, electronic_noise)


def counting(thresholds: Sequence[float], *, efficiency: float = 1.0) -> Detector:
    """Return a detector that counts photons from each threshold (J) to the next, the last one to the highest energy."""
    edges = [*thresholds, np.inf]
    if sorted(edges) != edges or len(edges) < 2:
        raise ValueError(f"thresholds are {list(thresholds)}; give at least one, rising")
    energies = photon_energies()
    channels = [(energies >= low) & (energies < high) for low, high in pairwise(edges)]
    return Detector(np.array(channels, dtype=float), efficiency)


def expected_signal(masses: Mapping[Any, ArrayLike], photons: ArrayLike, detector: Detector) -> tuple[Array, Array]:
    """Return the mean reading and its variance, (channel, ...), behind masses per area (kg/m^2) of each material."""
    mean: Any = 0.0
    variance: Any = 0.0
    for reading, arriving in _by_energy(masses, photons, detector):
        mean = mean + reading * arriving
        variance = variance + reading**2 * arriving
    return mean, variance + detector.electronic_noise**2


def noisy_signal(
    masses: Mapping[Any, ArrayLike], photons: ArrayLike, detector: Detector, *, random: np.random.Generator
) -> Array:
    """Draw one reading: photons of every energy by Poisson, and the electronics by Gauss."""
    drawn: Any = 0.0
    for reading, arriving in _by_energy(masses, photons, detector):
        drawn = drawn + reading * random.poisson(arriving)
    return drawn + detector.electronic_noise * random.standard_normal(np.shape(drawn))


def log_signal(signal: Array, masses_free: Array) -> Array:
    """Return -ln(signal/open beam); a reading at or below nought is taken as a thousandth of a millionth of the open beam.

    `masses_free` is the mean reading of every channel without an object.
    """
    open_beam = masses_free.reshape(-1, *(1,) * (signal.ndim - 1))
    return -np.log(np.maximum(signal / open_beam, 1e-9))


def open_signal(photons: ArrayLike, detector: Detector) -> Array:
    """Return the mean reading of every channel without an object."""
    return detector.reading @ (detector.efficiency * np.asarray(photons, dtype=float))


def _by_energy(masses: Mapping[Any, ArrayLike], photons: ArrayLike, detector: Detector) -> Iterator[tuple[Array, Array]]:
    """Yield, bin by bin that any channel reads, the readings (channel, 1...) and the photons that arrive."""
    along = {material: np.asarray(mass, dtype=float) for material, mass in masses.items()}
    curves = {material: attenuation(material) for material in along}
    rays = np.broadcast_shapes(*(mass.shape for mass in along.values()))
    shape = (len(detector.reading), *(1,) * len(rays))
    for k, number in enumerate(np.asarray(photons, dtype=float)):
        if number > 0.0 and detector.reading[:, k].any():
            depth = sum((curves[material][k] * mass for material, mass in along.items()), np.zeros(rays))
            yield detector.reading[:, k].reshape(shape), detector.efficiency * number * np.exp(-depth)
