"""Baselines: what a published row is expected to be without any model of the body."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from janusome.reporting.published import FIGURES, SPELLED, Published
from janusome.reporting.regimens import PEOPLE, regimen_of
from janusome.units import factor, same_dimension

PROPORTIONAL = ("peak_concentration", "auc_to_infinity")  # to the dose
SURFACE = 1.8  # m^2, where one row is per square metre and the other is not
LABEL = "Doxil/Caelyx"


def baseline(row: Published, rows: Sequence[Published]) -> float | None:
    """Return what the other rows of a product say, with nothing but the dose changed.

    The label at 10 mg/m^2 for Doxil in people, else the median over the product's other rows of the same figure in the same
    hosts; the row itself never counts.
    """
    others = [one for one in rows if one is not row and _alike(one, row)]
    label = [one for one in others if one.product == LABEL]
    carried = [value for one in (label or others) if (value := _carried(one, row)) is not None]
    return median(carried) if carried else None


def _alike(one: Published, row: Published) -> bool:
    return (
        FIGURES.get(one.parameter, one.parameter) == FIGURES.get(row.parameter, row.parameter)
        and regimen_of(one.product) is regimen_of(row.product)
        and regimen_of(row.product) is not None
        and one.hosts == row.hosts
        and one.analyte.split()[-1:] == row.analyte.split()[-1:]
    ) or _same_label(one, row)


def _same_label(one: Published, row: Published) -> bool:
    """Whether two rows are of Doxil in plasma, whatever their sources call the analyte."""
    doxil = regimen_of(LABEL)
    return (
        regimen_of(one.product) is doxil
        and regimen_of(row.product) is doxil
        and FIGURES.get(one.parameter) is not None
        and FIGURES.get(one.parameter) == FIGURES.get(row.parameter)
        and one.hosts == row.hosts == PEOPLE
    )


def _carried(one: Published, row: Published) -> float | None:
    """Return the value of one row at the dose and in the unit of another, or nothing if they cannot be made alike."""
    value = one.value
    if FIGURES.get(one.parameter) in PROPORTIONAL:
        if not one.dose or not row.dose:
            return None
        value *= row.dose / one.dose
    unit, wanted = (SPELLED.get(each.unit, each.unit) for each in (one, row))
    try:
        value *= factor(unit) / factor(wanted)
        if same_dimension(unit, wanted):
            return value
        if same_dimension(f"{unit} m^2", wanted):
            return value * SURFACE
        return value / SURFACE if same_dimension(unit, f"{wanted} m^2") else None
    except Exception:  # pint raises a family of its own for text that is no unit
        return None
