"""Scoring: a run against observations, course by course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.errors import near_misses
from janusome.simulation.ensemble import at_times, quantiles
from janusome.simulation.record import Arm, Course
from janusome.units import from_internal, same_dimension, to_internal

Array = NDArray[np.float64]

MATCHED = ("species", "form", "organ", "site", "quantity")
FOLD = 2.0


@dataclass(frozen=True)
class Score:
    """One observed course beside the simulated one, in the unit of the simulation.

    `fold_error` is the geometric mean of simulated over observed, taken as a factor above one; `within_fold` the share of
    points within a factor of two; `covered` the share of points inside the 5-95 % interval.
    """

    arm: str
    course: Course
    hours: Array
    observed: Array
    median: Array
    q05: Array
    q95: Array

    @property
    def fold_error(self) -> float:
        """How far apart they are, as a factor."""
        return float(np.exp(np.mean(np.abs(np.log(self._ratio())))))

    @property
    def within_fold(self) -> float:
        """Share of the points within a factor of two."""
        return float(np.mean(np.abs(np.log(self._ratio())) <= np.log(FOLD)))

    @property
    def covered(self) -> float:
        """Share of the points within the interval."""
        return float(np.mean((self.q05 <= self.observed) & (self.observed <= self.q95)))

    def _ratio(self) -> Array:
        tiny = np.finfo(float).tiny
        return np.maximum(self.median, tiny) / np.maximum(self.observed, tiny)


def score(arms: Sequence[Arm], observations: Sequence[Mapping[str, str]]) -> tuple[list[Score], list[str]]:
    """Set a run against observations.

    Parameters
    ----------
    observations
        Rows with the columns of time_courses.csv; without an arm they belong to the first, without form or site to the only
        course that fits the rest.

    Returns
    -------
    The scores, and a sentence for each observed course that the run does not have.
    """
    groups: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for row in observations:
        groups.setdefault((row.get("arm", ""), *(row.get(name, "") for name in MATCHED)), []).append(row)
    scores, missing = [], []
    for (arm_name, *wanted), rows in groups.items():
        arm = next((each for each in arms if each.name == arm_name), None) if arm_name else arms[0]
        found = [] if arm is None else [c for c in arm.courses if _fits(c, wanted) and same_dimension(c.unit, rows[0]["unit"])]
        if arm is None or len(found) != 1:
            missing.append(_why(arm, arm_name, wanted, found, rows[0]["unit"]))
            continue
        scores.append(_scored(arm, found[0], rows))
    return scores, missing


def _scored(arm: Arm, course: Course, rows: Sequence[Mapping[str, str]]) -> Score:
    hours = np.array([float(row["time_h"]) for row in rows])
    stored = from_internal(arm.times, "h")
    inside = (hours >= stored[0]) & (hours <= stored[-1])
    observed = np.array([from_internal(to_internal(float(row["median"]), row["unit"]), course.unit) for row in rows])
    order = np.argsort(hours[inside])
    hours, observed = hours[inside][order], observed[inside][order]
    median, q05, q95 = quantiles(at_times(arm.times, course.values, [to_internal(float(hour), "h") for hour in hours]))
    return Score(arm.name, course, hours, observed, median, q05, q95)


def _fits(course: Course, wanted: Sequence[str]) -> bool:
    return all(not word or getattr(course, name) == word for name, word in zip(MATCHED, wanted, strict=True))


def _why(arm: Arm | None, name: str, wanted: Sequence[str], found: Sequence[Course], unit: str) -> str:
    what = ", ".join(word for word in wanted if word)
    if arm is None:
        return f"observed {what}: the study has no arm {name!r}"
    if found:
        forms = "; ".join(f"form {c.form}, site {c.site}" for c in found[:4])
        return f"observed {what}: several courses fit ({forms}); say which in the columns form and site"
    have = {name: sorted({getattr(c, name) for c in arm.courses}) for name in MATCHED}
    hints = [
        near_misses(word, have[name]) for name, word in zip(MATCHED, wanted, strict=True) if word and word not in have[name]
    ]
    return f"observed {what} in {unit}: arm {arm.name} has no such course" + (f" ({'; '.join(hints)})" if hints else "")
