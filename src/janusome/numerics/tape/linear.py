r"""Linear parts gathered: each rate becomes $\sum_j c_j(p)\,a_j(y)$ with coefficients that do not vary.

Compartmental laws are mostly linear in the state. Written out, `Q * (Ca - Cb)` costs four operations each time;
gathered, its coefficients `Q / Va` and `Q / Vb` are computed once for a lane and merge with those of other laws.
An expression that several others share is gathered on its own unless it is a single term, so that a total over
all compartments is not written out again in every rate.
"""

from __future__ import annotations

from collections.abc import Sequence

from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation

Form = dict[int, int]  # atom -> coefficient; the atom `graph.one` carries the constant term


def gather(graph: Graph, outputs: Sequence[int]) -> list[int]:
    """Return nodes equal to the outputs, with their linear parts gathered."""
    nodes = graph.reachable(outputs)
    uses = dict.fromkeys(nodes, 0)
    for node in nodes:
        for operand in graph.operands[node]:
            uses[operand] += 1
    for output in outputs:
        uses[output] += 1
    gathering = _Gathering(graph, uses)
    for node in nodes:
        if graph.varies[node]:
            gathering.take(node)
    return [gathering.whole(output) for output in outputs]


class _Gathering:
    """The forms found so far, and the nodes rebuilt from them."""

    def __init__(self, graph: Graph, uses: dict[int, int]) -> None:
        self.graph, self.uses = graph, uses
        self.forms: dict[int, Form] = {}
        self.rebuilt: dict[int, int] = {}

    def take(self, node: int) -> None:
        graph = self.graph
        operands = graph.operands[node]
        match graph.operation[node]:
            case Operation.ADD:
                self.forms[node] = self._merged(operands[0], graph.one, operands[1], graph.one)
            case Operation.SUBTRACT:
                minus_one = graph.constant(-1.0)
                self.forms[node] = self._merged(operands[0], graph.one, operands[1], minus_one)
            case Operation.NEGATE:
                self.forms[node] = self._scaled(operands[0], graph.constant(-1.0))
            case Operation.MULTIPLY if not graph.varies[operands[0]]:
                self.forms[node] = self._scaled(operands[1], operands[0])
            case Operation.INPUT:
                self.rebuilt[node] = node
            case operation:
                self.rebuilt[node] = graph.apply(operation, *(self.whole(operand) for operand in operands))

    def whole(self, node: int) -> int:
        """Return the node rebuilt from its form."""
        if not self.graph.varies[node]:
            return node
        if node not in self.rebuilt:
            graph = self.graph
            terms = [graph.multiply(coefficient, atom) for atom, coefficient in self.forms[node].items()]
            self.rebuilt[node] = graph.total(terms)
        return self.rebuilt[node]

    def _seen_from_above(self, node: int) -> Form:
        graph = self.graph
        if not graph.varies[node]:
            return {graph.one: node}
        form = self.forms.get(node)
        if form is not None and (self.uses[node] == 1 or len(form) <= 1):
            return form
        rebuilt = self.whole(node)
        if graph.operation[rebuilt] is Operation.MULTIPLY and not graph.varies[graph.operands[rebuilt][0]]:
            factor, atom = graph.operands[rebuilt]
            return {atom: factor}
        return {rebuilt: graph.one}

    def _scaled(self, node: int, factor: int) -> Form:
        multiply = self.graph.multiply
        return {atom: multiply(factor, c) for atom, c in self._seen_from_above(node).items()}

    def _merged(self, a: int, scale_a: int, b: int, scale_b: int) -> Form:
        graph = self.graph
        form = self._scaled(a, scale_a)
        for atom, coefficient in self._scaled(b, scale_b).items():
            total = graph.add(form.get(atom, graph.zero), coefficient)
            if total == graph.zero:
                form.pop(atom, None)
            else:
                form[atom] = total
        return form
