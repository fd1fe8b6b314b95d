"""The report: one page, whole in one file, that reads without the program and without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from janusome.reporting import depth_figures, figures, headlines, pictures, rankings, tumor_tables, words
from janusome.reporting.equations import equation
from janusome.reporting.numerals import duration, interval, number, spread, unit
from janusome.reporting.style import Drawing
from janusome.reporting.templates import page
from janusome.simulation.ensemble import Answer, Interval, NotEstimable
from janusome.simulation.findings import (
    Finding,
    against,
    biodistribution,
    lesions_of,
    plasma_exposure,
    response,
    tissue_exposure,
    visibility,
)
from janusome.simulation.record import Arm, Record, ValueUsed
from janusome.simulation.scoring import score
from janusome.specification.vocabulary import HELD

UNDATED = "(n.d.). "  # how a citation without author and year begins
NEGLIGIBLE = 1e-4  # % of the injected dose; organs and exits that never hold more are left out of the table
GRADES = ("measured", "derived", "given", "computed", "assumed")
MEANING = {
    "measured": "read in a source",
    "derived": "calculated from a source",
    "given": "given in the study",
    "computed": "follows from other values",
    "assumed": "a guess that says so",
}
PLASMA_FIGURES = (
    ("peak_concentration", "peak"),
    ("time_of_peak", "time of peak"),
    ("auc_to_last", "area to the last point"),
    ("auc_to_infinity", "area to infinity"),
    ("extrapolated_share", "extrapolated share"),
    ("terminal_half_life", "terminal half-life"),
    ("clearance", "clearance"),
    ("volume_at_steady_state", "volume at steady state"),
    ("mean_residence_time", "mean residence time"),
)


def report(
    record: Record, *, citations: Mapping[str, str] | None = None, observations: Sequence[Mapping[str, str]] = ()
) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    record
        What the run left.
    citations
        One line for every key of the sources; keys without one are shown as they are.
    observations
        Rows of the study's observation file, drawn over the result and scored.
    """
    hours = words.asked_hours(record)
    untreated = next((arm for arm in record.arms if not arm.doses), None)
    found = {arm.name: _sections(arm, record, hours=hours, untreated=untreated) for arm in record.arms}
    cited = _cited(record, citations or {})
    table = headlines.rows(record, found, hours=hours)
    scores, unscored = score(record.arms, observations)
    return page(
        "report.html.j2",
        record=record,
        banner=words.RESEARCH_USE,
        summary=words.summary(record),
        tiles=headlines.tiles(table),
        headlines=table,
        drawings=_drawings(record, found) | {"observed": figures.observed(scores)},
        scores=scores,
        unscored=unscored,
        plasma=[(arm.name, *_plasma_table(found[arm.name]["plasma_exposure"])) for arm in record.arms],
        plasma_figures=[title for _, title in PLASMA_FIGURES],
        exposed=[table for arm in record.arms if (table := tumor_tables.exposure_table(arm)) is not None],
        read_out=[table for arm in record.arms for table in tumor_tables.moment_tables(arm)],
        contents=[(arm.name, _contents_table(found[arm.name]["biodistribution"])) for arm in record.arms],
        held=HELD,
        asked=[duration(hour) for hour in hours],
        grades=_grades(record.values),
        owners=[(owner, list(rows)) for owner, rows in groupby(sorted(record.values, key=_by_owner), key=lambda v: v.owner)],
        assumed=[value for value in record.values if value.grade == "assumed"],
        laws=_laws(record, cited),
        cited=cited,
        number=number,
        unit=unit,
        interval=interval,
        duration=duration,
    )


def _sections(arm: Arm, record: Record, *, hours: list[float], untreated: Arm | None) -> headlines.Sections:
    return {
        "plasma_exposure": plasma_exposure(arm, record.values),
        "tissue_exposure": tissue_exposure(arm),
        "biodistribution": biodistribution(arm, hours),
        "tumor_response": response(arm, untreated),
        "visibility": visibility(arm),
    }


def _drawings(record: Record, found: dict[str, headlines.Sections]) -> dict[str, Any]:
    first, lesions = record.arms[0], lesions_of(record.arms)
    references = [arm for arm in record.arms[1:] if arm.doses]
    held = found[first.name]["biodistribution"]
    main = next((f.about["species"] for f in held if f.about["form"] == "carrier"), held[0].about["species"] if held else "")
    fields = dict.fromkeys(_by_field(each) for each in sorted(first.maps, key=_by_field))
    arms = [arm for arm in record.arms if arm.maps]
    return {
        "plasma": figures.plasma(record.arms),
        "organs": figures.organs(record.arms),
        "fate": figures.fate(first),
        "asked": rankings.at_asked_times(
            [f for f in held if f.about["species"] == main], title=f"{main} in organs", lesions=lesions
        ),
        "in_tumor": figures.in_tumor(record.arms),
        "maps": _present([pictures.maps_of(_alike(arms, field)) for field in fields]),
        "profiles": [drawing for arm in record.arms for drawing in depth_figures.profiles(arm)],
        "scans": [(scan, pictures.scan(scan)) for scan in first.scans],
        "other_scans": [(arm, scan, pictures.scan(scan)) for arm in record.arms[1:] for scan in arm.scans],
        "response": figures.tumor_response(record.arms),
        "ratios": _present(
            [rankings.ratios(against(first, arm), arm=first.name, reference=arm.name, lesions=lesions) for arm in references]
        ),
        "tornado": rankings.tornado(record.drivers, draws=record.draws, inputs=sum(v.q05 != v.q95 for v in record.values)),
    }


