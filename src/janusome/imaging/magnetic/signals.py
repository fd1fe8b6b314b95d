"""Signals of a voxel of unit proton density in the steady state, one pool of water, pulses that are short and exact.

Angles in rad, times in s, rates in 1/s; any shapes that broadcast. The label is in the rates.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

Signal = Float[Array, "..."]


def spoiled_gradient_echo(R1: Signal, *, R2_star: Signal, flip_angle: Any, repetition_time: Any, echo_time: Any) -> Signal:
    r"""Return the signal of a gradient echo whose transverse magnetization is spoiled before each excitation.

    $$ S = \sin\alpha\,\frac{1-E_1}{1-E_1\cos\alpha}\,e^{-T_E R_2^*}, \qquad E_1 = e^{-T_R R_1} $$
    """
    E1 = jnp.exp(-repetition_time * R1)
    alpha = flip_angle
    return jnp.sin(alpha) * (1.0 - E1) / (1.0 - E1 * jnp.cos(alpha)) * jnp.exp(-echo_time * R2_star)


def spin_echo(R1: Signal, *, R2: Signal, repetition_time: Any, echo_time: Any) -> Signal:
    r"""Return the signal of one echo after 90° and 180°; needs an echo before the next excitation.

    $$ S = (1 - 2 e^{-(T_R - T_E/2) R_1} + e^{-T_R R_1})\,e^{-T_E R_2} $$

    The second term is what the refocusing pulse turned over on its way back.
    """
    TR, TE = repetition_time, echo_time
    recovered = 1.0 - 2.0 * jnp.exp(-(TR - 0.5 * TE) * R1) + jnp.exp(-TR * R1)
    return recovered * jnp.exp(-TE * R2)


def inversion_recovery(R1: Signal, *, R2: Signal, repetition_time: Any, inversion_time: Any, echo_time: Any) -> Signal:
    r"""Return the signal, with its sign, of an exact inversion followed by a spin echo.

    $$ S = (1 - 2 e^{-T_I R_1} + 2 e^{-(T_R - T_E/2) R_1} - e^{-T_R R_1})\,e^{-T_E R_2} $$

    With a long repetition it vanishes at R1 = ln 2/T_I: below that rate the magnitude falls as label comes.
    """
    TR, TI, TE = repetition_time, inversion_time, echo_time
    recovered = 1.0 - 2.0 * jnp.exp(-TI * R1) + 2.0 * jnp.exp(-(TR - 0.5 * TE) * R1) - jnp.exp(-TR * R1)
    return recovered * jnp.exp(-TE * R2)


def balanced_gradient_echo(R1: Signal, *, R2: Signal, flip_angle: Any, repetition_time: Any, echo_time: Any) -> Signal:
    r"""Return the signal of balanced steady-state free precession, on resonance with alternating pulses.

    $$ S = \sin\alpha\,\frac{1-E_1}{1-(E_1-E_2)\cos\alpha-E_1E_2}\,e^{-T_E R_2}, \qquad E_i = e^{-T_R R_i} $$

    Leaves out the dark bands where precession in one repetition nears half a turn.
    """
    TR, alpha = repetition_time, flip_angle
    E1, E2 = jnp.exp(-TR * R1), jnp.exp(-TR * R2)
    cos = jnp.cos(alpha)
    return jnp.sin(alpha) * (1.0 - E1) / (1.0 - (E1 - E2) * cos - E1 * E2) * jnp.exp(-echo_time * R2)
