r"""Temperature by the resonance frequency of water's protons.

$$ \Delta T = \frac{\Delta\phi}{\alpha\,\gamma\,B_0\,T_E}, \qquad
   \sigma_T = \frac{\sqrt{2}\,\sigma}{S}\,\frac{1}{|\alpha|\,\gamma\,B_0\,T_E} $$

α is negative: hydrogen bonds that heat weakens shield the proton better. Holds for watery tissue that stays where it was and a
field that does not drift; fat does not shift. Heat that moves phase by more than half a turn is read a turn too low.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.magnetic.phase import PROTON

# 1/K; gold_standard_phantoms, list of coefficients, and the middle of its ranges (muscle 0.0097 to 0.0100 ppm, liver 0.0090 to
# 0.0100 ppm).
SHIFT = {"water": -0.0100e-6, "muscle": -0.00985e-6, "liver": -0.0095e-6, "fat": 0.0}

Volume = Float[Array, "z y x"]


def phase_of_heat(rise: Volume, *, field: Any, echo_time: Any, shift: Any) -> Volume:
    """Return the phase (rad) that a rise of temperature (K) adds until the echo."""
    return shift * PROTON * field * echo_time * rise


def temperature_rise(after: Any, *, before: Any, field: Any, echo_time: Any, shift: Any) -> Volume:
    """Return the rise of temperature (K) between two complex images (z, y, x) of one gradient echo.

    >>> before, after = jnp.ones((1, 1, 1), dtype=complex), jnp.exp(-1j * jnp.ones((1, 1, 1)))
    >>> round(float(temperature_rise(after, before=before, field=3.0, echo_time=0.01, shift=-1e-8)[0, 0, 0]), 2)
    12.46
    """
    return jnp.angle(after * jnp.conj(before)) / (shift * PROTON * field * echo_time)


def temperature_noise(signal: Any, *, noise: Any, field: Any, echo_time: Any, shift: Any) -> Volume:
    """Return the standard deviation (K) for magnitudes and the noise of one of its channels; least at an echo time of T2*."""
    return math.sqrt(2.0) * noise / signal / (abs(shift) * PROTON * field * echo_time)


def largest_rise(*, field: float, echo_time: float, shift: float) -> float:
    """Return the rise (K) from which phase wraps."""
    return math.pi / (abs(shift) * PROTON * field * echo_time)
