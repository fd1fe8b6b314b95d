"""Drivers: which inputs move which answers, by rank correlation over the draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.record import Arm, Course, Driver
from janusome.simulation.values import ValueBook
from janusome.units import from_internal

Array = NDArray[np.float64]

FEWEST_DRAWS = 20
SHOWN = 10


def drivers_of(arms: Sequence[Arm], book: ValueBook) -> tuple[Driver, ...]:
    """Return the inputs that rank highest for each answer of the treated arm; nothing for an ensemble too small to rank."""
    if book.draws < FEWEST_DRAWS or not arms:
        return ()
    spread = {key: values for key, values in book.sampled.items() if np.ptp(values) > 0.0}
    if not spread:
        return ()
    inputs = np.stack([_ranks(values) for values in spread.values()])
    found = []
    for answer, values in answers(arms[0]).items():
        if np.ptp(values) == 0.0 or not np.isfinite(values).all():
            continue
        correlation = inputs @ _ranks(values) / book.draws
        for k in np.argsort(-np.abs(correlation))[:SHOWN]:
            used = book.used[list(spread)[k]]
            found.append(Driver(answer, used.owner, used.name, float(correlation[k])))
    return tuple(found)


def answers(arm: Arm) -> dict[str, Array]:
    """Return what a reader of the study asks first: exposure in plasma and lesion, and the lesion's volume."""
    hours = from_internal(arm.times, "h")
    lesions = {course.organ for course in arm.courses if course.species == "tumor cells"}
    found: dict[str, Array] = {}
    for course in arm.courses:
        if course.organ == "plasma" and course.form in ("total", "released") and course.unit == "ug/mL":
            found[f"area under {course.form} {course.species} in plasma"] = _area(hours, course)
        if course.quantity == "concentration per tissue volume" and course.site == "target":
            found[f"area under {course.species} at its target in {course.organ}"] = _area(hours, course)
        if (
            course.quantity.startswith("injected dose per mass")
            and course.organ in lesions
            and course.form in ("carrier", "total")
        ):
            found[f"greatest {course.species} in {course.organ}, %ID/g"] = course.values.max(axis=1)
        if course.quantity == "volume":
            found[f"volume of {course.organ} at the end"] = course.values[:, -1]
    return found


def _area(hours: Array, course: Course) -> Array:
    return np.asarray(np.trapezoid(course.values, hours, axis=1))


def _ranks(values: Array) -> Array:
    ranks = np.argsort(np.argsort(values)).astype(float)  # draws are continuous: ties do not occur
    return (ranks - ranks.mean()) / ranks.std()
