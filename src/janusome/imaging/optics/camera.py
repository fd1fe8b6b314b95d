r"""A camera: light becomes electrons, electrons a whole number of steps of a full pixel.

$$ \sigma^2 = I + d + \sigma_r^2 + \frac{(C/2^b)^2}{12} $$

I light and d dark in electrons, σ_r of reading, C a full pixel in b bits. Leaves out fixed patterns, blooming, and gain that
is not straight.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def noise_of(light: Any, *, dark: Any, read: Any, full: Any, bits: Any) -> Any:
    """Return the standard deviation above, of light that does not fill a pixel."""
    step = full / jnp.exp2(bits)
    return jnp.sqrt(jnp.maximum(light, 0.0) + dark + read**2 + step**2 / 12.0)


def picture_of(light: Array, *, dark: float, read: float, full: float, bits: float, seed: int) -> Array:
    """Return one picture in electrons, the mean dark taken off: counted, read, filled up at most, and rounded to steps."""
    drawn, steps = np.random.default_rng(seed), 2.0**bits
    electrons = drawn.poisson(light + dark) + read * drawn.standard_normal(light.shape)
    step = full / steps
    return np.clip(np.round(electrons / step), 0.0, steps - 1.0) * step - dark
