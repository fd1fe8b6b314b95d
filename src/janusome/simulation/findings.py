"""Findings: what a run says about each arm, as figures with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.simulation.ensemble import Answer, at_times, interval
from janusome.simulation.exposure import RULES, Rules, areas, exposure, mixed
from janusome.simulation.record import Arm, Course, ValueUsed
from janusome.units import factor, from_internal, same_dimension, to_internal

Array = NDArray[np.float64]

AVOGADRO = 6.02214076e23  # 1/mol, exact by definition of the mole
TUMOR, PLASMA, CELLS, INTRAVENOUS = "tumor", "plasma", "tumor cells", "intravenous"


@dataclass(frozen=True)
class Finding:
    """Some figures, and what they are about (arm, species, form, organ, site, time_h, ...)."""

    about: dict[str, str | float]
    figures: dict[str, Answer]


def is_concentration(course: Course) -> bool:
    """Tell whether a course is a concentration, of whatever basis."""
    return course.quantity.startswith("concentration")


def share_of_dose(course: Course) -> str | None:
    """Return which share of the injected dose a course is, whether decay-corrected or not: None if it is none."""
    basis = course.quantity.partition(",")[0]
    return {"injected dose": "injected_dose", "injected dose per mass": "injected_dose_per_mass"}.get(basis)


def lesions_of(arms: Sequence[Arm]) -> tuple[str, ...]:
    """Return the names of the lesions: what has tumor cells, a map or a visibility, or is called a tumor."""
    named = [c.organ for arm in arms for c in arm.courses if c.species == CELLS or c.organ.startswith(TUMOR)]
    named += [m.lesion for arm in arms for m in arm.maps] + [s.visibility.lesion for arm in arms for s in arm.scans]
    return tuple(dict.fromkeys(named))


def plasma_exposure(arm: Arm, values: Sequence[ValueUsed] = (), *, rules: Rules = RULES) -> list[Finding]:
    """Analyse every plasma course of an arm after its first dose."""
    if not arm.doses:
        return []
    first, window = arm.doses[0], _after_first_dose(arm)
    hours = from_internal(arm.times[window] - first.time, "h")
    found = []
    for course in arm.courses:
        if course.organ != PLASMA or not is_concentration(course):
            continue
        amount = given(first.mol, course)
        per_mole = content_of_a_mole(course, values)
        dose = None if amount is None or per_mole is None else amount * per_mole / factor(f"({course.unit})*L")
        seen = (hours, course.values[:, window])
        if first.duration == 0.0 and first.route == INTRAVENOUS:
            seen = mixed(*seen, rules=rules)
        figures = exposure(*seen, dose=dose, infusion=from_internal(first.duration, "h"), rules=rules)
        units = _units(course.unit)
        answers = {name: interval(each.values, units[name], reasons=each.reasons) for name, each in figures.items()}
        found.append(Finding(_about(course) | {"dose": f"1 of {len(arm.doses)}: {first.words}"}, answers))
    return found


def tissue_exposure(arm: Arm) -> list[Finding]:
    """Return area, peak and time of peak of every other concentration, over the whole study."""
    hours = from_internal(arm.times, "h")
    found = []
    for course in arm.courses:
        if course.organ == PLASMA or not is_concentration(course):
            continue
        peak = np.argmax(course.values, axis=1)
        figures = {
            "auc_to_end": interval(areas(hours, course.values)[0], f"{course.unit} h"),
            "peak_concentration": interval(course.values.max(axis=1), course.unit),
            "time_of_peak": interval(hours[peak], "h"),
        }
        found.append(Finding(_about(course), figures))
    return found


def biodistribution(arm: Arm, hours: Sequence[float]) -> list[Finding]:
    """Return the injected dose (and per mass of tissue) that every organ holds at the asked times."""
    asked = [to_internal(hour, "h") for hour in hours if arm.times[0] <= to_internal(hour, "h") <= arm.times[-1]]
    held: dict[tuple[str, str, str, float], dict[str, Answer]] = {}
    for course in arm.courses:
        name = share_of_dose(course)
        if name is None or course.site != "whole":
            continue
        for time, values in zip(asked, at_times(arm.times, course.values, asked).T, strict=True):
            key = (course.species, course.form, course.organ, round(from_internal(time, "h"), 6))
            held.setdefault(key, {})[name] = interval(values, course.unit)
    names = ("species", "form", "organ", "time_h")
    return [Finding(dict(zip(names, key, strict=True)), figures) for key, figures in held.items()]


def response(arm: Arm, untreated: Arm | None = None) -> list[Finding]:
    """Return how every lesion changed: its volume (or its cells where no volume is recorded), lowest point and doubling."""
    days = from_internal(arm.times, "d")
    found = []
    for course in arm.courses:
        if not measures_cells(course):
            continue
        start = course.values[:, :1]
        relative = course.values / np.where(start > 0, start, np.nan)
        lowest = np.argmin(relative, axis=1)
        doubled, never = _first_crossing(days, relative, 2.0)
        figures: dict[str, Answer] = {
            "at_start": interval(start[:, 0], course.unit),
            "at_end": interval(course.values[:, -1], course.unit),
            "change_at_end": interval(100 * (relative[:, -1] - 1), "%"),
            "change_at_lowest": interval(100 * (relative.min(axis=1) - 1), "%"),
            "time_of_lowest": interval(days[lowest], "d"),
            "time_to_doubling": interval(doubled, "d", reasons=never),
        }
        twin = None if untreated is None or untreated.name == arm.name else same_course(untreated, course)
        if twin is not None and twin.values.shape == course.values.shape:
            with np.errstate(divide="ignore", invalid="ignore"):
                figures["ratio_to_untreated_at_end"] = interval(course.values[:, -1] / twin.values[:, -1], "")
        found.append(Finding(_about(course) | {"end_d": round(float(days[-1]), 6)}, figures))
    return found


def visibility(arm: Arm) -> list[Finding]:
    """Return, scan by scan, whether the lesion can be told from what surrounds it."""
    found = []
    for scan in arm.scans:
        about: dict[str, str | float] = {
            "scan": scan.name,
            "scanner": scan.scanner,
            "modality": scan.modality,
            "label": scan.label,
            "lesion": scan.visibility.lesion,
            "time_h": round(from_internal(scan.time, "h"), 6),
            "criterion": scan.visibility.criterion,
            "visible_at_median_inputs": "yes" if bool(scan.visibility.visible[0]) else "no",
            "visible_share_of_draws": float(np.mean(scan.visibility.visible)),
        }
        figures = {"contrast_to_noise": interval(scan.visibility.contrast_to_noise, "")}
        if scan.lowest is not None:
            figures["lowest_visible_label"] = interval(from_internal(scan.lowest.label, "umol/L"), "umol/L")
            figures["lowest_visible_carriers"] = interval(from_internal(scan.lowest.carriers, "1/mL"), "particle/mL")
        found.append(Finding(about, figures))
    return found


def tumor_readouts(arm: Arm) -> list[Finding]:
    """Return what lesions were read out for, together what was read out of one material, at one moment and in one way."""
    found: dict[tuple[tuple[str, str | float], ...], dict[str, Answer]] = {}
    for each in arm.readouts:
        about: dict[str, str | float] = {"organ": each.lesion, "species": each.species, "form": each.form, "site": each.site}
        about |= {"basis": each.basis} | ({"above": each.above} if each.above else {})
        if each.time is not None:
            about["time_h"] = round(from_internal(each.time, "h"), 6)
        if each.window is not None:
            about |= {
                name: round(from_internal(edge, "h"), 6) for name, edge in zip(("from_h", "to_h"), each.window, strict=True)
            }
        why = tuple("" if known else each.reason for known in np.isfinite(each.values))
        found.setdefault(tuple(about.items()), {})[each.figure] = interval(each.values, each.unit, reasons=why)
    return [Finding(dict(about), figures) for about, figures in found.items()]


def against(arm: Arm, reference: Arm) -> list[Finding]:
    """Return ratios of exposure between two arms, draw by draw: every input but the arm is the same in a draw."""
    found = []
    for course in arm.courses:
        twin = same_course(reference, course)
        if not is_concentration(course) or twin is None or twin.values.shape[0] != course.values.shape[0]:
            continue
        area, other = areas(arm.times, course.values)[0], areas(reference.times, twin.values)[0]
        highest, lower = course.values.max(axis=1), twin.values.max(axis=1)
        if not (other > 0).all():
            continue
        figures = {"auc_ratio": interval(area / other, ""), "peak_ratio": interval(highest / lower, "")}
        found.append(Finding(_about(course) | {"reference": reference.name}, figures))
    return found


def same_course(arm: Arm, course: Course) -> Course | None:
    """Return the course of another arm that measures the same."""
    key = _key(course)
    return next((other for other in arm.courses if _key(other) == key), None)


def given(moles: Mapping[str, ArrayLike], course: Course) -> Array | None:
    """Return how many moles of a course's species a dose held, draw by draw, or None if it held none in that form."""
    if course.form == "total":
        parts = [amount for name, amount in moles.items() if name == course.species or name.endswith(f" {course.species}")]
    else:
        names = (
            {f"{course.form} {course.species}", course.species}
            if course.form == "carrier"
            else {f"{course.form} {course.species}"}
        )
        parts = [
            amount
            for name, amount in moles.items()
            if name in names or (course.form == "carrier" and name.startswith("carrier"))
        ]
    total = np.sum([np.atleast_1d(np.asarray(part, dtype=float)) for part in parts], axis=0)
    return total if np.any(total > 0) else None


