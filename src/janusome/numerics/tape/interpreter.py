"""The interpreter: runs any tape over the lanes of a workspace. Compiled once, kept on disk, for every law."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from janusome.numerics.compiled import INNER
from janusome.numerics.tape import lanes
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.operations import Operation
from janusome.numerics.tape.program import BACKWARD, ELIMINATE, FORWARD, MULTIPLIERS, Code

# Plain numbers, because compiled code freezes them as constants.
_SUM, _MULTIPLY, _RECIPROCAL, _COPY = (
    int(op) for op in (Operation.SUM, Operation.MULTIPLY, Operation.RECIPROCAL, Operation.COPY)
)
_MAXIMUM, _MINIMUM, _SELECT = (int(op) for op in (Operation.MAXIMUM, Operation.MINIMUM, Operation.SELECT))
_GREATER, _GREATER_EQUAL, _EQUAL = (int(op) for op in (Operation.GREATER, Operation.GREATER_EQUAL, Operation.EQUAL))
_POWER = int(Operation.POWER)
_ABSOLUTE, _SIGN, _FLOOR = (int(op) for op in (Operation.ABSOLUTE, Operation.SIGN, Operation.FLOOR))
_SQUARE_ROOT, _CUBE_ROOT = int(Operation.SQUARE_ROOT), int(Operation.CUBE_ROOT)
_EXPONENTIAL, _LOGARITHM = int(Operation.EXPONENTIAL), int(Operation.LOGARITHM)
_LOG1P, _EXPM1 = int(Operation.LOG1P), int(Operation.EXPM1)
_TANH, _LOGISTIC = int(Operation.TANH), int(Operation.LOGISTIC)
_SINE, _COSINE, _ARCTANGENT = (int(op) for op in (Operation.SINE, Operation.COSINE, Operation.ARCTANGENT))


@njit(**INNER)
def run(stream: np.ndarray, at: int, end: int, w: np.ndarray) -> None:
    """Run a tape, the numbers of a stream from `at` to `end`, on all lanes of a workspace."""
    while at < end:
        operation, count = stream[at], stream[at + 1]
        at += 2
        if operation == _SUM:
            for _ in range(count):
                at = lanes.signed_sum(w, stream, at)
        elif operation == _MULTIPLY:
            for _ in range(count):
                lanes.multiply(w, stream, at)
                at += 3
        elif operation == _RECIPROCAL:
            for _ in range(count):
                lanes.reciprocal(w, stream, at)
                at += 2
        else:
            at = _run_others(operation, count, stream, at, w)


@njit(**INNER)
def _run_others(operation: int, count: int, stream: np.ndarray, at: int, w: np.ndarray) -> int:
    if operation == _COPY:
        for _ in range(count):
            lanes.copy(w, stream, at)
            at += 2
    elif operation == _MAXIMUM:
        for _ in range(count):
            lanes.maximum(w, stream, at)
            at += 3
    elif operation == _MINIMUM:
        for _ in range(count):
            lanes.minimum(w, stream, at)
            at += 3
    elif operation == _SELECT:
        for _ in range(count):
            lanes.select(w, stream, at)
            at += 4
    elif operation == _GREATER:
        for _ in range(count):
            lanes.greater(w, stream, at)
            at += 3
    elif operation == _GREATER_EQUAL:
        for _ in range(count):
            lanes.greater_equal(w, stream, at)
            at += 3
    elif operation == _EQUAL:
        for _ in range(count):
            lanes.equal(w, stream, at)
            at += 3
    elif operation == _POWER:
        for _ in range(count):
            d, a, b = stream[at], stream[at + 1], stream[at + 2]
            for lane in range(WIDTH):
                w[d + lane] = w[a + lane] ** w[b + lane]
            at += 3
    else:
        for _ in range(count):
            d, a = stream[at], stream[at + 1]
            for lane in range(WIDTH):
                w[d + lane] = _function(operation, w[a + lane])
            at += 2
    return at


@njit(**INNER)
def _function(operation: int, x: Any) -> float:
    """Return the value of a function of one number."""
    if operation == _EXPONENTIAL:
        return math.exp(x)
    if operation == _LOGARITHM:
        return np.log(x)
    if operation == _SQUARE_ROOT:
        return np.sqrt(x)
    if operation == _LOGISTIC:
        return 1.0 / (1.0 + math.exp(-x))
    if operation == _TANH:
        return math.tanh(x)
    if operation == _LOG1P:
        return np.log1p(x)
    if operation == _EXPM1:
        return math.expm1(x)
    if operation == _ABSOLUTE:
        return abs(x)
    if operation == _SIGN:
        return np.sign(x)
    if operation == _SINE:
        return math.sin(x)
    if operation == _COSINE:
        return math.cos(x)
    if operation == _ARCTANGENT:
        return math.atan(x)
    if operation == _CUBE_ROOT:
        return np.cbrt(x)
    if operation == _FLOOR:
        return np.floor(x)
    return math.erf(x)


@njit(**INNER)
def factor(code: Code, w: np.ndarray) -> None:
    """Factor J - sI by the lists of `factorization`, from the Jacobian's slots into the factors' own."""
    stream = code.stream
    at, end = code.parts[ELIMINATE], code.parts[ELIMINATE + 1]
    while at < end:
        place, start, scale, count = (
            np.int64(stream[at]),
            np.int64(stream[at + 1]),
            np.int64(stream[at + 2]),
            np.int64(stream[at + 4]),
        )
        is_pivot = stream[at + 3]
        at += 5
        lanes.add_products(w, place, start, stream, at, count, scale)
        if is_pivot:
            lanes.invert_pivot(w, place, code.shift_at)
        at += 2 * count
    for at in range(code.parts[MULTIPLIERS], code.parts[MULTIPLIERS + 1], 3):
        lanes.multiply(w, stream, at)


@njit(**INNER)
def solve_factored(code: Code, w: np.ndarray, x_at: int) -> None:
    """Solve (sI - J) x = b, where b stands at `x_at`, in place, with the factors that stand in the workspace."""
    stream = code.stream
    for at in range(code.parts[FORWARD], code.parts[FORWARD + 1], 3):
        lanes.add_product(w, stream, at, x_at)
    for i in range(0, code.states * WIDTH, WIDTH):
        lanes.scale(w, x_at + i, code.pivots_at + i)
    for at in range(code.parts[BACKWARD], code.parts[BACKWARD + 1], 3):
        lanes.add_product(w, stream, at, x_at)
