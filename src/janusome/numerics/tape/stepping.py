"""One block of lanes, step after step: every lane with its own subject, time and step.

A lane that is done takes the next subject at once, so a slow subject holds nobody up. No decision about one lane
reads another, which is why a subject's result does not depend on its company.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from janusome.numerics.compiled import COMPILED, INNER
from janusome.numerics.tape import vectors
from janusome.numerics.tape.block import Answer, Question, Records
from janusome.numerics.tape.breakpoints import enter_segment, fill, finish
from janusome.numerics.tape.control import STEP_LIMIT, choose_steps, judge, largest_error
from janusome.numerics.tape.interpreter import factor, run, solve_factored
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.pivoted import backward_error, factor_dense, solve_dense
from janusome.numerics.tape.program import FIRST, FIXED, MULTIPLIERS, RATES, Code
from janusome.numerics.tape.rosenbrock import Method

MULTIPLIER = 16.0  # |L| above this makes a lane prove its solution; compartmental systems stay below 1
BACKWARD_ERROR = 1e-11  # above this the proof fails


@njit(**COMPILED)
def advance(
    code: Code,
    method: Method,
    question: Question,
    answer: Answer,
    w: np.ndarray,
    lanes: Records,
    queue: np.ndarray,
    sweeps: int,
) -> int:
    """Take up to `sweeps` steps with every lane; return how many lanes still work.

    Subjects queue[0] up to queue[1] are taken as lanes become idle; with queue[2] set there are more to ask for,
    and the call ends when a lane finds none.
    """
    changed = False
    for sweep in range(sweeps + 1):
        if queue[0] < queue[1]:
            changed |= fill(code, question, answer, w, lanes, queue)
        working = 0
        for k in range(WIDTH):
            working += lanes[k].subject >= 0
        if changed:
            run(code.stream, code.parts[FIXED], code.parts[FIXED + 1], w)
        if working == 0 or (working < WIDTH and queue[2]) or sweep == sweeps:
            return working
        for i in range(code.states):
            vectors.copy_slot(w, i * WIDTH, code.old_at + i * WIDTH)
        run(code.stream, code.parts[FIRST], code.parts[FIRST + 1], w)
        choose_steps(code, question, method.gamma, w, lanes)
        factor(code, w)
        _stages(code, method, w, lanes)
        judge(code, method.order, len(method.c), question, answer, w, lanes)
        _values_between(code, method, question, answer, w, lanes)
        changed = _move_on(code, len(method.c), question, answer, w, lanes)
    return 0


@njit(**INNER)
def _stages(code: Code, method: Method, w: np.ndarray, lanes: Records) -> None:
    """Work out all stages and the new state, which stands where the last stage's argument stood."""
    n, size, count = code.states, code.states * WIDTH, len(method.c)
    a, c = method.a.ravel(), method.c.ravel()
    for i in range(n):
        vectors.copy_slot(w, code.stages_at + i * WIDTH, code.rates_at + i * WIDTH)
    solve_factored(code, w, code.stages_at)
    distrusted = _distrusted(code, w, lanes)
    matrices = np.empty((len(distrusted), n, n))
    swaps = np.empty((len(distrusted), n), np.int64)
    column = np.empty(n)
    for d in range(len(distrusted)):
        factor_dense(code, w, distrusted[d], matrices[d], swaps[d])
        for i in range(n):
            column[i] = w[code.rates_at + i * WIDTH + distrusted[d]]
        solve_dense(matrices[d], swaps[d], column)
        for i in range(n):
            w[code.stages_at + i * WIDTH + distrusted[d]] = column[i]
    for s in range(1, count):
        stage = code.stages_at + s * size
        if method.continues[s]:
            for i in range(0, size, WIDTH):
                vectors.add_slots(w, i, i, stage - size + i)
        else:
            _combine(w, a, 0, code.old_at, code.stages_at, n, s * count, s, code.ones_at)
        run(code.stream, code.parts[RATES], code.parts[RATES + 1], w)
        _combine(w, c, stage, code.rates_at, code.stages_at, n, s * count, s, code.inverse_step_at)
        if len(distrusted):
            _solve_mixed(code, w, stage, distrusted, matrices, swaps)
        else:
            solve_factored(code, w, stage)
    for i in range(0, size, WIDTH):
        vectors.add_slots(w, code.new_at + i, i, code.stages_at + (count - 1) * size + i)