def content_of_a_mole(course: Course, values: Sequence[ValueUsed]) -> float | None:
    """Return what one mole of the species amounts to in the numerator of the course's unit, in the internal set."""
    if same_dimension(course.unit, "mol/L"):
        return 1.0
    if same_dimension(course.unit, "g/L"):
        return _value(values, ("molar_mass", "atomic_mass"), course.species)
    if same_dimension(course.unit, "Bq/L"):
        half_life = _value(values, ("half_life",), course.species)
        return None if half_life is None else AVOGADRO * np.log(2.0) / half_life
    return None


def _value(values: Iterable[ValueUsed], names: tuple[str, ...], species: str) -> float | None:
    for each in values:
        if each.name in names and each.owner.split()[-1:] == [species]:
            return to_internal(each.number, each.unit)
    return None


def _after_first_dose(arm: Arm) -> NDArray[np.int64]:
    """Indices from the first dose to just before the second; of two equal times the earlier one is before the dose."""
    begin = int(np.searchsorted(arm.times, arm.doses[0].time, side="right")) - 1
    later = [dose.time for dose in arm.doses if dose.time > arm.doses[0].time]
    end = arm.times.size
    if later:
        end = int(np.searchsorted(arm.times, min(later), side="left"))
        if np.count_nonzero(arm.times == min(later)) > 1:
            end += 1
    return np.arange(max(begin, 0), end)


