"""Headlines: the answers that a reader wants first, arm by arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from janusome.reporting.numerals import duration, interval, number
from janusome.simulation.ensemble import Answer, Interval
from janusome.simulation.findings import CELLS, Finding, lesions_of, share_of_dose
from janusome.simulation.record import Arm, Course, Record
from janusome.units import from_internal

Sections = dict[str, list[Finding]]
Where = Mapping[str, object]


@dataclass(frozen=True)
class Row:
    """One answer for every arm; None where an arm cannot have it."""

    question: str
    answers: tuple[Answer | str | None, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """The answers as text."""
        return tuple(each if isinstance(each, str) else interval(each) for each in self.answers)


@dataclass(frozen=True)
class Tile:
    """One number in large type."""

    value: str
    unit: str
    range: str
    words: str


def rows(record: Record, found: dict[str, Sections], *, hours: Sequence[float]) -> list[Row]:
    """Return the table of first answers: plasma, organs, tumor, scans."""
    table = [*_in_plasma(record, found), *_in_organs(record, found, time=_told_at(hours)), *_in_tumor(record, found)]
    return [row for row in table if any(each is not None for each in row.answers)] + [
        *_seen(record.arms, found),
        *_reactions(record.arms),
    ]


def _in_plasma(record: Record, found: dict[str, Sections]) -> list[Row]:
    drugs = {c.species for arm in record.arms for c in arm.courses if c.form == "released"}
    table = []
    for species, form in _kinds(record, lambda c: c.organ == "plasma" and c.quantity.startswith("concentration")):
        asked = [("terminal_half_life", "terminal half-life in plasma")]
        if species in drugs:
            asked += [("auc_to_infinity", "area under the plasma curve"), ("clearance", "plasma clearance")]
        elif form != "carrier":
            continue
        asked = [(figure, words, form) for figure, words in asked]
        if species in drugs and form == "total":
            asked.append(("auc_to_last", "area under the plasma curve", "released"))
        for figure, words, told in asked:
            where = {"species": species, "form": told}
            row = _row(f"{_named(species, told)}: {words}", record.arms, found, "plasma_exposure", figure, where)
            if any(isinstance(each, Interval) for each in row.answers):
                table.append(row)
    return table


def _in_organs(record: Record, found: dict[str, Sections], *, time: float) -> list[Row]:
    lesions, table = lesions_of(record.arms), []
    labels = {c.species for arm in record.arms for c in arm.courses if c.form in ("attached", "detached")}
    kinds = _kinds(record, lambda c: share_of_dose(c) is not None and c.site == "whole")
    for organ in (*lesions, "liver", "spleen"):
        for species, form in kinds:
            if organ not in lesions and species in labels:
                continue
            figure, per = ("injected_dose_per_mass", " per g") if organ in lesions else ("injected_dose", "")
            where = {"organ": organ, "species": species, "form": form, "time_h": time}
            question = f"{_named(species, form)}: injected dose{per} in {organ} at {duration(time)}"
            table.append(_row(question, record.arms, found, "biodistribution", figure, where))
    return table


def _in_tumor(record: Record, found: dict[str, Sections]) -> list[Row]:
    lesions, arms, table = lesions_of(record.arms), record.arms, []
    for species, form, organ, site in _at_target(record, lesions):
        where = {"species": species, "form": form, "organ": organ, "site": site}
        table.append(
            _row(
                f"{form} {species}: area under the curve in {organ} ({site})",
                arms,
                found,
                "tissue_exposure",
                "auc_to_end",
                where,
            )
        )
    for organ in lesions:
        where = {"organ": organ} | ({"form": "all"} if _has_volume(record, organ) else {})
        what = "volume" if _has_volume(record, organ) else "cells"
        for figure, words in (
            ("change_at_end", f"change of {what} at {duration(from_internal(arms[0].times[-1], 'h'))}"),
            ("change_at_lowest", f"change of {what} at its lowest"),
            ("time_to_doubling", f"time until {what} {'has' if what == 'volume' else 'have'} doubled"),
            ("ratio_to_untreated_at_end", f"{what} at the end over the untreated arm"),
        ):
            table.append(_row(f"{organ}: {words}", arms, found, "tumor_response", figure, where))
    return table


def tiles(table: Sequence[Row]) -> list[Tile]:
    """Return up to four answers of the first arm in large type, the most telling first."""
    chosen = []
    for key in ("terminal half-life in plasma", "injected dose per g", "change of ", "seen in"):
        row = next((row for row in table if key in row.question and isinstance(row.answers[0], (Interval, str))), None)
        first = row.answers[0] if row is not None else None
        if row is not None and isinstance(first, Interval):
            chosen.append(_tile(first, row.question, signed=key == "change of "))
        elif row is not None and isinstance(first, str):
            seen, _, rest = first.partition(", ")
            chosen.append(Tile(seen, "", rest, row.question))
    return chosen


def _tile(answer: Interval, words: str, *, signed: bool) -> Tile:
    def written(value: float) -> str:
        return ("+" if signed and value > 0 else "") + number(value)

    spread = "" if answer.q05 == answer.q95 else f"{written(answer.q05)} to {written(answer.q95)}"
    return Tile(written(answer.median), answer.unit, spread, words)


def _named(species: str, form: str) -> str:
    return {"carrier": species, "total": f"total {species}"}.get(form, f"{form} {species}")


def _row(question: str, arms: Sequence[Arm], found: dict[str, Sections], section: str, figure: str, where: Where) -> Row:
    return Row(question, tuple(_find(found[arm.name][section], figure, where) for arm in arms))


def _find(findings: Sequence[Finding], figure: str, where: Where) -> Answer | None:
    """Return a figure; where an arm has a drug in one form only, that form is the total."""
    found = _matching(findings, figure, where)
    if found is None and where.get("form") == "total":
        return _matching(findings, figure, {**where, "form": "released"})
    return found


def _matching(findings: Sequence[Finding], figure: str, where: Where) -> Answer | None:
    def matches(each: Finding) -> bool:
        return all(each.about.get(key) == value for key, value in where.items())

    return next((each.figures[figure] for each in findings if matches(each) and figure in each.figures), None)


def _seen(arms: Sequence[Arm], found: dict[str, Sections]) -> list[Row]:
    table = []
    names = dict.fromkeys((each.about["scan"], each.about["lesion"]) for arm in arms for each in found[arm.name]["visibility"])
    for scan, lesion in names:

        def told(arm: Arm, scan: object = scan, lesion: object = lesion) -> str | None:
            each = next(
                (f for f in found[arm.name]["visibility"] if (f.about["scan"], f.about["lesion"]) == (scan, lesion)), None
            )
            if each is None:
                return None
            share = float(each.about["visible_share_of_draws"])
            ratio = interval(each.figures["contrast_to_noise"])
            return f"{each.about['visible_at_median_inputs']}, in {share:.0%} of draws; contrast-to-noise {ratio}"

        table.append(Row(f"{lesion} seen in {scan}", tuple(told(arm) for arm in arms)))
    return table


def _reactions(arms: Sequence[Arm]) -> list[Row]:
    """Whether complement on an injected carrier lets expect a reaction, with the grade of what that rests on."""

    def told(arm: Arm) -> str | None:
        found = arm.hypersensitivity
        if found is None:
            return None
        verdict = "expected" if found.expected[0] else "not expected"
        return f"{verdict}, in {found.expected.mean():.0%} of draws; {found.grade}"

    answers = tuple(told(arm) for arm in arms)
    return [Row("hypersensitivity by complement on the carrier", answers)] if any(answers) else []


def _kinds(record: Record, wanted: Callable[[Course], bool]) -> list[tuple[str, str]]:
    """The carrier first; of each drug and label the total, or the form that it has alone."""
    kinds = dict.fromkeys((c.species, c.form) for arm in record.arms for c in arm.courses if wanted(c) and c.species != CELLS)
    totals = {species for species, form in kinds if form == "total"}
    chosen = [(species, form) for species, form in kinds if form in ("carrier", "total") or species not in totals]
    return sorted(chosen, key=lambda kind: kind[1] != "carrier")


def _at_target(record: Record, lesions: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Where the drug acts in each lesion: its target site, else inside or around the cells."""
    found = []
    for organ in lesions:
        here = dict.fromkeys(
            (c.species, c.form, c.organ, c.site) for arm in record.arms for c in arm.courses
            if c.organ == organ and c.form == "released" and c.quantity.startswith("concentration")
        )  # fmt: skip
        for species in dict.fromkeys(key[0] for key in here):
            sites = [key for key in here if key[0] == species]
            found.append(next((key for key in sites if key[3] == "target"), sites[0]))
    return found


def _has_volume(record: Record, organ: str) -> bool:
    return any(c.organ == organ and c.species == CELLS and c.form == "all" for arm in record.arms for c in arm.courses)


def _told_at(hours: Sequence[float]) -> float:
    return min(hours, key=lambda hour: abs(hour - 24.0))
