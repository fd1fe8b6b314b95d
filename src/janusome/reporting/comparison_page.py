"""The page of a comparison, and its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from janusome.files.images import write_json
from janusome.files.result_folder import result_folder
from janusome.reporting import style
from janusome.reporting.comparison import FIGURES, Comparison, ResultRead
from janusome.reporting.numerals import number, unit
from janusome.reporting.style import Drawing, Grid, band, drawing
from janusome.reporting.templates import page
from janusome.reporting.words import RESEARCH_USE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = {
    "plasma_exposure": "Plasma",
    "tissue_exposure": "Inside the tumor",
    "biodistribution": "Organs at asked times",
    "tumor_response": "Tumor response",
    "visibility": "Visibility",
}
SHOWN_AT_ONCE = 40
ARM = "treated"


def write_comparison(folder: Path, found: Comparison, results: Sequence[ResultRead], *, force: bool) -> None:
    """Write page and data of a comparison into a folder."""
    with result_folder(folder, force=force) as inside:
        (inside / "comparison.html").write_text(comparison_page(found, results), encoding="utf-8")
        write_json(inside / "comparison.json", as_data(found))


def comparison_page(found: Comparison, results: Sequence[ResultRead]) -> str:
    """Return the comparison as HTML, whole in one file."""
    sections = [(TITLES[key], [row for row in found.outputs if row.section == key]) for key in FIGURES]
    return page(
        "comparison.html.j2",
        found=found,
        titles=[str(result.summary.get("title", result.name)) for result in results],
        banner=RESEARCH_USE,
        sections=[(title, rows) for title, rows in sections if rows],
        drawings=[each for each in (overlay(results), strongest(found)) if each is not None],
        at_once=SHOWN_AT_ONCE,
        number=number,
        unit=unit,
    )


def as_data(found: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data."""
    return {
        "schema": "janusome-comparison/1",
        "names": list(found.names),
        "inputs": [asdict(each) for each in found.inputs],
        "outputs": [asdict(each) for each in found.outputs],
    }


def overlay(results: Sequence[ResultRead]) -> Drawing | None:
    """Courses of plasma and of lesions of the treated arm that all results have, drawn over each other."""
    tables = [_courses(result.courses) for result in results]
    shared = [key for key in tables[0] if all(key in table for table in tables)] if tables else []
    shared = [key for key in shared if _worth(key)][:9]
    if not shared:
        return None
    names = [result.name for result in results]
    grid = Grid(len(shared), columns=3, panel=(1.75, 1.5), gap=(0.72, 0.98), top=0.42, legend=style.legend_height(len(names)))

    def paint(figure: Figure) -> None:
        handles: list[Any] = []
        for axes, key in zip(grid.axes(figure), shared, strict=True):
            handles = []
            for k, table in enumerate(tables):
                time, median, q05, q95 = table[key]
                floor = max(float(median.max()), 1e-300) * 1e-6
                band(axes, time / 24, np.maximum(median, floor), np.maximum(q05, floor), np.maximum(q95, floor),
                     colour=style.PALETTE[k % len(style.PALETTE)], dash=style.DASHES[k % len(style.DASHES)])  # fmt: skip
                handles.append(axes.lines[-1])
            species, form, organ, site, quantity, u = key
            if quantity != "volume":
                top = max(float(table[key][1].max()) for table in tables)
                style.logarithmic(axes)
                axes.set_ylim(top * 1e-4, top * 3)
            what = species if form in ("carrier", "total", "all") else f"{form} {species}"
            axes.set_title(f"{what}\n{organ}" + (f", {site}" if site not in ("whole", "blood") else ""), fontsize=8)
            axes.set(xlabel="time (d)", ylabel=f"{quantity.split(' per ')[0][:18]} ({unit(u)})")
            axes.margins(x=0)
        style.legend_above(figure, handles, names)

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Time courses of the treated arm in {', '.join(names)}, drawn over each other.",
        caption="The treated arm of each result. Lines are medians, bands hold 5–95 % of the ensemble.",
    )


def strongest(found: Comparison) -> Drawing | None:
    """The outputs that differ most, as ratios to the first result."""
    rows = sorted((row for row in found.outputs if row.largest > 0), key=lambda row: -row.largest)[:16]
    if not rows:
        return None
    rows = rows[::-1]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for k, name in enumerate(found.names[1:], start=1):
            points: list[tuple[Any, int]] = [
                (row.ratios[k], y) for y, row in enumerate(rows) if row.ratios[k] is not None and (row.ratios[k] or 0) > 0
            ]
            axes.plot(
                [x for x, _ in points],
                [y for _, y in points],
                "os^Dv"[k % 5],
                color=style.PALETTE[k % len(style.PALETTE)],
                markersize=5,
                label=name,
            )
        axes.axvline(1.0, color=style.INK, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.set_xscale("log")
        style.label_powers(axes.xaxis)
        axes.set_yticks(range(len(rows)), [_shortened(row.name) for row in rows], fontsize=7)
        axes.set_xlabel(f"ratio to {found.names[0]} (logarithmic)")
        axes.legend(loc="best")

    return drawing(
        paint,
        size=(7.2, 0.9 + 0.27 * len(rows)),
        fitted=True,
        alternative="Outputs that differ most: "
        + "; ".join(f"{row.name} {[r for r in row.ratios if r]}" for row in rows[::-1][:5]),
        caption=f"The outputs that differ most from {found.names[0]}, as ratios of medians.",
    )


def _courses(rows: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], tuple[Any, Any, Any, Any]]:
    table: dict[tuple[str, ...], list[tuple[float, float, float, float]]] = {}
    for row in rows:
        if row["arm"] == ARM:
            key = tuple(row[name] for name in ("species", "form", "organ", "site", "quantity", "unit"))
            table.setdefault(key, []).append(tuple(float(row[name] or "nan") for name in ("time_h", "median", "q05", "q95")))  # pyright: ignore[reportArgumentType]
    return {key: tuple(np.array(values).T) for key, values in table.items()}  # pyright: ignore[reportReturnType]


def _worth(key: tuple[str, ...]) -> bool:
    _, form, organ, site, quantity, _ = key
    if quantity == "volume":
        return True
    plasma = organ == "plasma" and form in ("carrier", "total", "released")
    return plasma or (quantity.startswith("concentration") and form == "released" and site == "target")


def _shortened(text: str) -> str:
    return text if len(text) <= 74 else text[:36] + " … " + text[-35:]
