r"""From a scene to CT numbers by way of raw data: rays through a round body, readings with their noise, back-projection.

The body is a cylinder of water as wide as the path that its image is computed for; the scene stands at its center, as soft
tissue with the element in it, and what of the scene lies outside of the body is air, by its own shares and by the cylinder.
Where the border of a slice of the scene is partly air, so much less is all the water around it: a slice above the skin is air
throughout, and has less noise than `expected` images are given. A fan turns about the body in a full circle.
Each channel's logarithm is turned into water (xray.hardening) and back-projected with a Gaussian window; what linear
interpolation between bins blurs is taken off the window, so that the image is as sharp as the scanner is. Last comes one
number for each channel's whole image, by which numbers scatter from scan to scan.

Counts of a compound Poisson process are drawn as a Poisson number of quanta of variance over mean, which has its mean and
variance (for a detector that counts it is the process itself; the skewness of one that integrates is a few percent low).
The scene is made finer by cosines before it is projected, as `expected` blurs it by cosines. Slow; for one image.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray
from scipy.fft import dctn, idctn

from janusome.imaging.xray.acquisition import Detector, expected_signal, log_signal, open_signal
from janusome.imaging.xray.channels import Channels
from janusome.imaging.xray.hardening import WaterCorrection, hounsfield, water_correction
from janusome.imaging.xray.image_noise import ImageNoise
from janusome.imaging.xray.tables import WATER, tissues
from janusome.model import Scene
from janusome.numerics.backprojection import filtered_backprojection
from janusome.numerics.projection import FanBeam, Projector

SOFT_TISSUE = "muscle"
FINER = 3  # how many times finer than the image the scene is projected

Volume = NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True)
class Gantry:
    """Views in a turn, distances of rays and of the source at and from the center, the body's width, and two deviations.

    `width` is of the point spread, `stability` of CT numbers from scan to scan (HU); lengths are m. Numbers, traced or not.
    """

    number_of_views: Any
    ray_spacing: Any
    source_distance: Any
    body_width: Any
    width: Any
    stability: Any

    def at_detector(self, photons: Any, *, slice_thickness: Any) -> Any:
        """Return photons at one element of the detector in one view, of photons per solid angle in a turn."""
        solid_angle = self.ray_spacing * slice_thickness / self.source_distance**2
        return photons / self.number_of_views * solid_angle

    def image_noise(self, ray_noise: Any, *, drift: Any, voxel_size: Any) -> ImageNoise:
        """Return the noise of an image whose line integrals have a noise."""
        return ImageNoise(ray_noise, drift, self.number_of_views, self.ray_spacing, self.width, voxel_size)

    def fan(self) -> FanBeam:
        """Return the rays of a full turn, as many as the body needs."""
        distance, spacing, radius = float(self.source_distance), float(self.ray_spacing), 0.5 * float(self.body_width)
        if radius >= distance:
            raise ValueError(f"the body is {2 * radius:g} m wide and the source {distance:g} m from its center; move it away")
        reach = radius * distance / math.sqrt(distance**2 - radius**2)
        views = round(float(self.number_of_views))
        return FanBeam(np.arange(views) * 2.0 * math.pi / views, 2 * math.ceil(reach / spacing) + 9, spacing, distance)


def tomogram(channels: Channels, gantry: Gantry, scene: Scene, *, mass: Array, atomic_number: Any, seed: int) -> Volume:
    """Return CT numbers, (channel, z, y, x), of a scene with an element of a mass per volume (kg/m^3, z y x).

    `channels` hold the photons without a body; their electronic noise is of one reading.
    """
    random, size = np.random.default_rng(seed), np.asarray(scene.voxel_size, dtype=float)
    _, rows, columns = scene.detached.shape
    body = _Body.of(gantry, shape=(rows, columns), pixel=float(size[2]))
    surroundings = [body.holding(share) for share in np.asarray(scene.body, dtype=float)]
    photons = np.asarray(channels.photons, dtype=float)
    detectors = [
        Detector(row[None], 1.0, float(channels.electronic_noise)) for row in np.asarray(channels.reading, dtype=float)
    ]
    photons = np.broadcast_to(photons, (len(detectors), photons.shape[1]))
    longest = 2.0 * float(gantry.body_width)
    numbers = []
    for spectrum, detector in zip(photons, detectors, strict=True):
        table = water_correction(spectrum, detector, longest=longest)
        reader = _Reader(body, spectrum, detector, table, round(float(atomic_number)))
        slices = [
            reader.shown(held, around, random, width=float(gantry.width))
            for held, around in zip(_finer(np.asarray(mass, dtype=float)), surroundings, strict=True)
        ]
        numbers.append(np.stack(slices) + float(gantry.stability) * random.standard_normal())
    return np.stack(numbers)


@dataclasses.dataclass(frozen=True)
class _Body:
    """Rays through the body: how much water and how much soft tissue (m) each meets."""

    projector: Projector  # of slices of the scene, made finer
    water: Volume
    tissue: Volume
    inside: NDArray[np.bool_]  # (y, x) of the fine pixels, which the cylinder holds
    meets_scene: NDArray[np.bool_]
    shape: tuple[int, int]
    pixel: float

    @classmethod
    def of(cls, gantry: Gantry, *, shape: tuple[int, int], pixel: float) -> _Body:
        beam, radius = gantry.fan(), 0.5 * float(gantry.body_width)
        fine, step = (shape[0] * FINER, shape[1] * FINER), pixel / FINER
        y, x = ((np.arange(count) - 0.5 * (count - 1)) * step for count in fine)
        inside = y[:, None] ** 2 + x[None, :] ** 2 <= radius**2
        projector = Projector(beam, fine, step)
        tissue = projector.forward(inside.astype(float))
        offset = beam.offsets() * beam.source_to_center / np.hypot(beam.source_to_center, beam.offsets())
        chord = 2.0 * np.sqrt(np.maximum(radius**2 - offset**2, 0.0))
        met = projector.forward(np.ones(fine)) > 0.0
        return cls(projector, np.maximum(chord - tissue, 0.0), tissue, inside, met, shape, pixel)

    def holding(self, share: Volume) -> tuple[Volume, Volume]:
        """Return water and soft tissue (m) on every ray through a slice of which shares (y, x) are no air."""
        if (share == 1.0).all():
            return self.water, self.tissue
        rim = np.ones(self.shape, dtype=bool)
        rim[1:-1, 1:-1] = False
        tissue = self.projector.forward(self.inside * _finer(share[None])[0])
        return self.water * share[rim].mean(), np.maximum(tissue, 0.0)


@dataclasses.dataclass(frozen=True)
class _Reader:
    """One channel: what it reads behind the body, and the image of that."""

    body: _Body
    photons: Volume
    detector: Detector
    table: WaterCorrection
    element: int

    def shown(self, mass: Volume, around: tuple[Volume, Volume], random: np.random.Generator, *, width: float) -> Volume:
        mean, variance = self._signal(self.body.projector.forward(mass), *around)
        electronic = self.detector.electronic_noise
        quantum = np.divide(variance - electronic**2, mean, out=np.ones_like(mean), where=mean > 0.0)
        drawn = quantum * random.poisson(mean / quantum) + electronic * random.standard_normal(mean.shape)
        logarithm = log_signal(drawn[None], open_signal(self.photons, self.detector))
        beam = self.body.projector.beam
        sharper = math.sqrt(max(width**2 - beam.spacing**2 / 6.0, 0.0))

        def window(frequency: Volume) -> Volume:
            return np.exp(-2.0 * (math.pi * sharper * frequency / (2.0 * beam.spacing)) ** 2)

        share = filtered_backprojection(
            self.table.water_path(logarithm)[0], beam, shape=self.body.shape, pixel_size=self.body.pixel, window=window
        )
        return hounsfield(share)

    def _signal(self, element: Volume, water: Volume, tissue: Volume) -> tuple[Volume, Volume]:
        """Return mean and variance of every ray; those that miss the scene are the same in every view."""
        mean, variance = (np.broadcast_to(row, element.shape).copy() for row in self._behind(water.max(axis=0)))
        met = self.body.meets_scene
        mean[met], variance[met] = self._behind(water[met], tissue[met], element[met])
        return mean, variance

    def _behind(self, water: Volume, tissue: Any = 0.0, element: Any = 0.0) -> tuple[Volume, Volume]:
        density = tissues()[SOFT_TISSUE].density
        masses = {WATER: tissues()[WATER].density * water, SOFT_TISSUE: density * tissue, self.element: element}
        mean, variance = expected_signal(masses, self.photons, self.detector)
        return mean[0], variance[0]


def _finer(values: Volume) -> Volume:
    """Interpolate every slice by cosines, whose mean over a voxel's place is kept."""
    count = values.shape
    waves = np.zeros((count[0], count[1] * FINER, count[2] * FINER))
    coarse: Any = dctn(values, axes=(1, 2), norm="ortho")
    waves[:, : count[1], : count[2]] = coarse
    fine: Any = idctn(waves, axes=(1, 2), norm="ortho")
    return FINER * fine
