"""A law turned into a program: what `translate` returns and `solve` runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from janusome.numerics.tape.factorization import Factorization, factorize
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.jacobian import jacobian
from janusome.numerics.tape.lanes import MOST_STAGES, WIDTH
from janusome.numerics.tape.linear import gather
from janusome.numerics.tape.lowering import Tape, lower
from janusome.numerics.tape.operations import Operation
from janusome.numerics.tape.ordering import minimum_degree
from janusome.numerics.tape.tracing import trace

# The parts of a code's stream of numbers.
FIXED = 0  # tape: what depends on parameters alone
FIRST = 1  # tape: rates and the Jacobian's varying entries
RATES = 2  # tape: rates alone
ELIMINATE = 3  # the factorization: see `factorization` for these
MULTIPLIERS, FORWARD, BACKWARD = 4, 5, 6
ROWS, COLUMNS, ENTRIES = 7, 8, 9  # the Jacobian by rows: for the residual and for the pivoted solve


class Code(NamedTuple):
    """What the compiled interpreter reads; every `_at` counts doubles in one workspace of lanes.

    The states of the stage in work stand at 0, the parameters after them.
    """

    states: int
    parameters: int
    rates_at: int
    shift_at: int  # s = 1/(γ h)
    pivots_at: int  # -1/D, by state
    old_at: int  # the state at the beginning of the step
    new_at: int  # and at its end
    between_at: int
    weights_at: int
    theta_at: int
    inverse_step_at: int
    ones_at: int
    error_at: int
    growth_at: int
    stages_at: int  # last, because their number is the method's
    parts: np.ndarray  # where each part of the stream begins, and the end
    stream: np.ndarray


@dataclass(frozen=True)
class Program:
    """A law ready to be solved.

    `arithmetic` counts, for one lane, the multiplications, additions and function values of the rates, of the
    rates with their Jacobian, of one factorization and of one solve.
    """

    name: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    code: Code
    constants: Mapping[int, float]  # by slot
    arithmetic: Mapping[str, int]

    def jacobian_entries(self) -> int:
        """Return the number of structurally non-zero entries of the Jacobian."""
        return int(self.code.parts[COLUMNS + 1] - self.code.parts[COLUMNS])


def translate(
    rhs: Callable[..., Any], *, states: int | Sequence[str], parameters: int | Sequence[str], name: str = ""
) -> Program:
    """Return the program of dy/dt = rhs(y, p), a pure JAX function of the state (n,) and the parameters (m,).

    Traced in double precision whatever JAX's global settings; what the law may use is said by the `TraceError`
    that refuses it. Takes about a second for 300 states; nothing is compiled for the law.
    """
    state_names, parameter_names = _names(states, "y"), _names(parameters, "p")
    graph = Graph()
    y = graph.inputs(len(state_names), vary=True)
    p = graph.inputs(len(parameter_names), vary=False)
    traced = trace(rhs, graph, y, p, name=name or getattr(rhs, "__name__", "law"))
    outputs = gather(graph, traced)
    entries = jacobian(graph, outputs, y)
    code, constants, arithmetic = _assemble(graph, y, p, outputs, entries)
    return Program(name, state_names, parameter_names, code, constants, arithmetic)


def _names(given: int | Sequence[str], letter: str) -> tuple[str, ...]:
    return tuple(f"{letter}[{k}]" for k in range(given)) if isinstance(given, int) else tuple(given)


def _assemble(
    graph: Graph,
    y: Sequence[int],
    p: Sequence[int],
    outputs: Sequence[int],
    entries: Mapping[tuple[int, int], int],
) -> tuple[Code, dict[int, float], dict[str, int]]:
    """Give every lasting value a slot and lower the three tapes and the factorization."""
    n, m = len(y), len(p)
    places = {node: k for k, node in enumerate((*y, *p))}
    rates, zero = n + m, n + m + n + 1  # between them stands the shift s
    free = zero + 1
    constants = [node for node in graph.reachable((*outputs, *entries.values())) if node in graph.value]
    hoisted = _hoisted(graph, (*outputs, *entries.values()))
    for node in (*constants, *hoisted):
        places[node] = free
        free += 1
    varying = [node for node in dict.fromkeys(entries.values()) if node not in places]
    slot_of = places | {node: free + k for k, node in enumerate(varying)}
    free += len(varying)
    factorization = factorize(n, entries, minimum_degree(n, entries))
    pivots = free
    factor_at = {(i, i): pivots + i for i in range(n)}
    for place in factorization.products:
        factor_at.setdefault(place, pivots + len(factor_at))
    multipliers = pivots + len(factor_at)
    free = multipliers + factorization.lower_entries

    before = {node: place for node, place in places.items() if node not in hoisted}
    fixed = lower(graph, [(node, places[node]) for node in hoisted], before, free)
    rate_targets = [(node, rates + i) for i, node in enumerate(outputs)]
    first = lower(graph, [*rate_targets, *((node, slot_of[node]) for node in varying)], places, free)
    rest = lower(graph, rate_targets, places, free)
    source = {place: slot_of[node] for place, node in entries.items()}
    rows = sorted(source)
    parts = [
        fixed.stream,
        first.stream,
        rest.stream,
        *_factor_streams(factorization, factor_at, source, zero, multipliers),
        np.searchsorted([i for i, _ in rows], np.arange(n + 1)),
        [j for _, j in rows],
        [source[place] * WIDTH for place in rows],
    ]
    code = _code(n, m, rates, pivots, max(fixed.slots, first.slots, rest.slots), parts)
    values = {zero: 0.0} | {places[node]: graph.value[node] for node in constants}
    return code, values, _arithmetic(fixed, first, rest, factorization)


def _code(n: int, m: int, rates: int, pivots: int, slots: int, parts: Sequence[Any]) -> Code:
    """Lay out the vectors that the stepper needs beside the slots of the tapes."""
    ends = np.cumsum([0, *map(len, parts)])
    lengths = {"old": n, "new": n, "between": n, "weights": MOST_STAGES}
    lengths |= dict.fromkeys(("theta", "inverse_step", "ones", "error", "growth", "stages"), 1)
    starts = np.cumsum([slots, *lengths.values()]).tolist()
    return Code(
        states=n,
        parameters=m,
        rates_at=rates * WIDTH,
        shift_at=(rates + n) * WIDTH,
        pivots_at=pivots * WIDTH,
        **{f"{name}_at": start * WIDTH for name, start in zip(lengths, starts, strict=False)},
        parts=ends.astype(np.int64),
        stream=np.concatenate([np.asarray(part, np.int32) for part in parts]),
    )


def _arithmetic(fixed: Tape, first: Tape, rest: Tape, factorization: Factorization) -> dict[str, int]:
    off_diagonal = 2 * factorization.lower_entries
    return {
        "fixed": fixed.arithmetic,
        "rates": rest.arithmetic,
        "rates_and_jacobian": first.arithmetic,
        "factorization": 2 * factorization.multiplications,
        "solve": 2 * off_diagonal + len(factorization.order),
    }


def _hoisted(graph: Graph, roots: Sequence[int]) -> dict[int, None]:
    """Return in order of evaluation the fixed expressions that the varying part reads."""
    read = {root for root in roots if not graph.varies[root]}
    for node in graph.reachable(roots):
        if graph.varies[node]:
            read.update(operand for operand in graph.operands[node] if not graph.varies[operand])
    leaves = (Operation.INPUT, Operation.CONSTANT)
    return dict.fromkeys(sorted(node for node in read if graph.operation[node] not in leaves))


def _factor_streams(
    factorization: Factorization,
    factor_at: Mapping[tuple[int, int], int],
    source: Mapping[tuple[int, int], int],
    zero: int,
    multipliers: int,
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the flat lists that `interpreter.factor` and `interpreter.solve_factored` walk along."""
    rank = {node: k for k, node in enumerate(factorization.order)}
    eliminate: list[int] = []
    for (i, j), products in factorization.products.items():
        scale = factor_at[i, i] * WIDTH if rank[j] > rank[i] else -1
        eliminate += [factor_at[i, j] * WIDTH, source.get((i, j), zero) * WIDTH, scale, int(i == j), len(products)]
        for left, right in products:
            eliminate += [factor_at[left] * WIDTH, factor_at[right] * WIDTH]
    scaled: list[int] = []
    forward: list[int] = []
    backward: list[int] = []
    for column in factorization.order:
        for i in factorization.lower[column]:
            slot = multipliers + len(scaled) // 3
            scaled += [slot * WIDTH, factor_at[i, column] * WIDTH, factor_at[column, column] * WIDTH]
            forward += [i * WIDTH, slot * WIDTH, column * WIDTH]
    for column in reversed(factorization.order):
        for i in factorization.upper[column]:
            backward += [i * WIDTH, factor_at[i, column] * WIDTH, column * WIDTH]
    return eliminate, scaled, forward, backward