@njit(**INNER)
def _combine(
    w: np.ndarray, weights: np.ndarray, d: int, start: int, stages: int, rows: int, first: int, count: int, scale: int
) -> None:
    """Keep one copy of what is written out for every count: it is long to compile."""
    vectors.combine(w, weights, d, start, stages, rows, first, count, scale)


@njit(**INNER)
def _distrusted(code: Code, w: np.ndarray, lanes: Records) -> np.ndarray:
    """Return the lanes whose sparse solution of the first stage is not good enough."""
    begin, end = code.parts[MULTIPLIERS], code.parts[MULTIPLIERS + 1]
    vectors.largest(w, code.growth_at, code.stream, begin, (end - begin) // 3)
    found = np.empty(WIDTH, np.int64)
    count = 0
    for k in range(WIDTH):
        suspect = lanes[k].subject >= 0 and not w[code.growth_at + k] <= MULTIPLIER
        if suspect and not backward_error(code, w, k) <= BACKWARD_ERROR:
            found[count] = k
            count += 1
            lanes[k].fallbacks += 1
    return found[:count]


@njit(**INNER)
def _solve_mixed(
    code: Code, w: np.ndarray, stage: int, distrusted: np.ndarray, matrices: np.ndarray, swaps: np.ndarray
) -> None:
    """Solve a stage with the sparse factors, and with pivots where they are distrusted."""
    n = code.states
    columns = np.empty((len(distrusted), n))
    for d in range(len(distrusted)):
        for i in range(n):
            columns[d, i] = w[stage + i * WIDTH + distrusted[d]]
    solve_factored(code, w, stage)
    for d in range(len(distrusted)):
        solve_dense(matrices[d], swaps[d], columns[d])
        for i in range(n):
            w[stage + i * WIDTH + distrusted[d]] = columns[d, i]


@njit(**INNER)
def _values_between(code: Code, method: Method, question: Question, answer: Answer, w: np.ndarray, lanes: Records) -> None:
    """Write the outputs that the accepted steps passed, one of each lane at a time."""
    n, count = code.states, len(method.c)
    while True:
        pending = False
        for k in range(WIDTH):
            lane = lanes[k]
            w[code.theta_at + k] = -1.0
            if lane.accepted and lane.output < question.segments[lane.segment].output_end:
                theta = (question.times[lane.output] - lane.time) / lane.step
                if lane.last or theta <= 1.0:
                    w[code.theta_at + k] = min(max(theta, 0.0), 1.0)
                    pending = True
        if not pending:
            return
        for s in range(count):
            for k in range(WIDTH):
                theta = w[code.theta_at + k]
                shape = method.dense[0, s] + theta * (method.dense[1, s] + theta * method.dense[2, s])
                w[code.weights_at + s * WIDTH + k] = theta * (1.0 - theta) * shape
        old, new, stages = code.old_at, code.new_at, code.stages_at
        vectors.interpolate(w, code.between_at, old, new, stages, n, code.weights_at, code.theta_at)
        for k in range(WIDTH):
            if w[code.theta_at + k] >= 0.0:
                lane = lanes[k]
                place = (lane.subject * len(question.times) + lane.output) * n
                vectors.write_lane(answer.states, place, w, code.between_at + k, n)
                lane.output += 1


@njit(**INNER)
def _move_on(code: Code, stages: int, question: Question, answer: Answer, w: np.ndarray, lanes: Records) -> bool:
    """Move the accepted lanes on, through breakpoints where they stand at one; tell whether any did."""
    everybody, changed = True, False
    for k in range(WIDTH):
        everybody &= lanes[k].accepted == 1
    for i in range(0, code.states * WIDTH, WIDTH):
        if everybody:
            vectors.copy_slot(w, code.old_at + i, code.new_at + i)
        else:
            for k in range(WIDTH):
                if lanes[k].accepted:
                    w[code.old_at + i + k] = w[code.new_at + i + k]
    for k in range(WIDTH):
        lane = lanes[k]
        if lane.accepted:
            lane.steps += 1
            if lane.last:
                lane.time = question.segments[lane.segment].stop
                answer.ends[lane.subject].next_step = lane.proposed
                lane.segment += 1
                enter_segment(code, question, answer, w, lanes, k)
                changed = True
            else:
                lane.time += lane.step
                if lane.steps + lane.rejected >= question.step_limit:
                    error_at = code.stages_at + (stages - 1) * code.states * WIDTH
                    culprit = largest_error(code, question, w, k, error_at, STEP_LIMIT)
                    finish(code, answer, w, lanes, k, STEP_LIMIT, culprit)
    return changed
