"""A lane that cannot go on says why, when and with which state; the others are not disturbed."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm
from tape_problems import CHAIN_RATES, body, body_dose, body_parameters, chain, whole

from janusome.errors import SolverError
from janusome.numerics.tape import RODAS4, Outcome, Segment, Tolerances, solve, translate


def one(law, start, stop, **how):
    program = translate(law, states=["still", "moving"], parameters=1, name="test law")
    return solve(program, start, [1.0], whole(stop), [stop], threads=1, **how)


def test_a_lane_that_uses_up_its_steps_says_so():
    solution = solve(body(), body_dose(), body_parameters(3), whole(50.0), [1.0, 50.0], step_limit=15)
    assert set(solution.outcome) == {Outcome.STEP_LIMIT}
    assert np.all(solution.steps + solution.rejected == 15)
    with pytest.raises(
        SolverError, match=r"small body: 3 of 3 lanes failed(.|\n)*lane 0 used up its steps at t = .*step_limit"
    ):
        solution.require()


def test_a_law_that_leaves_its_domain_names_the_state():
    solution = one(lambda y, p: jnp.stack([0.0 * y[0], -p[0] - jnp.sqrt(y[1])]), [1.0, 1.0], 5.0)
    (failure,) = solution.failures()
    assert failure.outcome is Outcome.NOT_FINITE
    assert failure.culprit == "moving"
    assert 0.3 < failure.time < 1.0
    assert np.all(np.isfinite(failure.state))
    with pytest.raises(SolverError, match=r"left the numbers.*moving"):
        solution.require()


def test_a_state_that_starts_out_of_its_domain_fails_at_once():
    solution = one(lambda y, p: jnp.stack([y[0], jnp.log(y[1])]), [1.0, -1.0], 5.0)
    assert solution.failures()[0].outcome is Outcome.NOT_FINITE
    assert solution.failures()[0].time == 0.0


def test_a_state_that_becomes_negative_is_named_where_it_is_asked_for():
    def law(y, p):
        return jnp.stack([jnp.zeros(()), -p[0] * jnp.ones(())])

    solution = one(law, [1.0, 1.0], 3.0, nonnegative=[False, True])
    (failure,) = solution.failures()
    assert failure.outcome is Outcome.NEGATIVE
    assert failure.culprit == "moving"
    assert failure.value < 0.0
    assert failure.time == pytest.approx(1.0, abs=1e-4)
    assert one(law, [1.0, 1.0], 3.0, nonnegative=[True, False]).outcome[0] == Outcome.REACHED
    assert one(law, [1.0, 1.0], 3.0).final[0, 1] == pytest.approx(-2.0)


def test_kinetics_that_approach_zero_pass_the_check_of_signs():
    checked = np.ones(14, bool)
    solve(body(), body_dose(), body_parameters(20), whole(100.0), [100.0], nonnegative=checked).require()


def test_a_solution_that_explodes_needs_too_small_a_step():
    solution = one(lambda y, p: jnp.stack([0.0 * y[0], y[1] ** 2]), [0.0, 1.0], 2.0)
    (failure,) = solution.failures()
    assert failure.outcome in (Outcome.STEP_TOO_SMALL, Outcome.NOT_FINITE)
    assert failure.time == pytest.approx(1.0, abs=1e-4)
    assert failure.culprit == "moving"


def test_a_pole_of_a_law_needs_too_small_a_step():
    solution = one(
        lambda y, p: jnp.stack([jnp.ones(()), jnp.where(y[0] > 1.0, -1e9, 1e9) * (y[0] - 1.0) ** -3.0]), [0.0, 0.0], 2.0
    )
    (failure,) = solution.failures()
    assert failure.outcome in (Outcome.STEP_TOO_SMALL, Outcome.NOT_FINITE)


def test_what_follows_a_failure_is_not_a_number_and_others_go_on():
    program = translate(lambda y, p: -p[0] * jnp.sqrt(y), states=1, parameters=1)
    times = np.linspace(0, 3, 7)
    bad, good = [4.0, 1.0], [0.1, 0.2]
    mixed = solve(program, [1.0], np.array([*bad, *good])[:, None], whole(3.0), times)
    alone = solve(program, [1.0], np.array(good)[:, None], whole(3.0), times).require()
    assert [failure.lane for failure in mixed.failures()] == [0, 1]
    assert np.all(np.isnan(mixed.states[0, 3:]))
    assert np.all(np.isfinite(mixed.states[0, 0]))
    assert np.array_equal(mixed.states[2:], alone.states)


def test_a_zero_pivot_falls_back_to_a_pivoted_solve():
    matrix = np.array([[3.0, 2.0, 0.0], [-1.0, 0.5, 1.0], [0.0, -2.0, -1.0]])
    program = translate(lambda y, p: jnp.asarray(matrix) @ y * p[0], states=3, parameters=1)
    start, times = np.array([1.0, 2.0, 0.5]), np.linspace(0, 1, 5)
    # A first step of 1/(γ J₀₀) makes the first pivot exactly zero.
    step = 1.0 / (RODAS4.gamma * matrix[0, 0])
    tolerances = Tolerances(1.0, 10.0)
    coarse = solve(program, start, [1.0], whole(3.0), [3.0], initial_step=step, tolerances=tolerances, method=RODAS4)
    assert coarse.require().fallbacks[0] >= 1
    fine = solve(program, start, [1.0], whole(1.0), times, tolerances=Tolerances(1e-9, 1e-12)).require()
    np.testing.assert_allclose(fine.states[0], [expm(matrix * t) @ start for t in times], rtol=1e-7)


def test_a_fallback_gives_the_same_answer_in_any_lane():
    matrix = np.array([[0.0, 1e6], [1.0, 0.0]])
    program = translate(lambda y, p: jnp.asarray(matrix) @ y * p[0], states=2, parameters=1)
    scale = np.linspace(-0.01, 0.01, 23)[:, None]
    together = solve(program, [1.0, 1e-3], scale, whole(0.3), [0.3])
    alone = solve(program, [1.0, 1e-3], scale[7], whole(0.3), [0.3])
    assert np.array_equal(together.states[7], alone.states[0], equal_nan=True)


def test_compartmental_systems_never_fall_back():
    assert solve(body(), body_dose(), body_parameters(40), whole(100.0), [100.0]).require().fallbacks.sum() == 0


def test_a_failure_of_many_lanes_is_told_in_few_lines():
    solution = solve(chain(), np.ones((40, 2)), CHAIN_RATES, [Segment(0.0, 9.0)], [9.0], step_limit=2)
    with pytest.raises(SolverError) as told:
        solution.require()
    assert len(str(told.value).splitlines()) == 5
    assert "and 37 more" in str(told.value)
