"""The dimension check: a law is walked operation by operation with the units that its fields declare.

It reads what JAX traced, so the law is not run and costs nothing outside the tests. An operation without a rule is refused,
and so is a sum, a comparison or a function of quantities whose dimensions do not agree, with the line that wrote it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.extend.core import Literal
from pint.util import UnitsContainer

from janusome.errors import DimensionError
from janusome.units import dimension

PLAIN = UnitsContainer()


class _Any:
    """The dimension of 0 and of infinity, which agree with every quantity and stay what they are in a product."""

    def __str__(self) -> str:
        return "anything"


class _Disagreement(Exception):
    """What is wrong with one operation; the walk adds the line that wrote it."""


ANY = _Any()
Dimension = UnitsContainer | _Any

# One or more operands of one dimension, which is the result's.
SAME = {"add", "sub", "max", "min", "add_any", "clamp", "concatenate", "stack", "pad", "scatter", "scatter-add", "scatter_add"}
# Two operands of one dimension; the result is plain.
COMPARE = {"gt", "lt", "ge", "le", "eq", "ne"}
# Plain operands, plain results.
FUNCTIONS = {
    "exp", "exp2", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "sin", "cos", "tan", "asin", "acos", "atan", "logistic",
    "erf", "erfc", "erf_inv", "lgamma", "digamma", "floor", "ceil", "round", "bessel_i0e", "bessel_i1e",
    "and", "or", "not", "xor",
}  # fmt: skip
# The first operand's dimension; what follows it are indices.
KEPT = {
    "neg", "abs", "real", "reshape", "broadcast_in_dim", "squeeze", "expand_dims", "transpose", "rev", "slice",
    "dynamic_slice", "gather", "convert_element_type", "reduce_sum", "reduce_max", "reduce_min", "cumsum", "cummax", "copy",
    "copy_p", "stop_gradient", "split", "unstack", "tile", "sort", "reduce_precision", "device_put", "optimization_barrier",
}  # fmt: skip
# Plain results whatever the operands are.
COUNTED = {"iota", "sign", "is_finite", "argmax", "argmin", "reduce_and", "reduce_or"}
POWERS: dict[str, Fraction] = {
    "sqrt": Fraction(1, 2), "rsqrt": Fraction(-1, 2), "cbrt": Fraction(1, 3), "square": Fraction(2),
}  # fmt: skip


def units_of(module: Any) -> list[str]:
    """Return the declared unit of every array in a law, a state or a stimulus, in the order of its leaves."""
    found: list[str] = []
    for declared in dataclasses.fields(module):
        value = getattr(module, declared.name)
        if "unit" in declared.metadata:
            found += [declared.metadata["unit"]] * len(jax.tree.leaves(value))
        elif isinstance(value, eqx.Module):
            found += units_of(value)
        elif not declared.metadata.get("static", False):
            raise DimensionError(f"{type(module).__name__}.{declared.name} has no unit; declare it with quantity(unit).")
    return found


def dimensions_of(function: Callable[..., Any], *arguments: Any, counted: Sequence[str] = ()) -> list[Dimension]:
    """Return the dimensions of what a function of laws and states returns.

    Parameters
    ----------
    function
        Takes modules whose fields declare units; returns arrays in any tree.
    counted
        Dimensions, such as "[substance]", that the function turns into plain counts.

    Raises
    ------
    DimensionError
        With the line of the law, where quantities do not agree.
    """
    arrays, treedef = jax.tree.flatten(arguments)
    given = [_without(dimension(unit), counted) for argument in arguments for unit in units_of(argument)]
    closed = jax.make_jaxpr(lambda *leaves: function(*jax.tree.unflatten(treedef, leaves)))(*arrays)
    return _walk(closed.jaxpr, closed.consts, given)


def agrees(found: Dimension, unit: str, *, counted: Sequence[str] = ()) -> bool:
    """Tell whether a dimension is that of a unit."""
    return isinstance(found, _Any) or found == _without(dimension(unit), counted)


def _without(of: UnitsContainer, counted: Sequence[str]) -> UnitsContainer:
    return UnitsContainer({name: power for name, power in of.items() if name not in counted})


def _walk(jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Dimension]) -> list[Dimension]:
    known: dict[Any, Dimension] = dict(zip(jaxpr.invars, arguments, strict=True))
    known |= {variable: _of_number(value) for variable, value in zip(jaxpr.constvars, constants, strict=True)}

    def read(variable: Any) -> Dimension:
        return _of_number(variable.val) if isinstance(variable, Literal) else known[variable]

    for equation in jaxpr.eqns:
        inputs = [read(variable) for variable in equation.invars]
        try:
            outputs = _apply(equation, inputs)
        except _Disagreement as problem:
            raise DimensionError(f"{line_of(equation)}{problem}") from None
        known.update(zip(equation.outvars, outputs, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _of_number(value: Any) -> Dimension:
    """Return the dimension of a number in the code: plain, but that of anything if it is nothing or without end."""
    if not np.issubdtype(np.asarray(value).dtype, np.floating):
        return PLAIN
    numbers = np.asarray(value, dtype=np.float64)
    return ANY if numbers.size and bool(np.all((numbers == 0.0) | ~np.isfinite(numbers))) else PLAIN


def _apply(equation: Any, inputs: list[Dimension]) -> list[Dimension]:
    name, parameters = equation.primitive.name, equation.params
    inner = next((parameters[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in parameters), None)
    if inner is not None and name not in ("scan", "while", "cond"):
        return _walk(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), inputs)
    if name == "scan":
        return _repeated(parameters, inputs)
    several = len(equation.outvars)
    if name in SAME:
        values = inputs[:1] + inputs[2:] if name.startswith("scatter") else inputs
        return [_agreeing(name, values)] * several
    if name == "select_n":
        return [_agreeing("where", inputs[1:])]
    if name in COMPARE:
        _agreeing(name, inputs)
        return [PLAIN]
    if name in FUNCTIONS:
        for given in inputs:
            if not isinstance(given, _Any) and given != PLAIN:
                raise _Disagreement(f"{name} of a quantity of {given}")
        return [PLAIN] * several
    if name in KEPT:
        return [inputs[0]] * several
    if name in COUNTED:
        return [PLAIN] * several
    if name in ("mul", "dot_general"):
        return [_product(inputs[0], inputs[1], 1)]
    if name == "div":
        return [_product(inputs[0], inputs[1], -1)]
    if name in POWERS:
        return [_power(inputs[0], POWERS[name])]
    if name == "integer_pow":
        return [_power(inputs[0], Fraction(parameters["y"]))]
    if name == "reduce_prod":
        (reduced,), (kept,) = equation.invars, equation.outvars
        return [_power(inputs[0], Fraction(reduced.aval.size, kept.aval.size))]
    if name == "pow":
        return [_to_the(inputs, equation.invars[1])]
    raise _Disagreement(f"no rule for {name}; add one to the dimension check")


def _repeated(parameters: Any, inputs: list[Dimension]) -> list[Dimension]:
    """Walk a loop once: what it carries on must measure what it began with."""
    body, constants, carried = parameters["jaxpr"], parameters["num_consts"], parameters["num_carry"]
    begun = inputs[constants : constants + carried]
    outputs = _walk(body.jaxpr, body.consts, inputs)
    kept = [_agreeing("scan", pair) for pair in zip(begun, outputs[:carried], strict=True)]
    if kept != begun:  # what began as nothing has got a dimension
        outputs = _walk(body.jaxpr, body.consts, [*inputs[:constants], *kept, *inputs[constants + carried :]])
    return [*kept, *outputs[carried:]]


def _agreeing(name: str, values: Sequence[Dimension]) -> Dimension:
    measured = [value for value in values if not isinstance(value, _Any)]
    if any(value != measured[0] for value in measured):
        raise _Disagreement(f"{name} of quantities of {' and '.join(map(str, values))}")
    return measured[0] if measured else ANY


def _product(one: Dimension, other: Dimension, power: int) -> Dimension:
    if isinstance(one, _Any) or isinstance(other, _Any):
        return ANY
    return one * other**power


def _power(of: Dimension, power: Fraction) -> Dimension:
    if isinstance(of, _Any):
        return of
    return UnitsContainer({name: Fraction(str(exponent)).limit_denominator(60) * power for name, exponent in of.items()})


def _to_the(inputs: Sequence[Dimension], exponent: Any) -> Dimension:
    base, power = inputs
    if isinstance(exponent, Literal):
        return _power(base, Fraction(float(np.asarray(exponent.val))).limit_denominator(60))
    if any(not isinstance(each, _Any) and each != PLAIN for each in (base, power)):
        raise _Disagreement(f"power of a quantity of {base} to one of {power}")
    return PLAIN


def line_of(equation: Any) -> str:
    """Return `file:line: ` of the law that wrote an operation, as far as JAX remembers."""
    traceback = equation.source_info.traceback
    own = (__file__, "site-packages", "/jax/")
    for frame in traceback.frames if traceback is not None else ():
        if not any(part in frame.file_name for part in own):
            return f"{Path(frame.file_name).name}:{frame.line_num}: "
    return ""
