"""Measures: a figure of one simulated arm in the unit of a published row, draw by draw."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from janusome.model import EXITS
from janusome.reporting.published import FIGURES, IN_TUMOR, INSIDE, RETAINED, SPELLED, TERMINAL_VOLUME, UPTAKE, Published
from janusome.reporting.regimens import RELEASED, Regimen
from janusome.simulation.arms import CARRIER
from janusome.simulation.courses import CORRECTED, IN_PLASMA, IN_TISSUE, PLASMA, SHARE, SHARE_PER_MASS, TOTAL, WHOLE
from janusome.simulation.ensemble import at_times
from janusome.simulation.exposure import areas, exposure, mixed, terminal_slope
from janusome.simulation.record import Arm, Course
from janusome.simulation.two_phases import two_phases
from janusome.specification.body_surface import body_surface_area
from janusome.specification.resolved import ResolvedStudy
from janusome.units import factor, from_internal, same_dimension, to_internal

Array = NDArray[np.float64]
UNITS = {
    "peak_concentration": "ug/mL",
    "auc_to_infinity": "ug h/mL",
    "terminal_half_life": "h",
    "first_half_life": "h",
    "second_half_life": "h",
    "clearance": "m^3/h",
    "exchange_clearance": "m^3/h",
}
VOLUME = "m^3"
SCANS, LEAST_SEEN = 25, 5.0  # of the whole body, evenly over the course; %ID that is still told from nothing


def figure(row: Published, regimen: Regimen, study: ResolvedStudy, arm: Arm) -> Array:
    """Return one figure of an arm in the unit of a published row, draw by draw."""
    wanted = SPELLED.get(row.unit, row.unit)
    if row.parameter in IN_TUMOR:
        site, kind = IN_TUMOR[row.parameter]
        return _in_tumor(_lesion(arm, regimen, TOTAL if site == WHOLE else RELEASED, site), arm, kind)
    if row.parameter in UPTAKE:
        return from_internal(_uptake(arm, UPTAKE[row.parameter]), wanted)
    name = FIGURES[row.parameter]
    if name == RETAINED:
        return to_internal(1.0, "h") * _half_life_retained(arm, regimen) / factor(wanted)
    product = (row.analyte.lower().split() or [""])[-1]
    drug, form = ("sn-38", RELEASED) if product == "sn-38" else (regimen.drug, regimen.form)
    if name == INSIDE:
        return _area(arm, drug, "encapsulated") / _area(arm, drug, form) / factor(wanted)
    given = None if drug != regimen.drug else _given(arm, regimen, study)
    return in_plasma(name, wanted, _plasma(arm, drug, form), arm, study, given=given)


def in_plasma(name: str, wanted: str, plasma: Course, arm: Arm, study: ResolvedStudy, *, given: Array | None) -> Array:
    """Return a figure of non-compartmental analysis, or of two phases; `given` is the dose in concentration times m^3.

    What a source prints per square metre is divided by the surface that the dose of each draw was meant for.
    """
    hours = from_internal(arm.times, "h")
    infusion = from_internal(arm.doses[0].duration, "h")
    t, c = mixed(hours, plasma.values) if infusion == 0.0 else (hours, plasma.values)
    value = _figures(name, t, c, given, infusion) * factor(UNITS.get(name, VOLUME))
    if not same_dimension(UNITS.get(name, VOLUME), wanted):
        value = value / body_surface_area(study.host)
    return value / factor(wanted)


def _figures(name: str, t: Array, c: Array, given: Array | None, infusion: float) -> Array:
    if name in ("first_half_life", "second_half_life"):
        return np.asarray(getattr(two_phases(t, c, infusion=infusion), name))
    if name in ("central_volume", "peripheral_volume", "exchange_clearance"):
        assert given is not None
        return np.asarray(getattr(two_phases(t, c, infusion=infusion), name)(given))
    found = {key: each.values for key, each in exposure(t, c, dose=given, infusion=infusion).items()}
    with np.errstate(invalid="ignore"):
        found[TERMINAL_VOLUME] = found["clearance"] * found["terminal_half_life"] / math.log(2.0)
    return found[name]


def _given(arm: Arm, regimen: Regimen, study: ResolvedStudy) -> Array:
    """Return the dose in the unit of the plasma's concentration times m^3."""
    mol = arm.doses[0].mol
    if regimen.by_number:
        return mol[CARRIER] / factor("particle/mL")
    held = next(amount for species, amount in mol.items() if species.endswith(regimen.drug))
    return held * study.drugs[regimen.drug].find("molar_mass")[0].internal / factor("ug/mL")


def _plasma(arm: Arm, drug: str, form: str) -> Course:
    wanted = (CARRIER, CARRIER, PLASMA, IN_PLASMA) if drug == CARRIER else (drug, form, PLASMA, IN_PLASMA)
    return next(c for c in arm.courses if (c.species, c.form, c.organ, c.quantity) == wanted)


def _area(arm: Arm, drug: str, form: str) -> Array:
    return areas(from_internal(arm.times, "h"), _plasma(arm, drug, form).values)[0]


def _lesion(arm: Arm, regimen: Regimen, form: str, site: str) -> Course:
    forms = (form, RELEASED) if regimen.free else (form,)
    return next(
        c for c in arm.courses if c.species == regimen.drug and c.form in forms and c.site == site and c.quantity == IN_TISSUE
    )


def _in_tumor(course: Course, arm: Arm, kind: str) -> Array:
    hours = from_internal(arm.times, "h")
    area, moment = areas(hours, course.values)
    return {
        "auc": lambda: area,
        "peak": lambda: course.values.max(axis=1),
        "time of peak": lambda: hours[course.values.argmax(axis=1)],
        "residence": lambda: moment / area,
        "half-life": lambda: math.log(2.0) / terminal_slope(hours, course.values).rate,
    }[kind]()


def _uptake(arm: Arm, hour: float) -> Array:
    """Share of the injected dose per mass of the lesion, 1/kg, corrected for decay."""
    lesion = next(c.organ for c in arm.courses if c.quantity == IN_TISSUE)
    wanted = (TOTAL, lesion, WHOLE, SHARE_PER_MASS + CORRECTED)
    course = next(c for c in arm.courses if (c.form, c.organ, c.site, c.quantity) == wanted)
    return at_times(arm.times, to_internal(1.0, course.unit) * course.values, [to_internal(hour, "h")])[:, 0]


def _half_life_retained(arm: Arm, regimen: Regimen) -> Array:
    """Half-life of what has not left the body, h: one exponential through what scans of the whole body would see of it."""
    left = [c.values for c in arm.courses if c.species == regimen.drug and c.organ in EXITS and c.quantity == SHARE]
    scans = np.linspace(0.0, arm.times[-1], SCANS)
    retained = at_times(arm.times, 100.0 - np.sum(left, axis=0), scans)
    seen = retained > LEAST_SEEN
    hours, logarithms = from_internal(scans, "h"), np.log(np.where(seen, retained, 1.0))
    mean_t, mean_y = ((seen * each).sum(axis=1) / seen.sum(axis=1) for each in (hours, logarithms))
    apart = seen * (hours - mean_t[:, None])
    return -math.log(2.0) * (apart * hours).sum(axis=1) / (apart * (logarithms - mean_y[:, None])).sum(axis=1)
