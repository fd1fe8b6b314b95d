"""Saturation of liposome clearance: Doxil in mice and in people at rising doses.

Gabizon 2002 (abstract; its figures were not read): from 2.5 to 20 mg/kg the clearance of Doxil in mice saturates, and the
drug in their tumors rises more than the dose. In people the doses in use hardly saturate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from janusome.files.library import Library
from janusome.qualification.section import Finding, Table
from janusome.reporting.measures import figure
from janusome.reporting.published import Published
from janusome.reporting.regimens import MOUSE, WOMAN, regimen_of
from janusome.reporting.validation import Runs
from janusome.simulation.arms import CARRIER
from janusome.units import factor

DOXIL = "Doxil"
IN_MICE, IN_PEOPLE = (2.5, 5.0, 10.0, 20.0), (10.0, 25.0, 50.0, 60.0)  # mg/kg, mg/m^2
CLEARANCE = Published(DOXIL, "", "", "doxorubicin", "CL", 1.0, "mL/h", "", "")
IN_TUMOR = Published(DOXIL, "", "", "doxorubicin", "tumour_AUC_total", 1.0, "ug*h/mL", "", "")
NEARLY_LINEAR = 1.3  # between the least and the greatest clearance over the doses of people: a choice
PROPORTION = "proportional to the dose"


class AtDose(NamedTuple):
    """Medians at one dose: carriers given, clearance (mL/h), and the area in a tumor (ug h/mL), if there is one."""

    dose: float
    particles: float
    clearance: float
    in_tumor: float | None


def at_doses(host: str, doses: Sequence[float], library: Library, *, draws: int) -> list[AtDose]:
    """Simulate Doxil at every dose; mice bear a tumor."""
    regimen, runs, tumor = regimen_of(DOXIL), Runs(library, draws), host == MOUSE
    assert regimen is not None
    found = []
    for dose in doses:
        study, arm = runs.arm(regimen, host, dose, with_tumor=tumor)
        CL, area = (
            float(np.nanmedian(figure(row, regimen, study, arm))) if row is CLEARANCE or tumor else None
            for row in (CLEARANCE, IN_TUMOR)
        )
        assert CL is not None
        found.append(AtDose(dose, float(np.median(arm.doses[0].mol[CARRIER])) / factor("particle"), CL, area))
    return found


def saturation(library: Library, *, draws: int) -> tuple[list[Finding], list[Table]]:
    """Return whether clearance falls in mice and hardly in people, and whether tumors gain more than the dose."""
    mice, people = at_doses(MOUSE, IN_MICE, library, draws=draws), at_doses(WOMAN, IN_PEOPLE, library, draws=draws)
    fall = mice[0].clearance / mice[-1].clearance
    gain = (mice[-1].in_tumor or 0.0) / (mice[0].in_tumor or np.inf) / (mice[-1].dose / mice[0].dose)
    flat = max(one.clearance for one in people) / min(one.clearance for one in people)
    source = "gabizon2002 states the direction; no figure of it was read"
    findings = [
        Finding(
            "clearance of Doxil in mice, 2.5 over 20 mg/kg", fall, target="above 1", baseline=1.0,
            baseline_name=PROPORTION, met=bool(fall > 1.0), note=source,
        ),
        Finding(
            "area of doxorubicin in the tumor of mice per dose, 20 over 2.5 mg/kg", gain, target="above 1", baseline=1.0,
            baseline_name=PROPORTION, met=bool(gain > 1.0), note=source,
        ),
        Finding(
            "clearance of Doxil in a woman, greatest over least of 10 to 60 mg/m^2", flat, target=f"<= {NEARLY_LINEAR:g}",
            baseline=1.0, baseline_name=PROPORTION, met=bool(flat <= NEARLY_LINEAR),
            note="published: 0.08 and 0.09 L/h at 25 and 50",
        ),
    ]  # fmt: skip
    head = ("host", "dose", "carriers given", "clearance, mL/h", "area in the tumor, ug h/mL", "area over dose")
    rows = [
        (host, f"{one.dose:g} {unit}", one.particles, one.clearance, one.in_tumor, one.in_tumor and one.in_tumor / one.dose)
        for host, unit, series in (("mouse", "mg/kg", mice), ("woman", "mg/m^2", people))
        for one in series
    ]
    return findings, [Table("Doxil at rising doses", head, tuple(rows))]
