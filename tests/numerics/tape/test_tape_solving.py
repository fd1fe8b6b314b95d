"""Solutions are right: against analytic answers, other engines, and themselves in other company."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tape_problems import CHAIN_RATES, body, body_dose, body_law, body_parameters, chain, chain_exact, whole

from janusome.errors import InputError
from janusome.numerics.tape import RODAS4, RODAS5P, Outcome, Segment, Tolerances, solve, translate
from janusome.numerics.tape.graph import Graph

TIGHT = Tolerances(1e-10, 1e-13)


@pytest.mark.parametrize("method", [RODAS4, RODAS5P])
def test_a_decay_chain_follows_bateman(method):
    times = np.linspace(0.0, 10.0, 41)
    solution = solve(chain(), [1.0, 0.0], CHAIN_RATES, whole(10.0), times, tolerances=TIGHT, method=method, threads=1)
    np.testing.assert_allclose(solution.require().states[0], chain_exact(times), rtol=0, atol=1e-9)


def robertson(y, p):
    slow, fast, fastest = p[0] * y[0], p[1] * y[1] * y[2], p[2] * y[1] ** 2
    return jnp.stack([-slow + fast, slow - fast - fastest, fastest])


@pytest.mark.parametrize("method", [RODAS4, RODAS5P])
def test_robertson_agrees_with_radau_over_eleven_decades(method):
    rates, times = [0.04, 1e4, 3e7], np.geomspace(1e-5, 1e6, 40)
    program = translate(robertson, states=3, parameters=3, name="Robertson")
    tolerances = Tolerances(1e-8, [1e-10, 1e-14, 1e-10])
    ours = solve(program, [1.0, 0.0, 0.0], rates, whole(1e6), times, tolerances=tolerances, method=method, threads=1).require()
    reference = solve_ivp(
        lambda t, y: [-0.04 * y[0] + 1e4 * y[1] * y[2], 0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2, 3e7 * y[1] ** 2],
        (0, 1e6), [1.0, 0.0, 0.0], "Radau", times, rtol=1e-11, atol=1e-15,
    ).y.T  # fmt: skip
    np.testing.assert_allclose(ours.states[0], reference, rtol=2e-6, atol=1e-13)
    np.testing.assert_allclose(ours.states[0].sum(1), 1.0, atol=1e-12)


def pendulum(y, p):
    return jnp.stack([y[1], -p[0] * jnp.sin(y[0]) - 0.1 * y[1] * jnp.abs(p[0])])


def stepped(method, steps, theta):
    """Integrate the pendulum in plain numpy with equal steps; return values inside the steps, θ along each."""
    y, h = np.array([1.0, 0.5]), 2.0 / steps
    found = []
    for _ in range(steps):
        jacobian = np.array([[0.0, 1.0], [-np.cos(y[0]), -0.1]])
        matrix = np.eye(2) / (h * method.gamma) - jacobian
        stages, z = np.zeros((len(method.c), 2)), y
        for i in range(len(stages)):
            z = y + method.a[i] @ stages
            rate = np.array([z[1], -np.sin(z[0]) - 0.1 * z[1]])
            stages[i] = np.linalg.solve(matrix, rate + method.c[i] @ stages / h)
        new = z + stages[-1]
        d = method.dense @ stages
        found.append((1 - theta) * y + theta * (new + (1 - theta) * (d[0] + theta * d[1] + theta**2 * d[2])))
        y = new
    return np.array(found), y


@pytest.mark.parametrize(("method", "dense_order"), [(RODAS4, 3), (RODAS5P, 4)])
def test_methods_have_the_order_that_they_claim(method, dense_order):
    sizes, ends, insides = (32, 64, 128), [], []
    for steps in sizes:
        at = (np.arange(steps) + 0.3) * 2.0 / steps
        reference = solve_ivp(lambda t, y: [y[1], -np.sin(y[0]) - 0.1 * y[1]], (0, 2.0), [1.0, 0.5], "DOP853",
                              np.append(at, 2.0), rtol=3e-14, atol=1e-16).y.T  # fmt: skip
        inside, end = stepped(method, steps, 0.3)
        ends.append(np.abs(end - reference[-1]).max())
        insides.append(np.abs(inside - reference[:-1]).max())
    observed = np.log2(np.array(ends[:-1]) / ends[1:])
    assert observed[-1] > method.order - 0.3
    # Inside one step the error is of one order more than what the order counts.
    assert np.log2(np.array(insides[:-1]) / insides[1:])[-1] > dense_order + 1 - 0.4


@pytest.mark.parametrize("method", [RODAS4, RODAS5P])
def test_outputs_between_steps_are_as_good_as_steps(method):
    program = translate(pendulum, states=2, parameters=1, name="pendulum")
    times = np.linspace(0.0, 20.0, 997)
    ours = solve(program, [1.0, 0.5], [1.0], whole(20.0), times, tolerances=Tolerances(1e-7, 1e-9), method=method, threads=1)
    reference = solve_ivp(lambda t, y: [y[1], -np.sin(y[0]) - 0.1 * y[1]], (0, 20.0), [1.0, 0.5], "DOP853", times,
                          rtol=1e-12, atol=1e-13).y.T  # fmt: skip
    assert np.abs(ours.states[0] - reference).max() < 2e-6
    assert ours.steps[0] < 500


def test_a_tighter_tolerance_gives_a_smaller_error():
    times, errors = np.linspace(0.1, 5, 20), []
    for relative in (1e-4, 1e-6, 1e-8):
        tolerances = Tolerances(relative, relative * 1e-3)
        solution = solve(chain(), [1.0, 0.0], CHAIN_RATES, whole(5.0), times, tolerances=tolerances, threads=1)
        errors.append(np.abs(solution.states[0] - chain_exact(times)).max())
    assert errors[0] > 10 * errors[1] > 100 * errors[2]


def test_an_output_at_a_dose_is_the_value_after_it_and_the_last_is_plain():
    segments = [Segment(0.0, 1.0, jump=[1.0, 0.0]), Segment(1.0, 2.0, jump=[2.0, 0.0])]
    states = solve(chain(), [0.0, 0.0], CHAIN_RATES, segments, [0.0, 1.0 - 1e-9, 1.0, 2.0], tolerances=TIGHT).states[0]
    before = chain_exact(1.0)
    np.testing.assert_allclose(states[0], [1.0, 0.0])
    np.testing.assert_allclose(states[1], before, atol=1e-8)
    np.testing.assert_allclose(states[2], before + np.array([2.0, 0.0]), atol=1e-9)
    np.testing.assert_allclose(states[3], chain_exact(1.0, before + np.array([2.0, 0.0])), atol=1e-9)


def test_doses_at_the_same_moment_add_up():
    third = 1.0 / 3.0
    segments = [
        Segment(0.0, third, jump=[1.0, 0.0]),
        Segment(third, third, jump=[0.5, 0.0]),
        Segment(third, third, jump=[0.25, 1.0]),
        Segment(third, 1.0, jump=[0.25, 0.0]),
        Segment(1.0, 1.0, jump=[5.0, 0.0]),
    ]
    solution = solve(chain(), [0.0, 0.0], CHAIN_RATES, segments, [0.1 + 0.7 / 3.0, 1.0], tolerances=TIGHT).require()
    after = chain_exact(third) + np.array([1.0, 1.0])
    np.testing.assert_allclose(solution.states[0, 0], after, atol=1e-9)
    np.testing.assert_allclose(solution.final[0], chain_exact(1.0 - third, after) + np.array([5.0, 0.0]), atol=1e-9)
    np.testing.assert_allclose(solution.states[0, 1], solution.final[0], rtol=0)


def infused(y, p):
    return jnp.stack([p[1] - p[0] * y[0]])


def test_an_infusion_rises_and_falls_as_the_formula_says():
    program = translate(infused, states=["blood"], parameters=["k", "rate"], name="infusion")
    segments = [Segment(0.0, 1.0, controls={1: 5.0}), Segment(1.0, 3.0)]
    times = np.linspace(0.0, 3.0, 31)
    ours = solve(program, [0.0], [2.0, 0.0], segments, times, tolerances=TIGHT, threads=1).require().states[0, :, 0]
    rising = 2.5 * (1 - np.exp(-2.0 * np.minimum(times, 1.0)))
    np.testing.assert_allclose(ours, rising * np.exp(-2.0 * np.maximum(times - 1.0, 0.0)), atol=1e-9)


def test_controls_and_doses_may_differ_between_lanes():
    program = translate(infused, states=1, parameters=2)
    rates, doses = np.array([0.0, 1.0, 4.0]), np.array([[1.0], [2.0], [0.0]])
    segments = [Segment(0.0, 1.0, controls={1: rates}), Segment(1.0, 2.0, jump=doses, controls={0: 3.0})]
    end = solve(program, [0.0], [2.0, 0.0], segments, [2.0], tolerances=TIGHT).require().final[:, 0]
    middle = rates / 2.0 * (1 - np.exp(-2.0)) + doses[:, 0]
    np.testing.assert_allclose(end, middle * np.exp(-3.0), atol=1e-9)


def test_a_subject_has_the_same_bits_alone_and_in_any_company():
    program, parameters = body(), body_parameters(67)
    times, segments = np.linspace(0.0, 3.0, 13), [Segment(0.0, 1.0, jump=body_dose()), Segment(1.0, 3.0, jump=body_dose())]
    zero = np.zeros(14)
    together = solve(program, zero, parameters, segments, times, threads=2).require()
    alone = np.concatenate([solve(program, zero, row, segments, times).states for row in parameters[[0, 13, 66]]])
    assert np.array_equal(alone, together.states[[0, 13, 66]])
    order = np.random.default_rng(0).permutation(67)
    shuffled = solve(program, zero, parameters[order], segments, times, threads=1)
    assert np.array_equal(shuffled.states, together.states[order])
    assert np.array_equal(shuffled.steps, together.steps[order])


def test_linear_invariants_are_kept_to_eleven_digits():
    solution = solve(body(), body_dose(), body_parameters(20), whole(100.0), np.linspace(0, 100, 11)).require()
    np.testing.assert_allclose(solution.states.sum(2), 100.0, rtol=1e-11)


def test_diffrax_gives_the_same_body():
    diffrax = pytest.importorskip("diffrax")
    parameters, times = body_parameters(2), np.linspace(0.0, 4.0, 9)
    ours = solve(body(), body_dose(), parameters, whole(4.0), times, tolerances=Tolerances(1e-9, 1e-11)).require()
    with jax.enable_x64(True):
        theirs = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, p: body_law(y, p)), diffrax.Kvaerno5(), 0.0, 4.0, None, jnp.asarray(body_dose()),
            jnp.asarray(parameters[1]), saveat=diffrax.SaveAt(ts=jnp.asarray(times)), max_steps=20_000,
            stepsize_controller=diffrax.PIDController(rtol=1e-9, atol=1e-11),
        ).ys  # fmt: skip
        np.testing.assert_allclose(ours.states[1], np.asarray(theirs), rtol=1e-6, atol=1e-7)


def test_a_solve_in_pieces_goes_on_with_the_step_it_had():
    program, parameters = body(), body_parameters(5)
    first = solve(program, body_dose(), parameters, whole(2.0), []).require()
    cold = solve(program, first.final, parameters, [Segment(2.0, 2.5)], [2.5]).require()
    warm = solve(program, first.final, parameters, [Segment(2.0, 2.5)], [2.5], initial_step=first.next_step).require()
    assert np.all(warm.steps < cold.steps)
    np.testing.assert_allclose(warm.final, cold.final, rtol=1e-5, atol=1e-6)
    assert warm.times.shape == (1,)
    assert first.states.shape == (5, 0, 14)


def test_progress_reaches_one_and_a_stop_leaves_lanes_cancelled():
    seen = []
    program, parameters = body(), body_parameters(64)
    solve(program, body_dose(), parameters, whole(2.0), [2.0], threads=1, on_progress=seen.append)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
    stopped = solve(program, body_dose(), np.tile(parameters, (300, 1)), whole(500.0), [500.0], should_stop=lambda: True)
    assert np.any(stopped.outcome == Outcome.CANCELLED)
    assert np.all(np.isnan(stopped.states[stopped.outcome == Outcome.CANCELLED]))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"times": [0.0, 3.0]}, "times"),
        ({"times": [1.0, 0.5]}, "times"),
        ({"segments": [Segment(0.0, 1.0), Segment(1.5, 2.0)]}, "segments"),
        ({"segments": []}, "segments"),
        ({"segments": [Segment(0.0, 2.0, jump=[1.0])]}, "jump"),
        ({"segments": [Segment(0.0, 2.0, controls={7: 1.0})]}, "controls"),
        ({"initial": [1.0]}, "initial"),
        ({"parameters": np.ones((3, 2)), "initial": np.ones((2, 2))}, "lanes"),
        ({"tolerances": Tolerances(1e-6, 0.0)}, "tolerances"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change, place):
    arguments = {"initial": [1.0, 0.0], "parameters": CHAIN_RATES, "segments": whole(2.0), "times": [2.0]} | change
    with pytest.raises(InputError, match=place):
        solve(chain(), **arguments)


def test_equal_expressions_are_one_node():
    graph = Graph()
    a, b = graph.inputs(2, vary=True)
    (k,) = graph.inputs(1, vary=False)
    assert graph.multiply(graph.multiply(k, a), b) == graph.multiply(k, graph.multiply(b, a))
    assert graph.divide(graph.multiply(a, b), b) != graph.zero
    assert graph.subtract(graph.add(a, b), graph.add(b, a)) == graph.zero
    assert graph.multiply(graph.zero, a) == graph.zero
