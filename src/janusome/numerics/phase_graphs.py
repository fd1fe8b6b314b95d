r"""Extended phase graphs: echoes of a train of refocusing pulses, by the orders of dephasing that it makes.

Between pulses the magnetization is a sum of orders k: F_k turned k times over a voxel by the crushers, and Z_k stored upright
with that pattern. Excited along the axis of the refocusing pulses (Carr-Purcell-Meiboom-Gill), all F are real and all Z
imaginary, Z = iζ, and a pulse of angle α mixes three numbers an order:

$$ F_k' = \cos^2\tfrac{\alpha}{2}\,F_k + \sin^2\tfrac{\alpha}{2}\,F_{-k} + \sin\alpha\,\zeta_k, \quad
   F_{-k}' = \sin^2\tfrac{\alpha}{2}\,F_k + \cos^2\tfrac{\alpha}{2}\,F_{-k} - \sin\alpha\,\zeta_k, \quad
   \zeta_k' = -\tfrac{1}{2}\sin\alpha\,(F_k - F_{-k}) + \cos\alpha\,\zeta_k $$

Only odd orders stand at the pulses. What recovers between them makes even orders, which meet at pulses and never at echoes.
Holds for pulses that are short beside T2 and crushers that dephase a voxel fully. Leaves out diffusion.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

BLOCK = 4096  # voxels whose orders stay in the cache of a core


@partial(jax.jit, static_argnames="longest")
def one_echo(R1: Array, *, R2: Array, refocusing_angle: Any, echo_spacing: Any, number: Int[Array, ""], longest: int) -> Array:
    """Return one echo of a train of at most `longest`, counted from one: as `echo_train`, without holding the others.

    For fields of voxels: blocks after blocks, and made again rather than kept where a slope is asked for.
    """
    blocks = max(1, -(-R1.size // BLOCK))
    length = -(-R1.size // blocks)
    rates = jnp.pad(jnp.stack([R1.ravel(), R2.ravel()]), ((0, 0), (0, blocks * length - R1.size)), mode="edge")

    @jax.checkpoint
    def chosen(pair: Array) -> Array:
        train = echo_train(pair[0], R2=pair[1], refocusing_angle=refocusing_angle, echo_spacing=echo_spacing, echoes=longest)
        return train[number - 1]

    found = jax.lax.map(chosen, jnp.moveaxis(rates.reshape(2, blocks, length), 0, 1))
    return found.reshape(-1)[: R1.size].reshape(R1.shape)


@partial(jax.jit, static_argnames="echoes")
def echo_train(R1: Array, *, R2: Array, refocusing_angle: Any, echo_spacing: Any, echoes: int) -> Array:
    """Return the amplitudes of the echoes after an excitation of 90°, from unit magnetization.

    Parameters
    ----------
    R1, R2
        Relaxation rates (1/s), of one shape.
    refocusing_angle, echo_spacing
        Of every pulse (rad), and from echo to echo (s): the first pulse comes half a spacing after the excitation.

    >>> train = echo_train(jnp.array(0.0), R2=jnp.array(10.0), refocusing_angle=jnp.pi, echo_spacing=0.01, echoes=3)
    >>> [round(float(echo), 4) for echo in train]
    [0.9048, 0.8187, 0.7408]
    """
    alpha = refocusing_angle
    half, E1, E2 = jnp.exp(-0.5 * echo_spacing * R2), jnp.exp(-echo_spacing * R1), jnp.exp(-echo_spacing * R2)
    cos2, sin2, sin, cos = jnp.cos(alpha / 2) ** 2, jnp.sin(alpha / 2) ** 2, jnp.sin(alpha), jnp.cos(alpha)
    orders = echoes // 2 + 1  # higher ones do not come back before the train ends
    none = jnp.zeros((orders, *R1.shape), dtype=R1.dtype)

    def step(state: tuple[Array, Array, Array], _: None) -> tuple[tuple[Array, Array, Array], Array]:
        ahead, back, stored = state
        turned = cos2 * ahead + sin2 * back + sin * stored
        returned = sin2 * ahead + cos2 * back - sin * stored
        upright = cos * stored - 0.5 * sin * (ahead - back)
        echo = returned[0] * half
        # Two steps of dephasing to the next pulse: order -1 passes through the echo and comes out as order 1.
        ahead = jnp.concatenate([returned[:1], turned[:-1]]) * E2
        back = jnp.concatenate([returned[1:], jnp.zeros_like(returned[:1])]) * E2
        return (ahead, back, upright * E1), echo

    excited = jnp.concatenate([half[None], none[1:]])
    return jax.lax.scan(step, (excited, none, none), None, length=echoes)[1]
