"""The page of a calibration: what was fitted and how, how well, what the data identify, and what was lost."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from janusome.calibration import identifiability
from janusome.calibration.calibrate import Calibration
from janusome.calibration.likelihood import EXCESS_SCALE
from janusome.reporting import calibration_figures as figures
from janusome.reporting.calibration_tables import as_data
from janusome.reporting.numerals import number, unit
from janusome.reporting.templates import page
from janusome.reporting.words import RESEARCH_USE


def calibration_page(found: Calibration, *, source: str, overlay: bool) -> str:
    """Return the report as HTML, whole in one file."""
    data = as_data(found, source=source)
    return page(
        "calibration.html.j2",
        found=found,
        data=data,
        banner=RESEARCH_USE,
        version=version("janusome"),
        source=source,
        overlay=overlay,
        summary=summary(found),
        excess_scale=EXCESS_SCALE,
        limits=identifiability,
        drawings={
            "courses": figures.courses(found), "values": figures.values(found), "agreement": figures.agreement(found),
            "correlations": figures.correlations(found),
        },
        number=number,
        unit=unit,
        interval=_interval,
    )  # fmt: skip


def summary(found: Calibration) -> str:
    """Return what was done in two sentences."""
    below = int(found.likelihood.below.sum())
    limits = f", {below} of them below a limit" if below else ""
    return (
        f"{len(found.seen)} observations{limits} of {len(found.curves)} courses moved {len(found.values)} values of the "
        f"study, of which the data identify {len(found.identified)}. The fold error of the medians went from "
        f"{number(found.before.fold_error)} to {number(found.after.fold_error)}, in-sample."
    )


def _interval(row: dict[str, Any]) -> str:
    return f"{number(row['median'])} ({number(row['q05'])} to {number(row['q95'])})"
