"""Laws become programs that mean the same; what cannot be taken is refused by name."""

import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tape_problems import body, body_dose, body_law, body_parameters, whole

from janusome.errors import TraceError
from janusome.numerics.tape import Tolerances, solve, translate
from janusome.numerics.tape.block import new_lanes
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.jacobian import jacobian
from janusome.numerics.tape.linear import gather
from janusome.numerics.tape.operations import Operation, evaluate
from janusome.numerics.tape.tracing import trace

MATRIX = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, -1.0], [0.5, 0.5, 0.5]])

LAWS = {
    "arithmetic": lambda y, p: p[0] * y - y / (p[1] + y) + y**3 - y**-2 + jnp.square(y) - (-y) + 2.0 / y,
    "powers and roots": lambda y, p: y ** p[:3] + jnp.sqrt(y) + jax.lax.rsqrt(y) + jnp.cbrt(y) + y**0.5 + y**2.5,
    "exponentials": lambda y, p: jnp.exp(-y) + jnp.log(y) + jnp.log1p(y) + jnp.expm1(y) + jnp.exp2(y) + jnp.logaddexp(y, 1.0),
    "waves": lambda y, p: jnp.sin(y) * jnp.cos(y) + jnp.tan(y) + jnp.arctan(y),
    "sigmoids": lambda y, p: jax.nn.sigmoid(y) + jnp.tanh(y) + jnp.sinh(y) - jnp.cosh(y) + jax.lax.erf(y) + jax.nn.softplus(y),
    "corners": lambda y, p: jnp.maximum(y, p[0]) + jnp.minimum(y, 1.0) + jnp.abs(y - 1) + jnp.clip(y, 0, 0.9) + jax.nn.relu(y),
    "where": lambda y, p: jnp.where((y > 1.0) & (p[0] < 3.0) | (y == 0.5), y**2, jnp.where(y >= p[1], 0.0, y)),
    "signs and steps": lambda y, p: y * jnp.sign(y - 1.0) + jnp.floor(3 * y) * y - jnp.ceil(y) * y,
    "sums": lambda y, p: jnp.sum(y) * y + jnp.cumsum(y) - jnp.prod(y) + jnp.max(y) - jnp.min(y) + jnp.mean(y * y),
    "products": lambda y, p: MATRIX @ y + jnp.dot(y, y) + jnp.outer(y, y) @ p[:3] + jnp.einsum("ij,j->i", MATRIX, y),
    "indices": lambda y, p: y[jnp.array([2, 0, 0])] + y[::-1] + jnp.roll(y, 1) + y.at[1].set(p[0]).at[0].multiply(y[2]),
    "repeated indices": lambda y, p: y.at[jnp.array([0, 2, 0])].add(p[:3] * y),
    "shapes": lambda y, p: jnp.append(y.reshape(1, 3).T.ravel()[:2], y[0]) + jnp.pad(y, 1)[1:4] + jnp.tile(y, 2)[3:],
    "nested jit": lambda y, p: jax.jit(lambda z: jax.checkpoint(jnp.sin)(z) * 2.0)(y) + jax.lax.stop_gradient(p[:3]),
    "vmap": lambda y, p: jax.vmap(lambda a, b: jnp.where(a > b, a * b, b - a))(y, p[:3]),
    "matrix state": lambda y, p: (jnp.ones((2, 3)) * y).sum(0) + jax.lax.dynamic_slice(p, (1,), (3,)),
    "integers": lambda y, p: y * jnp.arange(3) + jnp.where(jnp.arange(3) % 2 == 0, y, 0.0),
}  # fmt: skip


def evaluated(graph, nodes, inputs):
    values = dict(inputs)
    for node in graph.reachable(nodes):
        if node in graph.value:
            values[node] = graph.value[node]
        elif graph.operation[node] is not Operation.INPUT:
            values[node] = evaluate(graph.operation[node], *(values[x] for x in graph.operands[node]))
    return np.array([values[node] for node in nodes])


