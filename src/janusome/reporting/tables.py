"""Tables: the time courses as CSV, and the summary as plain data for JSON.

summary.json holds, with every figure as {median, q05, q95, unit, estimable} or {not_estimable, unit}:

    schema, research_use, title, seed, draws, versions, asked_hours
    arms: {name: {
        formulation, doses: [{time_h, duration_h, route, words, amounts}], ledger_error, splitting_error, solver,
        plasma_exposure: [{species, form, organ, site, quantity, dose, figures: {peak_concentration, time_of_peak, auc_to_last,
            last_time, terminal_rate_constant, terminal_half_life, terminal_points, terminal_adjusted_r2, auc_to_infinity,
            extrapolated_share, mean_residence_time, clearance, volume_at_steady_state}}],
        tissue_exposure: [{species, form, organ, site, quantity, figures: {auc_to_end, peak_concentration, time_of_peak}}],
        biodistribution: [{species, form, organ, time_h, figures: {injected_dose, injected_dose_per_mass}}],
        tumor_response: [{organ, form, quantity, end_d, figures: {at_start, at_end, change_at_end, change_at_lowest,
            time_of_lowest, time_to_doubling, ratio_to_untreated_at_end}}],
        visibility: [{scan, scanner, modality, label, lesion, time_h, criterion, visible_at_median_inputs,
            visible_share_of_draws, figures: {contrast_to_noise}}],
        tumor_readouts: [{organ, species, form, site, basis, above, time_h, from_h, to_h, figures: {injected_dose_per_mass,
            auc_ratio, penetration_half_depth, cell_share_above, ...}}], each with what applies of above and the times
        hypersensitivity: {expected_at_median_inputs, expected_share_of_draws, criterion, grade, values, assumed,
            figures: {complement_over_threshold}}, where a carrier is injected}}
    exposure_ratios: [{arm, reference, species, form, organ, site, quantity, figures: {auc_ratio, peak_ratio}}]
    drivers: [{answer, owner, name, rank_correlation}]
    observed: [{arm, species, form, organ, site, quantity, unit, points, fold_error, within_2_fold, inside_interval}],
        where the study names observations; unscored: [sentence]
    cautions: [sentence]
    rules: the rules of the non-compartmental analysis
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from janusome.files.tables import DIGITS, TIME_COURSE_COLUMNS, cell
from janusome.reporting.words import RESEARCH_USE, asked_hours
from janusome.simulation.ensemble import Answer, Interval, interval, quantiles
from janusome.simulation.exposure import RULES
from janusome.simulation.findings import (
    Finding,
    against,
    biodistribution,
    plasma_exposure,
    response,
    tissue_exposure,
    tumor_readouts,
    visibility,
)
from janusome.simulation.record import Arm, Hypersensitivity, Record
from janusome.simulation.scoring import Score, score
from janusome.units import from_internal

SCHEMA = "janusome-summary/1"
READOUT_ABOUT = ("organ", "species", "form", "site", "basis", "above", "time_h", "from_h", "to_h")
READOUT_COLUMNS = ("arm", *READOUT_ABOUT, "figure", "unit", "median", "q05", "q95", "note")


def time_courses(record: Record) -> str:
    """Return every course of every arm as CSV, long: one row a course and time, under `TIME_COURSE_COLUMNS`."""
    target = io.StringIO()
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(TIME_COURSE_COLUMNS)
    for arm in record.arms:
        hours = _written(from_internal(arm.times, "h"))
        for c in arm.courses:
            *head, quantity, unit = (cell(text) for text in (arm.name, c.species, c.form, c.organ, c.site, c.quantity, c.unit))
            numbers = zip(hours, *(_written(column) for column in quantiles(c.values)), strict=True)
            rows.writerows((*head, hour, quantity, unit, median, q05, q95) for hour, median, q05, q95 in numbers)
    return target.getvalue()


def readouts(record: Record) -> str:
    """Return the read-outs of the lesions of every arm as CSV, long: one row a figure, under `READOUT_COLUMNS`."""
    target = io.StringIO()
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(READOUT_COLUMNS)
    for arm in record.arms:
        for found in tumor_readouts(arm):
            about = [found.about.get(name, "") for name in READOUT_ABOUT]
            for figure, each in found.figures.items():
                told = (each.median, each.q05, each.q95, "") if isinstance(each, Interval) else ("", "", "", each.reason)
                rows.writerow([cell(item) for item in (arm.name, *about, figure, each.unit, *told)])
    return target.getvalue()


def _written(numbers: Any) -> list[str]:
    return [f"{number:.{DIGITS}g}" for number in (numbers + 0.0).tolist()]


def summary(record: Record, *, observations: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Return the summary of a run as plain data; the module says how it is built."""
    scores, unscored = score(record.arms, observations)
    hours = asked_hours(record)
    untreated = next((arm for arm in record.arms if not arm.doses), None)
    first = record.arms[0]
    ratios = [
        {"arm": first.name} | _finding(found) for other in record.arms[1:] if other.doses for found in against(first, other)
    ]
    return {
        "schema": SCHEMA,
        "research_use": RESEARCH_USE,
        "title": record.title,
        "seed": record.seed,
        "draws": record.draws,
        "versions": dict(record.versions),
        "asked_hours": hours,
        "arms": {arm.name: _arm(arm, record, hours=hours, untreated=untreated) for arm in record.arms},
        "exposure_ratios": ratios,
        "drivers": [asdict(driver) for driver in record.drivers],
        "observed": [_scored(each) for each in scores],
        "unscored": unscored,
        "cautions": list(record.cautions),
        "rules": {"non_compartmental": asdict(RULES) | {"text": " ".join((type(RULES).__doc__ or "").split())}},
    }


