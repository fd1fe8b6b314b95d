r"""Back-projection of sound: the start pressure at any point from records of detectors anywhere around it.

$$ p_0(r) = \frac{1}{\Omega_0}\sum_d \Delta\Omega_d\,\left[2p_d(t) - 2t\,\partial_t p_d(t)\right]_{t=|r-r_d|/c}, \qquad
   \Delta\Omega_d = \frac{A_d\,\cos\alpha_d}{|r-r_d|^2} $$

This is universal back-projection: exact for whole planes (Ω₀ = 2π), spheres and cylinders (4π) of point detectors; with part
of them, what is not faced is missing. Records must be sampled so finely that they are straight between samples.
Source: Xu and Wang 2005 (not opened here); tests reconstruct spheres from closed-form records.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.compiled import COMPILED
from janusome.numerics.threads import Slabs

Array = NDArray[np.floating[Any]]
PLANE, CLOSED = 2.0 * math.pi, 4.0 * math.pi  # what a whole surface of detectors is seen under


class Detectors(NamedTuple):
    """Where detectors are (m), which way they face (unit vectors into the body), and the area that each stands for (m^2)."""

    positions: Array
    normals: Array
    areas: Array


def ring(count: int, *, radius: float, height: float) -> Detectors:
    """Return detectors around the z axis that face it; positions are z, y, x."""
    angle = 2.0 * np.pi * np.arange(count) / count
    outward = np.stack([np.zeros(count), np.sin(angle), np.cos(angle)], axis=1)
    return Detectors(radius * outward, -outward, np.full(count, 2.0 * np.pi * radius / count * height))


def back_projected(
    traces: ArrayLike,
    detectors: Detectors,
    points: ArrayLike,
    *,
    sound_speed: float,
    interval: float,
    seen_under: float = CLOSED,
) -> Array:
    """Return the start pressure at points (..., 3) from records (samples, detectors) that begin with the heating."""
    record, where = np.asarray(traces, float), np.asarray(points, float)
    if record.ndim != 2 or record.shape[1] != len(detectors.positions) or where.shape[-1] != 3:
        raise InputError(
            "records", f"of shape {record.shape} do not fit {len(detectors.positions)} detectors", "give (samples, detectors)"
        )
    time = interval * np.arange(len(record))[:, None]
    ready = np.ascontiguousarray((2.0 * (record - time * np.gradient(record, interval, axis=0))).T)
    flat, image = np.ascontiguousarray(where.reshape(-1, 3)), np.zeros(where.size // 3)
    step = sound_speed * interval
    with Slabs() as slabs:
        slabs.over(_sum, len(flat), flat.size * len(ready), flat, *map(np.ascontiguousarray, detectors), ready, step, image)
    return (image / seen_under).reshape(where.shape[:-1])


@njit(**COMPILED)
def _sum(start, stop, points, positions, normals, areas, ready, step, image):  # noqa: ANN001, ANN202
    last = ready.shape[1] - 1
    for m in range(start, stop):
        total = 0.0
        for d in range(len(positions)):
            z, y, x = points[m, 0] - positions[d, 0], points[m, 1] - positions[d, 1], points[m, 2] - positions[d, 2]
            squared = z * z + y * y + x * x
            facing = z * normals[d, 0] + y * normals[d, 1] + x * normals[d, 2]
            if facing <= 0.0:
                continue
            distance = math.sqrt(squared)
            at = distance / step
            j = int(at)
            if j >= last:
                continue
            w = at - j
            total += areas[d] * facing / (squared * distance) * ((1.0 - w) * ready[d, j] + w * ready[d, j + 1])
        image[m] = total
