r"""Oxygen between vessels: what cells leave of it, by how far apart their vessels stand (Krogh's cylinder).

Around a vessel of radius r_c that feeds a cylinder of radius R,

$$ P(r) = P_c - \frac{M}{D\alpha}\Bigl[\frac{R^2}{2}\ln\frac{r}{r_c} - \frac{r^2 - r_c^2}{4}\Bigr] $$

while consumption M does not depend on the pressure. D and α (solubility) enter as their product, Krogh's constant.
"""

from __future__ import annotations

from janusome.units import Q

SMALL = 1e-3


def _ln(x: Q) -> Q:
    """Logarithm by ordinary arithmetic, to 1e-6 of its cube: what a relation is made of holds under differentiation too."""
    return (x**SMALL - x**-SMALL) / (2.0 * SMALL)  # pyright: ignore[reportReturnType]


def krogh_radius(vessel_radius: Q, vessel_surface_density: Q) -> Q:
    r"""Radius of the tissue that one vessel feeds: $S/V = 2 r_c/R^2$.

    >>> round(krogh_radius(8e-6, 2e4) * 1e6, 1)
    28.3
    """
    return (2.0 * vessel_radius / vessel_surface_density) ** 0.5  # pyright: ignore[reportReturnType]


def oxygen_drop(oxygen_consumption: Q, krogh_diffusion_constant: Q, vessel_radius: Q, vessel_surface_density: Q) -> Q:
    r"""Mean fall of oxygen pressure between vessels at full consumption: P_c less the mean of Krogh's profile.

    $$ \Delta = \frac{M}{D\alpha}\,\frac{R^2}{4}\Bigl[\frac{-\ln x}{1-x} - \frac{3 - x}{2}\Bigr],
       \qquad x = \frac{r_c^2}{R^2} = \frac{r_c}{2}\,\frac{S}{V} $$
    """
    x = vessel_radius * vessel_surface_density / 2.0
    R2 = vessel_radius**2 / x
    return oxygen_consumption / krogh_diffusion_constant * R2 / 4.0 * (-_ln(x) / (1.0 - x) - (3.0 - x) / 2.0)


def interstitial_oxygen_pressure(capillary_oxygen_pressure: Q, oxygen_drop: Q, half_consumption_oxygen_pressure: Q) -> Q:
    r"""Mean oxygen pressure of a tissue whose cells consume less where there is less (Michaelis and Menten).

    $$ P = P_c - \Delta\,\frac{P}{P + P_m} $$

    Its root is positive for any consumption: Krogh's own profile is not, beyond the last cell that it can feed. Taken at the
    mean, so that rims of anoxia around single vessels are smoothed.

    >>> round(interstitial_oxygen_pressure(40.0, 10.0, 1e-9), 6), interstitial_oxygen_pressure(40.0, 400.0, 1.0) > 0
    (30.0, True)
    """
    b = capillary_oxygen_pressure - oxygen_drop - half_consumption_oxygen_pressure
    root = (b**2 + 4.0 * half_consumption_oxygen_pressure * capillary_oxygen_pressure) ** 0.5
    return (b + root) / 2.0  # pyright: ignore[reportReturnType]