def _scored(each: Score) -> dict[str, Any]:
    about = {name: getattr(each.course, name) for name in ("species", "form", "organ", "site", "quantity", "unit")}
    figures = {} if not each.hours.size else {
        "fold_error": each.fold_error, "within_2_fold": each.within_fold, "inside_interval": each.covered
    }  # fmt: skip
    return {"arm": each.arm, **about, "points": int(each.hours.size), **figures}


def _arm(arm: Arm, record: Record, *, hours: list[float], untreated: Arm | None) -> dict[str, Any]:
    return {
        "formulation": arm.formulation,
        "doses": [
            {
                "time_h": float(from_internal(dose.time, "h")),
                "duration_h": float(from_internal(dose.duration, "h")),
                "route": dose.route,
                "words": dose.words,
                "amounts": {name: answer(interval(amount, "mol")) for name, amount in dose.mol.items()},
            }
            for dose in arm.doses
        ],
        "ledger_error": arm.ledger_error,
        "splitting_error": arm.splitting_error,
        "solver": {key: plain(value) for key, value in arm.solver.items() if key != "seconds"},  # those stand in record.json
        "plasma_exposure": [_finding(found) for found in plasma_exposure(arm, record.values)],
        "tissue_exposure": [_finding(found) for found in tissue_exposure(arm)],
        "biodistribution": [_finding(found) for found in biodistribution(arm, hours)],
        "tumor_response": [_finding(found) for found in response(arm, untreated)],
        "visibility": [_finding(found) for found in visibility(arm)],
        "tumor_readouts": [_finding(found) for found in tumor_readouts(arm)],
    } | ({} if arm.hypersensitivity is None else {"hypersensitivity": _reaction(arm.hypersensitivity)})


def _reaction(found: Hypersensitivity) -> dict[str, Any]:
    return {
        "expected_at_median_inputs": bool(found.expected[0]),
        "expected_share_of_draws": float(found.expected.mean()),
        "criterion": found.criterion,
        "grade": found.grade,
        "values": found.values,
        "assumed": found.assumed,
        "figures": {"complement_over_threshold": answer(interval(found.load, ""))},
    }


def _finding(found: Finding) -> dict[str, Any]:
    return dict(found.about) | {"figures": {name: answer(each) for name, each in found.figures.items()}}


def answer(each: Answer) -> dict[str, Any]:
    """Return a figure as plain data."""
    if isinstance(each, Interval):
        return asdict(each)
    return {"not_estimable": each.reason, "unit": each.unit}


def plain(data: Any) -> Any:
    """Return anything that a record holds as what JSON can hold; what is not finite becomes null."""
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple, set, frozenset)):
        return [plain(value) for value in data]
    if isinstance(data, (str, bool, int)) or data is None:
        return data
    if hasattr(data, "tolist"):
        return plain(data.tolist())
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    return str(data)
