"""Folders that verbs wrote, as programs read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.errors import InputError

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Result:
    """A result folder."""

    folder: Path

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Figures with intervals, as summary.json holds them."""
        return read_json(self.folder / "summary.json")

    @cached_property
    def record(self) -> dict[str, Any]:
        """Version, seed, environment and hashes."""
        return read_json(self.folder / "record.json")

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """The study with every value that was used."""
        return read_json(self.folder / "resolved.json")

    def time_courses(self) -> list[dict[str, str]]:
        """Return the rows of time_courses.csv."""
        from janusome.files.tables import TIME_COURSE_COLUMNS, read_table

        return read_table(self.folder / "time_courses.csv", needed=TIME_COURSE_COLUMNS, known=TIME_COURSE_COLUMNS)

    def fields(self, group: str) -> xarray.Dataset:
        """Open one group of fields.zarr, such as "treated/courses"."""
        from janusome.files.fields import read_fields

        return read_fields(self.folder / "fields.zarr" / group)


@dataclass(frozen=True)
class Images:
    """The folder of a study's images."""

    folder: Path

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "images.html"

    @cached_property
    def data(self) -> dict[str, Any]:
        """Every scan with its files, its contrast and what it would show at least, as images.json holds them."""
        return read_json(self.folder / "images.json")


@dataclass(frozen=True)
class Quantification:
    """The folder of what an image said."""

    folder: Path

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "quantification.html"

    @cached_property
    def data(self) -> dict[str, Any]:
        """Every figure with its interval, as quantification.json holds them."""
        return read_json(self.folder / "quantification.json")


@dataclass(frozen=True)
class Calibrated:
    """The folder of a calibration."""

    folder: Path

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    @property
    def library(self) -> Path:
        """The overlay that later runs take as their library; absent if the data identify nothing."""
        return self.folder / "library"

    @cached_property
    def data(self) -> dict[str, Any]:
        """Values before and after, diagnostics, predictions and warnings, as calibration.json holds them."""
        return read_json(self.folder / "calibration.json")


def read_json(path: Path) -> dict[str, Any]:
    """Read one JSON file of a result."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(str(path), "does not exist", "give the folder of a complete result") from None
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "give the folder of a complete result") from None
    if not isinstance(data, dict):
        raise InputError(str(path), "is no record of a result", "give the folder of a complete result")
    return data


@dataclass(frozen=True)
class Qualification:
    """The folder of a qualification."""

    folder: Path

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "qualification.html"

    @cached_property
    def scores(self) -> dict[str, Any]:
        """Every score with its target, baseline and whether it was met, as qualification.json holds them."""
        return read_json(self.folder / "qualification.json")
