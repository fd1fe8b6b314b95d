"""Derivatives by parameters: against formulas and against independent solves."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tape_problems import CHAIN_RATES, body, body_dose, body_law, body_parameters, chain, whole

from janusome.errors import SolverError
from janusome.numerics.tape import Segment, Tolerances, sensitivities, translate


def test_the_decay_chain_changes_with_its_rates_as_the_formula_says():
    times = np.linspace(0.1, 4.0, 9)
    found = sensitivities(
        chain(), [1.0, 0.0], CHAIN_RATES, whole(4.0), times, with_respect_to=[0, 1], tolerances=Tolerances(1e-9, 1e-12)
    )
    k1, k2 = CHAIN_RATES
    assert found.shape == (9, 2, 2)
    np.testing.assert_allclose(found[:, 0, 0], -times * np.exp(-k1 * times), atol=1e-7)
    np.testing.assert_allclose(found[:, 0, 1], 0.0, atol=1e-12)
    f = (np.exp(-k1 * times) - np.exp(-k2 * times)) / (k2 - k1)
    by_k2 = k1 * (times * np.exp(-k2 * times) - f) / (k2 - k1)
    np.testing.assert_allclose(found[:, 1, 1], by_k2, atol=1e-7)


def body_course(parameters):
    """Return the body at 0.5, 1 and 2 with a dose at 0 and at 1, by scipy."""
    found, y = [], np.zeros(14)
    for start, stop, dose in ((0.0, 0.5, 1), (0.5, 1.0, 0), (1.0, 2.0, 1)):
        y = y + dose * body_dose()
        law = lambda t, y: body_law(y, parameters, np)  # noqa: E731
        y = solve_ivp(law, (start, stop), y, "LSODA", rtol=1e-11, atol=1e-12).y[:, -1]
        found.append(y)
    found[1] = found[1] + body_dose()
    return np.array(found)


def test_a_body_with_a_repeated_dose_agrees_with_differences_of_independent_solves():
    parameters, times = body_parameters(1)[0], np.array([0.5, 1.0, 2.0])
    segments = [Segment(0.0, 1.0, jump=body_dose()), Segment(1.0, 2.0, jump=body_dose())]
    asked = [0, 5, 7, 12, 18, 19, 20, 3, 9]  # more than fit beside one leader
    found = sensitivities(
        body(), np.zeros(14), parameters, segments, times, with_respect_to=asked, tolerances=Tolerances(1e-9, 1e-11)
    )
    for k, index in enumerate(asked):
        step = np.zeros(21)
        step[index] = 1e-3 * parameters[index]
        reference = (body_course(parameters + step) - body_course(parameters - step)) / 2e-3
        np.testing.assert_allclose(found[:, :, k] * parameters[index], reference, atol=1e-4)


def test_differences_are_smooth_although_the_tolerance_is_loose():
    times, loose = np.array([2.0]), Tolerances(1e-3, 1e-5)
    rates = np.linspace(1.9, 2.1, 21)
    found = np.array([
        sensitivities(chain(), [1.0, 0.0], [k, 0.5], whole(2.0), times, with_respect_to=[0], tolerances=loose)[0, 0, 0]
        for k in rates
    ])  # fmt: skip
    np.testing.assert_allclose(found, -2.0 * np.exp(-2.0 * rates), rtol=0.05)


def test_a_parameter_of_zero_is_moved_by_the_step_itself():
    program = translate(lambda y, p: p[0] - y, states=1, parameters=1)
    found = sensitivities(program, [0.0], [0.0], whole(1.0), [1.0], with_respect_to=[0])
    assert found[0, 0, 0] == pytest.approx(1 - np.exp(-1.0), rel=1e-5)


def test_a_leader_that_fails_is_told():
    program = translate(lambda y, p: -p[0] * jnp.sqrt(y), states=1, parameters=1, name="outflow")
    with pytest.raises(SolverError, match="outflow"):
        sensitivities(program, [1.0], [4.0], whole(3.0), [3.0], with_respect_to=[0])