def _first_crossing(times: Array, relative: Array, level: float) -> tuple[Array, tuple[str, ...]]:
    """First time at which each draw reaches a level, on the straight line in the logarithm between stored points."""
    above = relative >= level
    reached = above.any(axis=1)
    right = np.clip(np.argmax(above, axis=1), 1, times.size - 1)
    draws = np.arange(relative.shape[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.log(relative[draws, right - 1]), np.log(relative[draws, right])
        share = np.clip((np.log(level) - low) / (high - low), 0.0, 1.0)
    time = times[right - 1] + share * (times[right] - times[right - 1])
    reason = f"not reached within {times[-1]:.4g} d"
    return np.where(reached, time, np.nan), tuple(np.where(reached, "", reason).tolist())


def measures_cells(course: Course) -> bool:
    """Tell whether a course is the volume or the number of the cells of a lesion."""
    return course.species == CELLS and (same_dimension(course.unit, "m^3") or same_dimension(course.unit, "cell"))


def _units(unit: str) -> dict[str, str]:
    return {
        "peak_concentration": unit,
        "time_of_peak": "h",
        "auc_to_last": f"{unit} h",
        "last_time": "h",
        "terminal_rate_constant": "1/h",
        "terminal_half_life": "h",
        "terminal_points": "",
        "terminal_adjusted_r2": "",
        "auc_to_infinity": f"{unit} h",
        "extrapolated_share": "",
        "mean_residence_time": "h",
        "clearance": "L/h",
        "volume_at_steady_state": "L",
    }


def _about(course: Course) -> dict[str, str | float]:
    return dict(zip(("species", "form", "organ", "site", "quantity"), _key(course), strict=True))


def _key(course: Course) -> tuple[str, str, str, str, str]:
    return course.species, course.form, course.organ, course.site, course.quantity
