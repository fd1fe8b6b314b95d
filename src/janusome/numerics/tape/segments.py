"""Segments: the stretches of time between breakpoints, and the tables that the stepper reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from janusome.errors import InputError
from janusome.numerics.tape.block import SEGMENT

SNAP = 1e-12  # an output so near a breakpoint, relative to the times' size, is meant to be at it


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which everything from outside is constant.

    Segments follow one another without gaps. One without length (`start == stop`) is allowed: it holds a dose that
    coincides with another breakpoint.

    Parameters
    ----------
    start, stop
        Times.
    jump
        Amounts added to the state at `start`: (states,), or (lanes, states).
    controls
        For a parameter's index the value, one or one per lane, that replaces it in this segment.
    """

    start: float
    stop: float
    jump: ArrayLike | None = None
    controls: Mapping[int, ArrayLike] | None = None


class Schedule(NamedTuple):
    """The segments as arrays, in the words of `block.Question`."""

    segments: np.ndarray
    jumps: np.ndarray
    controlled: np.ndarray
    controls: np.ndarray
    times: np.ndarray


def schedule(segments: Sequence[Segment], times: np.ndarray, *, states: int, parameters: int, lanes: int) -> Schedule:
    """Return the tables of checked segments and output times."""
    starts, stops = _breakpoints(segments)
    size = max(abs(starts[0]), abs(stops[-1]))
    times = _snapped(times, np.append(starts, stops[-1]), SNAP * size)
    if times.size and not (np.all(np.diff(times) >= 0) and times[0] >= starts[0] and times[-1] <= stops[-1]):
        raise InputError(
            "times", f"runs from {times.min():g} to {times.max():g} or is not sorted",
            f"give sorted times from {starts[0]:g} to {stops[-1]:g}",
        )  # fmt: skip
    first = np.searchsorted(times, starts, side="left")
    first[0] = 0
    end = np.append(first[1:], len(times))
    # Of breakpoints that coincide the last one owns the output: its value is the one after all jumps.
    inside = np.array([np.searchsorted(times, start, side="right") for start in starts])
    for k in range(len(starts) - 1):
        if starts[k] == stops[k]:  # a segment without length, by its own definition
            inside[k] = end[k] = first[k] = first[k + 1]
    table = np.zeros(len(starts), SEGMENT)
    table["start"], table["stop"] = starts, stops
    table["output_first"], table["output_inside"], table["output_end"] = first, np.clip(inside, first, end), end
    table["jump_row"], table["jump_rows"], jumps = _jumps(segments, states, lanes)
    table["control_row"], table["control_rows"], controlled, controls = _controls(segments, parameters, lanes)
    return Schedule(table, jumps, controlled, controls, times)


def _breakpoints(segments: Sequence[Segment]) -> tuple[np.ndarray, np.ndarray]:
    if not segments:
        raise InputError("segments", "is empty", "give at least one segment")
    starts = np.array([segment.start for segment in segments], float)
    stops = np.array([segment.stop for segment in segments], float)
    if not (np.all(np.isfinite(starts)) and np.all(np.isfinite(stops))):
        raise InputError("segments", "has a start or stop that is not finite", "give finite times")
    tolerance = SNAP * max(abs(starts[0]), abs(stops[-1]))
    for k in range(len(segments)):
        if stops[k] < starts[k]:
            raise InputError(f"segments[{k}]", f"runs from {starts[k]:g} back to {stops[k]:g}", "let time run forward")
        if k and abs(starts[k] - stops[k - 1]) > tolerance:
            raise InputError(
                f"segments[{k}].start", f"is {starts[k]:g} but the segment before stops at {stops[k - 1]:g}",
                "let segments follow one another without gaps",
            )  # fmt: skip
    stops[:-1] = starts[1:]  # one number for each breakpoint
    return starts, stops


def _snapped(times: np.ndarray, breakpoints: np.ndarray, tolerance: float) -> np.ndarray:
    times = np.array(times, float, order="C")
    after = np.clip(np.searchsorted(breakpoints, times), 1, len(breakpoints) - 1)
    for neighbours in (breakpoints[after - 1], breakpoints[after]):
        near = np.abs(times - neighbours) <= tolerance
        times[near] = neighbours[near]
    return times


def _jumps(segments: Sequence[Segment], states: int, lanes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first, count, tables, rows = [], [], [], 0
    for k, segment in enumerate(segments):
        table = np.empty((0, states))
        if segment.jump is not None:
            table = rows_of(segment.jump, f"segments[{k}].jump", states, lanes)
        first.append(rows if len(table) else -1)
        count.append(max(len(table), 1))
        rows += len(table)
        tables.append(table)
    return np.array(first, np.int64), np.array(count, np.int64), np.ascontiguousarray(np.concatenate(tables))


def _controls(
    segments: Sequence[Segment], parameters: int, lanes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    controlled = sorted({index for segment in segments for index in segment.controls or ()})
    if controlled and not 0 <= controlled[0] <= controlled[-1] < parameters:
        raise InputError("segments.controls", f"names parameters {controlled}", f"give indices below {parameters}")
    first, tables, rows = [], [], 0
    for k, segment in enumerate(segments):
        columns = [np.atleast_1d(np.asarray((segment.controls or {}).get(i, np.nan), float)) for i in controlled]
        height = max((len(column) for column in columns), default=1)
        if any(column.ndim != 1 or len(column) not in (1, lanes) for column in columns):
            raise InputError(
                f"segments[{k}].controls", "has the wrong shape", f"give one value, or one for each of {lanes} lanes"
            )
        table = np.empty((height, len(controlled)))
        for j, column in enumerate(columns):
            table[:, j] = column
        first.append(rows)
        rows += height
        tables.append(table)
    counts = np.array([len(table) for table in tables], np.int64)
    return np.array(first, np.int64), counts, np.array(controlled, np.int64), np.concatenate(tables)


def rows_of(values: ArrayLike, place: str, width: int, lanes: int) -> np.ndarray:
    """Return values as a table of one row, or of one row for each lane."""
    table = np.atleast_2d(plain(values))
    if table.ndim != 2 or table.shape[1] != width or len(table) not in (1, lanes):
        raise InputError(place, f"has shape {np.shape(values)}", f"give ({width},) or ({lanes}, {width})")
    return table


def plain(values: ArrayLike) -> np.ndarray:
    """Return values as the one kind of array that the stepper is compiled for: contiguous and writeable."""
    return np.require(values, np.float64, ["C", "W"])
