"""Contradictions: published rows that cannot all be true of one body, found from the rows alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from janusome.reporting.published import FIGURES, SPELLED, TERMINAL_VOLUME, Published
from janusome.reporting.regimens import regimen_of
from janusome.units import factor, same_dimension

SAME = 1.5  # between two values of the same figure at the same dose
BALANCE = 1.3  # between a clearance and the dose over its area
SURFACE = 1.8  # m^2, where one row is per square metre and the other is not
VOLUMES = ("volume_at_steady_state", TERMINAL_VOLUME)


class Contradiction(NamedTuple):
    """Rows that disagree: what they say, and by what factor."""

    rows: tuple[Published, ...]
    words: str
    first: float
    second: float

    @property
    def fold(self) -> float:
        """The larger over the smaller."""
        return math.exp(abs(math.log(self.first / self.second)))


def contradictions(rows: Sequence[Published]) -> tuple[Contradiction, ...]:
    """Return pairs of the same figure that are far apart, and figures of one series that do not belong together."""
    return (*_same(rows), *_balance(rows), *_across(rows), *_with_dose(rows))


def _same(rows: Sequence[Published]) -> Iterator[Contradiction]:
    for one, other in combinations(rows, 2):
        if _key(one) is None or _key(one) != _key(other) or FIGURES.get(one.parameter) != FIGURES.get(other.parameter):
            continue
        first, second = one.value, _in_unit_of(one, other)
        if second is not None and math.exp(abs(math.log(first / second))) > SAME:
            words = f"{_name(one)}: {one.parameter} {first:g} and {second:.3g} {one.unit} at one dose"
            yield Contradiction((one, other), words, first, second)


def _balance(rows: Sequence[Published]) -> Iterator[Contradiction]:
    """Clearance against dose over area, within one source, where rows are listed in the order of their series."""
    for series in _series(rows):
        areas = [row for row in series if FIGURES.get(row.parameter) == "auc_to_infinity"]
        for row in series:
            if FIGURES.get(row.parameter) != "clearance" or not areas or not row.dose:
                continue
            implied, printed = row.dose / _number(areas[0], "mg h/L"), _clearance(row)
            if math.exp(abs(math.log(implied / printed))) > BALANCE:
                area = f"{areas[0].value:g} {areas[0].unit}"
                words = f"{_name(row)}: CL {printed:.3g} L/(h m^2), and {implied:.3g} from the dose over the area {area}"
                yield Contradiction((row, areas[0]), words, printed, implied)


def _across(rows: Sequence[Published]) -> Iterator[Contradiction]:
    """Volume against clearance times half-life: no volume at steady state is above that of the terminal phase."""
    for series in _series(rows):
        ends = {FIGURES.get(row.parameter): row for row in series}
        half, area = ends.get("terminal_half_life"), ends.get("auc_to_infinity")
        for row in series:
            if FIGURES.get(row.parameter) not in VOLUMES or half is None or area is None or not row.dose:
                continue
            most = row.dose / _number(area, "mg h/L") * _number(half, "h") / math.log(2.0)
            printed = _per_area(row, "L", "L/m^2")
            if printed / most > BALANCE:
                words = f"{_name(row)}: volume {printed:.3g} L/m^2, above {most:.3g} from dose, area and half-life"
                yield Contradiction((row, area), words, printed, most)


def _with_dose(rows: Sequence[Published]) -> Iterator[Contradiction]:
    """Clearance against dose: what saturates lets it fall, no faster than the dose rises, and nothing lets it rise."""
    cleared = [row for row in rows if FIGURES.get(row.parameter) == "clearance" and row.dose and _key(row) is not None]
    for one, other in combinations(cleared, 2):
        low, high = sorted((one, other), key=lambda row: row.dose or 0.0)
        if low.dose == high.dose or regimen_of(low.product) is not regimen_of(high.product) or low.hosts != high.hosts:
            continue
        first, second = _clearance(low), _clearance(high)
        least = first * (low.dose or 0.0) / (high.dose or 1.0)
        if second > SAME * first or second * SAME < least:
            words = f"{_name(low)}: CL {first:.3g} L/(h m^2), and {second:.3g} at {high.dose:g} mg/m^2"
            yield Contradiction((low, high), words, first, second)


def _series(rows: Sequence[Published]) -> Iterator[list[Published]]:
    """Rows of one product, analyte, dose and source that follow one another; a figure that comes again starts a new series."""
    held: list[Published] = []
    for row in rows:
        alike = held and _key(held[0]) == _key(row) and held[0].source == row.source
        if held and (not alike or row.parameter in {one.parameter for one in held}):
            yield held
            held = []
        if _key(row) is not None:
            held.append(row)
    if held:
        yield held


def _key(row: Published) -> tuple[object, ...] | None:
    """What two rows share that are of one thing: how it is simulated, in whom, at which dose, and what was assayed."""
    regimen = regimen_of(row.product)
    if regimen is None or row.dose is None or row.parameter not in FIGURES:
        return None
    return (id(regimen), row.hosts, row.dose, row.analyte.split()[-1:] == ["SN-38"])


def _name(row: Published) -> str:
    return f"{row.product} {row.dose:g} mg/m^2"


def _in_unit_of(one: Published, other: Published) -> float | None:
    unit, wanted = (SPELLED.get(each.unit, each.unit) for each in (other, one))
    value = other.value * factor(unit) / factor(wanted)
    if same_dimension(unit, wanted):
        return value
    if same_dimension(f"{unit} m^2", wanted):
        return value * SURFACE
    return value / SURFACE if same_dimension(unit, f"{wanted} m^2") else None


def _number(row: Published, unit: str) -> float:
    return row.value * factor(SPELLED.get(row.unit, row.unit)) / factor(unit)


def _clearance(row: Published) -> float:
    return _per_area(row, "L/h", "L/(h m^2)")


def _per_area(row: Published, whole: str, per_area: str) -> float:
    unit = SPELLED.get(row.unit, row.unit)
    return _number(row, per_area) if same_dimension(unit, per_area) else _number(row, whole) / SURFACE
