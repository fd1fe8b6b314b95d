"""From a law to its graph: the law is traced by JAX once, and its jaxpr is read primitive by primitive.

Nothing is compiled. Double precision holds inside the trace only; JAX's own settings stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend.core import Literal

from janusome.errors import TraceError
from janusome.numerics.tape import indexing
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation
from janusome.numerics.tape.primitives import ELEMENTWISE, KNOWN_NUMBERS, MOVES, UNCHANGED

_ALLOWED = (
    "a law may use arithmetic, powers, exp, log, trigonometric and hyperbolic functions, erf, comparisons, jnp.where, "
    "clip, sums, products, maxima, matrix products, slices and indices that are known when the law is built"
)
_ADVICE = {
    "while": "write the loop out with Python's own for, or as an array operation",
    "scan": "write the loop out with Python's own for, or as an array operation",
    "cond": "use jnp.where, which keeps both branches",
    "rem": "laws hold no periodic clock: make the event a breakpoint between segments",
    "argmax": "use jnp.max or jnp.where",
    "sort": "an order that depends on the state has no derivative: reformulate",
}


class Nodes(NamedTuple):
    """An array of graph nodes; a known array is a plain numpy array instead."""

    numbers: np.ndarray


Value = Nodes | np.ndarray


def trace(rhs: Callable[..., Any], graph: Graph, states: Sequence[int], parameters: Sequence[int], *, name: str) -> list[int]:
    """Return the nodes of the rates that `rhs(state, parameters)` returns."""
    with jax.enable_x64(True):
        shapes = [jax.ShapeDtypeStruct((len(nodes),), np.float64) for nodes in (states, parameters)]
        try:
            closed = jax.make_jaxpr(rhs)(*shapes)
        except (
            jax.errors.ConcretizationTypeError,
            jax.errors.TracerArrayConversionError,
            jax.errors.TracerIntegerConversionError,
        ) as error:
            problem = str(error).split("\n", 1)[0]
            raise TraceError(
                f"{name}: the law asks for the value of a state or parameter while it is built ({problem}); "
                "use jnp.where in place of if, and jnp in place of numpy and math."
            ) from error
        if len(closed.jaxpr.outvars) != 1 or tuple(closed.out_avals[0].shape) != (len(states),):
            found = ", ".join(str(tuple(aval.shape)) for aval in closed.out_avals)
            raise TraceError(
                f"{name}: the law returns shape {found or 'nothing'}; return one rate for each of the {len(states)} states."
            )
        tracer = _Tracer(graph, name)
        arguments = [Nodes(np.asarray(nodes, np.int64)) for nodes in (states, parameters)]
        (rates,) = tracer.run(closed.jaxpr, closed.consts, arguments)
        return tracer.nodes(rates).tolist()


class _Tracer:
    def __init__(self, graph: Graph, name: str) -> None:
        self.graph, self.name = graph, name

    def run(self, jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Value]) -> list[Value]:
        """Return the values of the jaxpr's results."""
        known: dict[Any, Value] = dict(zip(jaxpr.invars, arguments, strict=True))
        known |= {variable: np.asarray(value) for variable, value in zip(jaxpr.constvars, constants, strict=True)}

        def read(variable: Any) -> Value:
            return np.asarray(variable.val) if isinstance(variable, Literal) else known[variable]

        for equation in jaxpr.eqns:
            try:
                results = self._apply(equation, [read(variable) for variable in equation.invars])
            except NotImplementedError as error:
                raise self._refusal(equation, str(error)) from None
            known.update(zip(equation.outvars, results, strict=True))
        return [read(variable) for variable in jaxpr.outvars]

    def nodes(self, value: Value) -> np.ndarray:
        """Return the value as node numbers."""
        if isinstance(value, Nodes):
            return value.numbers
        flat = [self.graph.constant(number) for number in value.ravel().astype(np.float64).tolist()]
        return np.array(flat, np.int64).reshape(value.shape)

    def _apply(self, equation: Any, inputs: list[Value]) -> list[Value]:
        name, parameters = equation.primitive.name, equation.params
        inner = next((parameters[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in parameters), None)
        if inner is not None and name not in ("scan", "while", "cond"):
            return self.run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
        if name in UNCHANGED or (name == "convert_element_type" and _keeps_value(equation, inputs[0])):
            return inputs
        if name in MOVES:
            return [_moved(lambda x: MOVES[name](x, **parameters), inputs[0])]
        if all(isinstance(value, np.ndarray) for value in inputs):
            return self._known(equation, inputs)
        if name in ELEMENTWISE:
            return [self._elementwise(name, inputs)]
        special = getattr(self, f"_do_{name.replace('-', '_')}", None)
        if special is None:
            raise NotImplementedError(name)
        result = special(*inputs, **parameters)
        return result if isinstance(result, list) else [result]

    def _known(self, equation: Any, inputs: list[Value]) -> list[Value]:
        """Work out what depends on no state and no parameter."""
        name, arrays = equation.primitive.name, [np.asarray(value) for value in inputs]
        if name == "convert_element_type":
            return [arrays[0].astype(equation.params["new_dtype"])]
        if name == "select_n":
            return [np.asarray(np.choose(arrays[0].astype(np.int64), arrays[1:]))]
        if name == "concatenate":
            return [np.concatenate(arrays, axis=equation.params["dimension"])]
        if name in KNOWN_NUMBERS:
            with np.errstate(all="ignore"):
                return [np.asarray(KNOWN_NUMBERS[name](*arrays))]
        bound = equation.primitive.bind(*(jax.numpy.asarray(array) for array in arrays), **equation.params)
        return [np.asarray(result) for result in (bound if equation.primitive.multiple_results else [bound])]

    def _elementwise(self, name: str, inputs: list[Value]) -> Nodes:
        if name == "select_n" and len(inputs) != 3:
            raise NotImplementedError("select_n with more than two cases")
        function, graph = ELEMENTWISE[name], self.graph
        arrays = np.broadcast_arrays(*(self.nodes(value) for value in inputs))
        columns = [array.ravel().tolist() for array in arrays]
        flat = [function(graph, *operands) for operands in zip(*columns, strict=True)]
        return Nodes(np.array(flat, np.int64).reshape(arrays[0].shape))

    def _reduced(self, x: Value, axes: Sequence[int], reduce: Callable[[list[int]], int]) -> Nodes:
        moved = np.moveaxis(self.nodes(x), axes, range(-len(axes), 0))
        kept = moved.shape[: moved.ndim - len(axes)]
        rows = moved.reshape(int(np.prod(kept)), -1).tolist()
        return Nodes(np.array([reduce(row) for row in rows], np.int64).reshape(kept))

    def _folded(self, operation: Operation) -> Callable[[list[int]], int]:
        def fold(row: list[int]) -> int:
            result = row[0]
            for node in row[1:]:
                result = self.graph.apply(operation, result, node)
            return result

        return fold

    def _do_reduce_sum(self, x: Value, *, axes: Sequence[int], **_: Any) -> Nodes:
        return self._reduced(x, axes, self.graph.total)

    def _do_reduce_prod(self, x: Value, *, axes: Sequence[int], **_: Any) -> Nodes:
        return self._reduced(x, axes, self._folded(Operation.MULTIPLY))

    def _do_reduce_max(self, x: Value, *, axes: Sequence[int], **_: Any) -> Nodes:
        return self._reduced(x, axes, self._folded(Operation.MAXIMUM))

    def _do_reduce_min(self, x: Value, *, axes: Sequence[int], **_: Any) -> Nodes:
        return self._reduced(x, axes, self._folded(Operation.MINIMUM))

    _do_reduce_or = _do_reduce_max
    _do_reduce_and = _do_reduce_min

    def _do_cumsum(self, x: Value, *, axis: int, reverse: bool, **_: Any) -> Nodes:
        numbers = np.moveaxis(self.nodes(x), axis, 0).copy()
        numbers = numbers[::-1] if reverse else numbers
        for k in range(1, len(numbers)):
            flat = map(self.graph.add, numbers[k - 1].ravel().tolist(), numbers[k].ravel().tolist())
            numbers[k] = np.array(list(flat), np.int64).reshape(numbers[k].shape)
        return Nodes(np.moveaxis(numbers[::-1] if reverse else numbers, 0, axis))

    def _do_integer_pow(self, x: Value, *, y: int) -> Nodes:
        numbers = self.nodes(x)
        flat = [self.graph.power(node, y) for node in numbers.ravel().tolist()]
        return Nodes(np.array(flat, np.int64).reshape(numbers.shape))

    def _do_convert_element_type(self, x: Value, **_: Any) -> Value:
        raise NotImplementedError("conversion of a state or parameter to a whole number")

    def _do_concatenate(self, *pieces: Value, dimension: int) -> Nodes:
        return Nodes(np.concatenate([self.nodes(piece) for piece in pieces], axis=dimension))

    def _do_stack(self, *pieces: Value, axis: int = 0, **_: Any) -> Nodes:
        return Nodes(np.stack([self.nodes(piece) for piece in pieces], axis=axis))

    def _do_unstack(self, x: Value, *, axis: int = 0, **_: Any) -> list[Value]:
        return [Nodes(part) for part in np.moveaxis(self.nodes(x), axis, 0)]

    def _do_tile(self, x: Value, *, reps: Sequence[int], **_: Any) -> Nodes:
        return Nodes(np.tile(self.nodes(x), tuple(reps)))

    def _do_split(self, x: Value, *, sizes: Sequence[int], axis: int) -> list[Value]:
        return [Nodes(part) for part in np.split(self.nodes(x), np.cumsum(sizes)[:-1], axis=axis)]

    def _do_pad(self, x: Value, value: Value, *, padding_config: Any) -> Nodes:
        return Nodes(indexing.pad(self.nodes(x), self.nodes(value), padding_config))

    def _do_dot_general(self, a: Value, b: Value, *, dimension_numbers: Any, **_: Any) -> Nodes:
        (contract_a, contract_b), (batch_a, batch_b) = dimension_numbers
        left, left_free = indexing.matrices(self.nodes(a), batch_a, contract_a, contracted_last=True)
        right, right_free = indexing.matrices(self.nodes(b), batch_b, contract_b, contracted_last=False)
        graph = self.graph
        entries = [
            graph.total([p for p in map(graph.multiply, row, column) if p != graph.zero])
            for rows, columns in zip(left.tolist(), np.swapaxes(right, 1, 2).tolist(), strict=True)
            for row in rows
            for column in columns
        ]
        batch = tuple(np.asarray(self.nodes(a)).shape[axis] for axis in batch_a)
        return Nodes(np.array(entries, np.int64).reshape(batch + left_free + right_free))

    def _do_gather(self, operand: Value, indices: Value, **parameters: Any) -> Nodes:
        fill = parameters.get("fill_value")
        fill_node = self.graph.constant(float("nan") if fill is None else float(fill))
        return Nodes(indexing.gather(self.nodes(operand), _fixed(indices), fill=fill_node, **parameters))

    def _scattered(self, operand: Value, indices: Value, updates: Value, operation: Operation, **how: Any) -> Nodes:
        def combine(old: Any, new: Any) -> int:
            return self.graph.apply(operation, int(old), int(new))

        arrays = self.nodes(operand), _fixed(indices), self.nodes(updates)
        return Nodes(indexing.scatter(*arrays, combine=combine, **how))

    def _do_scatter(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        arrays = self.nodes(operand), _fixed(indices), self.nodes(updates)
        return Nodes(indexing.scatter(*arrays, combine=lambda _, new: new, **how))

    def _do_scatter_add(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        return self._scattered(operand, indices, updates, Operation.ADD, **how)

    def _do_scatter_sub(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        return self._scattered(operand, indices, updates, Operation.SUBTRACT, **how)

    def _do_scatter_mul(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        return self._scattered(operand, indices, updates, Operation.MULTIPLY, **how)

    def _do_scatter_min(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        return self._scattered(operand, indices, updates, Operation.MINIMUM, **how)

    def _do_scatter_max(self, operand: Value, indices: Value, updates: Value, **how: Any) -> Nodes:
        return self._scattered(operand, indices, updates, Operation.MAXIMUM, **how)

    def _do_dynamic_slice(self, operand: Value, *starts: Value, slice_sizes: Sequence[int], **_: Any) -> Nodes:
        numbers = self.nodes(operand)
        return Nodes(numbers[indexing.box(numbers.shape, [int(_fixed(start)) for start in starts], slice_sizes)])

    def _do_dynamic_update_slice(self, operand: Value, update: Value, *starts: Value, **_: Any) -> Nodes:
        numbers, new = self.nodes(operand).copy(), self.nodes(update)
        numbers[indexing.box(numbers.shape, [int(_fixed(start)) for start in starts], new.shape)] = new
        return Nodes(numbers)

    def _refusal(self, equation: Any, problem: str) -> TraceError:
        name = equation.primitive.name
        advice = _ADVICE.get(name, _ALLOWED)
        return TraceError(
            f"{self.name}{_line(equation)}: the law uses {problem or name}, which the tape cannot take; {advice}."
        )


def _keeps_value(equation: Any, value: Value) -> bool:
    """Return whether a conversion changes the type only: to a real number, or from a truth value."""
    to_real = np.dtype(equation.params["new_dtype"]).kind not in "iu"
    return isinstance(value, Nodes) and (to_real or equation.invars[0].aval.dtype == bool)


def _moved(move: Callable[[np.ndarray], np.ndarray], value: Value) -> Value:
    return Nodes(move(value.numbers)) if isinstance(value, Nodes) else move(value)


def _fixed(indices: Value) -> np.ndarray:
    if isinstance(indices, Nodes):
        raise NotImplementedError("an index that depends on a state or parameter")
    return indices


def _line(equation: Any) -> str:
    """Return where the law's author wrote the operation, as far as JAX remembers."""
    try:
        from jax._src.source_info_util import user_frame

        frame = user_frame(equation.source_info.traceback)
    except (ImportError, AttributeError, TypeError):
        return ""
    return f" ({Path(frame.file_name).name}:{frame.start_line})" if frame else ""
