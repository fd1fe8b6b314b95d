"""The qualification of the tumor: how much gets in, how far, where it stays, in the order of the report.

One more comparison is one more entry of the list.
"""

from __future__ import annotations

from janusome.qualification.comparisons import Made
from janusome.qualification.tumor_behavior import tumor_behavior
from janusome.qualification.tumor_brain import tumor_brain
from janusome.qualification.tumor_doxil import tumor_doxil
from janusome.qualification.tumor_mice import tumor_mice
from janusome.qualification.tumor_patients import tumor_patients
from janusome.qualification.tumor_segmentations import tumor_segmentations
from janusome.qualification.tumor_solvers import tumor_solvers

COMPARISONS: tuple[tuple[str, Made], ...] = (
    ("known behavior of tumors", tumor_behavior),
    ("Doxil in 4T1", tumor_doxil),
    ("a cohort of mice", tumor_mice),
    ("a cohort of patients", tumor_patients),
    ("solvers", tumor_solvers),
    ("real segmentations", tumor_segmentations),
    ("brain", tumor_brain),
)
