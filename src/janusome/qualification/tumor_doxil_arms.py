"""Arms of Laginha et al. (2005): doxorubicin in 4T1 tumors of mice, free and in two liposomes, and what Table 1 reads of them.

The tumor is the mouse's triple-negative one, as one place. An assay reads a gram of the tumor as it is at that moment, which
grows meanwhile. The nucleus of the paper is the target of the drug.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.model import TARGET
from janusome.simulation.bench import Bench
from janusome.simulation.courses import CELLS, IN_TISSUE, SHARE_PER_MASS, TOTAL, WHOLE
from janusome.simulation.record import Course
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

Array = NDArray[np.float64]

FILE = "doxil_tumour_pk_laginha2005.csv"  # in the folder `tumor` of the data
TUMOR, DRUG = "breast-triple-negative", "doxorubicin"
BODY_MASS, TUMOR_VOLUME = 20.0, 0.3  # g and cm^3: usual for 4T1; the paper's own were not read
DENSITY = 1.05  # g/mL of the tumor, for drug counted per volume
WEEK, DAY = 168.0, 24.0  # h: the windows of liposomes and of the free drug
HOURS = np.unique(np.concatenate([[0.0], np.geomspace(0.02, DAY, 40), np.arange(DAY, WEEK + 1.0, 2.0)]))
ANALYTES = ("total", "nuclear")


class Arm(NamedTuple):
    """One row of the table: what is given, and over how many hours it is followed."""

    formulation: str
    dose: float  # mg/kg
    window: float


ARMS: Mapping[tuple[str, float], Arm] = {
    ("Doxil", 16.0): Arm("doxil", 16.0, WEEK),
    ("Doxil", 9.0): Arm("doxil", 9.0, WEEK),
    ("DOPC-PLD", 9.0): Arm("doxil", 9.0, WEEK),
    ("free doxorubicin", 9.0): Arm("free-doxorubicin", 9.0, DAY),
}


class Exposure(NamedTuple):
    """What the table gives of a course, lane by lane: ug h/g, ug/g and h."""

    AUC: Array
    peak: Array
    time_of_peak: Array


def published(path: Path) -> dict[tuple[str, float, str], Exposure]:
    """Return the rows of the table by formulation, dose and analyte."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (row["formulation"], float(row["dose_mg_kg"]), row["analyte"]): Exposure(
            *(np.array([float(row[name])]) for name in ("AUC_ueq_h_per_g", "Cmax_ueq_per_g", "Tmax_h"))
        )
        for row in rows
    }


def bench_of(arm: Arm, library: Library) -> Bench:
    """Return an arm, traced."""
    study = Study(
        study="doxorubicin in 4T1",
        formulation=arm.formulation,  # pyright: ignore[reportArgumentType]
        host={"kind": "mouse", "body_mass": f"{BODY_MASS:g} g"},  # pyright: ignore[reportArgumentType]
        tumor={"kind": TUMOR, "volume": f"{TUMOR_VOLUME:g} cm^3", "voxels": 1},  # pyright: ignore[reportArgumentType]
        protocol=[{"at": "0 h", "dose": f"{arm.dose:g} mg/kg", "of": DRUG, "route": "intravenous"}],  # pyright: ignore[reportArgumentType]
        controls=(),
        outputs={"until": f"{WEEK:g} h"},  # pyright: ignore[reportArgumentType]
    )
    return Bench(resolve(study, library))


def key_of(bench: Bench, quantity: str) -> str:
    """Return the key of a value of the liposome, wherever no organ has its own."""
    rows = ("formulation doxil/", "carrier peg-liposome/")
    (found,) = (key for key, (name, _) in bench.values.items() if name == quantity and key.startswith(rows))
    return found


def concentrations(arm: Arm, bench: Bench, values: Mapping[str, Array], *, lanes: int) -> dict[str, Array]:
    """Return ug of doxorubicin per g of tumor, (lanes, HOURS), by analyte."""
    courses = bench.solve(values, HOURS * 3600.0, lanes=lanes)
    grown = _one(courses, CELLS, "all", WHOLE, "volume").values / TUMOR_VOLUME
    form = TOTAL if any(each.species == DRUG and each.form == TOTAL for each in courses) else "released"
    share = _one(courses, DRUG, form, WHOLE, SHARE_PER_MASS).values / 100.0
    bound = _one(courses, DRUG, "released", TARGET, IN_TISSUE).values
    return {"total": share * arm.dose * BODY_MASS / grown, "nuclear": bound / DENSITY / grown}


def exposure(concentration: Array, *, window: float) -> Exposure:
    """Return what the table reads of courses (lanes, HOURS) within a window, h."""
    seen = window >= HOURS
    hours, values = HOURS[seen], concentration[:, seen]
    highest = values.argmax(axis=1)
    return Exposure(np.asarray(np.trapezoid(values, hours, axis=1)), values.max(axis=1), hours[highest])


def _one(courses: Sequence[Course], species: str, form: str, site: str, quantity: str) -> Course:
    return next(
        each
        for each in courses
        if (each.species, each.form, each.organ, each.site, each.quantity) == (species, form, TUMOR, site, quantity)
    )
