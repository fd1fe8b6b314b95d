"""Comparison B of the tumor: Doxil, a faster liposome and free doxorubicin in 4T1 tumors (Laginha 2005).

Three values of Doxil in mice were fitted. The free drug is predicted. The faster liposome is Doxil with another
leak, which is fitted to its total area; all else of it is predicted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.qualification.section import Finding, Section, Table
from janusome.qualification.tumor_doxil_arms import (
    ANALYTES,
    ARMS,
    FILE,
    HOURS,
    Exposure,
    bench_of,
    concentrations,
    exposure,
    key_of,
    published,
)
from janusome.reporting import style
from janusome.reporting.style import Drawing, drawing
from janusome.units import to_internal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Row = tuple[str, float]
Figures = Mapping[tuple[str, float, str], Exposure]
Take = Callable[[Figures], float]

TITLE = "Doxil and free doxorubicin in 4T1 tumors of mice"
DOXIL, HIGHER, FASTER, FREE = ("Doxil", 9.0), ("Doxil", 16.0), ("DOPC-PLD", 9.0), ("free doxorubicin", 9.0)
WITHIN = 0.30
LEAKS = np.geomspace(0.003, 3.0, 40)  # 1/h, of the faster liposome
LEAK = "leak_rate_constant"
MEASURES = {"AUC": "ug h/g", "peak": "ug/g", "time_of_peak": "h"}
WORDS = {"AUC": "area", "peak": "peak", "time_of_peak": "time of peak"}


def tumor_doxil(data: Path, *, frozen: bool) -> Section:
    """Return the comparison; the shipped values are used, `frozen` or not, but for the leak of the faster liposome."""
    del frozen
    table = data / "tumor" / FILE
    if not table.exists():
        return Section("B", TITLE, skipped=f"tumor/{FILE} is not there")
    theirs, library = published(table), Library()
    courses = {row: concentrations(ARMS[row], bench_of(ARMS[row], library), {}, lanes=1) for row in (DOXIL, HIGHER, FREE)}
    leak, courses[FASTER] = faster(library, float(theirs[(*FASTER, "total")].AUC[0]))
    ours = {
        (*row, analyte): exposure(course[analyte], window=ARMS[row].window)
        for row, course in courses.items()
        for analyte in ANALYTES
    }
    return Section(
        "B", TITLE, _text(leak), tuple(_findings(ours, theirs)), (_table(ours, theirs),), (_figure(courses, theirs),),
        {"tumor_doxil": tuple(_rows(courses))},
    )  # fmt: skip


def faster(library: Library, area: float) -> tuple[float, dict[str, Array]]:
    """Return the leak, 1/h, at which Doxil's total area is the one given, and its courses then."""
    arm = ARMS[FASTER]
    bench = bench_of(arm, library)
    key = key_of(bench, LEAK)
    tried = concentrations(arm, bench, {key: LEAKS * to_internal(1.0, "1/h")}, lanes=len(LEAKS))["total"]
    areas = exposure(tried, window=arm.window).AUC
    falling = np.argsort(areas)
    leak = float(np.exp(np.interp(np.log(area), np.log(areas[falling]), np.log(LEAKS[falling]))))
    found = concentrations(arm, bench, {key: np.array([to_internal(leak, "1/h")])}, lanes=1)
    return leak, found


def _number(ours: Figures, row: Row, analyte: str, what: str = "AUC") -> float:
    return float(getattr(ours[(*row, analyte)], what)[0])


