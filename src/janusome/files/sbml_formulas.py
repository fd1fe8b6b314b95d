"""Formulas of SBML: the scalar expressions of an assembled model, printed as SBML's infix reads them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from janusome.errors import InputError
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation as Op

WRITTEN_OUT = 8  # operations; what is longer and used more than once becomes a quantity of its own

_FORMS: dict[Op, str] = {
    Op.ADD: "({} + {})",
    Op.SUBTRACT: "({} - {})",
    Op.NEGATE: "(-{})",
    Op.MULTIPLY: "({} * {})",
    Op.RECIPROCAL: "(1 / {})",
    Op.COPY: "{}",
    Op.MAXIMUM: "max({}, {})",
    Op.MINIMUM: "min({}, {})",
    Op.ABSOLUTE: "abs({})",
    Op.SIGN: "piecewise(1, {0} > 0, -1, {0} < 0, 0)",
    Op.SQUARE_ROOT: "sqrt({})",
    Op.EXPONENTIAL: "exp({})",
    Op.LOGARITHM: "ln({})",
    Op.POWER: "({} ^ {})",
    Op.TANH: "tanh({})",
    Op.LOGISTIC: "(1 / (1 + exp(-{})))",
    Op.LOG1P: "ln(1 + {})",
    Op.EXPM1: "(exp({}) - 1)",
    Op.SINE: "sin({})",
    Op.COSINE: "cos({})",
    Op.ARCTANGENT: "arctan({})",
    Op.CUBE_ROOT: "piecewise({0} ^ (1 / 3), {0} >= 0, -((-{0}) ^ (1 / 3)))",
    Op.FLOOR: "floor({})",
}
_COMPARISONS: dict[Op, str] = {Op.GREATER: "({} > {})", Op.GREATER_EQUAL: "({} >= {})", Op.EQUAL: "({} == {})"}


def shared(graph: Graph, roots: Sequence[int]) -> list[int]:
    """Return, in order of evaluation, the expressions that are worth a name: long ones that are needed more than once."""
    nodes = graph.reachable(roots)
    uses = dict.fromkeys(nodes, 0)
    for operand in (*roots, *(operand for node in nodes for operand in graph.operands[node])):
        uses[operand] += 1
    length: dict[int, int] = {}
    named = []
    for node in nodes:
        length[node] = sum(length[operand] + 1 for operand in graph.operands[node])
        if uses[node] > 1 and length[node] > WRITTEN_OUT and graph.operation[node] not in _COMPARISONS:
            named.append(node)
            length[node] = 0
    return named


def printer(graph: Graph, names: Mapping[int, str], *, place: str) -> Callable[[int], str]:
    """Return what prints an expression, with the names of those that have one.

    Raises
    ------
    InputError
        When printing, if SBML has no word for an operation.
    """

    def of(node: int) -> str:
        return names[node] if node in names else spelled(node)

    def spelled(node: int) -> str:
        operation, operands = graph.operation[node], graph.operands[node]
        if operation is Op.CONSTANT:
            return f"({graph.value[node]!r})" if graph.value[node] < 0 else repr(graph.value[node])
        if operation is Op.MULTIPLY and (reciprocal := _divisor(graph, operands, names)) is not None:
            other = operands[0] if reciprocal == operands[1] else operands[1]
            return f"({of(other)} / {of(graph.operands[reciprocal][0])})"
        if operation is Op.SELECT:
            condition, if_zero, otherwise = operands
            return f"piecewise({of(otherwise)}, {truth(condition)}, {of(if_zero)})"
        if operation in _COMPARISONS:
            return f"piecewise(1, {truth(node)}, 0)"
        if operation not in _FORMS:
            raise InputError(place, f"uses {operation.name.lower()}, for which SBML has no word", "leave its law out")
        return _FORMS[operation].format(*(of(operand) for operand in operands))

    def truth(node: int) -> str:
        if graph.operation[node] in _COMPARISONS:
            return _COMPARISONS[graph.operation[node]].format(*(of(operand) for operand in graph.operands[node]))
        return f"({of(node)} != 0)"

    return spelled


def leaves(graph: Graph, node: int, *, stop: Collection[int]) -> list[int]:
    """Return the inputs and the named expressions that the text of an expression speaks of."""
    below = graph.reachable(graph.operands[node], stop=set(stop))
    return [one for one in below if one in stop or graph.operation[one] is Op.INPUT] or ([node] if node in stop else [])


def signed_terms(graph: Graph, node: int) -> list[tuple[int, int]]:
    """Return a sum as its terms, each with its sign: (1, term) or (-1, term)."""
    found: list[tuple[int, int]] = []
    waiting = [(1, node)]
    while waiting:
        sign, one = waiting.pop()
        match graph.operation[one]:
            case Op.ADD:
                waiting += [(sign, operand) for operand in graph.operands[one]]
            case Op.SUBTRACT:
                left, right = graph.operands[one]
                waiting += [(sign, left), (-sign, right)]
            case Op.NEGATE:
                waiting.append((-sign, graph.operands[one][0]))
            case _ if one != graph.zero:
                found.append((sign, one))
    return found


def _divisor(graph: Graph, operands: Sequence[int], names: Mapping[int, str]) -> int | None:
    return next((one for one in operands[::-1] if graph.operation[one] is Op.RECIPROCAL and one not in names), None)
