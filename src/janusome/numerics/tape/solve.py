"""Solving a program: many lanes, each with its own step, through any number of segments."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from janusome.errors import InputError
from janusome.numerics.tape.block import END, Answer, Question, new_lanes
from janusome.numerics.tape.control import NEGATIVE_MULTIPLE
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.outcome import Outcome
from janusome.numerics.tape.program import Program
from janusome.numerics.tape.rosenbrock import RODAS5P, Method
from janusome.numerics.tape.segments import Segment, plain, rows_of, schedule
from janusome.numerics.tape.solution import Solution
from janusome.numerics.tape.stepping import advance

_SLICE_SECONDS = 0.1  # compiled code gives control back about so often: Ctrl-C, progress, cancelling
_FIRST_SWEEPS = 32
_MOST_SWEEPS = 1 << 20
_LARGEST_BATCH = 256


@dataclass(frozen=True)
class Tolerances:
    """How far one step may be off: |error| ≤ absolute + relative · |state|, as a root mean square over the states.

    The absolute tolerance is best a fraction of each species' dose; one number, or one for each state.
    """

    relative: float = 1e-6
    absolute: ArrayLike = 1e-8


def solve(
    program: Program,
    initial: ArrayLike,
    parameters: ArrayLike,
    segments: Sequence[Segment],
    times: ArrayLike,
    *,
    tolerances: Tolerances | None = None,
    step_limit: int = 100_000,
    threads: int | None = None,
    initial_step: ArrayLike | None = None,
    nonnegative: ArrayLike | None = None,
    method: Method = RODAS5P,
    on_progress: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Return the states of every lane at the output times.

    Parameters
    ----------
    initial, parameters
        The state (states,) before the first segment's jump and the parameters (parameters,), for all lanes or with
        a leading axis of lanes.
    segments, times
        Where everything from outside is constant; and sorted output times within them. At a breakpoint the output is
        the value after the jump (the right limit); at the end of the last segment it is the plain value.
    step_limit
        Steps, accepted and refused, that one lane may take in all.
    threads
        How many work at once; all processors by default. The results are the same bits for any number.
    initial_step
        The first step of the first segment, for all lanes or one each: `next_step` of a solve that this one continues.
    nonnegative
        For each state whether a value below minus 100 absolute tolerances is refused, and a failure if it stays.
    on_progress, should_stop
        Called in the calling thread a few times a second: with the fraction of lanes done; and to be asked whether
        to give up, which leaves the lanes that are not done `CANCELLED`.
    """
    lanes = _lane_count(initial, parameters, segments, initial_step)
    question = question_of(
        program,
        initial,
        parameters,
        segments,
        times,
        lanes=lanes,
        tolerances=tolerances,
        step_limit=step_limit,
        initial_step=initial_step,
        nonnegative=nonnegative,
    )
    answer = new_answer(lanes, len(question.times), len(program.states))
    Run(program, method, question, answer).over(lanes, threads, on_progress, should_stop)
    return as_solution(program, question, answer)


def question_of(
    program: Program,
    initial: ArrayLike,
    parameters: ArrayLike,
    segments: Sequence[Segment],
    times: ArrayLike,
    *,
    lanes: int,
    tolerances: Tolerances | None,
    step_limit: int,
    initial_step: ArrayLike | None = None,
    nonnegative: ArrayLike | None = None,
    follow: bool = False,
) -> Question:
    """Return what is asked as checked arrays."""
    n, m = len(program.states), len(program.parameters)
    tolerances = tolerances or Tolerances()
    absolute = _absolute(tolerances, n)
    checked = np.broadcast_to(False if nonnegative is None else np.asarray(nonnegative, bool), (n,))
    outputs = np.atleast_1d(np.asarray(times, float))
    plan = schedule(segments, outputs, states=n, parameters=m, lanes=lanes)
    return Question(
        initial=rows_of(initial, "initial", n, lanes),
        parameters=rows_of(parameters, "parameters", m, lanes),
        **plan._asdict(),
        absolute=absolute,
        floor=np.where(checked, -NEGATIVE_MULTIPLE * absolute, -np.inf),
        checks_sign=bool(checked.any()),
        relative=np.array([float(tolerances.relative)]),
        step_limit=int(step_limit),
        initial_step=np.atleast_1d(plain(np.nan if initial_step is None else initial_step)),
        follow=follow,
    )


