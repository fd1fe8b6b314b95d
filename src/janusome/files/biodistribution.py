"""Tables of biodistribution: particles, what was found of them where and when, and which studies belong together."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from janusome.errors import InputError

INSTANCES, COURSES, GROUPS = "ntua_mouse_np_instances.csv", "ntua_mouse_np_timecourses.csv", "leak_groups.csv"
PER_MASS = "%ID/g"


@dataclass(frozen=True)
class Found:
    """One value that was found in a tissue; `value` is %ID/g."""

    row: Mapping[str, str]  # as it stands in the table
    particle: int
    study: int
    tissue: str
    hours: float
    value: float
    below_limit: bool


@dataclass(frozen=True)
class Biodistribution:
    """Particles by number, what was found of them, and the group of each study."""

    particles: Mapping[int, Mapping[str, str]]
    found: tuple[Found, ...]
    group: Mapping[int, int]


def read_biodistribution(folder: Path) -> Biodistribution:
    """Read the tables of mouse biodistribution of a folder of data; what is not %ID/g of an intravenous dose is left out.

    Raises
    ------
    InputError
        If a table is missing or lacks a column.
    """
    particles = {int(row["row_id"]): row for row in _rows(folder / INSTANCES, ("row_id", "route", "study_id"))}
    lines = _rows(folder / COURSES, ("row_id", "study_id", "tissue", "time_h", "value", "unit", "censored"))
    found = [
        Found(
            row, int(row["row_id"]), int(row["study_id"]), row["tissue"], _number(row["time_h"]), _number(row["value"]),
            bool(row["censored"]),
        )
        for row in lines
        if row["unit"] == PER_MASS and particles.get(int(row["row_id"]), {}).get("route") == "IV"
    ]  # fmt: skip
    known = {int(row["id"]): int(row["leak_group"]) for row in _groups(folder) if row["table"] == "ntua"}
    studies = {one.study for one in found}
    alone = {study: known.get(study, -study - 1) for study in studies}  # a study that no group names is a group of its own
    return Biodistribution(particles, tuple(found), alone)


def _groups(folder: Path) -> list[dict[str, str]]:
    path = folder / GROUPS
    return _rows(path, ("table", "id", "leak_group")) if path.exists() else []


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read ({error.strerror})", "give the folder that holds it with --data"
        ) from None
    for name in needed:
        if rows and name not in rows[0]:
            raise InputError(str(path), f"lacks the column {name!r}", f"needed are {', '.join(needed)}")
    return rows


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
