r"""The way of the signal: a field-free point swings along lines of tracer, and a coil hears the moments turn.

$$ s(t) = \frac{\mathrm{d}}{\mathrm{d}t}\Big(\frac{e^{-t/\tau}}{\tau} *
   \sum_j c_j\,\overline{L}\big(\beta G\,(x_s(t) - x_j)\big)\Big), \qquad x_s(t) = x_k + \frac{A}{G}\cos 2\pi f t, \qquad
   I(x) = \frac{h}{2}\,\frac{\sum s\,\dot x_s}{\sum \dot x_s^2} $$

The fundamental is lost to the drive field's own feedthrough: it takes a constant from I in every swing. Swings overlap, and
the air beyond both ends of a line holds nothing: both give the constants back by least squares. The sign of the coil is that
which makes I positive. Source: Goodwill and Conolly 2010 (x-space; not opened beyond the abstract), derived anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.numerics.langevin import langevin_integral

Array = NDArray[np.float64]

REACH = 0.95  # of the swing, within which it is fast enough to be used
AIR = 1.5  # swings at each end of a line, of which the outer third is taken for empty
SAMPLES_PER_VOXEL = 4.0  # at the greatest speed


class Tracer(NamedTuple):
    """Cores of one size: β (1/T), and the time by which their moments lag (s)."""

    turning_strength: Any
    lag: Any


class Drive(NamedTuple):
    """Selection gradient along the line (T/m), amplitude (T) and frequency (1/s) of the drive field."""

    gradient: float
    amplitude: float
    frequency: float

    @property
    def swing(self) -> float:
        """Greatest distance of the field-free point from the middle of its swing, m."""
        return self.amplitude / self.gradient


def x_space_image(
    tracers: Sequence[tuple[Tracer, Array]], drive: Drive, *, spacing: float, noise: float, random: np.random.Generator
) -> Array:
    """Return the image of lines along the last axis, in the unit of their content.

    Parameters
    ----------
    tracers
        Every size of core with its content (..., voxels); beyond both ends a line goes on as its mirror image, then as air.
    spacing
        Edge of a voxel along the lines, m.
    noise
        Standard deviation of a voxel of the image: white noise of the coil that gives it in the mean.
    """
    shape = tracers[0][1].shape
    count, air = shape[-1], max(4, round(AIR * drive.swing / spacing))
    lines = [(tracer, _extended(content.reshape(-1, count), air)) for tracer, content in tracers]
    length = lines[0][1].shape[1]
    middles = _middles(length, drive.swing / spacing)
    samples = 2 ** int(np.ceil(np.log2(2.0 * np.pi * SAMPLES_PER_VOXEL * drive.swing / spacing + 64)))
    phase = 2.0 * np.pi * (np.arange(samples) + 0.5) / samples
    speed = -np.sin(phase)  # of the swing, over its greatest
    weights = np.zeros((len(middles), length))
    sums = np.zeros((len(middles), len(lines[0][1]), length))
    size = drive.swing / spacing
    inside = np.abs(np.cos(phase)) < REACH
    rest = slice(air + count, air + 2 * count)
    for k, middle in enumerate(middles):
        at = np.floor(middle + size * np.cos(phase)).astype(int)
        used = inside & (at >= 0) & (at < length)
        np.add.at(weights[k], at[used], speed[used] ** 2)
    known = weights[:, rest].sum(axis=0)
    white = noise / np.sqrt(np.mean(1.0 / known))
    for k, middle in enumerate(middles):
        where = middle + size * np.cos(phase)
        heard = _heard(lines, drive, where, spacing=spacing) + white * random.normal(size=(samples, len(lines[0][1])))
        spectrum = np.fft.rfft(heard, axis=0)
        spectrum[:2] = 0.0  # the mean, and the fundamental with the drive field's own feedthrough
        heard = np.fft.irfft(spectrum, samples, axis=0)
        at = np.floor(where).astype(int)
        used = inside & (at >= 0) & (at < length)
        np.add.at(sums[k].T, at[used], heard[used] * speed[used, None])
    outside = np.zeros(length, dtype=bool)
    outside[: air // 3] = outside[-(air // 3) :] = True
    return _joined(sums, weights, outside)[:, rest].reshape(shape)


def _extended(lines: Array, air: int) -> Array:
    mirrored = np.concatenate([lines[:, ::-1], lines, lines[:, ::-1]], axis=1)
    return np.pad(mirrored, ((0, 0), (air, air)))


def _middles(length: int, size: float) -> Array:
    """Return the middles of swings that cover a line, in voxels, a swing apart at most."""
    reach = REACH * size
    if 2.0 * reach >= length:
        return np.array([0.5 * length])
    return np.linspace(0.9 * reach, length - 0.9 * reach, 2 + int((length - 1.8 * reach) / reach))


def _heard(lines: Sequence[tuple[Tracer, Array]], drive: Drive, where: Array, *, spacing: float) -> Array:
    """Return the voltage over a period, (samples, lines), scaled so that an image is the voltage over the relative speed."""
    turns = np.fft.rfftfreq(len(where), d=1.0 / len(where)) * 2.0 * np.pi * drive.frequency
    spectrum = np.zeros((turns.size, len(lines[0][1])), dtype=complex)
    places = np.arange(lines[0][1].shape[1])
    for (beta, lag), content in lines:
        if not content.any():
            continue
        step = float(beta) * drive.gradient * spacing
        apart = where[:, None] - places[None, :]
        curve = np.asarray(langevin_integral(step * apart)) - np.asarray(langevin_integral(step * (apart - 1.0)))
        moments = np.fft.rfft((curve / step) @ content.T, axis=0)
        spectrum += (1j * turns / (1.0 + 1j * turns * float(lag)))[:, None] * moments
    greatest_speed = 2.0 * np.pi * drive.frequency * drive.swing
    return 0.5 * spacing / greatest_speed * np.fft.irfft(spectrum, len(where), axis=0)


def _joined(sums: Array, weights: Array, outside: NDArray[np.bool_]) -> Array:
    """Return the image (lines, voxels) from the sums of every swing, whose constants are found by least squares."""
    whole = weights.sum(axis=0)
    seen = whole > 0.0
    shares = np.divide(weights, whole, out=np.zeros_like(weights), where=seen)
    mean = np.divide(sums.sum(axis=0), whole, out=np.zeros_like(sums[0]), where=seen)
    free = np.where(outside, 0.0, 1.0)  # voxels of air are known, and no mean of them is taken off
    matrix = np.diag(weights.sum(axis=1)) - (weights * free) @ shares.T
    right = -(sums.sum(axis=2) - (weights * free) @ mean.T)
    constants = np.linalg.solve(matrix, right)  # (swings, lines)
    return mean + constants.T @ shares
