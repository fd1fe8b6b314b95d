"""The length of steps: chosen, judged by their error, and given up for a named reason."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from janusome.numerics.compiled import INNER
from janusome.numerics.tape import vectors
from janusome.numerics.tape.block import Answer, Question, Records
from janusome.numerics.tape.breakpoints import finish
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.outcome import Outcome
from janusome.numerics.tape.program import Code

SAFETY = 0.9
GROWTH_LIMIT, SHRINK_LIMIT = 6.0, 0.2
SHRINK_WHEN_NOT_FINITE = 0.2  # such a step says nothing of the right length
SHRINK_WHEN_NEGATIVE = 0.5
SMALLEST_ERROR = 1e-10
SMALLEST_REMEMBERED_ERROR = 1e-2  # one step that happens to be good must not forbid the next to grow
REFUSALS = 40  # steps refused in a row before a lane gives up
RESOLUTION = 4e-16  # of the time: a shorter step would not move it
NEGATIVE_MULTIPLE = 100.0  # a state is negative below minus so many absolute tolerances
FIRST_STEP = 0.01  # of the time in which the rates would change the state by itself
SMALLEST_FIRST_STEP = 1e-14  # of the segment

STEP_LIMIT, _NOT_FINITE, _NEGATIVE, _STEP_TOO_SMALL = (
    int(outcome) for outcome in (Outcome.STEP_LIMIT, Outcome.NOT_FINITE, Outcome.NEGATIVE, Outcome.STEP_TOO_SMALL)
)


@njit(**INNER)
def choose_steps(code: Code, question: Question, gamma: float, w: np.ndarray, lanes: Records) -> None:
    """Set every lane's step and the shift of its matrix."""
    for k in range(WIDTH):
        lane = lanes[k]
        if lane.subject >= 0:
            segment = question.segments[lane.segment]
            if lane.fresh:
                lane.proposed = _first_step(code, question, segment.stop - segment.start, w, k)
                lane.fresh = 0
            left, step = segment.stop - lane.time, lane.proposed
            lane.last = 1 if step >= left else 0
            # Two equal steps rather than a full one and a sliver.
            lane.step = left if step >= left else (0.5 * left if 2.0 * step > left else step)
    for k in range(WIDTH):
        if question.follow:
            lanes[k].step, lanes[k].last = lanes[0].step, lanes[0].last
        w[code.inverse_step_at + k] = 1.0 / lanes[k].step
        w[code.shift_at + k] = w[code.inverse_step_at + k] / gamma


@njit(**INNER)
def _first_step(code: Code, question: Question, longest: float, w: np.ndarray, k: int) -> float:
    """Return a cautious first step from the sizes of state and rates."""
    state_size, rate_size = 0.0, 0.0
    for i in range(code.states):
        value = abs(w[code.old_at + i * WIDTH + k])
        scale = question.absolute[i] + question.relative[0] * value
        state_size = max(state_size, value / scale)
        rate_size = max(rate_size, abs(w[code.rates_at + i * WIDTH + k]) / scale)
    if not rate_size * longest > FIRST_STEP * state_size:
        return longest
    return max(FIRST_STEP * max(state_size, 1.0) / rate_size, SMALLEST_FIRST_STEP * longest)


@njit(**INNER)
def judge(code: Code, order: int, stages: int, question: Question, answer: Answer, w: np.ndarray, lanes: Records) -> None:
    """Accept or refuse every lane's step, propose its next one, and end lanes that cannot go on."""
    n, error_at = code.states, code.stages_at + (stages - 1) * code.states * WIDTH
    vectors.squared_error(w, question.absolute, question.relative, code.error_at, error_at, code.old_at, code.new_at, n)
    for k in range(WIDTH):
        lane = lanes[k]
        lane.accepted = 0
        if lane.subject < 0:
            continue
        error = math.sqrt(w[code.error_at + k] / n)
        shrink, reason = 0.0, -1
        if not math.isfinite(error):
            shrink, reason = SHRINK_WHEN_NOT_FINITE, _NOT_FINITE
        elif error > 1.0:
            shrink, reason = max(SAFETY * error ** (-1.0 / order), SHRINK_LIMIT), _STEP_TOO_SMALL
        elif question.checks_sign and _most_negative(code, question, w, k) >= 0:
            shrink, reason = SHRINK_WHEN_NEGATIVE, _NEGATIVE
        if question.follow and k > 0:
            lane.accepted, lane.proposed = lanes[0].accepted, lanes[0].proposed
            lane.subject = lane.subject if lanes[0].subject >= 0 else -1
        elif reason >= 0:
            lane.rejected += 1
            lane.refusals += 1
            lane.proposed = lane.step * shrink
        else:
            _propose(lanes, k, order, error)
        if lane.subject < 0 or (question.follow and k > 0):
            continue
        stuck = lane.refusals > REFUSALS or (lane.refusals > 0 and lane.proposed <= RESOLUTION * abs(lane.time))
        spent = lane.refusals > 0 and lane.steps + lane.rejected >= question.step_limit
        if stuck or spent:
            culprit = largest_error(code, question, w, k, error_at, reason)
            finish(code, answer, w, lanes, k, reason if stuck else STEP_LIMIT, culprit)


@njit(**INNER)
def _propose(lanes: Records, k: int, order: int, error: float) -> None:
    """Accept a step; the next one's length follows the error and its trend (Gustafsson's prediction)."""
    lane = lanes[k]
    error, step = math.log(max(error, SMALLEST_ERROR)), math.log(lane.step)
    ratio = math.log(SAFETY) - error / order
    if lane.has_history:
        ratio += min(step - lane.step_before + (lane.error_before - error) / order, 0.0)
    ratio = min(max(math.exp(ratio), SHRINK_LIMIT), GROWTH_LIMIT if lane.refusals == 0 else 1.0)
    # A step cut short by a breakpoint is no reason to forget a longer one.
    lane.proposed = max(lane.step * ratio, lane.proposed) if lane.last else lane.step * ratio
    lane.error_before = max(error, math.log(SMALLEST_REMEMBERED_ERROR))
    lane.step_before = step
    lane.has_history = 1
    lane.refusals = 0
    lane.accepted = 1


@njit(**INNER)
def _most_negative(code: Code, question: Question, w: np.ndarray, k: int) -> int:
    worst, where = 1.0, -1
    for i in range(code.states):
        depth = w[code.new_at + i * WIDTH + k] / question.floor[i]  # 0 where the floor is minus infinity
        if depth > worst:
            worst, where = depth, i
    return where


@njit(**INNER)
def largest_error(code: Code, question: Question, w: np.ndarray, k: int, error_at: int, reason: int) -> int:
    """Return the state that a failure is about: most negative, not finite, or of the largest error."""
    if reason == _NEGATIVE:
        return _most_negative(code, question, w, k)
    worst, where = -1.0, 0
    for i in range(code.states):
        at = i * WIDTH + k
        if reason == _NOT_FINITE and not math.isfinite(w[code.rates_at + at]):
            return i
        size = max(abs(w[code.old_at + at]), abs(w[code.new_at + at]))
        scale = question.absolute[i] + question.relative[0] * size
        if abs(w[error_at + at]) > worst * scale:
            worst, where = abs(w[error_at + at]) / scale, i
    return where
