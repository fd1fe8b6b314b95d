"""Results of a calibration: everything that it leaves, written into one folder.

study.yaml, observations.csv   as given
calibration.json               values before and after, diagnostics, predictions, warnings
posterior.csv                  the joint draws
library/                       the overlay: give it to a later run with --library
report.html                    the report
record.json                    version, seed, environment, hash of every file; the only file that holds a time of day
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from janusome.calibration.calibrate import Calibration
from janusome.calibration.choice import OF_ONE_ANIMAL
from janusome.calibration.overlay import overlay_joint, overlay_rows
from janusome.files.bibliography import Source
from janusome.files.images import write_json
from janusome.files.library import Library
from janusome.files.overlays import write_overlay
from janusome.reporting.calibration_page import calibration_page
from janusome.reporting.calibration_tables import as_data, posterior_table
from janusome.reporting.results import RECORD_SCHEMA, environment, hashes


@dataclass(frozen=True)
class Given:
    """What the user gave: the study's text, the observations' bytes and the name of their file, and the library."""

    study: bytes
    observations: bytes
    name: str
    library: Library

    @property
    def key(self) -> str:
        """The key under which later studies cite the calibration; it follows from the contents alone."""
        return f"calibration_{hashlib.sha256(self.observations + self.study).hexdigest()[:12]}"


def write_calibration(folder: Path, found: Calibration, given: Given, *, run: Mapping[str, Any]) -> None:
    """Write all files of a calibration into a folder that is empty."""
    (folder / "study.yaml").write_bytes(given.study)
    (folder / "observations.csv").write_bytes(given.observations)
    write_json(folder / "calibration.json", as_data(found, source=given.key))
    (folder / "posterior.csv").write_text(posterior_table(found), encoding="utf-8", newline="")
    where = (
        f"posterior median and 5-95 % of {len(found.seen)} observations in {given.name}, all values together, by "
        f"janusome {version('janusome')} calibrate, seed {found.asked.seed}"
    )
    rows = overlay_rows(found, source=given.key, where=where)
    if rows:
        _restore_host(rows, given.library)
        sources = [_source(found, given), *_cited_elsewhere(rows, given)]
        joint = overlay_joint(found)
        joints = {} if joint is None else {given.key: joint}
        write_overlay(folder / "library", rows, sources, joints=joints, base=given.library.overlay)
    (folder / "report.html").write_text(calibration_page(found, source=given.key, overlay=bool(rows)), encoding="utf-8")
    account = {
        "schema": RECORD_SCHEMA, "title": found.study.title, "seed": found.asked.seed, "draws": len(found.draws),
        "versions": {"janusome": version("janusome")}, "environment": environment(), "run": dict(run),
        "files": hashes(folder),
    }  # fmt: skip
    write_json(folder / "record.json", account)


def _restore_host(rows: dict[tuple[str, str], dict[str, Any]], library: Library) -> None:
    """Give a host back the weight and height of its own row: those of a study are of its animals."""
    for (kind, name), data in rows.items():
        if kind == "host":
            own = library.row(kind, name).values
            for quantity in OF_ONE_ANIMAL:
                exact = data["values"].get(quantity, {}).get("cv") == 0
                if exact and quantity in own:
                    data["values"][quantity] = own[quantity][0].model_dump(
                        exclude_defaults=True, exclude={"origin", "widened_by"}
                    ) | {"grade": own[quantity][0].grade}
                elif exact:
                    del data["values"][quantity]


def _source(found: Calibration, given: Given) -> Source:
    note = (
        f"SHA-256 of the observations: {hashlib.sha256(given.observations).hexdigest()}; of the study: "
        f"{hashlib.sha256(given.study).hexdigest()}"
    )
    title = f"Calibration of the study {found.study.title!r} on {given.name}"
    return Source(given.key, "misc", {"author": "janusome calibrate", "title": title, "note": note})


def _cited_elsewhere(rows: Mapping[Any, Mapping[str, Any]], given: Given) -> list[Source]:
    """Return an entry for each key that a study cites on its own account, which no library explains."""
    keys = {key for data in rows.values() for key in _sources_in(data)} - {given.key, *given.library.sources}
    return [Source(key, "misc", {"title": key, "note": "cited in the study that was calibrated"}) for key in sorted(keys)]


def _sources_in(data: Any) -> list[str]:
    if isinstance(data, Mapping):
        own = [data["source"]] if isinstance(data.get("source"), str) and "value" in data else []
        return own + [key for item in data.values() for key in _sources_in(item)]
    return [key for item in data for key in _sources_in(item)] if isinstance(data, list) else []
