"""The qualification of the tumor: how much gets in, how far, where it stays, in the order of the report.

One more comparison is one more entry of the list (the blood-brain barrier, say).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from janusome.qualification.comparisons import Made, Progress, compared, data_folder
from janusome.qualification.section import Section
from janusome.qualification.tumor_behaviour import tumor_behaviour
from janusome.qualification.tumor_doxil import tumor_doxil
from janusome.qualification.tumor_mice import tumor_mice
from janusome.qualification.tumor_patients import tumor_patients
from janusome.qualification.tumor_segmentations import tumor_segmentations
from janusome.qualification.tumor_solvers import tumor_solvers

COMPARISONS: tuple[tuple[str, Made], ...] = (
    ("known behavior of tumors", tumor_behaviour),
    ("Doxil in 4T1", tumor_doxil),
    ("a cohort of mice", tumor_mice),
    ("a cohort of patients", tumor_patients),
    ("solvers", tumor_solvers),
    ("real segmentations", tumor_segmentations),
)


def qualify_tumor(data: Path, *, frozen: bool, progress: Progress, should_stop: Callable[[], bool]) -> tuple[Section, ...]:
    """Return every section of the tumor.

    Raises
    ------
    InputError
        If the folder is none, or a table in it cannot be used.
    KeyboardInterrupt
        If asked to stop.
    """
    folder = data_folder(data, holding="tumor")
    return compared(COMPARISONS, folder, frozen=frozen, progress=progress, should_stop=should_stop)
