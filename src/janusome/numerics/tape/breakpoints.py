"""Where lanes begin, cross breakpoints and end."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from janusome.numerics.compiled import INNER
from janusome.numerics.tape.block import Answer, Question, Records
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.outcome import Outcome
from janusome.numerics.tape.program import Code

_REACHED, _NEGATIVE = int(Outcome.REACHED), int(Outcome.NEGATIVE)


@njit(**INNER)
def fill(code: Code, question: Question, answer: Answer, w: np.ndarray, lanes: Records, queue: np.ndarray) -> bool:
    """Give idle lanes their next subjects; tell whether any lane got one."""
    changed = False
    for k in range(WIDTH):
        while lanes[k].subject < 0 and queue[0] < queue[1]:
            subject = queue[0]
            queue[0] += 1
            changed = True
            lane = lanes[k]
            lane.subject = subject
            lane.segment = lane.output = lane.steps = lane.rejected = lane.fallbacks = 0
            lane.proposed = question.initial_step[min(subject, len(question.initial_step) - 1)]
            row = min(subject, len(question.initial) - 1)
            for i in range(code.states):
                w[code.old_at + i * WIDTH + k] = question.initial[row, i]
            row = min(subject, len(question.parameters) - 1)
            for i in range(code.parameters):
                w[(code.states + i) * WIDTH + k] = question.parameters[row, i]
            enter_segment(code, question, answer, w, lanes, k)
    return changed


@njit(**INNER)
def enter_segment(code: Code, question: Question, answer: Answer, w: np.ndarray, lanes: Records, k: int) -> None:
    """Apply what happens at a breakpoint; pass through segments without length; finish after the last."""
    lane = lanes[k]
    subject = lane.subject
    while lane.segment < len(question.segments):
        segment = question.segments[lane.segment]
        if segment.jump_row >= 0:
            row = segment.jump_row + min(subject, segment.jump_rows - 1)
            for i in range(code.states):
                w[code.old_at + i * WIDTH + k] += question.jumps[row, i]
        row = segment.control_row + min(subject, segment.control_rows - 1)
        for j in range(len(question.controlled)):
            value, parameter = question.controls[row, j], question.controlled[j]
            if math.isnan(value):
                value = question.parameters[min(subject, len(question.parameters) - 1), parameter]
            w[(code.states + parameter) * WIDTH + k] = value
        lane.time = segment.start
        while lane.output < segment.output_inside:
            for i in range(code.states):
                answer.states[subject, lane.output, i] = w[code.old_at + i * WIDTH + k]
            lane.output += 1
        if segment.stop > segment.start:
            given = lane.steps == 0 and not math.isnan(lane.proposed)
            lane.fresh = 0 if given else 1
            lane.refusals = lane.has_history = 0
            return
        lane.segment += 1
    lane.time = question.segments[len(question.segments) - 1].stop
    finish(code, answer, w, lanes, k, _REACHED, -1)


@njit(**INNER)
def finish(code: Code, answer: Answer, w: np.ndarray, lanes: Records, k: int, outcome: int, culprit: int) -> None:
    """Write down how a lane's subject ended and free the lane."""
    lane = lanes[k]
    subject = lane.subject
    state_at = code.new_at if outcome == _NEGATIVE else code.old_at
    for i in range(code.states):
        answer.final[subject, i] = w[state_at + i * WIDTH + k]
    for output in range(lane.output, answer.states.shape[1]):
        for i in range(code.states):
            answer.states[subject, output, i] = math.nan
    end = answer.ends[subject]
    end.outcome, end.culprit, end.time = outcome, culprit, lane.time
    end.steps, end.rejected, end.fallbacks = lane.steps, lane.rejected, lane.fallbacks
    lane.subject = -1
    lane.accepted = 0
