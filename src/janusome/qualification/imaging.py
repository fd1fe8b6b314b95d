"""The qualification of imaging: OSIPI's tests of dynamic MRI, published cases of light, and every scanner's way back."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from janusome.errors import InputError
from janusome.files.library import Library
from janusome.qualification.imaging_light import photons
from janusome.qualification.imaging_loop import CASES, loop
from janusome.qualification.osipi_files import osipi_files
from janusome.qualification.osipi_inputs import arterial_inputs
from janusome.qualification.osipi_kinetics import SUBJECTS, tracer_model
from janusome.qualification.osipi_relaxometry import concentrations, relaxation_times
from janusome.qualification.section import Section

Progress = Callable[[str, float], None]

TITLE = "What images say of the tissue: OSIPI's tests of dynamic MRI, light, and images quantified that were simulated"

COMPARISONS: tuple[tuple[str, Callable[..., Section]], ...] = (
    ("T1 by variable flip angle", relaxation_times),
    ("signal to concentration", concentrations),
    ("arterial inputs", arterial_inputs),
    *((subject.title, partial(tracer_model, subject)) for subject in SUBJECTS),
)

ALONE: tuple[tuple[str, Callable[[], Section]], ...] = (("light by Monte Carlo", photons),)  # these need no files


def qualify_imaging(data: Path | str | None, *, progress: Progress, should_stop: Callable[[], bool]) -> tuple[Section, ...]:
    """Return every section; a comparison whose files are absent says so and the others go on.

    Raises
    ------
    InputError
        If there is no folder, nothing of OSIPI's lies below it, or a file cannot be used.
    KeyboardInterrupt
        If asked to stop.
    """
    named = data or os.environ.get("JANUSOME_DATA")
    if not named:
        raise InputError("--data", "is not given and JANUSOME_DATA is not set", "name a folder that holds OSIPI's test files")
    files = osipi_files(Path(named))
    found: list[Section] = []
    for k, (name, comparison) in enumerate(COMPARISONS):
        if should_stop():
            raise KeyboardInterrupt
        progress(name, k / len(COMPARISONS))
        found.append(comparison(files))
    for name, section in ALONE:
        if should_stop():
            raise KeyboardInterrupt
        progress(name, 1.0)
        found.append(section())
    rows = Library()
    for k, case in enumerate(CASES):
        progress("simulating and quantifying", k / len(CASES))
        found.append(loop(case, rows, should_stop=should_stop))
    progress("qualification", 1.0)
    return tuple(found)
