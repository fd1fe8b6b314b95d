"""Comparisons of one part, made one after another."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from janusome.errors import InputError
from janusome.qualification.section import Section

Progress = Callable[[str, float], None]
Made = Callable[..., Section | tuple[Section, ...]]


def data_folder(given: Path | str | None, *, holding: str = "body") -> Path:
    """Return the folder of published data: the one given, else that which JANUSOME_DATA names.

    Raises
    ------
    InputError
        If neither names a folder that holds what is asked for.
    """
    named = given or os.environ.get("JANUSOME_DATA")
    if not named:
        raise InputError("--data", "is not given and JANUSOME_DATA is not set", f"name the folder that holds {holding}/")
    folder = Path(named)
    if not (folder / holding).is_dir():
        raise InputError(
            str(folder), f"holds no folder `{holding}`",
            "give --data, or set JANUSOME_DATA to the folder of published data",
        )  # fmt: skip
    return folder


def compared(
    comparisons: Sequence[tuple[str, Made]],
    data: Path,
    *,
    frozen: bool,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> tuple[Section, ...]:
    """Return every section in the order of their keys; one whose data are absent says so and the others go on.

    Raises
    ------
    InputError
        If a table cannot be used.
    KeyboardInterrupt
        If asked to stop.
    """
    found: list[Section] = []
    for k, (name, comparison) in enumerate(comparisons):
        if should_stop():
            raise KeyboardInterrupt
        progress(name, k / len(comparisons))
        sections = comparison(data, frozen=frozen)
        found += [sections] if isinstance(sections, Section) else sections
    progress("qualification", 1.0)
    return tuple(sorted(found, key=lambda section: section.key))
