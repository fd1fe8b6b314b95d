r"""Quantum dots: where they absorb and emit, and how much they absorb, from the diameter of their core.

$$ D(\lambda) = a_4\lambda^4 + a_3\lambda^3 + a_2\lambda^2 + a_1\lambda + a_0, \qquad \epsilon = \epsilon_1 (D/D_1)^p $$

are fits to measured dots of one material (Yu and Peng 2003) with λ the first absorption peak; the first is solved for λ. They
hold between the peaks that they were fitted to, and say nothing beyond.
"""

from __future__ import annotations

from janusome.units import Q

STEPS = 30  # of Newton's method, from the reddest peak that the curve holds for


def excitation_wavelength_of_dot(
    dot_diameter: Q,
    sizing_quartic: Q,
    sizing_cubic: Q,
    sizing_quadratic: Q,
    sizing_slope: Q,
    sizing_constant: Q,
    reddest_sizing_wavelength: Q,
) -> Q:
    """First absorption peak of dots of a diameter: the root of the sizing curve.

    >>> cdse = (1.6122e18, -2.6575e12, 1.6242e6, -0.4277, 41.57e-9)
    >>> round(excitation_wavelength_of_dot(3.0403e-9, *cdse, 660e-9) * 1e9, 1)
    550.0
    """
    a4, a3, a2, a1, a0 = sizing_quartic, sizing_cubic, sizing_quadratic, sizing_slope, sizing_constant
    peak = reddest_sizing_wavelength
    for _ in range(STEPS):
        diameter = (((a4 * peak + a3) * peak + a2) * peak + a1) * peak + a0
        slope = ((4.0 * a4 * peak + 3.0 * a3) * peak + 2.0 * a2) * peak + a1
        peak = peak - (diameter - dot_diameter) / slope
    return peak


def emission_wavelength_of_dot(excitation_wavelength: Q, stokes_shift: Q) -> Q:
    """Emission peak of dots: a little redder than their first absorption peak."""
    return excitation_wavelength + stokes_shift


def molar_absorption_coefficient_of_dot(
    dot_diameter: Q, reference_dot_diameter: Q, reference_dot_absorption: Q, dot_absorption_exponent: Q
) -> Q:
    """Decadic absorption at the first peak per concentration of dots.

    >>> round(molar_absorption_coefficient_of_dot(3.0403e-9, 1e-9, 5857.0, 2.65), -3)
    112000.0
    """
    return reference_dot_absorption * (dot_diameter / reference_dot_diameter) ** dot_absorption_exponent  # pyright: ignore[reportReturnType]
