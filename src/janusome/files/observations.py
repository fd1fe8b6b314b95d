"""Observations to calibrate on: a CSV table of what was measured, where, when, in which unit and with which error.

Columns (`*` needed): species*; place* (or organ): an organ, plasma, blood, a lesion, urine, ...; time_h* (or time, as "4 h" or
with a column time_unit); value* (or median), with "<0.5" for what lies below a limit; unit*; arm, form, site as in
time_courses.csv; error, sd (in the unit of the value) or cv; limit; animal; body_weight_g, organ_weight_g; quantity and note,
which are for the reader.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from janusome.errors import InputError, InputErrors
from janusome.files.tables import read_table
from janusome.units import factor, same_dimension

NEEDED = ("species", "unit")
EITHER = (("place", "organ"), ("time_h", "time"), ("value", "median"))
KNOWN = (
    *NEEDED, *(name for names in EITHER for name in names), "time_unit", "arm", "form", "site", "quantity", "q05", "q95",
    "error", "sd", "cv", "limit", "animal", "body_weight_g", "organ_weight_g", "note",
)  # fmt: skip
BELOW = ("blq", "bloq", "lloq", "nd", "n.d.", "bdl")  # words for "below the limit", the limit standing in its column
MOST_TOLD = 50
FROM_5TH_TO_95TH = 3.290  # standard deviations between these percentiles of a normal distribution
GRAMS = 1e-3  # kg


@dataclass(frozen=True)
class Observation:
    """One row: what was seen, in its own unit; times in s, masses in kg.

    `value` is the limit where the row lies `below` it; `stated` is the standard deviation of the logarithm that the row
    states, 0 if it states none.
    """

    line: int
    arm: str
    species: str
    form: str
    place: str
    site: str
    time: float
    value: float
    below: bool
    unit: str
    stated: float = 0.0
    animal: str = ""
    body_mass: float | None = None
    organ_mass: float | None = None


def read_calibration_data(path: Path, *, place: str | None = None) -> tuple[Observation, ...]:
    """Read the observations of a calibration.

    Raises
    ------
    InputErrors
        With every line and column that cannot be used.
    """
    place = place or path.name
    rows = read_table(path, needed=NEEDED, known=KNOWN, place=place)
    refusals = [InputError(place, *_one_of(names, rows)) for names in EITHER if rows and _one_of(names, rows)]
    if not rows:
        refusals.append(InputError(place, "holds no observations", "add lines under the header"))
    if refusals:
        raise InputErrors(refusals)
    found: list[Observation] = []
    for line, row in enumerate(rows, start=2):
        reader = _Row(row, f"{place}: line {line}")
        observation = reader.observation(line)
        refusals += reader.refusals
        found += [] if reader.refusals else [observation]
    if not refusals and all(one.below for one in found):
        refusals.append(
            InputError(
                place,
                f"holds {len(found)} rows, all below their limits",
                "give at least one value that was measured: limits alone bound the values from above and fit nothing",
            )
        )
    if refusals:
        raise InputErrors(refusals[:MOST_TOLD])
    return tuple(found)


def _one_of(names: tuple[str, ...], rows: list[dict[str, str]]) -> tuple[str, str] | tuple[()]:
    """Return what is wrong with columns of which a table needs exactly one."""
    have = [name for name in names if name in rows[0]]
    if len(have) == 1:
        return ()
    problem = f"lacks the column {names[0]!r}" if not have else f"has the columns {' and '.join(have)}, which say the same"
    return problem, f"give one of {' and '.join(names)}"


class _Row:
    """One line of the table; what is wrong with it is collected."""

    def __init__(self, row: Mapping[str, str], place: str) -> None:
        self.row, self.place = row, place
        self.refusals: list[InputError] = []

    def observation(self, line: int) -> Observation:
        value, below = self._value()
        row = self.row
        return Observation(
            line=line,
            arm=row.get("arm", ""),
            species=self._word("species"),
            form=row.get("form", ""),
            place=self._word("place" if "place" in row else "organ"),
            site=row.get("site", ""),
            time=self._time(),
            value=value,
            below=below,
            unit=self._word("unit"),
            stated=self._stated(value),
            animal=row.get("animal", ""),
            body_mass=self._mass("body_weight_g"),
            organ_mass=self._mass("organ_weight_g"),
        )

    def _refuse(self, column: str, problem: str, remedy: str) -> None:
        self.refusals.append(InputError(f"{self.place}: {column}", problem, remedy))

    def _word(self, column: str) -> str:
        word = self.row[column]
        if not word:
            self._refuse(column, "is empty", "give it")
        return word

    def _number(self, column: str, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self._refuse(column, f"is {text!r}", "write a finite number")
            return math.nan
        return number

    def _time(self) -> float:
        if "time_h" in self.row:
            return self._number("time_h", self.row["time_h"]) * factor("h")
        text, unit = self.row["time"], self.row.get("time_unit", "")
        found = re.fullmatch(r"\s*([-+.\deE]+)\s*([A-Za-z]*)\s*", text)
        number, unit = (found.group(1), found.group(2) or unit) if found else (text, unit)
        if not unit or not _is_time(unit):
            self._refuse("time", f"is {text!r} in {unit!r}", "write a number and a unit of time, such as 4 h, or use time_h")
            return math.nan
        return self._number("time", number) * factor(unit)

    def _value(self) -> tuple[float, bool]:
        """Return the value, or the limit that it lies below, and which of them it is."""
        column = "value" if "value" in self.row else "median"
        text, limit = self.row[column], self._positive("limit")
        if text.startswith("<"):
            return self._above_zero(column, text[1:], "give a limit above zero, such as <0.5"), True
        if not text or text.lower() in BELOW:
            if limit is None:
                self._refuse(
                    column, f"is {text or 'empty'}", "give a number, or the limit of quantification as <0.5 or in `limit`"
                )
            return limit or math.nan, True
        value = self._above_zero(
            column, text, "a concentration is above zero; what was not detected lies below a limit: write <limit"
        )
        return (limit, True) if limit is not None and value < limit else (value, False)

    def _above_zero(self, column: str, text: str, remedy: str) -> float:
        number = self._number(column, text.strip())
        if number <= 0:
            self._refuse(column, f"is {text.strip()}", remedy)
            return math.nan
        return number

    def _positive(self, column: str) -> float | None:
        text = self.row.get(column, "")
        return self._above_zero(column, text, "give a number above zero, or leave the cell empty") if text else None

    def _mass(self, column: str) -> float | None:
        grams = self._positive(column)
        return None if grams is None else grams * GRAMS

    def _stated(self, value: float) -> float:
        """Return the standard deviation of the logarithm."""
        low, high = self._positive("q05"), self._positive("q95")
        if low is not None and high is not None and low < high:
            return math.log(high / low) / FROM_5TH_TO_95TH
        given = [name for name in ("error", "sd", "cv") if self.row.get(name)]
        if len(given) > 1:
            self._refuse(given[1], f"is given beside {given[0]}", "keep one of them")
        if not given:
            return 0.0
        text = self.row[given[0]]
        share = text.endswith("%")
        number = self._above_zero(given[0], text.removesuffix("%"), "give an error above zero, or leave the cell empty")
        cv = number / 100.0 if share else number if given[0] == "cv" else number / value
        return math.sqrt(math.log1p(cv**2))


def _is_time(unit: str) -> bool:
    try:
        return same_dimension(unit, "s")
    except Exception:  # pint raises a family of its own for text that is no unit
        return False
