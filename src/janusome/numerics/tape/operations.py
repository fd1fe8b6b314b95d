"""The scalar operations of the tape: their numbers, their values and their derivatives' names.

The numbers are shared by the expression graph, the lowering and the compiled interpreter.
A comparison has the value 1.0 or 0.0, so a truth value is a number like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum

import numpy as np


class Operation(IntEnum):
    """What one node of the graph, or one instruction of the tape, computes from its operands."""

    INPUT = -2
    CONSTANT = -1
    SUM = 0  # Σ ±a·b + Σ ±c: made by the lowering only, from ADD, SUBTRACT, NEGATE and MULTIPLY
    MULTIPLY = 1
    RECIPROCAL = 2
    COPY = 3
    MAXIMUM = 4
    MINIMUM = 5
    SELECT = 6  # (condition, value if zero, value if not)
    GREATER = 7
    GREATER_EQUAL = 8
    EQUAL = 9
    ABSOLUTE = 10
    SIGN = 11
    SQUARE_ROOT = 12
    EXPONENTIAL = 13
    LOGARITHM = 14
    POWER = 15
    TANH = 16
    LOGISTIC = 17
    LOG1P = 18
    EXPM1 = 19
    SINE = 20
    COSINE = 21
    ARCTANGENT = 22
    CUBE_ROOT = 23
    ERROR_FUNCTION = 24
    FLOOR = 25
    ADD = 26
    SUBTRACT = 27
    NEGATE = 28


def _logistic(x: float) -> float:
    return float(1.0 / (1.0 + np.exp(-x)))


_VALUES: dict[Operation, Callable[..., float]] = {
    Operation.MULTIPLY: lambda a, b: a * b,
    Operation.RECIPROCAL: lambda a: 1.0 / a,
    Operation.COPY: lambda a: a,
    Operation.MAXIMUM: np.maximum,
    Operation.MINIMUM: np.minimum,
    Operation.SELECT: lambda condition, a, b: a if condition == 0.0 else b,
    Operation.GREATER: lambda a, b: a > b,
    Operation.GREATER_EQUAL: lambda a, b: a >= b,
    Operation.EQUAL: lambda a, b: a == b,
    Operation.ABSOLUTE: np.abs,
    Operation.SIGN: np.sign,
    Operation.SQUARE_ROOT: np.sqrt,
    Operation.EXPONENTIAL: np.exp,
    Operation.LOGARITHM: np.log,
    Operation.POWER: np.power,
    Operation.TANH: np.tanh,
    Operation.LOGISTIC: _logistic,
    Operation.LOG1P: np.log1p,
    Operation.EXPM1: np.expm1,
    Operation.SINE: np.sin,
    Operation.COSINE: np.cos,
    Operation.ARCTANGENT: np.arctan,
    Operation.CUBE_ROOT: np.cbrt,
    Operation.ERROR_FUNCTION: math.erf,
    Operation.FLOOR: np.floor,
    Operation.ADD: lambda a, b: a + b,
    Operation.SUBTRACT: lambda a, b: a - b,
    Operation.NEGATE: lambda a: -a,
}


def evaluate(operation: Operation, *operands: float) -> float:
    """Return the value of one operation on plain numbers; what has no value is not-a-number or infinite."""
    with np.errstate(all="ignore"):
        return float(_VALUES[operation](*(np.float64(operand) for operand in operands)))
