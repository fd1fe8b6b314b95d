"""What a block of lanes works on: the question, the answer and the lanes' own places in it, as plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from janusome.numerics.tape.lanes import MOST_STAGES, WIDTH
from janusome.numerics.tape.program import Program

Records = Any  # an array of records; compiled code reads their fields as attributes

SEGMENT = np.dtype(
    [
        ("start", "f8"),
        ("stop", "f8"),
        ("jump_row", "i8"),  # the first row in `jumps`, -1 for none
        ("jump_rows", "i8"),  # 1 for all subjects, or one each
        ("control_row", "i8"),
        ("control_rows", "i8"),
        ("output_first", "i8"),  # the first output of the segment,
        ("output_inside", "i8"),  # the first of them after its start,
        ("output_end", "i8"),  # and the first that is not its own
    ]
)

END = np.dtype(
    [
        ("outcome", "i8"),
        ("culprit", "i8"),  # the state that a failure is about
        ("steps", "i8"),
        ("rejected", "i8"),
        ("fallbacks", "i8"),
        ("time", "f8"),
        ("next_step", "f8"),
    ]
)

LANE = np.dtype(
    [
        ("subject", "i8"),  # -1: idle
        ("segment", "i8"),
        ("output", "i8"),
        ("fresh", "i8"),  # whether the next step's length is to be found
        ("last", "i8"),  # whether this step ends at a breakpoint
        ("accepted", "i8"),
        ("refusals", "i8"),  # in a row
        ("has_history", "i8"),  # whether a step was accepted since the breakpoint
        ("steps", "i8"),
        ("rejected", "i8"),
        ("fallbacks", "i8"),
        ("time", "f8"),
        ("step", "f8"),
        ("proposed", "f8"),
        ("step_before", "f8"),  # logarithms of the last accepted step and its error
        ("error_before", "f8"),
    ]
)


class Question(NamedTuple):
    """What is asked of every subject. A table with one row serves all subjects."""

    initial: np.ndarray  # (1 or subjects, states)
    parameters: np.ndarray  # (1 or subjects, parameters)
    segments: Records  # of SEGMENT
    jumps: np.ndarray  # (rows, states)
    controlled: np.ndarray  # the parameters that any segment replaces
    controls: np.ndarray  # (rows, controlled); not-a-number keeps the subject's own value
    times: np.ndarray  # (times,)
    absolute: np.ndarray  # (states,)
    relative: np.ndarray  # (1,)
    floor: np.ndarray  # (states,) the value below which a state counts as negative
    initial_step: np.ndarray  # (1 or subjects,); not-a-number is automatic
    checks_sign: bool
    step_limit: int
    follow: bool  # whether all lanes take the steps of lane 0


class Answer(NamedTuple):
    """What is known of every subject when it is done."""

    states: np.ndarray  # (subjects, times, states)
    final: np.ndarray  # (subjects, states)
    ends: Records  # (subjects,) of END


def new_lanes(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Return a workspace that holds the program's constants, and idle lanes."""
    code = program.code
    size = code.stages_at + MOST_STAGES * code.states * WIDTH
    raw = np.zeros(size + 8)
    skip = (-raw.ctypes.data % 64) // 8  # loads that straddle two cache lines cost twice
    w = raw[skip : skip + size]
    w[code.ones_at : code.ones_at + WIDTH] = 1.0
    for slot, value in program.constants.items():
        w[slot * WIDTH : (slot + 1) * WIDTH] = value
    lanes = np.zeros(WIDTH, LANE)
    lanes["subject"] = -1
    lanes["step"] = 1.0
    return w, lanes
