"""OSIPI's tests of relaxometry: T1 by variable flip angle, and signal to concentration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from janusome.imaging.relaxometry.signal_to_concentration import Acquisition, Calibration, concentration
from janusome.imaging.relaxometry.variable_flip_angle import variable_flip_angle, variable_flip_angle_line
from janusome.numerics.separable import RateFit
from janusome.qualification.osipi_files import SIGNAL, T1_BRAIN, T1_PHANTOM, T1_PROSTATE, Row, number, numbers, read_rows
from janusome.qualification.osipi_scores import Compared, Tolerance, coverage, scored
from janusome.qualification.section import Finding, Section

R1_TOLERANCE = Tolerance(0.05, 0.05)
CONCENTRATION_TOLERANCE = Tolerance(1e-5, 1e-5)
MILLI = 1e-3
METHODS: tuple[tuple[str, Callable[..., RateFit]], ...] = (
    ("least squares", variable_flip_angle),
    ("line", variable_flip_angle_line),
)
# Unit of TR in s, and how the reference R1 (1/s) is read.
SHAPES: Mapping[str, tuple[float, Callable[[Row, Path], float]]] = {
    T1_BRAIN: (1.0, lambda row, path: number(row, "R1", path=path)),
    T1_PHANTOM: (1.0, lambda row, path: number(row, "R1", path=path) / MILLI),  # 1/ms
    T1_PROSTATE: (MILLI, lambda row, path: 1.0 / (MILLI * number(row, "T1 nonlinear", path=path))),
}


def relaxation_times(files: Mapping[str, Path]) -> Section:
    """T1 of every voxel by least squares and by the line."""
    title = "T1 by variable flip angle"
    here = [name for name in SHAPES if name in files]
    if not here:
        return Section("A", title, skipped=f"none of {', '.join(SHAPES)} was found")
    findings: list[Finding] = []
    predictions: list[dict[str, object]] = []
    for name in here:
        for method, fit in METHODS:
            compared = _rates(name, files[name], fit)
            findings.append(scored(f"R1, {method}: {name}", compared))
            if name == T1_PHANTOM:  # the others were fitted by somebody else, so that their references are no truth
                findings += coverage(f"R1, {method}, 95 % interval holds the truth: {name}", compared)
            predictions += [each.row(name) | {"method": method} for each in compared]
    told = "R1 without B1 correction, as in the references. Brain and prostate are set beside another program's fit."
    return Section("A", title, (told,), tuple(findings), predictions={"t1-variable-flip-angle": tuple(predictions)})


def _rates(name: str, path: Path, fit: Callable[..., RateFit]) -> list[Compared]:
    unit_of_time, reference = SHAPES[name]
    compared: list[Compared] = []
    for row in read_rows(path, needed=("label", "FA", "TR", "s")):
        s, angles = numbers(row, "s", path=path), np.deg2rad(numbers(row, "FA", path=path))
        TR = unit_of_time * numbers(row, "TR", path=path)
        found = fit(s, flip_angle=angles, repetition_time=TR)
        error, freedom = float(found.rate_standard_error), float(found.freedom)
        compared.append(
            Compared(row["label"], "R1", "1/s", reference(row, path), float(found.rate), R1_TOLERANCE, error, freedom)
        )
    return compared


def concentrations(files: Mapping[str, Path]) -> Section:
    """Signal to concentration, sample by sample."""
    title = "Signal to concentration"
    if SIGNAL not in files:
        return Section("B", title, skipped=f"{SIGNAL} was not found")
    path = files[SIGNAL]
    findings: list[Finding] = []
    predictions: list[dict[str, object]] = []
    for row in read_rows(path, needed=("label", "FA", "TR", "T1base", "numbaselinepts", "r1", "s", "conc")):
        # The references leave the first sample out of the baseline.
        before = slice(1, int(number(row, "numbaselinepts", path=path)))
        angle = float(np.deg2rad(number(row, "FA", path=path)))
        made = concentration(
            numbers(row, "s", path=path),
            acquisition=Acquisition(angle, number(row, "TR", path=path), before),
            calibration=Calibration(1.0 / number(row, "T1base", path=path), number(row, "r1", path=path)),
        )
        compared = [
            Compared(f"{row['label']}, sample {k}", "concentration", "mM", float(c), float(v), CONCENTRATION_TOLERANCE)
            for k, (c, v) in enumerate(zip(numbers(row, "conc", path=path), made.value, strict=True), start=1)
        ]
        findings.append(scored(f"concentration: {row['label']}", compared))
        predictions += [each.row(SIGNAL) for each in compared]
    return Section("B", title, (), tuple(findings), predictions={"signal-to-concentration": tuple(predictions)})
