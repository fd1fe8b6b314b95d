r"""Magnetized spheres in water: how particles and clusters of them dephase protons, by their size.

$$ \Delta\omega = \tfrac{1}{3}\gamma\mu_0 M, \qquad \tau_D = a^2/D $$
$$ R_2 = \tfrac{16}{45}\,f\,\tau_D\,\Delta\omega^2 \ (\Delta\omega\tau_D \ll 1), \qquad
   R_2^* = \frac{2\pi}{3\sqrt{3}}\,f\,\Delta\omega \ (\Delta\omega\tau_D \gg 1) $$

M is the magnetization of the sphere, Δω the shift at its equator, f the share of the volume that spheres take, a their radius
and D the diffusivity of water. Small spheres average over their field (motional averaging: a cluster of many relaxes more than
they did apart), large ones stand still in it (static dephasing, the most there can be). Both are derived: the first from water
that is turned back at the surface, the second from spheres at random places. The larger of the two is never reached, so that
the smaller one is returned; between them, near Δω τ_D = 1, both are too high. A spin echo refocuses static dephasing: its R2
falls again as spheres grow, which is left out.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array
from scipy.constants import mu_0

from janusome.imaging.magnetic.phase import PROTON


def equatorial_shift(magnetization: Any) -> Any:
    """Return Δω (rad/s) of a sphere with a magnetization (A/m) that the field has saturated."""
    return PROTON * mu_0 * magnetization / 3.0


def motional_averaging(volume_fraction: Any, *, shift: Any, radius: Any, diffusivity: Any) -> Any:
    """Return R2 (1/s), which is R2* too, of spheres around which water diffuses faster than they turn it."""
    return 16.0 / 45.0 * volume_fraction * radius**2 / diffusivity * shift**2


def static_dephasing(volume_fraction: Any, *, shift: Any) -> Any:
    """Return R2* (1/s) of spheres around which water stands still; no size is in it."""
    return 2.0 * math.pi / (3.0 * math.sqrt(3.0)) * volume_fraction * shift


def effective_transverse_rate(volume_fraction: Any, *, shift: Any, radius: Any, diffusivity: Any) -> Array:
    """Return R2* (1/s) of spheres of any size: the smaller of both limits."""
    averaged = motional_averaging(volume_fraction, shift=shift, radius=radius, diffusivity=diffusivity)
    return jnp.minimum(averaged, static_dephasing(volume_fraction, shift=shift))
