"""Collimators of gamma cameras: parallel holes let few photons through, and blur with distance."""

from __future__ import annotations

from janusome.units import Q

HEXAGONAL = (
    0.26  # of hexagonal holes in Anger's formula; from memory, and agrees with a simulated Symbia collimator within 5 %
)


def collimator_aperture(hole_diameter: Q) -> Q:
    """Full width, m, of what a point at the face of the collimator shows."""
    return hole_diameter


def collimator_divergence(hole_diameter: Q, hole_length: Q) -> Q:
    """Full width that is added per distance from the face."""
    return hole_diameter / hole_length


def spatial_resolution(collimator_aperture: Q, collimator_divergence: Q, intrinsic_resolution: Q, rotation_radius: Q) -> Q:
    r"""Full width, m, at the center of the orbit: $\sqrt{(w_0 + g r)^2 + R_i^2}$.

    >>> round(float(spatial_resolution(2.94e-3, 2.94 / 40.64, 3.8e-3, 0.25)) * 1e3, 1)
    21.4
    """
    return ((collimator_aperture + collimator_divergence * rotation_radius) ** 2 + intrinsic_resolution**2) ** 0.5  # pyright: ignore[reportReturnType]


def photon_efficiency(
    number_of_heads: Q,
    hole_diameter: Q,
    hole_length: Q,
    septal_thickness: Q,
    detector_efficiency: Q,
    energy_window_efficiency: Q,
) -> Q:
    r"""Share of a line's photons that a camera counts: $H \big(K\,\frac{D}{L}\frac{D}{D+T}\big)^2\,\eta$ with H heads.

    Does not depend on distance. Leaves out photons that cross the septa.

    >>> round(float(photon_efficiency(1.0, 2.94e-3, 40.64e-3, 1.14e-3, 1.0, 1.0)) * 1e4, 2)
    1.84
    """
    through = HEXAGONAL * hole_diameter**2 / (hole_length * (hole_diameter + septal_thickness))
    return number_of_heads * through**2 * detector_efficiency * energy_window_efficiency
