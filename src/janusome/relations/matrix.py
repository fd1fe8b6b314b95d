"""The matrix of a tumor: how fibers of collagen and hyaluronan slow what goes between them, by its size and charge."""

from __future__ import annotations

from janusome.units import Q

E = 2.718281828459045


def _excluded(radius: Q, matrix_fiber_fraction: Q, matrix_fiber_radius: Q) -> Q:
    """Volume of the fibers thickened by the particle's radius, over that of the matrix: φ (1 + r/r_f)²."""
    return matrix_fiber_fraction * (1.0 + radius / matrix_fiber_radius) ** 2


def _hindered(radius: Q, matrix_fiber_fraction: Q, matrix_fiber_radius: Q) -> Q:
    detour = E ** (-0.84 * _excluded(radius, matrix_fiber_fraction, matrix_fiber_radius) ** 1.09)
    screening = matrix_fiber_radius / (16.0 * matrix_fiber_fraction**1.5 * (1.0 + 56.0 * matrix_fiber_fraction**3)) ** 0.5
    y = radius / screening
    return detour / (1.0 + y + y**2 / 9.0)  # pyright: ignore[reportReturnType]


def diffusion_hindrance_of_neutral(hydrodynamic_diameter: Q, matrix_fiber_fraction: Q, matrix_fiber_radius: Q) -> Q:
    r"""Diffusivity in the matrix over that in free fluid: the detour around fibers, and their drag.

    $$ H = \frac{e^{-0.84 f^{1.09}}}{1 + r/\ell + (r/\ell)^2/9}, \qquad f = \phi(1 + r/r_f)^2, \qquad
       \ell^2 = \frac{r_f^2}{16 \phi^{3/2} (1 + 56 \phi^3)} $$

    The detour is that of a random array of straight fibers; the drag is Brinkman's in a medium with the permeability ℓ² of
    such an array (Davies' correlation). Fibers are stiff and of one radius. Holds to a fiber fraction of some 0.3.

    >>> [round(diffusion_hindrance_of_neutral(d, 0.03, 10e-9), 2) for d in (10e-9, 100e-9)]
    [0.83, 0.15]
    """
    return _hindered(hydrodynamic_diameter / 2.0, matrix_fiber_fraction, matrix_fiber_radius)


def diffusion_hindrance(
    hydrodynamic_diameter: Q,
    matrix_fiber_fraction: Q,
    matrix_fiber_radius: Q,
    zeta_potential: Q,
    anionic_exclusion_per_potential: Q,
    cationic_retention_per_potential: Q,
) -> Q:
    r"""Diffusivity of a charged particle in the matrix over that in free fluid.

    The matrix is anionic. A negative particle is pushed off the fibers, as if its radius were larger by a length that grows
    with its potential (some tenths of the Debye length for each 10 mV); a positive one sticks, so that only the share
    $1/(1 + \kappa \zeta)$ moves. Neutral particles diffuse fastest.

    >>> [round(diffusion_hindrance(40e-9, 0.03, 10e-9, z, 3e-8, 100.0), 2) for z in (-0.03, 0.0, 0.03)]
    [0.49, 0.51, 0.13]
    """
    negative, positive = (abs(zeta_potential) - zeta_potential) / 2.0, (abs(zeta_potential) + zeta_potential) / 2.0
    radius = hydrodynamic_diameter / 2.0 + anionic_exclusion_per_potential * negative
    held = cationic_retention_per_potential * positive
    return _hindered(radius, matrix_fiber_fraction, matrix_fiber_radius) / (1.0 + held)  # pyright: ignore[reportReturnType]


def matrix_void_ratio(hydrodynamic_diameter: Q, matrix_fiber_fraction: Q, matrix_fiber_radius: Q) -> Q:
    r"""Share of the interstitial fluid that the center of a particle may reach (Ogston).

    $$ K = e^{-\phi\,((1 + r/r_f)^2 - 1)} $$

    >>> round(matrix_void_ratio(100e-9, 0.03, 10e-9), 2)
    0.35
    """
    radius = hydrodynamic_diameter / 2.0
    kept_out = _excluded(radius, matrix_fiber_fraction, matrix_fiber_radius) - matrix_fiber_fraction
    return E ** (-1.0 * kept_out)  # pyright: ignore[reportReturnType]


def matrix_void_ratio_of_molecule(matrix_fiber_fraction: Q) -> Q:
    """Share of the interstitial fluid that a small molecule may reach: all of it, whatever the fibers."""
    return 1.0 + 0.0 * matrix_fiber_fraction  # pyright: ignore[reportReturnType]


def accessible_interstitial_fraction(interstitial_fraction: Q, matrix_void_ratio: Q) -> Q:
    """Volume of the interstitium that a particle may reach, per tissue volume."""
    return interstitial_fraction * matrix_void_ratio


def convection_hindrance(matrix_void_ratio: Q) -> Q:
    r"""Velocity of a particle in the matrix over that of the fluid, with its partition: $K (2 - K)$.

    As in a pore with the same partition, without the lag behind the fluid: what is kept from the fibers is kept from the slow
    fluid beside them. Over the accessible volume alone a particle goes at 2 - K of the fluid's velocity.

    >>> [round(convection_hindrance(K), 2) for K in (1.0, 0.5, 0.1)]
    [1.0, 0.75, 0.19]
    """
    return matrix_void_ratio * (2.0 - matrix_void_ratio)


def convection_hindrance_of_molecule(molecular_wall_reflection: Q) -> Q:
    """Velocity of a small molecule in the matrix over that of the fluid: hardly held back, as by the vessel wall."""
    return 1.0 - molecular_wall_reflection


def matrix_pore_radius(matrix_fiber_fraction: Q, matrix_fiber_radius: Q) -> Q:
    r"""Mean radius of the largest sphere that fits beside a random point of the matrix's fluid, m.

    $$ \bar r \approx r_f\left(\sqrt{\pi / 4\phi} - 1\right) $$

    >>> [round(matrix_pore_radius(phi, 10e-9) * 1e9) for phi in (0.03, 0.08)]
    [41, 21]
    """
    return matrix_fiber_radius * ((0.7853981633974483 / matrix_fiber_fraction) ** 0.5 - 1.0)  # pyright: ignore[reportReturnType]
