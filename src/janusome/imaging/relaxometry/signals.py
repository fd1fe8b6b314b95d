r"""Signals of one amplitude, and their slopes by the relaxation rate.

$$ \mathrm{SPGR}:\ f = \sin\alpha\,\frac{1-E_1}{1-E_1\cos\alpha},\ E_1 = e^{-T_R R_1} \qquad \mathrm{echo}:\ f = e^{-T_E R} $$

Both hold for one pool of water in the steady state; SPGR with ideal spoiling, and with T2* in the amplitude.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def spoiled_gradient_echo(rate: Array, *, flip_angle: Array | float, repetition_time: Array | float) -> tuple[Array, Array]:
    """Return the signal of unit amplitude and its slope by R1.

    >>> signal, _ = spoiled_gradient_echo(np.array(1.0), flip_angle=np.pi / 2, repetition_time=1.0)
    >>> round(float(signal), 6)
    0.632121
    """
    E1 = np.exp(-repetition_time * rate)
    rest = 1.0 - E1 * np.cos(flip_angle)
    signal = -np.sin(flip_angle) * np.expm1(-repetition_time * rate) / rest
    slope = np.sin(flip_angle) * (1.0 - np.cos(flip_angle)) * repetition_time * E1 / rest**2
    return signal, slope


def echo_decay(rate: Array, *, echo_time: Array) -> tuple[Array, Array]:
    """Return the signal of unit amplitude and its slope by R2 or R2*."""
    signal = np.exp(-echo_time * rate)
    return signal, -echo_time * signal
