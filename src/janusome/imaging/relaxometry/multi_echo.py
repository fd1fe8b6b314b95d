"""T2 or T2* from a train of echoes: one exponential, cut where it sinks into the noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.imaging.relaxometry.signals import echo_decay
from janusome.imaging.relaxometry.variable_flip_angle import shaped
from janusome.numerics.samples import ascending, samples
from janusome.numerics.separable import RateFit, fit_rate

Array = NDArray[np.float64]
R2_BETWEEN = (1e-2, 1e5)  # 1/s


def multi_echo(signal: Any, *, echo_time: Any, noise: float | None = None, noise_floor: float = -np.inf) -> RateFit:
    """Fit R2 (spin echoes) or R2* (gradient echoes) and the amplitude at echo time zero.

    Parameters
    ----------
    noise
        Standard deviation of a signal. Without it the errors come from what the fit leaves, which needs three echoes.
    noise_floor
        Echoes from the first below it on are left out of their voxel: magnitudes do not fall under the noise, and would
        make iron look less than it is. Three times the noise is usual.

    A voxel in which too few echoes remain is not resolved: it decays faster than these echoes can see.

    Raises
    ------
    InputError
        If samples do not fit together, are not finite, or there are too few echoes.
    """
    least = 2 if noise is not None else 3
    times = ascending(echo_time, place="echo time", least=least)
    if times[0] < 0.0:
        raise InputError("echo time", f"starts at {times[0]:g} s", "count from the excitation")
    s = samples(signal, place="signal", like=times, least=least)
    flat = s.reshape(-1, s.shape[-1])
    used = np.logical_and.accumulate(flat >= noise_floor, axis=1).astype(np.float64)
    found = fit_rate(flat, basis=lambda rate: echo_decay(rate, echo_time=times), between=R2_BETWEEN, noise=noise, used=used)
    enough = used.sum(axis=1) >= least
    lost = RateFit(
        np.where(enough, found.rate, R2_BETWEEN[1]),
        np.where(enough, found.rate_standard_error, np.inf),
        found.amplitude,
        np.where(enough, found.amplitude_standard_error, np.inf),
        found.resolved & enough,
        found.freedom,
    )
    return shaped(lost, s.shape[:-1])