def _findings(ours: Figures, theirs: Figures) -> list[Finding]:
    """Return the figures that the paper is known for, and then the rest of the table without a target."""

    def aimed(name: str, take: Take, unit: str = "", note: str = "") -> Finding:
        found, wanted = take(ours), take(theirs)
        return Finding(
            name, found, unit, f"{wanted:.3g} within {100 * WITHIN:.0f} %", met=abs(found / wanted - 1.0) <= WITHIN, note=note
        )

    def ratio(row: Row) -> Take:
        return lambda of: _number(of, row, "total") / _number(of, FREE, "total")

    def share(row: Row) -> Take:
        return lambda of: _number(of, row, "nuclear") / _number(of, row, "total")

    def time(analyte: str) -> Take:
        return lambda of: _number(of, DOXIL, analyte, "time_of_peak")

    def area(row: Row, analyte: str) -> Take:
        return lambda of: _number(of, row, analyte)

    fitted, whole = "fitted to this and more", "predicted"
    ordered = [_number(ours, row, "total") for row in (DOXIL, FASTER, FREE)]
    nuclear = [_number(ours, row, "nuclear") for row in (DOXIL, FASTER, FREE)]
    in_place = ordered == sorted(ordered, reverse=True) and nuclear == sorted(nuclear, reverse=True)
    return [
        aimed("area of Doxil (0-7 d) over that of the free drug (0-24 h), 9 mg/kg", ratio(DOXIL),
              note="Doxil fitted, free drug predicted"),
        aimed("nuclear share of the area, Doxil 9 mg/kg", share(DOXIL), note=fitted),
        aimed("time of peak, total, Doxil 9 mg/kg", time("total"), "h", fitted),
        aimed("time of peak, nuclear, Doxil 9 mg/kg", time("nuclear"), "h", fitted),
        aimed("area, total, free drug", area(FREE, "total"), "ug h/g", whole),
        aimed("area, nuclear, free drug", area(FREE, "nuclear"), "ug h/g", whole),
        aimed("area, total, faster liposome", area(FASTER, "total"), "ug h/g", "its leak is fitted to this"),
        aimed("area, nuclear, faster liposome", area(FASTER, "nuclear"), "ug h/g", whole),
        Finding("faster liposome between Doxil and the free drug, both analytes", float(in_place), target="1", met=in_place),
        aimed("area, total, Doxil 16 mg/kg", area(HIGHER, "total"), "ug h/g", fitted),
        aimed("area, nuclear, Doxil 16 mg/kg", area(HIGHER, "nuclear"), "ug h/g", fitted),
    ]  # fmt: skip


def _table(ours: Figures, theirs: Figures) -> Table:
    rows = tuple(
        (row[0], row[1], row[2], f"{WORDS[what]}, {unit}", float(getattr(theirs[row], what)[0]), found, found / wanted)
        for row in theirs
        if row in ours
        for what, unit in MEASURES.items()
        for found, wanted in [(float(getattr(ours[row], what)[0]), float(getattr(theirs[row], what)[0]))]
    )
    return Table("Every row of Table 1", ("formulation", "mg/kg", "analyte", "figure", "published", "ours", "ratio"), rows)


def _figure(courses: Mapping[Row, Mapping[str, Array]], theirs: Figures) -> Drawing:
    def paint(figure: Figure) -> None:
        for axes, analyte in zip(figure.subplots(1, 2, sharey=True), ANALYTES, strict=True):
            for k, (row, course) in enumerate(courses.items()):
                axes.plot(HOURS, course[analyte][0], color=style.PALETTE[k], label=f"{row[0]} {row[1]:g} mg/kg")
                seen = theirs[(*row, analyte)]
                axes.plot(seen.time_of_peak, seen.peak, "o", color=style.PALETTE[k])
            axes.set_xlabel("time (h)")
            axes.set_title(analyte)
            axes.set_ylim(bottom=0.0)
        figure.axes[0].set_ylabel("doxorubicin in the tumor (ug/g)")
        figure.axes[1].legend(loc="best")

    return drawing(
        paint, size=(8.0, 3.6), alternative="Courses of total and nuclear doxorubicin in tumors beside published peaks.",
        caption="Doxorubicin in a gram of tumor, total and at the nucleus: lines ours, points the published peaks.",
    )  # fmt: skip


def _rows(courses: Mapping[Row, Mapping[str, Array]]) -> Sequence[Mapping[str, object]]:
    return [
        {"formulation": row[0], "dose_mg_per_kg": row[1], "analyte": analyte, "time_h": float(hour), "ug_per_g": float(value)}
        for row, course in courses.items()
        for analyte in ANALYTES
        for hour, value in zip(HOURS, course[analyte][0], strict=True)
    ]


def _text(leak: float) -> tuple[str, ...]:
    return (
        "Table 1 of Laginha and others (2005): areas over 7 days for liposomes and over 24 hours for the free drug. The "
        "tumor is one place; a gram of it is counted as it is at each moment, grown meanwhile and shrunk by what the "
        "drug kills.",
        "Fitted to Doxil, both doses, by calibration/fit_tumor_doxil.py: the permeability of tumor vessels to Doxil in "
        "mice, its uptake by macrophages, its release in lysosomes. Perfusion of the tumor and the values of the drug "
        "were not fitted; the rate at which it leaves DNA was taken from the half-life of the free drug in this table. "
        "The free drug is predicted.",
        f"The faster liposome is Doxil with a leak of {leak:.3g} 1/h, fitted to its total area.",
        "The published peak of the free drug at 30 minutes is not reached: the tumor of the model is perfused too slowly "
        "for it, and drug that reached the nucleus stays too long, which the faster liposome shows as well. At 16 mg/kg "
        "the published areas rise less than the dose, ours more: phagocytes saturate in the model of Doxil in mice "
        "(gabizon2002).",
    )
