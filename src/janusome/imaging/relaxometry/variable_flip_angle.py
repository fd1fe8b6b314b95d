"""T1 from spoiled gradient echoes at several flip angles: by a straight line, or by least squares on the signal itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.imaging.relaxometry.signals import spoiled_gradient_echo
from janusome.numerics.samples import positive, samples
from janusome.numerics.separable import RateFit, fit_rate

Array = NDArray[np.float64]
R1_BETWEEN = (1e-3, 1e3)  # 1/s


def variable_flip_angle(signal: Any, *, flip_angle: Any, repetition_time: Any, noise: float | None = None) -> RateFit:
    """Fit R1 and amplitude to the signals; the flip angles are those that the tissue felt (B1 corrected).

    Parameters
    ----------
    noise
        Standard deviation of a signal. Without it the errors come from what the fit leaves, which needs three angles.

    Raises
    ------
    InputError
        If samples do not fit together, are not finite, or there are too few angles.
    """
    s, angles, TR = _checked(signal, flip_angle, repetition_time, least=2 if noise is not None else 3)
    flat = s.reshape(-1, s.shape[-1])
    found = fit_rate(
        flat,
        basis=lambda rate: spoiled_gradient_echo(rate, flip_angle=angles, repetition_time=TR),
        between=R1_BETWEEN,
        noise=noise,
        used=np.ones_like(flat),
    )
    return shaped(found, s.shape[:-1])


def variable_flip_angle_line(signal: Any, *, flip_angle: Any, repetition_time: float, noise: float | None = None) -> RateFit:
    r"""Fit the line $S/\sin\alpha = E_1\,S/\tan\alpha + A(1-E_1)$, of which the slope is E1.

    Fast, and biased by noise, since its abscissa is noisy too; errors are those of an unweighted line.
    """
    s, angles, TRs = _checked(signal, flip_angle, repetition_time, least=2 if noise is not None else 3)
    if np.ptp(TRs) > 0.0:
        raise InputError("repetition time", "is not one for all flip angles", "use the fit to the signal itself")
    TR = float(TRs[0])
    y, x = s / np.sin(angles), s / np.tan(angles)
    dx = x - x.mean(-1, keepdims=True)
    spread = np.maximum(np.sum(dx**2, axis=-1), np.finfo(float).tiny)
    slope = np.sum(dx * y, axis=-1) / spread
    offset = y.mean(-1) - slope * x.mean(-1)
    resolved = (slope > 0.0) & (slope < 1.0)
    E1 = np.where(resolved, slope, 0.5)
    freedom = max(s.shape[-1] - 2, 1)
    left = y - slope[..., None] * x - offset[..., None]
    if noise is None:
        variance = np.sum(left**2, axis=-1) / freedom
        of_slope, of_offset = variance / spread, variance * (1.0 / s.shape[-1] + x.mean(-1) ** 2 / spread)
        shared = -x.mean(-1) * variance / spread
    else:
        of_slope, of_offset, shared = _propagated(angles, dx, x, E1, spread, noise)
    rate = np.where(resolved, -np.log(E1) / TR, np.where(slope >= 1.0, R1_BETWEEN[0], R1_BETWEEN[1]))
    amplitude = offset / (1.0 - E1)
    amplitude_variance = (of_offset + 2.0 * amplitude * shared + amplitude**2 * of_slope) / (1.0 - E1) ** 2
    return RateFit(
        rate,
        np.where(resolved, np.sqrt(of_slope) / (TR * E1), np.inf),
        amplitude,
        np.where(resolved, np.sqrt(np.maximum(amplitude_variance, 0.0)), np.inf),
        resolved,
        np.full(rate.shape, np.inf if noise is not None else float(freedom)),
    )


def _propagated(angles: Array, dx: Array, x: Array, E1: Array, spread: Array, noise: float) -> tuple[Array, Array, Array]:
    """Return variances of slope and offset, and their covariance, from the noise of the signals."""
    per_signal = noise * (1.0 / np.sin(angles) - E1[..., None] / np.tan(angles))
    to_slope = dx / spread[..., None]
    to_offset = 1.0 / x.shape[-1] - to_slope * x.mean(-1, keepdims=True)
    a, b = to_slope * per_signal, to_offset * per_signal
    return np.sum(a**2, axis=-1), np.sum(b**2, axis=-1), np.sum(a * b, axis=-1)


def shaped(found: RateFit, shape: tuple[int, ...]) -> RateFit:
    """Return a fit in the shape of the map that it was made from."""
    return RateFit(
        found.rate.reshape(shape),
        found.rate_standard_error.reshape(shape),
        found.amplitude.reshape(shape),
        found.amplitude_standard_error.reshape(shape),
        found.resolved.reshape(shape),
        found.freedom.reshape(shape),
    )


def _checked(signal: Any, flip_angle: Any, repetition_time: Any, *, least: int) -> tuple[Array, Array, Array]:
    s = samples(signal, place="signal", least=least)
    angles = positive(flip_angle, place="flip angle", like=s)
    if angles.max() > np.pi:
        raise InputError("flip angle", f"reaches {angles.max():g} rad", "give angles in radians, up to pi")
    if len(np.unique(angles)) < least:
        raise InputError("flip angle", f"takes {len(np.unique(angles))} values", f"{least} different ones are needed")
    given = np.broadcast_to(np.asarray(repetition_time, dtype=np.float64), angles.shape)
    return s, angles, positive(given, place="repetition time", like=s)
