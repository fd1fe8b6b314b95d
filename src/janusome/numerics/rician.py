r"""The Rice distribution: the magnitude of a signal with Gaussian noise of width σ in each of its two channels.

$$ \bar m = \sigma\sqrt{\pi/2}\;L_{1/2}(-s^2/2\sigma^2), \qquad \mathrm{var} = 2\sigma^2 + s^2 - \bar m^2 $$

Without signal the mean is √(π/2) σ and the standard deviation √(2 − π/2) σ; far above σ it is Gaussian.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import random
from jax.scipy.special import i0e, i1e
from jaxtyping import Array

# Signal over σ from which the series takes over: the exact form subtracts two numbers that agree to (s/σ)², and loses them in
# single precision, while the first term that the series leaves out is below 1e-6 of the variance.
SERIES_FROM = 15.0


@jax.jit
def rician_mean(signal: Array, *, width: Array) -> Array:
    """Return the mean magnitude."""
    x = 0.25 * (signal / width) ** 2
    return width * math.sqrt(0.5 * math.pi) * ((1.0 + 2.0 * x) * i0e(x) + 2.0 * x * i1e(x))


@jax.jit
def rician_standard_deviation(signal: Array, *, width: Array) -> Array:
    """Return the standard deviation of the magnitude."""
    ratio = signal / width
    near = jnp.minimum(ratio, SERIES_FROM)
    exact = 2.0 + near**2 - rician_mean(near, width=jnp.ones_like(near)) ** 2
    far = jnp.maximum(ratio, SERIES_FROM) ** -2
    series = 1.0 - far / 2.0 - far**2 / 2.0 - 11.0 * far**3 / 8.0
    return width * jnp.sqrt(jnp.where(ratio < SERIES_FROM, exact, series))


@jax.jit
def rician_draw(key: Array, signal: Array, *, width: Array) -> Array:
    """Draw a magnitude in every voxel."""
    channels = width * random.normal(key, (2, *signal.shape), dtype=signal.dtype)
    return jnp.hypot(signal + channels[0], channels[1])
