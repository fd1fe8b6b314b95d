r"""Sound in a uniform fluid that was heated at once: pressure at any time, exact in wave numbers.

$$ p(x, t) = \mathcal F^{-1}\left[\cos(c\,|k|\,t)\,\mathcal F p_0\right] $$

The pressure starts as p₀ with the fluid at rest, in one, two or three dimensions (a sheet is a cylinder without end). There is
no error of time steps, so that a time may be asked for directly. The box repeats itself: what leaves through one side comes in
through the other, so pad it until the neighbours' sound comes later than the last time that is asked for (`padding`).
Leaves out absorption, dispersion and any change of the medium (numerics.heterogeneous_waves).
Source: textbook matter (Morse and Ingard); tests compare with the wave of a sphere in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.fourier import fast_length, values_of, wave_numbers_of, waves_of

Array = NDArray[np.floating[Any]]


def propagated(initial: ArrayLike, *, spacing: ArrayLike, sound_speed: float, times: ArrayLike) -> Array:
    """Return the pressure in the whole box at each of the times (s): (times, *box)."""
    start, k = _checked(initial, spacing, sound_speed)
    waves = waves_of(start, axes=start.ndim)
    return np.stack([values_of(np.cos(sound_speed * k * t) * waves, start.shape) for t in np.asarray(times, float).ravel()])


def recorded(
    initial: ArrayLike, sensors: Sequence[ArrayLike], *, spacing: ArrayLike, sound_speed: float, interval: float, samples: int
) -> Array:
    """Return what sensors at voxels record: (samples, sensors), from the moment of heating on.

    Parameters
    ----------
    sensors
        One array of voxel indices for each axis, as numpy takes them.
    interval
        Between samples, s. Waves above half a cycle in it are recorded as they are sampled, not wrongly propagated.

    Each step is the exact recurrence cos((n+1)θ) = 2 cos θ cos nθ - cos((n-1)θ).
    """
    start, k = _checked(initial, spacing, sound_speed)
    at = tuple(np.asarray(one, int) for one in sensors)
    twice = 2.0 * np.cos(sound_speed * interval * k)
    waves = waves_of(start, axes=start.ndim)
    before, now = 0.5 * twice * waves, waves
    traces = np.empty((samples, *np.broadcast_shapes(*(one.shape for one in at))))
    for n in range(samples):
        traces[n] = values_of(now, start.shape)[at]
        before, now = now, twice * now - before
    return traces


def padding(extent: float, duration: float, *, spacing: float, sound_speed: float) -> int:
    """Return the voxels of a side from which no neighbour is heard within a duration (s) by sensors inside an extent (m).

    >>> padding(10e-3, 10e-6, spacing=1e-3, sound_speed=1500.0)
    25
    """
    return fast_length(math.ceil((extent + sound_speed * duration) / spacing))


def _checked(initial: ArrayLike, spacing: ArrayLike, sound_speed: float) -> tuple[Array, Array]:
    start = np.asarray(initial, float)
    h = np.broadcast_to(np.asarray(spacing, float), (max(start.ndim, 1),))
    if start.ndim not in (1, 2, 3) or not np.all(np.isfinite(start)):
        raise InputError("initial pressure", f"of shape {start.shape} is no box of finite numbers", "give one to three axes")
    if not (np.all(h > 0.0) and sound_speed > 0.0 and math.isfinite(sound_speed)):
        raise InputError("spacing or sound speed", "is not above zero", "give metres, and metres per second")
    axes = wave_numbers_of(start.shape, tuple(h.tolist()))
    squares = sum((one**2 for one in np.meshgrid(*axes, indexing="ij", sparse=True)), start=np.zeros(()))
    return start, np.sqrt(squares)
