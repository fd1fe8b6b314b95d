"""Comparison G: nanomedicines and free drugs in people, every published row beside ours."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from janusome.files.library import Library
from janusome.qualification.contradictions import Contradiction, contradictions
from janusome.qualification.saturation import saturation
from janusome.qualification.section import Finding, Section, Table
from janusome.reporting.published import SPELLED, Published, published
from janusome.reporting.regimens import PEOPLE
from janusome.reporting.validation import CARRIER_FOLD, FREE_FOLD, Compared, compare, near

KEY, TITLE = "G", "Nanomedicines in people: every published row beside ours"
TABLE = "published_pk_parameters.csv"
DRAWS = 99
COVERED = 0.8
BASELINE = "the label's Doxil with the dose alone changed, else the median of the product's other rows"
TEXT = (
    f"Each row of body/{TABLE} that is of people, and the further ones that this library cites, beside the shipped library: "
    f"half women, half men, {DRAWS + 1} draws of each; every dose of a product is simulated once. A row is met where our "
    f"median is within {CARRIER_FOLD:g}-fold of it ({FREE_FOLD:g}-fold for free drugs) or inside its published range over "
    "patients: the least and the greatest, or one standard deviation, arithmetic or geometric, either way; a standard error "
    "is no range.",
    "Two phases are fitted to the simulated course as papers fit them to samples, by fixed rules; the other figures are those "
    "of non-compartmental analysis. Infusion times that a source does not state are the usual ones.",
    "Rows that the shipped values were fitted to are marked, and so are rows from whose range a shipped spread was taken, and "
    "inputs. Figures of Abraxane over those with solvent are read as ratios. Where published rows contradict one another no "
    "model can meet all of them: they are scored with the rest, and the scores are given once more without them.",
)


def human(data: Path, *, frozen: bool) -> Section:
    """Return every published row in people beside ours; nothing is refitted here."""
    del frozen  # calibration/fit_human_pharmacokinetics.py fits, and the library ships what it found
    if not (data / "body" / TABLE).exists():
        return Section(KEY, TITLE, skipped=f"body/{TABLE} is not there")
    rows = of_people(data)
    library = Library()
    compared = compare(rows, library, draws=DRAWS)
    rising, at_doses = saturation(library, draws=DRAWS // 5)
    against = contradictions(rows)
    return Section(
        KEY,
        TITLE,
        (*TEXT, _told(against)),
        (*findings(compared, against), *rising),
        (_row_table(compared, against), _contradiction_table(against), _missing_table(compared), *at_doses),
        predictions={"human_rows": _predictions(compared, against)},
    )


def of_people(data: Path) -> tuple[Published, ...]:
    """Return the published rows that are of people, or that do not say of whom."""
    with (data / "body" / TABLE).open(encoding="utf-8", newline="") as lines:
        return tuple(row for row in published(csv.DictReader(lines)) if not row.hosts or row.hosts == PEOPLE)


def findings(compared: Sequence[Compared], against: Sequence[Contradiction]) -> list[Finding]:
    """Score all compared rows, those that no other row contradicts, and those that nothing was fitted to."""
    named = {row for one in against for row in one.rows}
    shown = [one for one in compared if one.ours]
    sound = [one for one in shown if one.published not in named]
    carriers, free = [one for one in shown if not one.free], [one for one in shown if one.free]
    found = [
        Finding("published rows of people", float(len(compared)), note=f"{len(shown)} have a figure of ours"),
        Finding("rows that another row contradicts", float(sum(one.published in named for one in compared))),
    ]
    for label, group in (
        ("all rows", shown),
        ("rows without a contradiction", sound),
        ("carriers", carriers),
        ("free drugs", free),
        ("rows that nothing was fitted to", [one for one in shown if not one.fitted]),
    ):
        found += _scores(label, group)
    return found


def _scores(label: str, group: Sequence[Compared]) -> list[Finding]:
    if not group:
        return []
    based = [one for one in group if one.baseline is not None]
    base = np.mean([near(one.baseline or 0.0, one.published, allowed=one.allowed) for one in based]) if based else None
    within, covered = np.mean([one.within for one in group]), np.mean([one.covered for one in group])
    on_same = np.mean([one.within for one in based]) if based else 0.0
    total = label in ("all rows", "rows without a contradiction")
    met = Finding(
        f"share met, {label}",
        float(within),
        target="every row" if total else "",
        baseline=None if base is None else float(base),
        baseline_name=BASELINE,
        met=bool(within == 1.0) if total else None,
        note=f"{len(group)} rows; the baseline has {len(based)} of them" + (f", ours {on_same:.2f} there" if based else ""),
    )
    cover = Finding(
        f"cover of the 90 % interval, {label}",
        float(covered),
        target=f">= {COVERED:g}" if total else "",
        met=bool(covered >= COVERED) if total else None,
        note=f"{len(group)} rows",
    )
    return [met, cover]


def _told(against: Sequence[Contradiction]) -> str:
    said = "; ".join(dict.fromkeys(one.words for one in against))
    return f"Contradictions that the rows themselves show: {said}." if said else "No row contradicts another."


def _row_table(compared: Sequence[Compared], against: Sequence[Contradiction]) -> Table:
    head = ("product", "dose", "analyte", "figure", "unit", "published", "range", "ours", "q05", "q95", "ratio", "met",
            "covered", "baseline", "remark")  # fmt: skip
    named = {row for one in against for row in one.rows}
    rows = []
    for one in compared:
        if not one.ours:
            continue
        row, (low, high) = one.published, one.pooled.interval
        ends = "" if row.range is None else f"{row.range[0]:.3g} to {row.range[1]:.3g}"
        remark = ", ".join(
            word for word, true in (("fitted", one.fitted), ("contradicted", row in named), ("free drug", one.free)) if true
        )
        rows.append(
            (row.product, row.dose_text, row.analyte, row.parameter, SPELLED.get(row.unit, row.unit), row.value, ends,
             one.pooled.median, low, high, one.pooled.median / row.value, _yes(one.within), _yes(one.covered), one.baseline,
             remark)
        )  # fmt: skip
    return Table("Every row", head, tuple(rows))


def _contradiction_table(against: Sequence[Contradiction]) -> Table:
    head = ("product", "dose", "what", "first", "second", "fold")
    rows = tuple((one.rows[0].product, one.rows[0].dose_text, one.words, one.first, one.second, one.fold) for one in against)
    return Table("Published rows that contradict one another", head, rows)


def _missing_table(compared: Sequence[Compared]) -> Table:
    rows = tuple(
        (one.published.product, one.published.dose_text, one.published.parameter, one.why_not)
        for one in compared
        if not one.ours
    )
    return Table("Rows without ours", ("product", "dose", "figure", "why"), rows)


def _predictions(compared: Sequence[Compared], against: Sequence[Contradiction]) -> tuple[Mapping[str, object], ...]:
    """Return every row with the quantiles over both hosts, and those of each host."""
    named = {row for one in against for row in one.rows}
    found = []
    for one in compared:
        row = one.published
        line: dict[str, object] = {
            "product": row.product, "group": row.group, "dose": row.dose_text, "analyte": row.analyte,
            "parameter": row.parameter, "value": row.value, "unit": row.unit_text, "fitted": one.fitted,
            "contradicted": row in named, "why_not": one.why_not, "baseline": one.baseline,
        }  # fmt: skip
        line |= _quantiles("", one.pooled.draws) if one.ours else dict.fromkeys(("q05", "q50", "q95"))
        for host in PEOPLE:
            draws = next((ours.draws for ours in one.ours if ours.host == host), None)
            line |= _quantiles(f"{host} ", draws) if draws is not None else dict.fromkeys(_names(f"{host} "))
        found.append(line)
    return tuple(found)


def _names(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{name}" for name in ("q05", "q50", "q95"))


def _quantiles(prefix: str, draws: np.ndarray) -> dict[str, object]:
    values = np.nanquantile(draws, (0.05, 0.5, 0.95))
    return {name: float(f"{value:.5g}") for name, value in zip(_names(prefix), values, strict=True)}


def _yes(true: bool) -> str:
    return "yes" if true else "no"
