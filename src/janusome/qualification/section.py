"""Sections of a qualification: what one comparison asked, what it found, and every prediction behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from janusome.reporting.style import Drawing


@dataclass(frozen=True)
class Finding:
    """One score beside its target and its baseline; `met` is None where there is no target to meet."""

    name: str
    value: float
    unit: str = ""
    target: str = ""
    baseline: float | None = None
    baseline_name: str = ""
    met: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the report: a title, the heads of its columns, and rows of numbers and words."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]


@dataclass(frozen=True)
class Section:
    """One comparison with published data.

    `predictions` holds rows for a CSV each, by the stem of its file; a prediction has the columns q05, q50 and q95.
    `skipped` says why the comparison could not be made; it has no findings then.
    """

    key: str  # "A", "B", ...
    title: str
    text: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    predictions: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    skipped: str = ""

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The findings that do not meet their target."""
        return tuple(finding for finding in self.findings if finding.met is False)


class Comparison(Protocol):
    """What makes a section.

    `data` is a folder that is laid out as published; `frozen` uses the shipped values and refits nothing.
    """

    def __call__(self, data: Path, *, frozen: bool) -> Section:
        """Return the section; where a file is missing, one that says so."""
        ...
