"""Derivatives by parameters: against formulas and against forward differentiation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
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


def test_a_body_with_a_repeated_dose_agrees_with_forward_differentiation():
    diffrax = pytest.importorskip("diffrax")
    parameters, times = body_parameters(1)[0], np.array([0.5, 1.0, 2.0])
    segments = [Segment(0.0, 1.0, jump=body_dose()), Segment(1.0, 2.0, jump=body_dose())]
    asked = [0, 5, 7, 12, 18, 19, 20, 3, 9]  # more than fit beside one leader
    found = sensitivities(
        body(), np.zeros(14), parameters, segments, times, with_respect_to=asked, tolerances=Tolerances(1e-9, 1e-11)
    )

    def part(y, p, start, stop):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, p: body_law(y, p)), diffrax.Kvaerno5(), start, stop, None, y, p,
            stepsize_controller=diffrax.PIDController(rtol=1e-9, atol=1e-11), max_steps=10_000,
            adjoint=diffrax.ForwardMode(),
        ).ys[0]  # fmt: skip

    def course(p):
        dose = jnp.asarray(body_dose())
        half = part(dose, p, 0.0, 0.5)
        second = part(half, p, 0.5, 1.0) + dose
        return jnp.stack([half, second, part(second, p, 1.0, 2.0)])

    with jax.enable_x64(True):
        reference = np.asarray(jax.jit(jax.jacfwd(course))(jnp.asarray(parameters)))[:, :, asked]
    scale = np.abs(parameters[asked])
    np.testing.assert_allclose(found * scale, reference * scale, atol=2e-5)


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
