"""Lanes: one tape operation on a fixed number of lanes at once, as LLVM vector instructions.

A lane is one subject. All arithmetic on lanes is written with explicit vectors and explicit fused multiply-adds,
so a subject's numbers do not depend on its lane, on its neighbours or on what a compiler chose to fuse.

Every function takes offsets into flat arrays: `w[at : at + WIDTH]` are the lanes of one slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

WIDTH = 16
MOST_STAGES = 8  # of a method

compiled_intrinsic = cast("Callable[[Callable[..., Any]], Any]", intrinsic)

_DOUBLE = ir.DoubleType()
_LANES = ir.VectorType(_DOUBLE, WIDTH)
INDEX = ir.IntType(64)


class Emitter:
    """Loads, stores and sums of lanes at the builder's place in the program."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.builder = builder
        self.data = [
            context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args, arguments, strict=True)
        ]

    def load(self, array: Any, at: Any) -> Any:
        """Read the lanes that begin at an offset."""
        pointer = self.builder.gep(array, [at])
        return self.builder.load(self.builder.bitcast(pointer, _LANES.as_pointer()), align=8)

    def store(self, value: Any, array: Any, at: Any) -> None:
        """Write the lanes that begin at an offset."""
        pointer = self.builder.gep(array, [at])
        self.builder.store(value, self.builder.bitcast(pointer, _LANES.as_pointer()), align=8)

    def number(self, stream: Any, at: Any, ahead: int = 0) -> Any:
        """Read a whole number of a stream."""
        place = self.builder.add(at, INDEX(ahead)) if ahead else at
        return self.builder.sext(self.builder.load(self.builder.gep(stream, [place])), INDEX)

    def scalar(self, array: Any, at: Any) -> Any:
        """Read one double into all lanes."""
        value = self.builder.load(self.builder.gep(array, [at]))
        start = self.builder.insert_element(ir.Constant(_LANES, ir.Undefined), value, ir.IntType(32)(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        return self.builder.shuffle_vector(start, ir.Constant(_LANES, ir.Undefined), mask)

    def fused(self, a: Any, b: Any, c: Any) -> Any:
        """Return a · b + c, rounded once."""
        kind = ir.FunctionType(_LANES, [_LANES] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.v{WIDTH}f64")
        return self.builder.call(function, [a, b, c])

    @contextmanager
    def rows(self, count: Any) -> Iterator[Any]:
        """Loop over the offsets of consecutive slots."""
        with cgutils.for_range(self.builder, count, intp=INDEX) as loop:
            yield self.builder.mul(loop.index, INDEX(WIDTH))

    def accumulate(self, start: Any, count: Any, term: Callable[[Any, Any], Any]) -> Any:
        """Return `start` after `count` times `total = term(total, k)`, kept in registers."""
        total = cgutils.alloca_once(self.builder, _LANES)
        self.builder.store(start, total)
        with cgutils.for_range(self.builder, count, intp=INDEX) as loop:
            self.builder.store(term(self.builder.load(total), loop.index), total)
        return self.builder.load(total)


ZERO = ir.Constant(_LANES, [_DOUBLE(0.0)] * WIDTH)
ONE = ir.Constant(_LANES, [_DOUBLE(1.0)] * WIDTH)


VOID = types.void


def _elementwise(operands: int, result: Callable[..., Any]) -> Any:
    """Make `w[d] = result(w[a], w[b], ...)` with d, a, b, ... read from the stream."""

    @compiled_intrinsic
    def operate(typingctx: Any, w: Any, stream: Any, at: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            e = Emitter(context, builder, signature, arguments)
            w, stream, at = e.data
            values = [e.load(w, e.number(stream, at, 1 + k)) for k in range(operands)]
            e.store(result(builder, *values), w, e.number(stream, at))
            return context.get_dummy_value()

        return VOID(w, stream, types.int64), generate

    return operate


def _truth(comparison: str) -> Callable[..., Any]:
    return lambda builder, a, b: builder.select(builder.fcmp_ordered(comparison, a, b), ONE, ZERO)


multiply = _elementwise(2, lambda builder, a, b: builder.fmul(a, b))
reciprocal = _elementwise(1, lambda builder, a: builder.fdiv(ONE, a))
copy = _elementwise(1, lambda _, a: a)
# unordered comparisons, so that a first operand that is not a number stays one
maximum = _elementwise(2, lambda builder, a, b: builder.select(builder.fcmp_unordered(">", a, b), a, b))
minimum = _elementwise(2, lambda builder, a, b: builder.select(builder.fcmp_unordered("<", a, b), a, b))
select = _elementwise(3, lambda builder, c, a, b: builder.select(builder.fcmp_ordered("==", c, ZERO), a, b))
greater = _elementwise(2, _truth(">"))
greater_equal = _elementwise(2, _truth(">="))
equal = _elementwise(2, _truth("=="))


@compiled_intrinsic
def signed_sum(typingctx: Any, w: Any, stream: Any, at: Any) -> Any:  # noqa: ARG001
    """Store Σ a·b - Σ a·b + Σ c - Σ c as the stream lists them, and return where its list ends."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        e = Emitter(context, builder, signature, arguments)
        w, stream, at = e.data
        counts = [e.number(stream, at, 1 + k) for k in range(4)]
        here = builder.add(at, INDEX(5))
        total = ZERO

        def product(sign: int, start: Any) -> Callable[[Any, Any], Any]:
            def term(total: Any, k: Any) -> Any:
                pair = builder.add(start, builder.shl(k, INDEX(1)))
                a, b = e.load(w, e.number(stream, pair)), e.load(w, e.number(stream, pair, 1))
                return e.fused(builder.fneg(a) if sign else a, b, total)

            return term

        def single(sign: int, start: Any) -> Callable[[Any, Any], Any]:
            def term(total: Any, k: Any) -> Any:
                value = e.load(w, e.number(stream, builder.add(start, k)))
                return builder.fsub(total, value) if sign else builder.fadd(total, value)

            return term

        for sign in (0, 1):
            total = e.accumulate(total, counts[sign], product(sign, here))
            here = builder.add(here, builder.shl(counts[sign], INDEX(1)))
        for sign in (0, 1):
            total = e.accumulate(total, counts[2 + sign], single(sign, here))
            here = builder.add(here, counts[2 + sign])
        e.store(total, w, e.number(stream, at))
        return here

    return types.int64(w, stream, types.int64), generate


@compiled_intrinsic
def add_products(
    typingctx: Any,  # noqa: ARG001
    w: Any,
    d: Any,  # noqa: ARG001
    start: Any,  # noqa: ARG001
    stream: Any,
    at: Any,  # noqa: ARG001
    count: Any,  # noqa: ARG001
    scale: Any,  # noqa: ARG001
) -> Any:
    """Store (w[start] + Σ w[i]·w[j]) · w[scale] at w[d], the pairs (i, j) read from the stream.

    A negative `scale` stands for no scale.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        e = Emitter(context, builder, signature, arguments)
        w, d, start, stream, at, count, scale = e.data

        def term(total: Any, k: Any) -> Any:
            pair = builder.add(at, builder.shl(k, INDEX(1)))
            left, right = (e.load(w, e.number(stream, pair, k)) for k in (0, 1))
            return e.fused(left, right, total)

        total = e.accumulate(e.load(w, start), count, term)
        with builder.if_else(builder.icmp_signed(">=", scale, INDEX(0))) as (scaled, plain):
            with scaled:
                e.store(builder.fmul(total, e.load(w, scale)), w, d)
            with plain:
                e.store(total, w, d)
        return context.get_dummy_value()

    integer = types.int64
    return VOID(w, integer, integer, stream, integer, integer, integer), generate


def on_offsets(count: int, body: Callable[..., None]) -> Callable[..., Any]:
    """Return the typing of a function of arrays and `count` offsets."""

    def typing(*arrays: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            e = Emitter(context, builder, signature, arguments)
            body(e, *e.data)
            return context.get_dummy_value()

        return VOID(*arrays, *([types.int64] * count)), generate

    return typing


@compiled_intrinsic
def add_product(typingctx: Any, w: Any, stream: Any, at: Any, x: Any) -> Any:  # noqa: ARG001
    """Add w[a] · w[x + j] to w[x + i], with i, a, j read from the stream."""

    def body(e: Emitter, w: Any, stream: Any, at: Any, x: Any) -> None:
        i, a, j = (e.number(stream, at, k) for k in range(3))
        i, j = e.builder.add(x, i), e.builder.add(x, j)
        e.store(e.fused(e.load(w, a), e.load(w, j), e.load(w, i)), w, i)

    return on_offsets(2, body)(w, stream)


@compiled_intrinsic
def scale(typingctx: Any, w: Any, d: Any, a: Any) -> Any:  # noqa: ARG001
    """Multiply w[d] by w[a]."""

    def body(e: Emitter, w: Any, d: Any, a: Any) -> None:
        e.store(e.builder.fmul(e.load(w, d), e.load(w, a)), w, d)

    return on_offsets(2, body)(w)


@compiled_intrinsic
def invert_pivot(typingctx: Any, w: Any, d: Any, shift: Any) -> Any:  # noqa: ARG001
    """Replace w[d] by -1 / (w[d] - w[shift])."""

    def body(e: Emitter, w: Any, d: Any, shift: Any) -> None:
        pivot = e.builder.fsub(e.load(w, shift), e.load(w, d))
        e.store(e.builder.fdiv(ONE, pivot), w, d)

    return on_offsets(2, body)(w)
