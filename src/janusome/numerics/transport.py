r"""Transport with given velocity and kinetics: what moves between cells, reacts within them, and is accounted for.

$$ \frac{dn_s}{dt} = M_s\,n_s + r_s(n, p) $$

n_s are the amounts of species s in every cell, M_s the rate matrix of its links (diffusion and drift; see `links`), r the
kinetics of one cell. Strang's splitting: half a step of exchange, a step of kinetics in every cell (a lane of the tape
engine each), half a step of exchange. Each step is compared with two of half its length; their difference chooses the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from janusome.errors import InputError, SolverError
from janusome.numerics.even_box import EvenBox
from janusome.numerics.steps import carried_by, prepared
from janusome.numerics.tape import Program, Segment, Tolerances, solve, translate
from janusome.numerics.threads import Slabs

Array = NDArray[np.float64]
Operators = Sequence[csr_array | EvenBox | None]

LEDGER = 1e-6  # of what there was at first
SAFETY, GROWTH, SHRINK = 0.85, 3.0, 0.2
PARTS_OF_TOLERANCE = 0.1  # that exchange and kinetics may use of a step's tolerance
LEAST = 1e-4  # of that tolerance and the largest amount: absolute tolerance of the kinetics
MINOR = 1e-2  # of the largest total: a species below that share is judged by it


@dataclass(frozen=True)
class Transported:
    """The amounts at the times asked for.

    Parameters
    ----------
    times
        s.
    amounts
        (times, cells, species).
    left
        (times, species), gone through open borders.
    steps
        s, the moments between the steps that were taken.
    refused
        How many more were tried and found too long.
    ledger_error
        The largest deviation of what is conserved over what there was at first; None where nothing was said to be.
    """

    times: Array
    amounts: Array
    left: Array
    steps: Array
    refused: int
    ledger_error: float | None


def transport(
    initial: ArrayLike,
    *,
    operators: Operators,
    times: ArrayLike,
    kinetics: Callable[..., Any] | None = None,
    parameters: ArrayLike = (),
    conserved: ArrayLike | None = None,
    tolerance: float = 1e-3,
    threads: int | None = None,
) -> Transported:
    """Return what becomes of amounts that move between cells and react within them.

    Parameters
    ----------
    initial
        Amounts (cells, species), none below zero.
    operators
        For each species its rate matrix, 1/s, or even box, or None if it stays; with one row more than cells, that row
        gathers what leaves. Species that share a matrix are best given the same object.
    times
        s, rising, when amounts are wanted; the solve begins at zero.
    kinetics
        dn/dt of one cell as a JAX function of its amounts (species,) and its parameters, which are (m,) or (cells, m).
    conserved
        Weights (materials, species) of sums that kinetics do not change; without kinetics every species.
    tolerance
        Share of a species that one step may misplace.

    A ledger worse than 1e-6 and a step that cannot be taken are a `SolverError`.
    """
    start = np.array(initial, float)
    if start.ndim != 2 or not np.all(start >= 0.0):
        raise InputError("initial", f"has shape {start.shape} or amounts below zero", "give (cells, species), none below zero")
    if len(operators) != start.shape[1]:
        raise InputError("operators", f"are {len(operators)}", f"give one, or None, for each of {start.shape[1]} species")
    moments = np.atleast_1d(np.asarray(times, float))
    if not (np.all(np.diff(moments) > 0.0) and moments[0] >= 0.0 and np.all(np.isfinite(moments))):
        raise InputError("times", f"are {np.array2string(moments, threshold=5)}", "give rising times in s, none below zero")
    weights = np.eye(start.shape[1]) if conserved is None and kinetics is None else conserved
    program = None if kinetics is None else translate(kinetics, states=start.shape[1], parameters=np.shape(parameters)[-1])
    state = np.vstack([start, np.zeros((1, start.shape[1]))])
    shown, clock = [], _Clock()
    with Slabs(threads) as slabs:
        split = _Splitting(operators, program, np.asarray(parameters, float), tolerance, slabs, float(start.max(initial=0.0)))
        for moment in moments:
            state = split.until(state, float(moment), clock)
            shown.append(state)
    found = np.array(shown)
    error = None if weights is None else _imbalance(np.atleast_2d(np.asarray(weights, float)), start, found)
    if error is not None and error > LEDGER:
        raise SolverError(f"the ledger is off by {error:.1e} of what there was, not {LEDGER:.0e}; tighten the tolerance")
    return Transported(moments, found[:, :-1], found[:, -1], np.array(clock.moments), clock.refused, error)


def _imbalance(weights: Array, start: Array, found: Array) -> float:
    before, after = weights @ start.sum(axis=0), found.sum(axis=1) @ weights.T
    return float(np.max(np.abs(after - before) / np.where(before > 0.0, before, 1.0)))


@dataclass
class _Clock:
    """Where the solve stands."""

    step: float = 0.0

    def __post_init__(self) -> None:
        self.moments, self.refused = [0.0], 0


class _Splitting:
    """Exchange and kinetics of one problem; the last row of a state is what has left."""

    def __init__(
        self,
        operators: Operators,
        program: Program | None,
        parameters: Array,
        tolerance: float,
        slabs: Slabs,
        largest: float,
    ) -> None:
        self._program, self._parameters, self._tolerance, self._threads = program, parameters, tolerance, slabs.threads
        part = PARTS_OF_TOLERANCE * tolerance
        self._local = Tolerances(relative=part, absolute=max(LEAST * part * largest, 1e-300))
        groups: dict[int, tuple[csr_array | EvenBox, list[int]]] = {}
        for species, operator in enumerate(operators):
            if operator is not None:
                groups.setdefault(id(operator), (operator, []))[1].append(species)
        exchanges = [(prepared(one, slabs, kinds=len(species)), species) for one, species in groups.values()]
        self._groups = [(exchange, exchange.rows, species) for exchange, species in exchanges]
        self._next: dict[int, float] = {}

    def until(self, state: Array, moment: float, clock: _Clock) -> Array:
        """Advance to a moment."""
        while clock.moments[-1] < moment:
            left = moment - clock.moments[-1]
            if self._program is None or not self._groups:
                state = self._react(state, left) if self._program else self._exchange(state, left)
                clock.moments.append(moment)
                continue
            step = min(clock.step or 1e-3 * left, left)
            step = 0.5 * left if left > step > 0.5 * left else step
            if step < 1e-12 * moment:
                raise SolverError(
                    f"transport stopped at {clock.moments[-1]:.4g} s at steps of {step:.3g} s; check the kinetics"
                )
            after, error = self._doubled(state, step)
            change = min(GROWTH, max(SHRINK, SAFETY * max(error, 1e-9) ** (-1.0 / 3.0)))
            if error <= 1.0:
                state = after
                clock.moments.append(moment if step == left else clock.moments[-1] + step)
                clock.step = max(clock.step, step * change) if step == left else step * change
            else:
                clock.refused, clock.step = clock.refused + 1, step * min(change, SAFETY)
        return state

    def _doubled(self, state: Array, step: float) -> tuple[Array, float]:
        """Return the state after two half steps, and how far one whole step is from it, over the tolerance."""
        whole = self._exchange(self._react(self._exchange(state, step / 2), step), step / 2)
        fine = self._react(self._exchange(state, step / 4), step / 2)
        fine = self._exchange(self._react(self._exchange(fine, step / 2), step / 2), step / 4)
        total = fine.sum(axis=0)
        scale = np.maximum(total, MINOR * total.max())
        difference = np.abs(fine - whole).sum(axis=0) / 3.0
        return fine, float(np.max(np.divide(difference, scale, out=np.zeros_like(scale), where=scale > 0.0))) / self._tolerance

    def _exchange(self, state: Array, duration: float) -> Array:
        after = state.copy()
        for number, (exchange, rows, species) in enumerate(self._groups):
            moved = carried_by(
                exchange,
                state[:rows, species],
                duration,
                tolerance=PARTS_OF_TOLERANCE * self._tolerance,
                first_step=self._next.get(number),
            )
            after[:rows, species], self._next[number] = moved.amounts, moved.next_step
        return after

    def _react(self, state: Array, duration: float) -> Array:
        assert self._program is not None
        solution = solve(
            self._program,
            state[:-1],
            self._parameters,
            [Segment(0.0, duration)],
            [duration],
            tolerances=self._local,
            threads=self._threads,
        ).require()
        return np.vstack([np.maximum(solution.final, 0.0), state[-1:]])
