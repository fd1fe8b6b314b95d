"""Validation: published pharmacokinetics, row by row, beside what the shipped library gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.reporting.published import (
    DRAWS,
    FIGURES,
    IN_TUMOR,
    MAN,
    REGIMENS,
    RELEASED,
    SPELLED,
    TERMINAL_VOLUME,
    UPTAKE,
    Published,
    Regimen,
    why_not,
)
from janusome.simulation.courses import CORRECTED, IN_PLASMA, IN_TISSUE, PLASMA, SHARE_PER_MASS, TOTAL, WHOLE
from janusome.simulation.ensemble import at_times
from janusome.simulation.exposure import areas, exposure
from janusome.simulation.record import Arm, Course
from janusome.simulation.run import simulate
from janusome.specification.body_surface import body_surface_area
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Host
from janusome.units import factor, from_internal, same_dimension, to_internal

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ours:
    """Our figure in one host, in the published unit: one number a draw."""

    host: str
    draws: Array

    @property
    def median(self) -> float:
        """The median over the draws that have the figure."""
        return float(np.nanmedian(self.draws))

    @property
    def interval(self) -> tuple[float, float]:
        """The 5th and 95th percentile."""
        low, high = np.nanquantile(self.draws, (0.05, 0.95))
        return float(low), float(high)


@dataclass(frozen=True)
class Compared:
    """A published value with ours, or with the reason why there is none."""

    published: Published
    ours: tuple[Ours, ...] = ()
    fitted: bool = False
    baseline: float | None = None
    why_not: str = ""

    def ratio(self, host: str) -> float:
        """Ours over the published value, by the median."""
        return next(one.median for one in self.ours if one.host == host) / self.published.value

    def fold(self, host: str) -> float:
        """The larger of ours over published and published over ours."""
        return math.exp(abs(math.log(self.ratio(host))))


def compare(rows: Sequence[Published], library: Library, *, draws: int = DRAWS) -> tuple[Compared, ...]:
    """Simulate what the rows need, each dose in each host once, and set it beside them."""
    arms: dict[tuple[str, str, float], tuple[ResolvedStudy, Arm]] = {}

    def arm_of(regimen: Regimen, host: str, dose: float) -> tuple[ResolvedStudy, Arm]:
        key = (str(regimen.study(host, dose, draws=draws).plain()), host, dose)
        if key not in arms:
            study = resolve(regimen.study(host, dose, draws=draws), library)
            arms[key] = (study, simulate(study, grids={}).arms[0])
        return arms[key]

    found = []
    for row in rows:
        regimen, dose, reason = REGIMENS.get(row.product), row.dose, why_not(row)
        if regimen is None or dose is None or reason:
            found.append(Compared(row, why_not=reason))
            continue
        ours = tuple(Ours(host, figure(row, regimen, *arm_of(regimen, host, dose), dose=dose)) for host in regimen.hosts)
        fitted = row.parameter in regimen.fitted.get(dose, ())
        found.append(Compared(row, ours, fitted, None if fitted else _baseline(row, library)))
    return tuple(found)


def figure(row: Published, regimen: Regimen, study: ResolvedStudy, arm: Arm, *, dose: float) -> Array:
    """Return one figure of an arm in the unit of a published row, draw by draw."""
    if row.parameter in IN_TUMOR:
        site, kind = IN_TUMOR[row.parameter]
        return _in_tumor(_course(arm, regimen.drug, TOTAL if site == WHOLE else RELEASED, site, regimen), arm, kind)
    if row.parameter in UPTAKE:
        return from_internal(_uptake(arm, regimen, row.analyte, UPTAKE[row.parameter]), row.unit)
    product = row.analyte.split()[-1].lower()
    drug, form = ("sn-38", RELEASED) if product == "sn-38" else (regimen.drug, regimen.form)
    plasma = next(c for c in arm.courses if (c.species, c.form, c.organ, c.quantity) == (drug, form, PLASMA, IN_PLASMA))
    return in_plasma(row, plasma, arm, study, dose=None if drug == "sn-38" else dose)


def in_plasma(row: Published, plasma: Course, arm: Arm, study: ResolvedStudy, *, dose: float | None) -> Array:
    """Return a figure of non-compartmental analysis; clearance and volumes are per square metre, then those of the host."""
    hours = from_internal(arm.times, "h")
    infusion = from_internal(arm.doses[0].duration, "h")
    given = None if dose is None else dose * factor("mg/m^2") / factor("ug/mL")  # (ug/mL) m: per square metre
    figures = {name: each.values for name, each in exposure(hours, plasma.values, dose=given, infusion=infusion).items()}
    name = FIGURES[row.parameter]
    with np.errstate(invalid="ignore"):
        figures[TERMINAL_VOLUME] = figures["clearance"] * figures["terminal_half_life"] / math.log(2.0)
    unit = {
        "peak_concentration": "ug/mL",
        "auc_to_infinity": "ug h/mL",
        "terminal_half_life": "h",
        "clearance": "m/h",
        "volume_at_steady_state": "m",
        TERMINAL_VOLUME: "m",
    }[name]
    wanted = SPELLED.get(row.unit, row.unit)
    value = figures[name] * factor(unit)
    if not same_dimension(unit, wanted):
        value = value * body_surface_area(study.host)
    return value / factor(wanted)


def _course(arm: Arm, drug: str, form: str, site: str, regimen: Regimen) -> Course:
    lesion = dict(regimen.tumor or {})["kind"]
    forms = (form, RELEASED) if regimen.form == RELEASED else (form,)
    return next(
        c
        for c in arm.courses
        if c.species == drug and c.form in forms and c.organ == lesion and c.site == site and c.quantity == IN_TISSUE
    )


def _in_tumor(course: Course, arm: Arm, kind: str) -> Array:
    hours = from_internal(arm.times, "h")
    if kind == "auc":
        return areas(hours, course.values)[0]
    return course.values.max(axis=1) if kind == "peak" else hours[course.values.argmax(axis=1)]


def _uptake(arm: Arm, regimen: Regimen, label: str, hour: float) -> Array:
    """Share of the injected dose per mass of the lesion, 1/kg, corrected for decay."""
    lesion = dict(regimen.tumor or {})["kind"]
    wanted = (label, TOTAL, lesion, WHOLE, SHARE_PER_MASS + CORRECTED)
    course = next(c for c in arm.courses if (c.species, c.form, c.organ, c.site, c.quantity) == wanted)
    return at_times(arm.times, to_internal(1.0, course.unit) * course.values, [to_internal(hour, "h")])[:, 0]


# The label of Doxil at 10 mg/m^2: what the baseline carries to other doses.
ANCHORS = {"Cmax": 4.12, "AUC": 277.0, "CL": 10 / 277.0, "V": 2.83, "Vss": 2.83, "Vd": 2.83, "t_half": 52.3, "t_half_2": 52.3}
ANCHOR_DOSE = 10.0  # mg/m^2
ANCHOR_UNITS = {"Cmax": "ug/mL", "AUC": "ug h/mL", "CL": "L/(h m^2)", "V": "L/m^2", "Vss": "L/m^2", "Vd": "L/m^2"}


def _baseline(row: Published, library: Library) -> float | None:
    """Return what the label's dose of Doxil gives for another dose if nothing but the dose changes."""
    regimen = REGIMENS[row.product]
    if regimen.formulation != "doxil" or regimen.tumor or row.parameter not in ANCHORS or row.dose is None:
        return None
    value = ANCHORS[row.parameter] * (row.dose / ANCHOR_DOSE if row.parameter in ("Cmax", "AUC") else 1.0)
    unit, wanted = ANCHOR_UNITS.get(row.parameter, "h"), SPELLED.get(row.unit, row.unit)
    value *= factor(unit) / factor(wanted)
    if same_dimension(unit, wanted):
        return value
    host = library.row("host", MAN)
    assert isinstance(host, Host)
    return value * body_surface_area(host)
