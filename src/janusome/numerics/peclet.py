r"""Péclet flux: how flow and diffusion share a crossing, stable for any ratio of the two.

$$ B(x) = \frac{x}{e^x - 1}, \qquad J = G\,\bigl(B(-Pe)\,c_1 - B(Pe)\,c_2\bigr), \qquad Pe = q/G $$

The exact flux between c_1 and c_2 where a flow q and a conductance G act together; q = 0 leaves G (c_1 - c_2), a large q
takes along what stands upstream.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

FLAT = 1e-4  # below it the series is exact to rounding
STEEP = 500.0  # beyond it nothing goes upstream


def upstream_weight(peclet: Array) -> Array:
    """Return B(Pe), the weight of what goes against the flow; what goes with it has B(-Pe) = B(Pe) + Pe.

    >>> float(upstream_weight(jnp.array(0.0))), round(float(upstream_weight(jnp.array(1.0))), 4)
    (1.0, 0.582)
    """
    bounded = jnp.clip(peclet, -STEEP, STEEP)
    steep = jnp.where(jnp.abs(bounded) < FLAT, 1.0, bounded)
    within = jnp.where(jnp.abs(bounded) < FLAT, 1.0 - bounded / 2.0 + bounded**2 / 12.0, steep / jnp.expm1(steep))
    return within + jnp.maximum(-peclet - STEEP, 0.0)  # far upstream B(x) = -x
