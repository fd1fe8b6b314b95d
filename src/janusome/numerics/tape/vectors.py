"""Whole states at once: what the stepper does to all slots of a state or of its stages, as LLVM vector instructions."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils, types

from janusome.numerics.tape.lanes import INDEX, MOST_STAGES, ONE, VOID, WIDTH, ZERO, Emitter, compiled_intrinsic, on_offsets


def _size_of(e: Emitter, value: Any) -> Any:
    """Return |value|."""
    return e.builder.select(e.builder.fcmp_ordered("<", value, ZERO), e.builder.fneg(value), value)


@compiled_intrinsic
def copy_slot(typingctx: Any, w: Any, d: Any, a: Any) -> Any:  # noqa: ARG001
    """Store w[a] at w[d]."""

    def body(e: Emitter, w: Any, d: Any, a: Any) -> None:
        e.store(e.load(w, a), w, d)

    return on_offsets(2, body)(w)


@compiled_intrinsic
def add_slots(typingctx: Any, w: Any, d: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
    """Store w[a] + w[b] at w[d]."""

    def body(e: Emitter, w: Any, d: Any, a: Any, b: Any) -> None:
        e.store(e.builder.fadd(e.load(w, a), e.load(w, b)), w, d)

    return on_offsets(3, body)(w)


@compiled_intrinsic
def largest(typingctx: Any, w: Any, d: Any, stream: Any, at: Any, count: Any) -> Any:  # noqa: ARG001
    """Store the largest |w[a]| at w[d], or what is not a number; the a stand first of three in the stream."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        e = Emitter(context, builder, signature, arguments)
        w, d, stream, at, count = e.data

        def term(total: Any, k: Any) -> Any:
            size = _size_of(e, e.load(w, e.number(stream, builder.add(at, builder.mul(k, INDEX(3))))))
            return builder.select(builder.fcmp_ordered(">=", total, size), total, size)

        e.store(e.accumulate(ZERO, count, term), w, d)
        return context.get_dummy_value()

    integer = types.int64
    return VOID(w, integer, stream, integer, integer), generate


@compiled_intrinsic
def combine(
    typingctx: Any,  # noqa: ARG001
    w: Any,
    weights: Any,
    d: Any,  # noqa: ARG001
    start: Any,  # noqa: ARG001
    stages: Any,  # noqa: ARG001
    rows: Any,  # noqa: ARG001
    first: Any,  # noqa: ARG001
    count: Any,  # noqa: ARG001
    scale: Any,  # noqa: ARG001
) -> Any:
    """Store w[start] + w[scale] · Σ weights[first + k] · stage k at w[d], for all rows of the stages.

    Written out for each count of stages, so that weights stay in registers.
    """

    def body(e: Emitter, w: Any, weights: Any, *offsets: Any) -> None:
        d, start, stages, rows, first, count, scale = offsets
        builder = e.builder
        end = builder.append_basic_block("combined")
        cases = builder.switch(count, end)
        for number in range(1, MOST_STAGES):
            block = builder.append_basic_block(f"combine{number}")
            cases.add_case(INDEX(number), block)
            builder.position_at_end(block)
            factors = [e.scalar(weights, builder.add(first, INDEX(k))) for k in range(number)]
            with e.rows(rows) as row:
                total = ZERO
                for k, factor in enumerate(factors):
                    stage = builder.add(row, builder.mul(rows, INDEX(k * WIDTH)))
                    total = e.fused(factor, e.load(w, builder.add(stages, stage)), total)
                total = e.fused(e.load(w, scale), total, e.load(w, builder.add(start, row)))
                e.store(total, w, builder.add(d, row))
            builder.branch(end)
        builder.position_at_end(end)

    return on_offsets(7, body)(w, weights)


@compiled_intrinsic
def squared_error(
    typingctx: Any,  # noqa: ARG001
    w: Any,
    absolute: Any,
    relative: Any,
    d: Any,  # noqa: ARG001
    error: Any,  # noqa: ARG001
    old: Any,  # noqa: ARG001
    new: Any,  # noqa: ARG001
    rows: Any,  # noqa: ARG001
) -> Any:
    """Store Σ (error[i] / (absolute[i] + relative[0] · max(|old[i]|, |new[i]|)))² over the rows i at w[d]."""

    def body(e: Emitter, w: Any, absolute: Any, relative: Any, *offsets: Any) -> None:
        d, error, old, new, rows = offsets
        factor = e.scalar(relative, INDEX(0))

        def term(total: Any, i: Any) -> Any:
            row = e.builder.mul(i, INDEX(WIDTH))
            before, after = (_size_of(e, e.load(w, e.builder.add(at, row))) for at in (old, new))
            size = e.builder.select(e.builder.fcmp_unordered(">", before, after), before, after)
            scale = e.fused(factor, size, e.scalar(absolute, i))
            ratio = e.builder.fdiv(e.load(w, e.builder.add(error, row)), scale)
            return e.fused(ratio, ratio, total)

        e.store(e.accumulate(ZERO, rows, term), w, d)

    return on_offsets(5, body)(w, absolute, relative)


@compiled_intrinsic
def interpolate(
    typingctx: Any,  # noqa: ARG001
    w: Any,
    d: Any,  # noqa: ARG001
    old: Any,  # noqa: ARG001
    new: Any,  # noqa: ARG001
    stages: Any,  # noqa: ARG001
    rows: Any,  # noqa: ARG001
    weights: Any,  # noqa: ARG001
    theta: Any,  # noqa: ARG001
) -> Any:
    """Store (1 - θ)·old + θ·new + Σ weights[k]·stage k at w[d] for all rows, θ and weights by lane."""

    def body(e: Emitter, w: Any, *offsets: Any) -> None:
        d, old, new, stages, rows, weights, theta = offsets
        builder = e.builder
        share = e.load(w, theta)
        rest = builder.fsub(ONE, share)
        factors = [e.load(w, builder.add(weights, INDEX(k * WIDTH))) for k in range(MOST_STAGES)]
        with e.rows(rows) as row:
            total = builder.fmul(rest, e.load(w, builder.add(old, row)))
            total = e.fused(share, e.load(w, builder.add(new, row)), total)
            for k, factor in enumerate(factors):
                stage = builder.add(row, builder.mul(rows, INDEX(k * WIDTH)))
                total = e.fused(factor, e.load(w, builder.add(stages, stage)), total)
            e.store(total, w, builder.add(d, row))

    return on_offsets(7, body)(w)


@compiled_intrinsic
def write_lane(typingctx: Any, table: Any, place: Any, w: Any, at: Any, rows: Any) -> Any:  # noqa: ARG001
    """Store w[at], w[at + WIDTH], ... one after the other at `place` of a table."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table, place, w, at, rows = Emitter(context, builder, signature, arguments).data
        with cgutils.for_range(builder, rows, intp=INDEX) as loop:
            source = builder.gep(w, [builder.add(at, builder.mul(loop.index, INDEX(WIDTH)))])
            builder.store(builder.load(source), builder.gep(table, [builder.add(place, loop.index)]))
        return context.get_dummy_value()

    integer = types.int64
    return VOID(table, integer, w, integer, integer), generate
