"""Execution: a prepared study is simulated or calibrated, and all that it leaves is written, whole or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.calibration.calibrate import Asked, calibrate
from janusome.files.library import Library
from janusome.files.result_folder import result_folder
from janusome.reporting import calibration_results, results
from janusome.reporting.prepared import Prepared, grids_of, plain
from janusome.simulation.run import simulate
from janusome.simulation.trajectory import Control
from janusome.specification.corona import proteins

if TYPE_CHECKING:
    from janusome.files.observations import Observation


@dataclass(frozen=True)
class Errand:
    """What was asked of which study: where it goes, the library, how it is done, and what else the record should say."""

    prepared: Prepared
    rows: Library
    target: Path
    force: bool
    control: Control
    begun: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))

    def account(self, verb: str, **told: Any) -> dict[str, Any]:
        """Return what the record says of it."""
        seconds = (datetime.datetime.now(datetime.UTC) - self.begun).total_seconds()
        return {
            "verb": verb,
            "study": self.prepared.name,
            "library": None if self.rows.overlay is None else str(self.rows.overlay),
            "threads": self.control.threads,
            "started": self.begun.isoformat(timespec="seconds"),
            "seconds": round(seconds, 2),
            **told,
        }

    def stop_if_asked(self) -> None:
        """End it, so that nothing is left of it."""
        if self.control.should_stop():
            raise KeyboardInterrupt

    @property
    def grids(self) -> dict[str, Any]:
        """The voxels of every lesion that is given by a mask."""
        return grids_of(self.prepared)


def write_run(errand: Errand, *, changes: Mapping[str, int]) -> None:
    """Simulate a study; `changes` stand in place of its own draws or seed."""
    prepared, control = errand.prepared, errand.control
    resolved = replace(prepared.study, **changes)
    with result_folder(errand.target, force=errand.force) as folder:
        with_plasma = replace(resolved, proteins=proteins(errand.rows)) if resolved.carrier is not None else resolved
        record = simulate(with_plasma, grids=errand.grids, control=control, plain=prepared.plain)
        errand.stop_if_asked()
        control.on_progress("writing the result", 0.0)
        account = errand.account("run", overrides=dict(changes))
        given = results.Given(prepared.text, plain(resolved), prepared.attachments, prepared.observations)
        citations = {key: source.citation() for key, source in errand.rows.sources.items()}
        results.write_results(folder, record, given, citations=citations, run=account)
        errand.stop_if_asked()
        control.on_progress("writing the result", 1.0)


def write_images(errand: Errand, *, changes: Mapping[str, int], dicom: bool) -> None:
    """Simulate a study and write what its scanners show, with a page, and nothing else of it."""
    from janusome.reporting.imaging_page import write_imaging

    control, resolved = errand.control, replace(errand.prepared.study, **changes)
    with result_folder(errand.target, force=errand.force) as folder:
        with_plasma = replace(resolved, proteins=proteins(errand.rows)) if resolved.carrier is not None else resolved
        record = simulate(with_plasma, grids=errand.grids, control=control, plain=errand.prepared.plain)
        errand.stop_if_asked()
        control.on_progress("writing images", 0.0)
        (folder / "study.yaml").write_bytes(errand.prepared.text)
        write_imaging(
            folder,
            record,
            run=errand.account("image", overrides=dict(changes)),
            dicom_of=resolved.host.species if dicom else None,
        )
        errand.stop_if_asked()
        control.on_progress("writing images", 1.0)


def write_posterior(errand: Errand, path: Path, observations: Sequence[Observation], *, asked: Asked) -> None:
    """Calibrate a study on the observations that a file held."""
    prepared = errand.prepared
    with result_folder(errand.target, force=errand.force) as folder:
        found = calibrate(
            prepared.study, observations, name=path.name, grids=errand.grids, asked=asked, control=errand.control
        )
        errand.stop_if_asked()
        account = errand.account("calibrate", observations=path.name)
        given = calibration_results.Given(prepared.text, path.read_bytes(), path.name, errand.rows)
        calibration_results.write_calibration(folder, found, given, run=account)
        errand.stop_if_asked()
