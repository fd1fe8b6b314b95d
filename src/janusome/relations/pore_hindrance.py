"""Hindrance of a sphere in a cylindrical pore: what fraction diffuses, and what fraction goes with the fluid.

Functions here take the share of the pore's radius that the sphere's center may reach, 1 - λ, from zero (it does not fit) to
one, and are made of ordinary arithmetic; they are no relations themselves.
"""

from __future__ import annotations

from janusome.units import Q

PI = 3.141592653589793
TIGHT = 9.0 / 4.0 * PI**2 * 2.0**0.5  # of both drag coefficients, where the sphere nearly fills the pore


def _room(diameter: Q, pore_diameter: Q) -> Q:
    """Return 1 - λ, and zero for what does not fit."""
    room = 1.0 - diameter / pore_diameter
    return (room + abs(room)) / 2.0  # pyright: ignore[reportReturnType]


def _drag(room: Q) -> Q:
    """Drag on a sphere that moves through still fluid, K_t, times room^(5/2)."""
    x = 1.0 - room
    near = 1.0 - 73.0 / 60.0 * room + 77293.0 / 50400.0 * room**2
    return TIGHT * near + room**2.5 * (-22.5083 - 5.6117 * x - 0.3363 * x**2 - 1.216 * x**3 + 1.647 * x**4)


def _push(room: Q) -> Q:
    """Force of moving fluid on a sphere at rest, K_s, times room^(5/2)."""
    x = 1.0 - room
    near = 1.0 + 7.0 / 60.0 * room - 2227.0 / 50400.0 * room**2
    return TIGHT * near + room**2.5 * (4.0180 - 3.9788 * x - 1.9215 * x**2 + 4.392 * x**3 + 5.006 * x**4)


def _diffusive(room: Q) -> Q:
    r"""H = 6π Φ / K_t with Φ = (1-λ)²: diffusivity in the pore, with the partition at its mouth, over the free one."""
    return 6.0 * PI * room**4.5 / _drag(room)  # pyright: ignore[reportReturnType]


def _convective(room: Q) -> Q:
    r"""W = Φ (2-Φ) K_s / (2 K_t): flow of the solute over the flow of fluid times the concentration before the pore."""
    partition = room**2
    return partition * (2.0 - partition) * _push(room) / (2.0 * _drag(room))
