"""The Grüneisen parameter: how much pressure a sudden heat leaves, by temperature."""

from __future__ import annotations

from janusome.units import Q


def grueneisen_parameter(
    reference_grueneisen_parameter: Q,
    grueneisen_temperature_slope: Q,
    grueneisen_reference_temperature: Q,
    body_temperature: Q,
) -> Q:
    r"""Pressure per absorbed heat per volume, linear in temperature: $\Gamma = \Gamma_0 + s\,(T - T_0)$.

    Holds for water and watery tissue from 10 to 50 degC; fat has 0.7 to 0.8.

    >>> round(grueneisen_parameter(0.0043, 0.0053, 273.15, 310.15), 9)
    0.2004
    """
    return reference_grueneisen_parameter + grueneisen_temperature_slope * (
        body_temperature - grueneisen_reference_temperature
    )
