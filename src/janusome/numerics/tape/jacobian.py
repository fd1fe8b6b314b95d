r"""The exact sparse Jacobian $J_{ij} = \partial f_i / \partial y_j$ as more nodes of the same graph.

Derivatives are carried forward through the graph, each as the few states that it depends on.
Where a law has a corner (`max`, `abs`, `where`), the derivative of the active branch is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation

Gradient = dict[int, int]  # state -> node


def jacobian(graph: Graph, outputs: Sequence[int], states: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return the nodes of the non-zero entries by (row, column)."""
    gradients: dict[int, Gradient] = {node: {j: graph.one} for j, node in enumerate(states)}
    for node in graph.reachable(outputs):
        if graph.varies[node] and graph.operation[node] is not Operation.INPUT:
            gradients[node] = _gradient(graph, node, gradients)
    return {(i, j): entry for i, output in enumerate(outputs) for j, entry in gradients.get(output, {}).items()}


def _gradient(graph: Graph, node: int, gradients: dict[int, Gradient]) -> Gradient:
    operation, operands = graph.operation[node], graph.operands[node]
    inner = [gradients.get(operand, {}) for operand in operands]
    match operation:
        case Operation.MAXIMUM | Operation.MINIMUM:
            a, b = operands if operation is Operation.MAXIMUM else operands[::-1]
            first_is_active = graph.apply(Operation.GREATER_EQUAL, a, b)
            return _selected(graph, first_is_active, inner[1], inner[0])
        case Operation.SELECT:
            return _selected(graph, operands[0], inner[1], inner[2])
    result: Gradient = {}
    for gradient, slope in zip(inner, _slopes(graph, node, operation, operands, inner), strict=True):
        for state, entry in gradient.items():
            term = graph.multiply(slope, entry)
            result[state] = graph.add(result[state], term) if state in result else term
    return {state: entry for state, entry in result.items() if entry != graph.zero}


def _selected(graph: Graph, condition: int, if_zero: Gradient, otherwise: Gradient) -> Gradient:
    states = sorted(if_zero.keys() | otherwise.keys())
    return {
        state: graph.select(condition, if_zero.get(state, graph.zero), otherwise.get(state, graph.zero)) for state in states
    }


def _slopes(graph: Graph, node: int, operation: Operation, operands: tuple[int, ...], inner: list[Gradient]) -> list[int]:
    """Return the partial derivative of the node by each operand; it is not asked for where it is not needed."""
    g, a, one = graph, operands[0], graph.one
    match operation:
        case Operation.ADD:
            return [one, one]
        case Operation.SUBTRACT:
            return [one, g.constant(-1.0)]
        case Operation.NEGATE:
            return [g.constant(-1.0)]
        case Operation.COPY:
            return [one]
        case Operation.MULTIPLY:
            return [operands[1], a]
        case Operation.RECIPROCAL:
            return [g.negate(g.multiply(node, node))]
        case Operation.ABSOLUTE:
            return [g.apply(Operation.SIGN, a)]
        case Operation.SQUARE_ROOT:
            return [g.divide(g.constant(0.5), node)]
        case Operation.CUBE_ROOT:
            return [g.divide(g.constant(1.0 / 3.0), g.multiply(node, node))]
        case Operation.EXPONENTIAL:
            return [node]
        case Operation.LOGARITHM:
            return [g.reciprocal(a)]
        case Operation.LOG1P:
            return [g.reciprocal(g.add(one, a))]
        case Operation.EXPM1:
            return [g.add(node, one)]
        case Operation.TANH:
            return [g.subtract(one, g.multiply(node, node))]
        case Operation.LOGISTIC:
            return [g.multiply(node, g.subtract(one, node))]
        case Operation.SINE:
            return [g.apply(Operation.COSINE, a)]
        case Operation.COSINE:
            return [g.negate(g.apply(Operation.SINE, a))]
        case Operation.ARCTANGENT:
            return [g.reciprocal(g.add(one, g.multiply(a, a)))]
        case Operation.ERROR_FUNCTION:
            bell = g.apply(Operation.EXPONENTIAL, g.negate(g.multiply(a, a)))
            return [g.multiply(g.constant(2.0 / math.sqrt(math.pi)), bell)]
        case Operation.POWER:
            return _power_slopes(g, node, operands, inner)
        case _:  # comparisons, sign and floor are flat wherever they have a derivative
            return [g.zero] * len(operands)


def _power_slopes(g: Graph, node: int, operands: tuple[int, ...], inner: list[Gradient]) -> list[int]:
    base, exponent = operands
    by_base = g.multiply(exponent, g.apply(Operation.POWER, base, g.subtract(exponent, g.one)))
    if not inner[1]:
        return [by_base, g.zero]
    positive = g.apply(Operation.GREATER, base, g.zero)  # 0^b does not depend on b, but log 0 is infinite
    logarithm = g.apply(Operation.LOGARITHM, g.select(positive, g.one, base))
    return [by_base, g.multiply(node, logarithm)]
