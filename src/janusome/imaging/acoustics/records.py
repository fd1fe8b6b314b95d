"""Records of a plane of detectors over a scene, and the image that they are reconstructed to.

Around the scene tissue goes on as it is at the scene's border: up to the skin, some way down, and to all sides without end
(the plane repeats itself so far away that nothing from there comes in time). Detectors stand at the spacing of voxels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.model import Scene
from janusome.numerics.fourier import fast_length, values_of, wave_numbers_of, waves_of
from janusome.numerics.plane_array import PlaneArray
from janusome.numerics.waves import padding

Array = NDArray[np.floating[Any]]
SAMPLES_PER_VOXEL = 1.25  # of time, so that waves of two voxels are well sampled
BELOW = 1.0  # tissue below the scene, in depths of the scene


class Extended(NamedTuple):
    """The plane, which of its detectors are real, and where the scene lies in the box below it."""

    plane: PlaneArray
    real: Array  # (y, x) one inside the aperture, nothing outside
    layers: slice
    rows: slice
    columns: slice
    outside: int  # layers of the scene above the skin

    def extended(self, label: Array, pressure: Callable[[Array, Array], Array]) -> Array:
        """Return the start pressure (z, y, x) of the box: `pressure` is that of a label at a depth (m)."""
        depths, shape = self.plane.depths, self.plane.shape
        outer = [(self.layers.start, len(depths) - self.layers.stop)]
        outer += [(part.start, count - part.stop) for part, count in zip((self.rows, self.columns), shape, strict=True)]
        return pressure(np.pad(label[self.outside :], outer, mode="edge"), depths[:, None, None])


def array_over(scene: Scene, *, middle: float, aperture: float, sound_speed: float) -> Extended:
    """Return the plane on the skin over a scene whose middle lies at a depth (m)."""
    nz, ny, nx = scene.detached.shape
    dz, dy, dx = (float(size) for size in np.asarray(scene.voxel_size))
    top, below = middle - 0.5 * nz * dz, math.ceil(BELOW * nz)
    depths = top + (np.arange(-max(0, round(top / dz)), nz + below) + 0.5) * dz
    depths = depths[depths > 0.0]
    outside = max(0, nz + below - len(depths))
    above, inner_layers = max(0, len(depths) - nz - below), nz - outside
    if inner_layers < 1:
        raise InputError("view_depth", f"is {middle:g} m, and the scene lies above the skin", "give a greater depth")
    across = 0.5 * (aperture + max(ny * dy, nx * dx))
    farthest = math.sqrt(float(depths[above + inner_layers - 1]) ** 2 + 2.0 * across**2)
    interval = min(dz, dy, dx) / (SAMPLES_PER_VOXEL * sound_speed)
    samples = math.ceil(farthest / sound_speed / interval) + 2
    counts = [
        max(count, padding(across, farthest / sound_speed, spacing=size, sound_speed=sound_speed))
        for count, size in ((ny, dy), (nx, dx))
    ]
    counts = [fast_length(count + (count - inner) % 2) for count, inner in zip(counts, (ny, nx), strict=True)]
    starts = [(count - inner) // 2 for count, inner in zip(counts, (ny, nx), strict=True)]
    near = [
        np.abs((np.arange(count) - start - 0.5 * (inner - 1)) * size) <= 0.5 * aperture
        for count, start, inner, size in zip(counts, starts, (ny, nx), (dy, dx), strict=True)
    ]
    plane = PlaneArray(depths, (counts[0], counts[1]), (dy, dx), sound_speed, interval, samples)
    return Extended(
        plane,
        np.outer(*near).astype(float),
        slice(above, above + inner_layers),
        slice(starts[0], starts[0] + ny),
        slice(starts[1], starts[1] + nx),
        outside,
    )


def recorded_and_back(
    start: Array,
    array: Extended,
    *,
    heard: Callable[[Array], Array],
    filtered: Callable[[Array], Array],
    element: float,
    deviation: float,
    seed: int,
) -> Array:
    """Return the image of a start pressure (Pa) in the scene.

    Parameters
    ----------
    heard, filtered
        What detectors, and what the reconstruction, leave of each frequency (Hz).
    element
        Width of an element, m.
    deviation
        Of white noise: of a record that is averaged over a square metre and a second, Pa m s^(1/2).
    """
    plane = array.plane
    traces = _over_elements(plane.recorded(start), plane.spacing, element)
    layered = plane._replace(shape=(1, 1))  # what layers without end send, which no border of the plane cuts off
    steady = layered.recorded(start[:, :1, :1])
    cell = math.sqrt(plane.spacing[0] * plane.spacing[1] * plane.interval)
    noise = np.random.default_rng(seed).standard_normal(traces.shape) * (deviation / cell)
    sound = _in_band((traces - steady) * array.real + steady, plane.interval, lambda f: heard(f) * filtered(f))
    image = plane.reconstructed(sound + _in_band(noise * array.real, plane.interval, filtered))
    return np.pad(image[array.layers, array.rows, array.columns], ((array.outside, 0), (0, 0), (0, 0)))


def _in_band(traces: Array, interval: float, response: Callable[[Array], Array]) -> Array:
    """Return records (samples, y, x) through a filter; there is silence before the pulse and after the last sample."""
    samples = len(traces)
    begun = np.concatenate([0.5 * traces[:1], traces[1:]])  # half of the first sample lies before the pulse
    silent = np.pad(np.moveaxis(begun, 0, -1), [(0, 0), (0, 0), (0, fast_length(2 * samples) - samples)])
    length = silent.shape[-1]
    waves = waves_of(silent, axes=1) * response(np.fft.rfftfreq(length, interval))
    return np.moveaxis(values_of(waves, (length,))[..., :samples], -1, 0)


def _over_elements(traces: Array, spacing: tuple[float, float], element: float) -> Array:
    shape = (traces.shape[1], traces.shape[2])
    ky, kx = wave_numbers_of(shape, spacing)
    weights = np.sinc(ky * element / (2.0 * np.pi))[:, None] * np.sinc(kx * element / (2.0 * np.pi))
    return values_of(waves_of(traces, axes=2) * weights, shape)
