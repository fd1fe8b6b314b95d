"""OSIPI's tests of population arterial inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from janusome.imaging.tracer_kinetics.population_inputs import GeorgiouInput, McGrathInput, ParkerInput
from janusome.qualification.osipi_files import GEORGIOU, MCGRATH, PARKER, number, read_rows
from janusome.qualification.osipi_scores import Compared, Tolerance, scored
from janusome.qualification.section import Finding, Section

Array = NDArray[np.float64]
TOLERANCE = Tolerance(1e-4, 0.01)
MINUTE, SECOND = 60.0, 1.0


class _Input(Protocol):
    def blood(self, time: Array, *, delay: float = 0.0) -> Array: ...


INPUTS: tuple[tuple[str, _Input, tuple[str, ...], float], ...] = (  # the unit of the files' times; delays are s in all
    ("Parker", ParkerInput(), PARKER, MINUTE),
    ("Georgiou", GeorgiouInput(), GEORGIOU, MINUTE),
    ("McGrath", McGrathInput(), MCGRATH, SECOND),
)


def arterial_inputs(files: Mapping[str, Path]) -> Section:
    """Every sample of every published curve."""
    title = "Arterial input functions"
    findings: list[Finding] = []
    predictions: list[dict[str, object]] = []
    for name, model, wanted, unit in INPUTS:
        for file in wanted:
            if file not in files:
                continue
            compared = _samples(model, files[file], unit)
            findings.append(scored(f"{name}: {file}", compared))
            predictions += [each.row(file) for each in compared]
    if not findings:
        return Section("C", title, skipped=f"none of {', '.join(PARKER + GEORGIOU + MCGRATH)} was found")
    told = "Whole blood. Delays shift the curve by their exact length, also between samples."
    return Section("C", title, (told,), tuple(findings), predictions={"arterial-inputs": tuple(predictions)})


def _samples(model: _Input, path: Path, unit: float) -> list[Compared]:
    rows = read_rows(path, needed=("label", "time", "Cb"))
    time = unit * np.array([number(row, "time", path=path) for row in rows])
    delay = np.array([number(row, "delay", path=path) if "delay" in row else 0.0 for row in rows])
    made = np.empty_like(time)
    for late in np.unique(delay):
        made[delay == late] = model.blood(time[delay == late], delay=float(late))
    return [
        Compared(f"{row['label']} at {t:g} s", "blood", "mM", number(row, "Cb", path=path), float(c), TOLERANCE)
        for row, t, c in zip(rows, time, made, strict=True)
    ]
