r"""The Langevin function: how far many free moments turn along a field.

$$ L(x) = \coth x - \frac{1}{x}, \qquad L'(x) = \frac{1}{x^2} - \frac{1}{\sinh^2 x}, \qquad
   \int_0^x L = \ln\frac{\sinh x}{x} $$

All three hold near nought, where the closed forms subtract what is nearly equal, and for arguments of any size, where the
hyperbolic sine would overflow; they can be differentiated everywhere. Source: textbook matter (Langevin 1905).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Field = Float[Array, "..."]

FULL_WIDTH = 4.161048048380302  # of L' at half of its greatest value, 1/3; twice the root of 1/x² - 1/sinh² x = 1/6
NEAR = 0.2  # below it the series below err by less than 1e-12 of their value
FAR = 40.0  # above it exp(-2 x) is nought beside one


@jax.jit
def langevin(x: Field) -> Field:
    """Return L(x), odd, between -1 and 1.

    >>> round(float(langevin(jnp.asarray(3.0))), 6)
    0.671636
    """
    square = jnp.minimum(x * x, NEAR**2)
    series = x * (1 / 3 + square * (-1 / 45 + square * (2 / 945 + square * (-1 / 4725 + square * (2 / 93555)))))
    far = jnp.where(jnp.abs(x) < NEAR, 1.0, x)
    return jnp.where(jnp.abs(x) < NEAR, series, 1.0 / jnp.tanh(far) - 1.0 / far)


@jax.jit
def langevin_slope(x: Field) -> Field:
    """Return L'(x), even, greatest at nought where it is a third.

    >>> round(float(langevin_slope(jnp.asarray(0.5 * FULL_WIDTH))) * 6, 4)
    1.0
    """
    square = jnp.minimum(x * x, NEAR**2)
    series = 1 / 3 + square * (-1 / 15 + square * (2 / 189 + square * (-1 / 675 + square * (2 / 10395))))
    far = jnp.where(jnp.abs(x) < NEAR, 1.0, x)
    sinh = jnp.sinh(jnp.clip(far, -FAR, FAR))
    return jnp.where(jnp.abs(x) < NEAR, series, 1.0 / (far * far) - 1.0 / (sinh * sinh))


@jax.jit
def langevin_integral(x: Field) -> Field:
    """Return the integral of L from nought to x, even; far out |x| - ln(2 |x|).

    >>> round(float(langevin_integral(jnp.asarray(1.0))), 6)
    0.161439
    """
    square = jnp.minimum(x * x, NEAR**2)
    series = square * (1 / 6 + square * (-1 / 180 + square * (1 / 2835 + square * (-1 / 37800 + square * (1 / 467775)))))
    size = jnp.where(jnp.abs(x) < NEAR, 1.0, jnp.abs(x))
    return jnp.where(jnp.abs(x) < NEAR, series, size + jnp.log1p(-jnp.exp(-2.0 * size)) - jnp.log(2.0 * size))
