r"""Sound in tissue whose speed, density and absorption change from voxel to voxel, step by step in wave numbers.

$$ \partial_t u = -\nabla p/\rho_0, \quad \partial_t\rho = -\rho_0\nabla\cdot u, \quad
   p = c^2\left[\rho - \tau\,\partial_t(-\nabla^2)^{y/2-1}\rho - \eta\,(-\nabla^2)^{(y-1)/2}\rho\right] $$

with τ = -2α₀ c^{y-1} and η = 2α₀ c^y tan(πy/2), so that waves of angular frequency ω fall as exp(-α₀ ω^y x). Gradients are
taken by Fourier between staggered points, times sinc(c_max k Δt/2), which makes the steps exact where the medium is uniform
and does not absorb. A layer at each border takes the waves in (perfectly matched, of the split density).
Stable where c_max Δt is below about a third of a voxel. Leaves out what is not linear, and shear.
Source: the k-space method and the fractional absorption of Treeby and Cox 2010 (not opened here); tests compare with exact
waves of a uniform fluid, with reflection at a step, and with the absorption of a plane pulse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.fourier import values_of, wave_numbers_of, waves_of

Array = NDArray[np.floating[Any]]
LAYER_STRENGTH = 0.3  # nepers that half a step takes at the outermost voxel of the border


class Tissue(NamedTuple):
    """Speed of sound (m/s), density (kg/m^3) and absorption α₀ (Np/m per (rad/s)^y), one value or one a voxel, and y."""

    sound_speed: ArrayLike
    density: ArrayLike
    absorption: ArrayLike = 0.0
    power: float = 1.5


def stepped(
    initial: ArrayLike,
    sensors: Sequence[ArrayLike],
    tissue: Tissue,
    *,
    spacing: ArrayLike,
    interval: float,
    samples: int,
    layer: int = 12,
) -> Array:
    """Return what sensors at voxels record of a start pressure: (samples, sensors), from the moment of heating on.

    Parameters
    ----------
    layer
        Voxels of the absorbing border on each side, inside the box; with none the box repeats itself.
    """
    p = np.asarray(initial, float)
    h = np.broadcast_to(np.asarray(spacing, float), (p.ndim,))
    c, rho0, alpha = (np.broadcast_to(np.asarray(one, float), p.shape) for one in tissue[:3])
    _check(p, c, rho0, alpha, tissue.power, interval=interval, spacing=float(h.min()))
    axes = wave_numbers_of(p.shape, tuple(h.tolist()))
    grid = np.meshgrid(*axes, indexing="ij", sparse=True)
    k = np.sqrt(sum((one**2 for one in grid), start=np.zeros(())))
    slope = [1j * one * np.sinc(float(c.max()) * interval * k / (2.0 * math.pi)) for one in grid]
    ahead = [one * np.exp(0.5j * axis * size) for one, axis, size in zip(slope, grid, h, strict=True)]
    behind = [one * np.exp(-0.5j * axis * size) for one, axis, size in zip(slope, grid, h, strict=True)]
    kept = [_layer(p.shape, axis, layer, 0.0) for axis in range(p.ndim)]
    staggered = [_layer(p.shape, axis, layer, 0.5) for axis in range(p.ndim)]
    lighter = [0.5 * (1.0 / rho0 + np.roll(1.0 / rho0, -1, axis)) for axis in range(p.ndim)]
    lossy, y = bool(np.any(alpha > 0.0)), tissue.power
    tau, eta = -2.0 * alpha * c ** (y - 1.0), 2.0 * alpha * c**y * math.tan(0.5 * math.pi * y)
    low = np.where(k > 0.0, k, 1.0)
    fraction, dispersion = (low ** (y - 2.0)) * (k > 0.0), (low ** (y - 1.0)) * (k > 0.0)

    at = tuple(np.asarray(one, int) for one in sensors)
    parts = [p / (p.ndim * c**2) for _ in range(p.ndim)]
    waves = waves_of(p, axes=p.ndim)
    u = [0.5 * interval * lighter[i] * values_of(ahead[i] * waves, p.shape) for i in range(p.ndim)]  # half a step back
    traces = np.empty((samples, *np.broadcast_shapes(*(one.shape for one in at))))
    for n in range(samples):
        traces[n] = p[at]
        waves = waves_of(p, axes=p.ndim)
        outflow = []
        for i in range(p.ndim):
            push = interval * lighter[i] * values_of(ahead[i] * waves, p.shape)
            u[i] = staggered[i] * (staggered[i] * u[i] - push)
            outflow.append(values_of(behind[i] * waves_of(u[i], axes=p.ndim), p.shape))
            parts[i] = kept[i] * (kept[i] * parts[i] - interval * rho0 * outflow[i])
        whole = np.sum(parts, axis=0)
        if lossy:
            spread = values_of(fraction * waves_of(rho0 * np.sum(outflow, axis=0), axes=p.ndim), p.shape)
            slowed = values_of(dispersion * waves_of(whole, axes=p.ndim), p.shape)
            whole = whole + tau * spread - eta * slowed
        p = c**2 * whole
    return traces


def _layer(shape: tuple[int, ...], axis: int, width: int, shift: float) -> Array:
    """Return what half a step leaves in the absorbing border of an axis."""
    if width == 0:
        return np.ones((1,) * len(shape))
    place = np.arange(shape[axis]) + shift
    depth = np.maximum(0.0, np.maximum(width - place, place - (shape[axis] - 1 - width))) / width
    line = np.exp(-LAYER_STRENGTH * depth**4)
    return line.reshape([-1 if other == axis else 1 for other in range(len(shape))])


def _check(p: Array, c: Array, rho0: Array, alpha: Array, power: float, *, interval: float, spacing: float) -> None:
    if p.ndim not in (1, 2, 3) or not np.all(np.isfinite(p)):
        raise InputError("initial pressure", f"of shape {p.shape} is no box of finite numbers", "give one to three axes")
    if not (np.all(c > 0.0) and np.all(rho0 > 0.0) and np.all(alpha >= 0.0) and np.all(np.isfinite(c + rho0 + alpha))):
        raise InputError(
            "tissue", "has values that are not above zero, or not finite", "give speeds, densities and absorption"
        )
    if not 0.0 < power < 3.0 or abs(power - 1.0) < 1e-3:
        raise InputError(
            "power", f"is {power:g}", "give more than 0 and less than 3, and not 1, where the dispersion has no end"
        )
    if float(c.max()) * interval > 0.5 * spacing:
        raise InputError(
            "interval", f"is {interval:g} s", f"give at most {0.5 * spacing / float(c.max()):.3g} s: half a voxel"
        )