def _plasma_table(found: list[Finding]) -> tuple[list[tuple[str, list[str]]], list[tuple[str, str]]]:
    """One column a species; reasons why a figure is not estimable stand beneath the table, each with a letter."""
    letters: dict[str, str] = {}

    def cell(answer: Answer | None) -> str:
        if isinstance(answer, NotEstimable):
            letter = letters.setdefault(answer.reason, chr(ord("a") + len(letters)))
            return f"not estimable ({letter})"
        return interval(answer)

    totals = {f.about["species"] for f in found if f.about["form"] == "total"}
    found = [
        f for f in found if f.about["form"] not in ("encapsulated", "attached", "detached") or f.about["species"] not in totals
    ]
    found = sorted(found, key=lambda f: f.about["form"] != "carrier")
    columns = [(_species(f), [cell(f.figures.get(name)) for name, _ in PLASMA_FIGURES]) for f in found if not _is_zero(f)]
    return columns, [(letter, reason) for reason, letter in letters.items()]


def _contents_table(found: list[Finding]) -> list[dict[str, Any]]:
    """Organ by time, one table a species: share of the dose, and share per mass beneath."""
    tables = []
    kinds = list(dict.fromkeys((str(f.about["species"]), str(f.about["form"])) for f in found))
    totals = {species for species, form in kinds if form == "total"}
    for species, form in sorted(kinds, key=lambda kind: kind[1] != "carrier"):
        if form != "total" and species in totals:
            continue
        here = [f for f in found if (f.about["species"], f.about["form"]) == (species, form)]
        times = sorted({float(f.about["time_h"]) for f in here})
        rows = []
        for organ in dict.fromkeys(str(f.about["organ"]) for f in here):
            cells = {float(f.about["time_h"]): f.figures for f in here if f.about["organ"] == organ}
            figures_here = [cells.get(time, {}) for time in times]
            if all(_negligible(c.get("injected_dose")) for c in figures_here):
                continue
            rows.append((organ, [_content(c.get("injected_dose"), c.get("injected_dose_per_mass")) for c in figures_here]))
        if rows:
            title = species if form in ("carrier", "total") else f"{form} {species}"
            tables.append({"title": title, "times": [duration(time) for time in times], "rows": rows})
    return tables


def _content(whole: Answer | None, per_mass: Answer | None) -> tuple[str, str, str]:
    """Median share, its interval, and the median per mass."""
    first = whole if isinstance(whole, Interval) else per_mass
    if not isinstance(first, Interval):
        return "–", "", ""
    per = (
        f"{number(per_mass.median)} {unit(per_mass.unit)}" if isinstance(per_mass, Interval) and per_mass is not first else ""
    )
    return f"{number(first.median)} {unit(first.unit)}", spread(first) if first.q05 != first.q95 else "", per


def _zero(answer: object) -> bool:
    return answer is None or (isinstance(answer, Interval) and answer.q95 == 0)


def _negligible(answer: object) -> bool:
    return answer is None or (isinstance(answer, Interval) and answer.q95 < NEGLIGIBLE)


def _is_zero(found: Finding) -> bool:
    return _zero(found.figures["peak_concentration"]) or not isinstance(found.figures["peak_concentration"], Interval)


def _species(found: Finding) -> str:
    return (
        str(found.about["species"])
        if found.about["form"] == found.about["species"]
        else f"{found.about['form']} {found.about['species']}"
    )


def _grades(values: tuple[ValueUsed, ...]) -> list[tuple[str, str, int, float]]:
    count = Counter(value.grade for value in values)
    total = max(sum(count.values()), 1)
    return [(grade, MEANING[grade], count[grade], 100 * count[grade] / total) for grade in GRADES if count[grade]]


def _cited(record: Record, citations: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Number every source that was used, in the order of its key, with its line."""
    keys = {value.source for value in record.values if value.source}
    keys |= {key for law in record.laws.values() for key in law.get("sources", ())}
    return {key: (k + 1, citations.get(key, key).removeprefix(UNDATED)) for k, key in enumerate(sorted(keys, key=str.lower))}


def _laws(record: Record, cited: Mapping[str, Any]) -> list[dict[str, Any]]:
    laws = []
    for name, law in sorted(record.laws.items()):
        latex = str(law.get("equation", "")).strip()
        title = str(law.get("title") or name.replace("_", " ")).partition("\n")[0].rstrip(".")
        laws.append(
            {
                "title": title[:1].upper() + title[1:],
                "latex": latex,
                "drawing": equation(latex) if latex else None,
                "where": law.get("where", ""),
                "sources": [key for key in law.get("sources", ()) if key in cited],
            }
        )
    return laws


def _by_owner(value: ValueUsed) -> tuple[str, str]:
    return value.owner, value.name


def _by_field(each: Any) -> tuple[str, str, str, str, str]:
    return each.lesion, each.species, each.form, each.site, each.quantity


def _alike(arms: Sequence[Arm], field: tuple[str, ...]) -> dict[str, list[Any]]:
    """Return the maps of one field, arm by arm; what is steady is the same in every arm and stands once."""
    found = {arm.name: [each for each in arm.maps if _by_field(each) == field] for arm in arms}
    kept = {name: maps for name, maps in found.items() if maps}
    return dict(list(kept.items())[:1]) if any(each.steady for maps in kept.values() for each in maps) else kept


def _present(drawings: list[Drawing | None]) -> list[Drawing]:
    return [each for each in drawings if each is not None]
