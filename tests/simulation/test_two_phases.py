"""Two phases: what was put together of two exponentials is taken apart again, and one phase is not made two."""

from __future__ import annotations

import numpy as np
import pytest

from janusome.simulation.two_phases import two_phases

TIMES = np.geomspace(1e-3, 200.0, 600)
V1, V2, CL, Q = 4.48, 7.94, 0.194, 0.685  # PK1: L and L/h


def of_two_compartments(times):
    """The concentration after a dose of one into the first of two compartments, by its eigenvalues."""
    system = np.array([[-(CL + Q) / V1, Q / V2], [Q / V1, -Q / V2]])
    rates, modes = np.linalg.eig(system)
    weights = np.linalg.solve(modes, [1.0, 0.0])
    return (modes[0] * weights * np.exp(np.outer(times, rates))).sum(axis=1) / V1


def test_the_parameters_of_two_compartments_are_found_again():
    found = two_phases(TIMES, of_two_compartments(TIMES)[None, :])
    assert found.central_volume(1.0) == pytest.approx([V1], rel=0.01)
    assert found.peripheral_volume(1.0) == pytest.approx([V2], rel=0.02)
    assert found.exchange_clearance(1.0) == pytest.approx([Q], rel=0.02)
    assert found.clearance(1.0) == pytest.approx([CL], rel=0.01)


def test_an_infusion_shows_the_same_compartments_as_a_bolus():
    lasts, steps = 1.0, 400
    starts = (np.arange(steps) + 0.5) * lasts / steps
    times = np.concatenate([np.linspace(0.05, 1.0, 10), 1.0 + TIMES])
    late = np.clip(times[:, None] - starts, 0.0, None)
    bolus = np.where(times[:, None] > starts, of_two_compartments(late.ravel()).reshape(late.shape), 0.0)
    found = two_phases(times, bolus.mean(axis=1)[None, :], infusion=lasts)
    assert found.central_volume(1.0) == pytest.approx([V1], rel=0.02)
    assert found.second_half_life == pytest.approx(
        two_phases(TIMES, of_two_compartments(TIMES)[None, :]).second_half_life, rel=0.01
    )


def test_one_exponential_has_no_two_phases():
    assert np.isnan(two_phases(TIMES, np.exp(-0.05 * TIMES)[None, :]).first_half_life).all()
