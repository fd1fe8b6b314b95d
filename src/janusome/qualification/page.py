"""The page, the data and the tables of a qualification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from janusome.files.images import write_json
from janusome.files.tables import write_table
from janusome.qualification.section import Section
from janusome.reporting.numerals import number, unit
from janusome.reporting.templates import page
from janusome.reporting.words import RESEARCH_USE

SCHEMA = "janusome-qualification/1"


def write_qualification(folder: Path, sections: Sequence[Section], *, title: str, frozen: bool, version: str) -> None:
    """Write qualification.html, qualification.json and a CSV of every set of predictions."""
    data = as_data(sections, title=title, frozen=frozen, version=version)
    write_json(folder / "qualification.json", data)
    text = page(
        "qualification.html.j2", title=title, banner=RESEARCH_USE, sections=sections, frozen=frozen, version=version,
        counts=data["counts"], number=number, unit=unit, shown=_shown,
    )  # fmt: skip
    (folder / "qualification.html").write_text(text, encoding="utf-8")
    for section in sections:
        for stem, rows in section.predictions.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            write_table(folder / f"{stem}.csv", columns, ([row.get(name) for name in columns] for row in rows))


def as_data(sections: Sequence[Section], *, title: str, frozen: bool, version: str) -> dict[str, Any]:
    """Return a qualification as plain data; predictions stand in their tables."""
    findings = [finding for section in sections for finding in section.findings]
    return {
        "schema": SCHEMA,
        "title": title,
        "version": version,
        "frozen": frozen,
        "counts": {
            "met": sum(finding.met is True for finding in findings),
            "failed": sum(finding.met is False for finding in findings),
            "without a target": sum(finding.met is None for finding in findings),
            "skipped comparisons": sum(bool(section.skipped) for section in sections),
        },
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "text": list(section.text),
                "skipped": section.skipped,
                "findings": [asdict(finding) for finding in section.findings],
                "tables": [asdict(table) for table in section.tables],
                "predictions": {f"{stem}.csv": len(rows) for stem, rows in section.predictions.items()},
            }
            for section in sections
        ],
    }


def _shown(item: object) -> str:
    """Write a cell of a table."""
    if item is None:
        return ""
    return number(float(item)) if isinstance(item, (int, float)) and not isinstance(item, bool) else str(item)