@pytest.mark.parametrize("name", LAWS)
def test_a_traced_law_and_its_jacobian_equal_those_of_jax(name):
    law = LAWS[name]
    graph = Graph()
    y, p = graph.inputs(3, vary=True), graph.inputs(5, vary=False)
    outputs = gather(graph, trace(law, graph, y, p, name=name))
    entries = jacobian(graph, outputs, y)
    with jax.enable_x64(True):
        for state in ([0.7, 1.3, 0.95], [0.31, 0.62, 2.4]):
            parameters = [0.8, 0.5, 1.9, 2.0, 0.1]
            inputs = dict(zip((*y, *p), (*state, *parameters), strict=True))
            arguments = jnp.array(state, jnp.float64), jnp.array(parameters, jnp.float64)
            np.testing.assert_allclose(evaluated(graph, outputs, inputs), law(*arguments), rtol=1e-12, atol=1e-13)
            dense = np.zeros((3, 3))
            for (i, j), value in zip(entries, evaluated(graph, list(entries.values()), inputs), strict=True):
                dense[i, j] = value
            np.testing.assert_allclose(dense, jax.jacfwd(law)(*arguments), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_the_compiled_interpreter_takes_every_law(name):
    program = translate(LAWS[name], states=3, parameters=5, name=name)
    start, parameters, h = np.array([0.7, 1.3, 0.95]), [0.8, 0.5, 1.9, 2.0, 0.1], 1e-4
    solution = solve(program, start, parameters, whole(h), [h], threads=1, tolerances=Tolerances(1e-9, 1e-12)).require()
    with jax.enable_x64(True):
        k1 = np.asarray(LAWS[name](jnp.asarray(start), jnp.asarray(np.array(parameters))))
        k2 = np.asarray(LAWS[name](jnp.asarray(start + h / 2 * k1), jnp.asarray(np.array(parameters))))
    np.testing.assert_allclose(solution.states[0, 0], start + h * k2, rtol=0, atol=3e-8)


def test_a_compartmental_law_has_a_sparse_jacobian():
    assert body().jacobian_entries() < 0.25 * 14**2


def test_tracing_leaves_the_precision_of_jax_as_it_was():
    before = jnp.zeros(1).dtype
    translate(body_law, states=14, parameters=21)
    assert jnp.zeros(1).dtype == before


def test_a_constant_of_the_law_keeps_double_precision():
    program = translate(lambda y, p: y * 0.1 + p * 0.0, states=1, parameters=1)
    assert 0.1 in program.constants.values()
    workspace, _ = new_lanes(program)
    assert workspace.ctypes.data % 64 == 0


@pytest.mark.parametrize(
    ("law", "word"),
    [
        (lambda y, p: jax.lax.while_loop(lambda z: z[0] < 3.0, lambda z: z + 1.0, y), "while"),
        (lambda y, p: jax.lax.scan(lambda c, x: (c + x, c), y, jnp.ones((4, 2)))[0], "scan"),
        (lambda y, p: jax.lax.cond(y[0] > 1.0, lambda: y, lambda: -y), "cond"),
        (lambda y, p: y * jnp.argmax(y), "argmax"),
        (lambda y, p: jnp.sort(y), "sort"),
        (lambda y, p: y % 2.0, "rem"),
        (lambda y, p: p[y.astype(int)], "whole number"),
        (lambda y, p: y if y[0] > 0.0 else -y, "jnp.where"),
        (lambda y, p: y[:1], "shape"),
    ],
)
def test_a_law_that_cannot_be_taken_is_refused_by_name_and_word(law, word):
    with pytest.raises(TraceError, match=r"uptake in liver.*") as refused:
        translate(law, states=2, parameters=2, name="uptake in liver")
    assert word in str(refused.value)


def test_a_refusal_says_the_line_and_what_is_allowed():
    with pytest.raises(TraceError, match=r"test_tape_tracing\.py:\d+.*digamma.*a law may use"):
        translate(lambda y, p: jax.scipy.special.digamma(y), states=2, parameters=2, name="law")


def test_three_hundred_states_are_translated_in_a_few_seconds():
    copies = 21

    def law(y, p):
        states, parameters = y.reshape(copies, 14), p.reshape(copies, 21)
        rates = jax.vmap(body_law)(states, parameters)
        exchange = 0.1 * (jnp.roll(states, 1, axis=0) - states)
        return (rates + exchange.at[:, -1].set(0.0)).ravel()

    before = time.process_time()
    program = translate(law, states=14 * copies, parameters=21 * copies, name="many")
    assert time.process_time() - before < 4.0
    dose, parameters = np.tile(body_dose(), copies), body_parameters(copies).ravel()
    end = solve(program, dose, parameters, whole(5.0), [5.0], threads=1).require().final[0]
    assert end.sum() == pytest.approx(100.0 * copies, rel=1e-11)
