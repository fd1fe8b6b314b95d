"""Verbs of imaging: from a study to what scanners show of it, and from an image back to how much is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.reporting.folders import Images, Quantification
from janusome.verbs.common import Progress, check_count, check_counts, library_of, never, silent

if TYPE_CHECKING:
    from janusome.verbs.common import StudyLike


def image(
    study: StudyLike,
    *,
    output: Path | str,
    scanners: Sequence[str] = (),
    at: Sequence[str] = (),
    frame: str | None = None,
    sequence: str | None = None,
    label: str | None = None,
    raw_data: bool = False,
    dicom: bool = False,
    library: Path | str | None = None,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Images:
    """Render a study's state as scanners show it, and write images with a page.

    Parameters
    ----------
    scanners, at
        Which scanners, and when; every scanner at every time, beside the scans of the study. Without scanners those of the
        study, without times its moments.
    frame, sequence, label
        How long PET and SPECT count; the sequence of MRI (every one of the scanner if absent); the label looked for.
    raw_data
        Whether the pictures go by way of raw data and reconstruction, which takes longer.
    dicom
        Whether DICOM is written beside NIfTI.

    Raises
    ------
    InputError
        If the study, what is asked or the output are refused.
    """
    from janusome.files.result_folder import check_target
    from janusome.reporting.prepared import prepare
    from janusome.specification.asked_scans import AskedScans, with_scans

    check_target(Path(output), force=force)
    check_counts(draws=draws, seed=seed, threads=threads)
    rows = library_of(library)
    asked = AskedScans(tuple(scanners), tuple(at), frame, sequence, label, raw_data)

    def changed(data: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**data, "protocol": with_scans(data.get("protocol"), asked, rows), "controls": []}

    prepared = prepare(study, rows, changed=changed)

    from janusome.reporting.execution import Control, Errand, write_images

    control = Control(threads=threads, on_progress=progress or silent, should_stop=should_stop or never)
    changes = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    write_images(Errand(prepared, rows, Path(output), force, control), changes=changes, dicom=dicom)
    return Images(Path(output))


def quantify(
    picture: Path | str,
    *,
    scanner: str,
    output: Path | str,
    study: StudyLike | None = None,
    roi: Path | str | None = None,
    before: Path | str | None = None,
    label: str | None = None,
    sequence: str | None = None,
    at: str | None = None,
    frame: str | None = None,
    inside: float | None = None,
    library: Path | str | None = None,
    draws: int = 200,
    seed: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Quantification:
    """Say how much label, and how many carriers, an image shows in a region of interest.

    What is not given is taken from the sidecar and the files beside an image that janusome wrote.

    Parameters
    ----------
    picture
        NIfTI, NRRD or a DICOM series, in the unit of the scanner (Bq/mL, HU, ...; MRI in any).
    scanner
        The row of the library, or of yours, that says how such an image comes about.
    study
        What was injected into whom: formulation, host, tumor, protocol.
    roi
        The lesion: a mask, or shares between 0 and 1; on another grid it is resampled onto the image's.
    before
        The same place before the label came, for scanners that show tissue.
    at, frame, sequence, label
        The time of the scan since the study began, and how it was made.
    inside
        Share of the label that is inside cells, for labels that answer otherwise there; 0 if absent.

    Raises
    ------
    InputError
        If a file or a choice is refused.
    """
    from janusome.files.result_folder import check_target
    from janusome.reporting.quantifying import Asked, write_quantification
    from janusome.simulation.trajectory import Control

    check_target(Path(output), force=force)
    check_counts(seed=seed)
    check_count("draws", draws, highest=100_000, lowest=20)
    asked = Asked(Path(picture), scanner, study, roi, before, label, sequence, at, frame, inside, draws, seed)
    control = Control(on_progress=progress or silent, should_stop=should_stop or never)
    write_quantification(Path(output), asked, library_of(library), force=force, control=control)
    return Quantification(Path(output))
