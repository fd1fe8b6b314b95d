"""The images of a study: files, a page with figures, and what each scan shows as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from janusome.files.images import write_json
from janusome.reporting.numerals import interval
from janusome.reporting.pairs import pair, pairs
from janusome.reporting.pictures import scan as drawn
from janusome.reporting.results import write_scans
from janusome.reporting.templates import page
from janusome.reporting.words import RESEARCH_USE
from janusome.simulation.findings import visibility
from janusome.simulation.record import Record

SCHEMA = "janusome-images/1"
FIGURES = {
    "contrast_to_noise": "contrast-to-noise ratio of one voxel",
    "lowest_visible_label": "least label that would show",
    "lowest_visible_carriers": "fewest carriers that would show",
}


def write_imaging(folder: Path, record: Record, *, run: Mapping[str, Any], dicom_of: str | None) -> None:
    """Write images/ (NIfTI with sidecars, DICOM on request), images.html and images.json into a folder that is empty."""
    write_scans(folder / "images", record, dicom_of=dicom_of)
    arm = record.arms[0]
    found = visibility(arm)
    write_json(folder / "images.json", as_data(record, run=run))
    text = page(
        "images.html.j2",
        title=record.title,
        banner=RESEARCH_USE,
        scans=[(scan, each, drawn(scan)) for scan, each in zip(arm.scans, found, strict=True)],
        pairs=[pair(*both) for both in pairs(arm.scans)],
        figures=FIGURES,
        interval=interval,
        cautions=record.cautions,
    )
    (folder / "images.html").write_text(text, encoding="utf-8")


def as_data(record: Record, *, run: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each scan shows as plain data."""
    scans = [
        {**each.about, **{name: asdict(figure) for name, figure in each.figures.items()}}
        for each in visibility(record.arms[0])
    ]
    return {
        "schema": SCHEMA,
        "version": version("janusome"),
        "title": record.title,
        "seed": record.seed,
        "draws": record.draws,
        "run": dict(run),
        "scans": scans,
        "cautions": list(record.cautions),
    }
