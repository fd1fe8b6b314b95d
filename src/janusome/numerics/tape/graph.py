"""The scalar expression graph: every operation once, simplified while it is built.

Nodes are integers. A node's operands are always smaller integers, so ascending order is an order of evaluation.

The graph knows which nodes *vary* (depend on the state). What does not vary is computed once for a lane and a
segment, so the rules below pull fixed factors out of products: `a * (b * y)` becomes `(a * b) * y`.
Division is multiplication by a reciprocal. `0 * x` is 0 whatever x is: this is what keeps a Jacobian sparse.
These rules change a result by rounding only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from janusome.numerics.tape.operations import Operation, evaluate

_LINEAR = (Operation.ADD, Operation.SUBTRACT, Operation.NEGATE)
_SYMMETRIC = (Operation.MAXIMUM, Operation.MINIMUM, Operation.EQUAL)


class Graph:
    """A growing set of scalar expressions without duplicates."""

    def __init__(self) -> None:
        self.operation: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.varies: list[bool] = []
        self.value: dict[int, float] = {}
        self._known: dict[tuple, int] = {}
        self.zero = self.constant(0.0)
        self.one = self.constant(1.0)

    def __len__(self) -> int:
        return len(self.operation)

    def _append(self, operation: Operation, operands: tuple[int, ...], varies: bool) -> int:
        self.operation.append(operation)
        self.operands.append(operands)
        self.varies.append(varies)
        return len(self.operation) - 1

    def inputs(self, count: int, *, vary: bool) -> list[int]:
        """Return new input nodes: states vary, parameters do not."""
        return [self._append(Operation.INPUT, (), vary) for _ in range(count)]

    def constant(self, value: float) -> int:
        """Return the node of a number."""
        value = float(value) + 0.0  # one zero: -0.0 + 0.0 is 0.0
        key = (Operation.CONSTANT, "nan" if value != value else value)  # noqa: PLR0124
        node = self._known.get(key)
        if node is None:
            node = self._known[key] = self._append(Operation.CONSTANT, (), False)
            self.value[node] = value
        return node

    def apply(self, operation: Operation, *operands: int) -> int:
        """Return the node of one operation, simplified."""
        match operation:
            case Operation.ADD:
                return self.add(*operands)
            case Operation.SUBTRACT:
                return self.subtract(*operands)
            case Operation.NEGATE:
                return self.negate(*operands)
            case Operation.MULTIPLY:
                return self.multiply(*operands)
            case Operation.RECIPROCAL:
                return self.reciprocal(*operands)
            case Operation.SELECT:
                return self.select(*operands)
        if operation in _SYMMETRIC and operands[0] > operands[1]:
            operands = operands[::-1]
        return self._node(operation, *operands)

    def _node(self, operation: Operation, *operands: int) -> int:
        key = (operation, *operands)
        node = self._known.get(key)
        if node is None:
            value = self.value
            if all(operand in value for operand in operands):
                node = self.constant(evaluate(operation, *(value[operand] for operand in operands)))
            else:
                varies = self.varies
                node = self._append(operation, operands, any(varies[operand] for operand in operands))
            self._known[key] = node
        return node

    def negate(self, a: int) -> int:
        """Return -a."""
        if self.operation[a] is Operation.NEGATE:
            return self.operands[a][0]
        if self.operation[a] is Operation.SUBTRACT:
            left, right = self.operands[a]
            return self._node(Operation.SUBTRACT, right, left)
        return self._node(Operation.NEGATE, a)

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        if a == self.zero:
            return b
        if b == self.zero:
            return a
        if self.operation[b] is Operation.NEGATE:
            return self.subtract(a, self.operands[b][0])
        if self.operation[a] is Operation.NEGATE:
            return self.subtract(b, self.operands[a][0])
        if a == b:
            return self.multiply(self.constant(2.0), a)
        return self._node(Operation.ADD, min(a, b), max(a, b))

    def subtract(self, a: int, b: int) -> int:
        """Return a - b."""
        if b == self.zero:
            return a
        if a == self.zero:
            return self.negate(b)
        if a == b:
            return self.zero
        if self.operation[b] is Operation.NEGATE:
            return self.add(a, self.operands[b][0])
        if self.operation[a] is Operation.NEGATE:
            return self.negate(self.add(self.operands[a][0], b))
        return self._node(Operation.SUBTRACT, a, b)

    def multiply(self, a: int, b: int) -> int:
        """Return a · b with signs and fixed factors outermost."""
        if self.zero in (a, b):
            return self.zero
        if a == self.one:
            return b
        if b == self.one:
            return a
        if a in self.value and b in self.value:
            return self.constant(self.value[a] * self.value[b])
        if self.operation[a] is Operation.NEGATE:
            return self.negate(self.multiply(self.operands[a][0], b))
        if self.operation[b] is Operation.NEGATE:
            return self.negate(self.multiply(a, self.operands[b][0]))
        if self.value.get(a) == -1.0:
            return self.negate(b)
        if self.value.get(b) == -1.0:
            return self.negate(a)
        if self._fixed_first(b, a):
            a, b = b, a
        if self.varies[b]:
            if self.varies[a] and (factor := self._fixed_factor(a)):
                return self.multiply(factor[0], self.multiply(factor[1], b))
            if factor := self._fixed_factor(b):
                if self.varies[a]:
                    return self.multiply(factor[0], self.multiply(a, factor[1]))
                return self.multiply(self.multiply(a, factor[0]), factor[1])
        alike = self.varies[a] == self.varies[b]  # else the fixed one would vary with the other
        if alike and self.operation[a] is self.operation[b] is Operation.RECIPROCAL:
            return self.reciprocal(self.multiply(self.operands[a][0], self.operands[b][0]))
        return self._node(Operation.MULTIPLY, a, b)

    def _fixed_first(self, a: int, b: int) -> bool:
        """Return whether a belongs before b in a product: fixed before varying, then by number."""
        return (self.varies[a], a) < (self.varies[b], b)

    def _fixed_factor(self, node: int) -> tuple[int, int] | None:
        if self.operation[node] is Operation.MULTIPLY and not self.varies[self.operands[node][0]]:
            return self.operands[node][0], self.operands[node][1]
        return None

    def reciprocal(self, a: int) -> int:
        """Return 1 / a."""
        if self.operation[a] is Operation.RECIPROCAL:
            return self.operands[a][0]
        if self.operation[a] is Operation.NEGATE:
            return self.negate(self.reciprocal(self.operands[a][0]))
        if self.varies[a] and (factor := self._fixed_factor(a)):
            return self.multiply(self.reciprocal(factor[0]), self.reciprocal(factor[1]))
        return self._node(Operation.RECIPROCAL, a)

    def divide(self, a: int, b: int) -> int:
        """Return a / b."""
        if a == b:
            return self.one
        return self.multiply(a, self.reciprocal(b))

    def select(self, condition: int, if_zero: int, otherwise: int) -> int:
        """Return the second operand where the condition is 0, the third elsewhere."""
        if if_zero == otherwise:
            return if_zero
        if condition in self.value:
            return if_zero if self.value[condition] == 0.0 else otherwise
        return self._node(Operation.SELECT, condition, if_zero, otherwise)

    def power(self, a: int, exponent: int) -> int:
        """Return a to a whole power, by squaring."""
        if exponent < 0:
            return self.reciprocal(self.power(a, -exponent))
        result = self.one
        while exponent:
            if exponent & 1:
                result = self.multiply(result, a)
            exponent >>= 1
            if exponent:
                a = self.multiply(a, a)
        return result

    def total(self, terms: Sequence[int]) -> int:
        """Return the sum of the terms as a balanced tree, which keeps derivatives cheap."""
        level = list(terms) or [self.zero]
        while len(level) > 1:
            paired = [self.add(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
            level = paired + level[len(level) & ~1 :]
        return level[0]

    def reachable(self, roots: Iterable[int], *, stop: frozenset[int] | set[int] = frozenset()) -> list[int]:
        """Return in order of evaluation the nodes that the roots need, not going below the nodes of `stop`."""
        seen: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                if node not in stop:
                    waiting.extend(self.operands[node])
        return sorted(seen)

    def is_linear(self, node: int) -> bool:
        """Return whether the node is a sum, difference, negation or fixed multiple of its operands."""
        operation = self.operation[node]
        return operation in _LINEAR or (operation is Operation.MULTIPLY and not self.varies[self.operands[node][0]])
