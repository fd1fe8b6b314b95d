"""Tables of the report that read the lesions out: exposure over the whole study, and each material at each moment."""

from __future__ import annotations

from dataclasses import dataclass

from janusome.reporting.numerals import duration, interval, unit
from janusome.simulation.ensemble import Answer
from janusome.simulation.findings import Finding, tumor_readouts
from janusome.simulation.record import Arm

FIGURES = {
    "injected_dose": "injected dose",
    "injected_dose_per_mass": "injected dose per mass, with all blood in its vessels",
    "injected_dose_per_mass_with_residual_blood": "injected dose per mass, with residual blood",
    "auc_ratio": "AUC per tissue volume over AUC in plasma",
    "auc_ratio_per_mass": "AUC of the injected dose per mass, without blood, over that per volume of plasma",
    "auc_ratio_per_mass_with_residual_blood": "the same, with residual blood",
    "mean": "mean concentration per tissue volume",
    "penetration_half_depth": "depth from the rim to half of the rim's concentration",
    "penetration_1_over_e_depth": "depth from the rim to 1/e of the rim's concentration",
    "relative_depth": "mean depth of the material over that of the volume",
    "variation": "coefficient of variation",
    "percentile_10": "10th percentile over volume",
    "percentile_90": "90th percentile over volume",
    "volume_share_above": "share of volume above",
    "cell_share_above": "share of viable cells above",
    "relative_concentration_inner": "inner third over the mean",
    "relative_concentration_middle": "middle third over the mean",
    "relative_concentration_outer": "outer third over the mean",
}
ONLY_WHERE_DEEP = "mean"  # the figure that tells a material that was followed in space


@dataclass(frozen=True)
class Table:
    """A table with a title: the names of its columns, and its rows with a name and what it rests on."""

    title: str
    columns: list[str]
    rows: list[tuple[str, str, list[str]]]


def exposure_table(arm: Arm) -> Table | None:
    """Return what holds for a window or the whole study: one column a material, one row a figure."""
    found = [each for each in tumor_readouts(arm) if "time_h" not in each.about]
    columns = list(dict.fromkeys(_material(each) for each in found))
    cells: dict[str, dict[str, str]] = {}
    for each in found:
        for figure, answer in each.figures.items():
            cells.setdefault(_words(figure, each), {})[_material(each)] = interval(answer)
    rows = [(name, "ensemble", [row.get(column, "–") for column in columns]) for name, row in cells.items()]
    return Table(f"Exposure of the tumor, arm {arm.name}", columns, rows) if rows else None


def moment_tables(arm: Arm) -> list[Table]:
    """Return one table for each material that was followed in space: one column a moment, one row a figure."""
    found = [each for each in tumor_readouts(arm) if "time_h" in each.about]
    deep = dict.fromkeys(_material(each) for each in found if ONLY_WHERE_DEEP in each.figures)
    tables = []
    for material in deep:
        here = [each for each in found if _material(each) == material]
        times = sorted({float(each.about["time_h"]) for each in here})
        cells: dict[tuple[str, str], dict[float, Answer]] = {}
        for each in here:
            for figure, answer in each.figures.items():
                row = (_words(figure, each), str(each.about["basis"]))
                cells.setdefault(row, {})[float(each.about["time_h"])] = answer
        rows = [(name, basis, [interval(row.get(time)) for time in times]) for (name, basis), row in cells.items()]
        tables.append(Table(f"{material}, arm {arm.name}", [duration(time) for time in times], rows))
    return tables


def _material(found: Finding) -> str:
    species, form, site = (str(found.about[name]) for name in ("species", "form", "site"))
    what = species if form == species else f"{form} {species}"
    return f"{what} in {found.about['organ']}" + ("" if site == "whole" else f", at the {site}")


def _words(figure: str, found: Finding) -> str:
    for before, after in (("time_of_greatest_", "time of the greatest "), ("greatest_", "greatest ")):
        if figure.startswith(before):
            return after + FIGURES.get(figure.removeprefix(before), figure)
    words = FIGURES.get(figure, figure.replace("_", " "))
    if "from_h" in found.about:
        words += f", {duration(float(found.about['from_h']))} to {duration(float(found.about['to_h']))}"
    return f"{words} {unit(str(found.about['above']))}" if "above" in found.about else words
