"""The qualification of the body: every comparison of where particles and drugs go, in the order of the report."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from janusome.errors import InputError
from janusome.qualification.corona import corona
from janusome.qualification.human import human
from janusome.qualification.mouse_particles import mouse_particles
from janusome.qualification.particle_with_drug import particle_with_drug
from janusome.qualification.rat_gold import rat_gold
from janusome.qualification.section import Section
from janusome.qualification.small_drugs import small_drugs

Progress = Callable[[str, float], None]

COMPARISONS: tuple[tuple[str, Callable[..., Section | tuple[Section, ...]]], ...] = (
    ("particles in mice", mouse_particles),
    ("particle with its drug", particle_with_drug),
    ("protein corona", corona),
    ("small drugs", small_drugs),
    ("gold in rats", rat_gold),
    ("nanomedicines in people", human),
)


def data_folder(given: Path | str | None) -> Path:
    """Return the folder of published data: the one given, else that which JANUSOME_DATA names.

    Raises
    ------
    InputError
        If neither names a folder that holds `body`.
    """
    named = given or os.environ.get("JANUSOME_DATA")
    if not named:
        raise InputError("--data", "is not given and JANUSOME_DATA is not set", "name the folder that holds body/")
    folder = Path(named)
    if not (folder / "body").is_dir():
        raise InputError(str(folder), "holds no folder `body`", "give the folder of published data with --data")
    return folder


def qualify_body(data: Path, *, frozen: bool, progress: Progress, should_stop: Callable[[], bool]) -> tuple[Section, ...]:
    """Return every section; a comparison whose data are absent says so and the others go on.

    Raises
    ------
    InputError
        If the folder is none, or a table in it cannot be used.
    KeyboardInterrupt
        If asked to stop.
    """
    if not (data / "body").is_dir():
        raise InputError(
            str(data), "holds no folder `body`", "give --data, or set JANUSOME_DATA to the folder of published data"
        )
    found: list[Section] = []
    for k, (name, comparison) in enumerate(COMPARISONS):
        if should_stop():
            raise KeyboardInterrupt
        progress(name, k / len(COMPARISONS))
        sections = comparison(data, frozen=frozen)
        found += [sections] if isinstance(sections, Section) else sections
    progress("qualification", 1.0)
    return tuple(sorted(found, key=lambda section: section.key))
