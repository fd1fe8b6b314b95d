"""Words: what was simulated, as a paragraph that a colleague reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from janusome.reporting.numerals import duration, unit
from janusome.simulation.record import DoseGiven, Record
from janusome.units import from_internal, parse

RESEARCH_USE = "Research use only. Not a medical device, and not for the care of any patient."
USUAL_HOURS = (1.0, 4.0, 24.0, 48.0, 72.0, 168.0)
MOST_SPELLED = 3


def name_of(choice: Any) -> str:
    """Return the name in whatever way a study chooses a thing: by name, from a row with changes, or in place."""
    if isinstance(choice, Mapping):
        return str(next((choice[key] for key in ("name", "kind", "from") if choice.get(key)), "described in the study"))
    return str(choice) if choice else ""


def summary(record: Record) -> list[str]:
    """Return what was simulated, one sentence an entry."""
    study = record.study
    host, tumors = name_of(study.get("host")), lesions(study)
    treated = record.arms[0]
    until = duration(float(from_internal(treated.times[-1], "h")))
    sentences = [f"The formulation {treated.formulation}" + (f" was given to the host {host}" if host else " was given")]
    sentences[0] += f" with {tumors}, and followed for {until}." if tumors else f", and followed for {until}."
    sentences += [doses(arm.doses, arm=arm.name) for arm in record.arms if arm.doses]
    others = [arm.name for arm in record.arms[1:]]
    if others:
        sentences.append(
            f"Beside it {_and(others)} {'was' if len(others) == 1 else 'were'} simulated with the same host and draws."
        )
    scans = [scan.name for scan in treated.scans]
    if scans:
        sentences.append(f"The treated arm was scanned: {_and(scans)}.")
    sentences.append(_ensemble(record.draws))
    return [unit(sentence) for sentence in sentences]


def lesions(study: Mapping[str, Any]) -> str:
    """Return the lesions of a study in words."""
    tumors = study.get("tumor") or study.get("lesions") or []
    tumors = tumors if isinstance(tumors, Sequence) and not isinstance(tumors, str) else [tumors]
    described = []
    for tumor in tumors:
        size = (
            tumor.get("volume") or (f"drawn in {name_of(_mask(tumor))}" if tumor.get("mask") else "")
            if isinstance(tumor, Mapping)
            else ""
        )
        described.append(f"{name_of(tumor)} ({size})" if size else name_of(tumor))
    if not described:
        return ""
    return f"the lesion {described[0]}" if len(described) == 1 else f"the lesions {_and(described)}"


def doses(given: Sequence[DoseGiven], *, arm: str) -> str:
    """Return the doses of an arm in one sentence; many of the same are counted."""
    kinds = {(dose.words, dose.route, dose.duration) for dose in given}
    if len(kinds) == 1 and len(given) > 1:
        times = [duration(float(from_internal(dose.time, "h"))) for dose in given]
        when = _and(times) if len(times) <= MOST_SPELLED else f"{times[0]}, {times[1]} … {times[-1]}"
        return f"Arm {arm} received {len(given)} doses of {_dose(given[0])}, at {when}."
    return (
        f"Arm {arm} received "
        + _and([f"{_dose(dose)} at {duration(float(from_internal(dose.time, 'h')))}" for dose in given])
        + "."
    )


def asked_hours(record: Record) -> list[float]:
    """Return the times at which organ contents are told: those of the study, else the usual ones and those of the scans."""
    last = float(from_internal(record.arms[0].times[-1], "h"))
    outputs = record.study.get("outputs") or {}
    asked = outputs.get("times") if isinstance(outputs, Mapping) else None
    if asked:
        hours = [
            each / 3600.0 if isinstance(each, float) else from_internal(parse(each, unit="h", place="outputs.times"), "h")
            for each in asked
        ]
    else:
        scans = [float(from_internal(scan.time, "h")) for arm in record.arms for scan in arm.scans]
        hours = [*USUAL_HOURS, *scans]
    return sorted({round(float(hour), 6) for hour in hours if 0 <= hour <= last}) or [last]


def _mask(tumor: Mapping[str, Any]) -> Any:
    mask = tumor.get("mask")
    return mask.get("file", mask) if isinstance(mask, Mapping) else mask


def _dose(dose: DoseGiven) -> str:
    over = f" over {duration(float(from_internal(dose.duration, 'h')))}" if dose.duration > 0 else " as a bolus"
    return f"{dose.words}, {dose.route}{over}"


def _ensemble(draws: int) -> str:
    if draws <= 1:
        return "Every input was at its median; without an ensemble there are no intervals."
    return (
        f"Every input was drawn from its spread {draws - 1} times beside its median: figures are medians with 5–95 % "
        "intervals, pictures and maps are at the median of every input."
    )


def _and(items: Sequence[str]) -> str:
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
