r"""Encapsulated paramagnets: water must cross the wall before it is relaxed.

$$ r_1^{eff} = \frac{r_1}{1 + r_1\,c_{in}\,\tau}, \qquad \tau = \frac{V}{P\,S} = \frac{d}{6P} $$

c_in is the chelate inside, τ how long water stays there, P the permeability of the wall to water and d the inner diameter. It
is the slow rate of two pools (Bloch-McConnell) when little of all water is inside; derived here. A leaky or small vesicle has
the relaxivity of the free chelate, a tight and full one that of its surface, $P S/(V c_{in})$: it lights up when it opens.
Measured: the relaxivity of encapsulated chelates is limited by exchange, and rises with permeability and as vesicles get
smaller (fossheim_liposomes); 1.2 inside and 4.4 1/(mM s) after release (yeo_tsl). Leaves out the field of the full vesicle,
which adds to R2*, and what the wall itself relaxes.
"""

from __future__ import annotations

from typing import TypeVar

Number = TypeVar("Number")


def residence_time(inner_diameter: Number, *, wall_permeability: Number) -> Number:
    """Return how long water stays in a sphere (s)."""
    return inner_diameter / (6.0 * wall_permeability)  # pyright: ignore[reportOperatorIssue]


def encapsulated_relaxivity(relaxivity: Number, *, inner_concentration: Number, residence_time: Number) -> Number:
    """Return the relaxivity of chelates inside (m^3/(mol s)), by that of the free chelate.

    >>> round(encapsulated_relaxivity(4.4, inner_concentration=250.0, residence_time=2.4e-3), 2)
    1.21
    """
    return relaxivity / (1.0 + relaxivity * inner_concentration * residence_time)  # pyright: ignore[reportOperatorIssue]


def intact_share(observed: Number, *, intact: Number, released: Number) -> Number:
    """Return how much of the chelate is still inside, from the relaxivity that a mixture of both shows."""
    return (released - observed) / (released - intact)  # pyright: ignore[reportOperatorIssue]
