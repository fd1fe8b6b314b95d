"""OSIPI's tests of tracer kinetics: five models, with and without a delay behind the artery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.imaging.tracer_kinetics.arterial_curve import ArterialCurve, measured
from janusome.imaging.tracer_kinetics.fit import fit_tracer
from janusome.imaging.tracer_kinetics.models import (
    AbstractTracerModel,
    ExtendedTofts,
    Patlak,
    Tofts,
    TwoCompartmentExchange,
    TwoCompartmentUptake,
)
from janusome.qualification.osipi_files import (
    EXCHANGE,
    EXTENDED_TOFTS,
    PATLAK,
    TOFTS,
    UPTAKE,
    number,
    numbers,
    read_rows,
)
from janusome.qualification.osipi_scores import Compared, Tolerance, coverage, scored
from janusome.qualification.section import Finding, Section

Array = NDArray[np.float64]
DELAY_BETWEEN = (-10.0, 10.0)  # s, in which OSIPI seeks it
NOISELESS = "highSNR"  # in a label: such curves differ from the stated truth by more than noise
ARRIVED = 0.2  # of the peak, above which the bolus is there
SAMPLES_LATE = 5  # by which OSIPI shifts the curves of the Tofts files


@dataclass(frozen=True)
class Quantity:
    """A number of a model as a file has it: its column, its unit, that unit in ours, and OSIPI's tolerance."""

    column: str
    unit: str
    factor: float
    tolerance: Tolerance


@dataclass(frozen=True)
class Case:
    """One curve of a file."""

    label: str
    time: Array
    tissue: Array
    artery: ArterialCurve
    delay: float
    truth: Mapping[str, float]


KTRANS = Quantity("Ktrans", "1/min", 1 / 60, Tolerance(0.005, 0.1))
PS = replace(KTRANS, column="ps")
FP = Quantity("fp", "mL/100mL/min", 1 / 6000, Tolerance(5.0, 0.1))
VP, VE = Quantity("vp", "", 1.0, Tolerance(0.025)), Quantity("ve", "", 1.0, Tolerance(0.05))
DELAY = Quantity("delay", "s", 1.0, Tolerance(1.0))


@dataclass(frozen=True)
class Subject:
    """A model, the files that ask for it, and what its numbers are called there, in the order of the model."""

    key: str
    title: str
    model: AbstractTracerModel
    files: tuple[str, ...]
    quantities: tuple[Quantity, ...]


SUBJECTS = (
    Subject("D", "Tofts", Tofts(), (TOFTS,), (KTRANS, VE)),
    Subject("E", "Extended Tofts", ExtendedTofts(), (EXTENDED_TOFTS,), (KTRANS, VE, VP)),
    Subject("F", "Patlak", Patlak(), PATLAK, (PS, VP)),
    Subject("G", "Two-compartment uptake", TwoCompartmentUptake(), UPTAKE, (PS, FP, VP)),
    Subject("H", "Two-compartment exchange", TwoCompartmentExchange(), EXCHANGE, (PS, FP, VP, VE)),
)


def tracer_model(subject: Subject, files: Mapping[str, Path]) -> Section:
    """Fit one model to every curve that asks for it."""
    here = [name for name in subject.files if name in files]
    if not here:
        return Section(subject.key, subject.title, skipped=f"none of {', '.join(subject.files)} was found")
    findings: list[Finding] = []
    predictions: list[dict[str, object]] = []
    for name in here:
        cases = _cases(subject, files[name])
        known = all(case.delay == 0.0 for case in cases)
        sets = ((name, cases, False), (f"{name}, delay sought", _late(cases), True)) if known else ((name, cases, True),)
        for told, some, seeking in sets:
            compared = [each for case in some for each in _compared(subject, case, seeking)]
            for quantity in (*subject.quantities, *((DELAY,) if seeking else ())):
                findings.append(scored(f"{quantity.column}: {told}", [c for c in compared if c.quantity == quantity.column]))
            noisy = [each for each in compared if NOISELESS not in each.case and "_sd_0_" not in name]
            findings += coverage(f"95 % intervals hold the truth, cases with noise: {told}", noisy)
            predictions += [each.row(told) for each in compared]
    stem = subject.title.lower().replace(" ", "-")
    text = "Where a file has no delay, the tissue is shifted by five samples as OSIPI does, and the delay is sought too."
    return Section(subject.key, subject.title, (text,), tuple(findings), predictions={stem: tuple(predictions)})


def _cases(subject: Subject, path: Path) -> list[Case]:
    tofts = subject.files[0] in (TOFTS, EXTENDED_TOFTS)
    tissue, artery, late, at = ("C", "ca", "arterialdelay", "ta") if tofts else ("C_t", "cp_aif", "arterial_delay", "t")
    needed = ("label", "t", tissue, artery, *(quantity.column for quantity in subject.quantities))
    return [
        Case(
            row["label"],
            numbers(row, "t", path=path),
            numbers(row, tissue, path=path),
            _artery(numbers(row, at if at in row else "t", path=path), numbers(row, artery, path=path)),
            number(row, late, path=path) if late in row else 0.0,
            {quantity.column: number(row, quantity.column, path=path) for quantity in subject.quantities},
        )
        for row in read_rows(path, needed=needed)
    ]


def _artery(time: Array, plasma: Array) -> ArterialCurve:
    """Return an artery with the noise that its samples show before the bolus comes."""
    before = plasma[: int(np.argmax(plasma > ARRIVED * plasma.max()))]
    return measured(time, concentration=plasma, noise=float(before.std()) if len(before) > 2 else 0.0)


def _late(cases: list[Case]) -> list[Case]:
    """Return the cases with tissues five samples late."""
    return [
        replace(
            case,
            tissue=np.concatenate([np.zeros(SAMPLES_LATE), case.tissue[:-SAMPLES_LATE]]),
            delay=float(case.time[SAMPLES_LATE] - case.time[0]),
        )
        for case in cases
    ]


def _compared(subject: Subject, case: Case, seeking: bool) -> list[Compared]:
    fit = fit_tracer(
        subject.model,
        time=case.time,
        tissue=case.tissue,
        artery=case.artery,
        delay_between=DELAY_BETWEEN if seeking else (0.0, 0.0),
    )
    asked = {
        parameter.name: quantity for parameter, quantity in zip(subject.model.parameters, subject.quantities, strict=True)
    }
    asked |= {"delay": DELAY} if seeking else {}
    truth = {**case.truth, "delay": case.delay}
    freedom = float(len(case.time) - len(fit.numbers))
    return [
        Compared(
            case.label,
            quantity.column,
            quantity.unit,
            truth[quantity.column],
            fit.numbers[name].value / quantity.factor,
            quantity.tolerance,
            fit.numbers[name].standard_error / quantity.factor,
            freedom,
        )
        for name, quantity in asked.items()
    ]
