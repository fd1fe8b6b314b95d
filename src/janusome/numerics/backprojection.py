r"""Filtered back-projection: the image whose line integrals are given.

$$ f(x) = \frac{\pi}{N}\sum_\theta \frac{1}{U^2}\,\big(p_\theta * h\big)(s_\theta(x)), \qquad
   h_0 = \frac{1}{4\Delta^2},\ \ h_{odd} = -\frac{1}{\pi^2 n^2 \Delta^2},\ \ h_{even} = 0 $$

h is the band-limited ramp sampled at the bins, so that the mean of an object is kept; a window damps its high frequencies.
U is 1 for parallel rays; for a fan it is the distance of a pixel from the source over that of the center, after weighting
each ray by its cosine. Views are evenly spread over a half turn (parallel) or a full turn (either beam).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from janusome.numerics.compiled import COMPILED
from janusome.numerics.projection import FanBeam, ParallelBeam
from janusome.numerics.threads import Slabs

Array = NDArray[np.floating[Any]]
Window = Callable[[Array], Array]  # of the frequency over the highest one that the bins can hold


def ram_lak(frequency: Array) -> Array:
    """Return no damping: sharpest and noisiest."""
    return np.ones_like(frequency)


def hann(frequency: Array) -> Array:
    """Return the raised cosine that is nought at the highest frequency."""
    return 0.5 * (1.0 + np.cos(math.pi * frequency))


def filtered(sinogram: ArrayLike, *, spacing: float, window: Window = ram_lak) -> Array:
    """Convolve each view with the band-limited ramp."""
    views = np.asarray(sinogram, dtype=float)
    bins = views.shape[-1]
    length = 1 << (2 * bins - 1).bit_length()
    n = np.minimum(np.arange(length), length - np.arange(length))
    ramp = np.where(n % 2 == 1, -1.0 / (math.pi * np.maximum(n, 1) * spacing) ** 2, 0.0)
    ramp[0] = 1.0 / (4.0 * spacing**2)
    response = np.fft.rfft(ramp).real * window(2.0 * np.fft.rfftfreq(length)) * spacing
    return np.fft.irfft(np.fft.rfft(views, length) * response, length)[..., :bins]


def filtered_backprojection(
    sinogram: ArrayLike,
    beam: ParallelBeam | FanBeam,
    *,
    shape: tuple[int, int],
    pixel_size: float,
    window: Window = ram_lak,
) -> Array:
    """Return the slice (or the stack of slices) that has these line integrals, in their unit over that of the pixel size."""
    views = np.asarray(sinogram, dtype=float)
    distance = math.inf
    if isinstance(beam, FanBeam):
        distance = beam.source_to_center
        views = views * (distance / np.hypot(distance, beam.offsets()))
    ready = filtered(views, spacing=beam.spacing, window=window)
    stack = np.ascontiguousarray(ready).reshape(-1, len(beam.angles), beam.bins)
    image = np.zeros((len(stack), *shape))
    cos, sin = np.cos(beam.angles), np.sin(beam.angles)
    with Slabs() as slabs:
        slabs.over(_spread, shape[0], image.size * len(cos), stack, cos, sin, beam.spacing, pixel_size, distance, image)
    return (math.pi / len(cos) * image).reshape(*views.shape[:-2], *shape)


@njit(**COMPILED)
def _spread(start, stop, stack, cosines, sines, spacing, pixel, distance, image):  # noqa: ANN001, ANN202
    slices, rows, columns = image.shape
    bins = stack.shape[2]
    for r in range(start, stop):
        y = (r - 0.5 * (rows - 1)) * pixel
        for view in range(len(cosines)):
            cos, sin = cosines[view], sines[view]
            for c in range(columns):
                x = (c - 0.5 * (columns - 1)) * pixel
                depth = 1.0 + (y * cos - x * sin) / distance
                at = (x * cos + y * sin) / (depth * spacing) + 0.5 * (bins - 1)
                j = math.floor(at)
                if j < 0 or j >= bins - 1:
                    continue
                w = at - j
                for which in range(slices):
                    line = stack[which, view]
                    image[which, r, c] += ((1.0 - w) * line[j] + w * line[j + 1]) / depth**2
