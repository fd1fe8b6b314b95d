r"""A plane of detectors above a uniform fluid: what it records of a start pressure, and the start pressure from that.

$$ P(k_y, k_x, t) = \frac{1}{2\pi}\int_0^\infty \hat p_0(k)\cos(c|k|t)\,\mathrm dk_z, \qquad
   \hat p_0(k) = 4c\,\frac{k_z}{|k|}\int_0^\infty P\cos(c|k|t)\,\mathrm dt $$

P is the record at z = 0 as waves along the plane, and p̂₀ = 2 ∫ p₀ cos(k_z z) dz the start pressure. The second equation
undoes the first exactly for a plane without end. Both are summed at the very frequencies of the waves, without interpolation
and without a step through the body: only the plane is ever computed. Lateral axes repeat themselves (pad the sides,
numerics.waves.padding); depth is mirrored so far down that nothing comes from there in time.
White noise of standard deviation s in each record of spacing d and interval dt comes back with the power spectrum
4 c (k_z/|k|) s² dt d² (volume times pressure squared); see imaging.photoacoustic.
Holds for point detectors that do not reflect. Source: the inversion for planes is textbook matter (Norton and Linzer 1981 and
Köstli 2001, not opened here); tests compare with the wave of a sphere and with numerics.waves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.compiled import COMPILED
from janusome.numerics.fourier import values_of, wave_numbers_of, waves_of
from janusome.numerics.threads import Slabs

Array = NDArray[np.floating[Any]]
Response = Callable[[Array], Array]
SUMMED: dict[str, Any] = COMPILED | {"fastmath": {"reassoc", "contract"}}  # sums in any order, so that several run at once


class PlaneArray(NamedTuple):
    """Detectors at every voxel of a plane, and the layers below it.

    Parameters
    ----------
    depths
        Of the layers of voxels below the plane, m, evenly spaced.
    shape, spacing
        Of the plane (y, x), and of its voxels, m.
    interval, samples
        Of the record, s; it begins with the heating.
    """

    depths: Array
    shape: tuple[int, int]
    spacing: tuple[float, float]
    sound_speed: float
    interval: float
    samples: int

    def recorded(self, initial: ArrayLike, *, response: Response | None = None) -> Array:
        """Return the record (samples, y, x) of a start pressure (z, y, x); `response` weighs each frequency (Hz)."""
        start = np.asarray(initial, float)
        if start.shape != (len(self.depths), *self.shape) or not np.all(np.isfinite(start)):
            raise InputError(
                "initial pressure",
                f"of shape {start.shape} does not fit {(len(self.depths), *self.shape)}, or is not finite",
                "give finite values for every layer and voxel",
            )
        kz, k = self._waves()
        weights = np.full(len(kz), self._step() * 1.0)
        weights[0] *= 0.5
        plane = waves_of(start, axes=2)
        deep = np.tensordot(np.cos(np.outer(kz, self.depths)) * weights[:, None] * self._thickness(), plane, axes=(1, 0))
        deep *= self._heard(k, response) / math.pi
        columns = np.ascontiguousarray(np.moveaxis(deep, 0, -1)).reshape(-1, len(kz))
        traces = np.empty((len(columns), self.samples), complex)
        phase = np.ascontiguousarray(np.moveaxis(self.sound_speed * self.interval * k, 0, -1)).reshape(-1, len(kz))
        with Slabs() as slabs:
            slabs.over(
                _record,
                len(columns),
                columns.size * self.samples,
                np.real(columns).copy(),
                np.imag(columns).copy(),
                phase,
                traces,
            )
        waves = np.moveaxis(traces.reshape(*deep.shape[1:], self.samples), -1, 0)
        return values_of(waves, self.shape)

    def reconstructed(self, traces: ArrayLike, *, response: Response | None = None) -> Array:
        """Return the start pressure (z, y, x) that a record (samples, y, x) shows; `response` weighs each frequency (Hz)."""
        record = np.asarray(traces, float)
        if record.shape != (self.samples, *self.shape):
            raise InputError("record", f"has shape {record.shape}", f"give {(self.samples, *self.shape)}")
        kz, k = self._waves()
        plane = waves_of(record, axes=2)
        plane[0] *= 0.5
        columns = np.ascontiguousarray(np.moveaxis(plane, 0, -1)).reshape(-1, self.samples)
        phase = np.ascontiguousarray(np.moveaxis(self.sound_speed * self.interval * k, 0, -1)).reshape(-1, len(kz))
        deep = np.empty((len(columns), len(kz)), complex)
        with Slabs() as slabs:
            slabs.over(
                _gather, len(columns), deep.size * self.samples, np.real(columns).copy(), np.imag(columns).copy(), phase, deep
            )
        waves = np.moveaxis(deep.reshape(*plane.shape[1:], len(kz)), -1, 0)
        cosine = np.divide(kz[:, None, None], k, out=np.ones_like(k), where=k > 0.0)
        weights = np.full(len(kz), self._step())
        weights[0] *= 0.5
        waves = waves * (4.0 * self.sound_speed * self.interval / math.pi * cosine * weights[:, None, None])
        waves = waves * self._heard(k, response)
        layers = np.tensordot(np.cos(np.outer(self.depths, kz)), waves, axes=(1, 0))
        return values_of(layers, self.shape)

    def _thickness(self) -> float:
        return float(self.depths[1] - self.depths[0]) if len(self.depths) > 1 else float(2.0 * self.depths[0])

    def _step(self) -> float:
        """Spacing of wave numbers along depth: its mirror lies so deep that nothing from there comes within the record."""
        reach = 0.5 * (self.sound_speed * self.interval * self.samples + float(self.depths[-1])) + self._thickness()
        return math.pi / max(reach, float(self.depths[-1]) + self._thickness())

    def _waves(self) -> tuple[Array, Array]:
        step = self._step()
        kz = step * np.arange(max(2, math.ceil(math.pi / self._thickness() / step)))
        ky, kx = wave_numbers_of(self.shape, self.spacing)
        return kz, np.sqrt(kz[:, None, None] ** 2 + ky[:, None] ** 2 + kx**2)

    def _heard(self, k: Array, response: Response | None) -> Array:
        """Weigh waves by their frequency; none that the interval cannot hold."""
        held = (self.sound_speed * self.interval * k < 0.98 * math.pi).astype(float)
        return held if response is None else held * response(self.sound_speed * k / (2.0 * math.pi))


@njit(**SUMMED)
def _record(start, stop, real, imag, phase, traces):  # noqa: ANN001, ANN202
    count = real.shape[1]
    before, now, twice = np.empty(count), np.empty(count), np.empty(count)
    for column in range(start, stop):
        a, b, theta = real[column], imag[column], phase[column]
        for j in range(count):
            c = math.cos(theta[j])
            twice[j], now[j], before[j] = 2.0 * c, 1.0, c
        for n in range(traces.shape[1]):
            re, im = 0.0, 0.0
            for j in range(count):
                c = now[j]
                re += a[j] * c
                im += b[j] * c
                now[j] = twice[j] * c - before[j]
                before[j] = c
            traces[column, n] = complex(re, im)


@njit(**SUMMED)
def _gather(start, stop, real, imag, phase, deep):  # noqa: ANN001, ANN202
    count = phase.shape[1]
    before, now, twice = np.empty(count), np.empty(count), np.empty(count)
    re, im = np.empty(count), np.empty(count)
    for column in range(start, stop):
        theta = phase[column]
        for j in range(count):
            c = math.cos(theta[j])
            twice[j], now[j], before[j] = 2.0 * c, 1.0, c
            re[j], im[j] = 0.0, 0.0
        for n in range(real.shape[1]):
            a, b = real[column, n], imag[column, n]
            for j in range(count):
                c = now[j]
                re[j] += a * c
                im[j] += b * c
                now[j] = twice[j] * c - before[j]
                before[j] = c
        for j in range(count):
            deep[column, j] = complex(re[j], im[j])
