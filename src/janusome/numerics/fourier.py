"""Fourier transforms of real boxes over their last axes, on all processors, with the types that scipy does not say."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from janusome.numerics.threads import processors

Array = NDArray[np.floating[Any]]
Waves = NDArray[np.complex128]


def waves_of(values: Array, *, axes: int) -> Waves:
    """Return the waves of a real box over its last axes; the last of them keeps wave numbers from zero on."""
    over = tuple(range(-axes, 0))
    return cast("Waves", fft.rfftn(values, axes=over, workers=processors()))


def values_of(waves: Waves, shape: tuple[int, ...]) -> Array:
    """Return the real box of these waves; `shape` is of the transformed axes, the last ones."""
    over = tuple(range(-len(shape), 0))
    return cast("Array", fft.irfftn(waves, s=shape, axes=over, workers=processors()))


def wave_numbers_of(shape: tuple[int, ...], spacing: tuple[float, ...]) -> list[Array]:
    """Return the wave numbers (1/m) along each transformed axis, in the order in which waves stand."""
    axes = [2.0 * np.pi * np.fft.fftfreq(count, size) for count, size in zip(shape, spacing, strict=True)]
    return [*axes[:-1], 2.0 * np.pi * np.fft.rfftfreq(shape[-1], spacing[-1])]


def fast_length(least: int) -> int:
    """Return a length, no shorter, that transforms quickly."""
    return cast("int", fft.next_fast_len(least, real=True))
