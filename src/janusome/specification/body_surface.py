"""Body surface area, for doses per square metre."""

from __future__ import annotations

import math

from janusome.specification.refusals import Refusal
from janusome.specification.rows import Host


def body_surface_area(host: Host) -> float:
    r"""Return the body surface area of a host, m^2.

    As the row says; else for a person by Mosteller's formula, $\sqrt{h M / 36}$ in SI units; else from the row's body mass per
    surface area.

    Raises
    ------
    Refusal
        If the row says too little.
    """
    said = host.find("body_surface_area")
    mass, height, ratio = host.find("body_mass"), host.find("height"), host.find("body_mass_per_surface_area")
    if said:
        return said[0].internal
    if mass and height and host.species == "human":
        return mosteller(height[0].internal, mass[0].internal)
    if mass and ratio:
        return mass[0].internal / ratio[0].internal
    raise Refusal(
        f"is per body surface area, which is not known of {host.name}",
        "give host.height (a person) or host.values.body_surface_area, or dose per kg",
    )


def mosteller(height: float, body_mass: float) -> float:
    """Return the body surface area of a person, m^2, from height in m and mass in kg.

    >>> round(mosteller(1.65, 61.0), 3)
    1.672
    """
    return math.sqrt(height * body_mass / 36.0)
