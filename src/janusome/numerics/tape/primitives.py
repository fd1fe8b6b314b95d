"""What each JAX primitive means on the graph: the list of what a law may use.

Arrays are traced as arrays of node numbers, so everything that only moves elements is numpy's own work.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation as Op

Scalar = Callable[..., int]  # (graph, *nodes) -> node


def _direct(operation: Op) -> Scalar:
    return lambda g, *nodes: g.apply(operation, *nodes)


def _not(g: Graph, a: int) -> int:
    return g.subtract(g.one, a)


def _greater(g: Graph, a: int, b: int) -> int:
    return g.apply(Op.GREATER, a, b)


def _greater_equal(g: Graph, a: int, b: int) -> int:
    return g.apply(Op.GREATER_EQUAL, a, b)


def _equal(g: Graph, a: int, b: int) -> int:
    # Not-a-number is the one value unequal to itself; the solver catches it wherever it appears.
    return g.one if a == b else g.apply(Op.EQUAL, a, b)


def _power(g: Graph, a: int, exponent: int) -> int:
    known = g.value.get(exponent)
    if known is not None and known == int(known) and abs(known) <= 16:
        return g.power(a, int(known))
    if known == 0.5:
        return g.apply(Op.SQUARE_ROOT, a)
    return g.apply(Op.POWER, a, exponent)


def _hyperbolic(g: Graph, a: int, sign: float) -> int:
    up = g.apply(Op.EXPONENTIAL, a)
    down = g.multiply(g.constant(sign), g.reciprocal(up))
    return g.multiply(g.constant(0.5), g.add(up, down))


ELEMENTWISE: dict[str, Scalar] = {
    "add": Graph.add,
    "add_any": Graph.add,
    "sub": Graph.subtract,
    "mul": Graph.multiply,
    "div": Graph.divide,
    "neg": Graph.negate,
    "max": _direct(Op.MAXIMUM),
    "min": _direct(Op.MINIMUM),
    "pow": _power,
    "square": lambda g, a: g.multiply(a, a),
    "abs": _direct(Op.ABSOLUTE),
    "sign": _direct(Op.SIGN),
    "sqrt": _direct(Op.SQUARE_ROOT),
    "rsqrt": lambda g, a: g.reciprocal(g.apply(Op.SQUARE_ROOT, a)),
    "cbrt": _direct(Op.CUBE_ROOT),
    "exp": _direct(Op.EXPONENTIAL),
    "exp2": lambda g, a: g.apply(Op.EXPONENTIAL, g.multiply(g.constant(math.log(2.0)), a)),
    "expm1": _direct(Op.EXPM1),
    "log": _direct(Op.LOGARITHM),
    "log1p": _direct(Op.LOG1P),
    "tanh": _direct(Op.TANH),
    "sinh": lambda g, a: _hyperbolic(g, a, -1.0),
    "cosh": lambda g, a: _hyperbolic(g, a, 1.0),
    "logistic": _direct(Op.LOGISTIC),
    "sin": _direct(Op.SINE),
    "cos": _direct(Op.COSINE),
    "tan": lambda g, a: g.divide(g.apply(Op.SINE, a), g.apply(Op.COSINE, a)),
    "atan": _direct(Op.ARCTANGENT),
    "erf": _direct(Op.ERROR_FUNCTION),
    "erfc": lambda g, a: g.subtract(g.one, g.apply(Op.ERROR_FUNCTION, a)),
    "floor": _direct(Op.FLOOR),
    "ceil": lambda g, a: g.negate(g.apply(Op.FLOOR, g.negate(a))),
    "gt": _greater,
    "lt": lambda g, a, b: _greater(g, b, a),
    "ge": _greater_equal,
    "le": lambda g, a, b: _greater_equal(g, b, a),
    "eq": _equal,
    "ne": lambda g, a, b: _not(g, _equal(g, a, b)),
    "and": _direct(Op.MINIMUM),
    "or": _direct(Op.MAXIMUM),
    "xor": lambda g, a, b: _not(g, _equal(g, a, b)),
    "not": _not,
    "is_finite": lambda g, _: g.one,
    "clamp": lambda g, low, x, high: g.apply(Op.MINIMUM, g.apply(Op.MAXIMUM, x, low), high),
    "select_n": lambda g, condition, *cases: g.select(condition, *cases),
}

UNCHANGED = frozenset(
    ("stop_gradient", "copy", "copy_p", "reduce_precision", "real", "optimization_barrier", "sharding_constraint")
)

MOVES: dict[str, Callable[..., np.ndarray]] = {
    "reshape": lambda x, *, new_sizes, **_: x.reshape(new_sizes),
    "transpose": lambda x, *, permutation, **_: x.transpose(permutation),
    "squeeze": lambda x, *, dimensions, **_: np.squeeze(x, axis=tuple(dimensions)),
    "expand_dims": lambda x, *, dimensions, **_: np.expand_dims(x, axis=tuple(dimensions)),
    "rev": lambda x, *, dimensions, **_: np.flip(x, axis=tuple(dimensions)),
    "slice": lambda x, *, start_indices, limit_indices, strides, **_: x[
        tuple(map(slice, start_indices, limit_indices, strides or (1,) * x.ndim))
    ],
}


def broadcast_in_dim(x: np.ndarray, *, shape: Any, broadcast_dimensions: Any, **_: Any) -> np.ndarray:
    """Place the axes of x among the axes of a larger shape and repeat along the others."""
    spread = [1] * len(shape)
    for axis, target in enumerate(broadcast_dimensions):
        spread[target] = x.shape[axis]
    return np.broadcast_to(x.reshape(spread), shape)


MOVES["broadcast_in_dim"] = broadcast_in_dim


def _truncated_division(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.dtype.kind in "iu":
        with np.errstate(divide="ignore"):
            return (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)
    return a / b


KNOWN_NUMBERS: dict[str, Callable[..., np.ndarray]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": _truncated_division,
    "neg": np.negative,
    "max": np.maximum,
    "min": np.minimum,
    "gt": np.greater,
    "lt": np.less,
    "ge": np.greater_equal,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "not": np.invert,
    "rem": np.fmod,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "square": np.square,
    "abs": np.abs,
    "sign": np.sign,
    "clamp": lambda low, x, high: np.minimum(np.maximum(x, low), high),
}
"""Primitives that numpy does at once where every operand is known; JAX itself does the others."""