def _lane_count(initial: ArrayLike, parameters: ArrayLike, segments: Sequence[Segment], initial_step: ArrayLike | None) -> int:
    tables = [initial, parameters, *(segment.jump for segment in segments if segment.jump is not None)]
    columns = [value for segment in segments for value in (segment.controls or {}).values()]
    columns += [] if initial_step is None else [initial_step]
    counts = {np.shape(table)[0] for table in tables if np.ndim(table) == 2}
    counts |= {np.shape(column)[0] for column in columns if np.ndim(column) == 1}
    counts -= {1}
    if len(counts) > 1:
        raise InputError(
            "the number of lanes",
            f"is {' and '.join(map(str, sorted(counts)))} in different arguments",
            "give every argument the same number of lanes, or one value for all",
        )
    return counts.pop() if counts else 1


def _absolute(tolerances: Tolerances, states: int) -> np.ndarray:
    absolute = plain(np.broadcast_to(np.asarray(tolerances.absolute, float), (states,)))
    if not (tolerances.relative > 0 and np.all(absolute > 0)):
        raise InputError("tolerances", "has a value that is not above zero", "give tolerances above zero")
    return absolute


def new_answer(lanes: int, times: int, states: int) -> Answer:
    """Return room for the answer, every lane still to be done."""
    ends = np.zeros(lanes, END)
    ends["outcome"], ends["culprit"] = int(Outcome.CANCELLED), -1
    ends["time"] = ends["next_step"] = np.nan
    return Answer(np.empty((lanes, times, states)), np.full((lanes, states), np.nan), ends)


def as_solution(program: Program, question: Question, answer: Answer) -> Solution:
    """Return the answer with its names; lanes that were cancelled hold no values."""
    ends = answer.ends
    answer.states[ends["outcome"] == Outcome.CANCELLED] = np.nan
    return Solution(
        times=question.times,
        states=answer.states,
        final=answer.final,
        next_step=ends["next_step"],
        outcome=ends["outcome"],
        steps=ends["steps"],
        rejected=ends["rejected"],
        fallbacks=ends["fallbacks"],
        names=program.states,
        program=program.name,
        stopped_at=ends["time"],
        culprit=ends["culprit"],
    )


class Run:
    """Hands batches of subjects to blocks of lanes, one block for each thread."""

    def __init__(self, program: Program, method: Method, question: Question, answer: Answer) -> None:
        self._program, self._method = program, method
        self._question, self._answer = question, answer
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._next = self._end = 0
        self._batch = WIDTH

    def over(
        self,
        lanes: int,
        threads: int | None,
        on_progress: Callable[[float], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        """Solve all subjects; come back early if the caller says so."""
        workers = max(1, min(threads or _processors(), -(-lanes // WIDTH)))
        self._next, self._end = 0, lanes
        self._batch = min(_LARGEST_BATCH, max(WIDTH, lanes // (8 * workers)))

        def look_around() -> None:
            if on_progress:
                on_progress(float(np.count_nonzero(self._answer.ends["outcome"] != Outcome.CANCELLED)) / lanes)
            if should_stop and should_stop():
                self._stopping.set()

        if workers == 1:
            self._one_block(look_around)
        else:
            with ThreadPoolExecutor(workers) as pool:
                running = {pool.submit(self._one_block, lambda: None) for _ in range(workers)}
                try:
                    while running:
                        done, running = wait(running, timeout=_SLICE_SECONDS)
                        for future in done:
                            future.result()
                        look_around()
                except BaseException:
                    self._stopping.set()
                    raise
        look_around()

    def _one_block(self, look_around: Callable[[], None]) -> None:
        w, lanes = new_lanes(self._program)
        queue = np.zeros(3, np.int64)
        work = self._program.code, self._method, self._question, self._answer, w, lanes, queue
        sweeps, working = _FIRST_SWEEPS, 0
        while not self._stopping.is_set():
            if queue[0] == queue[1]:
                with self._lock:
                    queue[0] = self._next
                    queue[1] = self._next = min(self._next + self._batch, self._end)
                    queue[2] = self._next < self._end
                if queue[0] == queue[1] and working == 0:
                    return
            before = time.perf_counter()
            working = advance(*work, sweeps)
            spent = time.perf_counter() - before
            if working == WIDTH or queue[0] == queue[1]:
                sweeps = int(min(max(sweeps * _SLICE_SECONDS / max(spent, 1e-6), 1), 4 * sweeps, _MOST_SWEEPS))
            look_around()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
