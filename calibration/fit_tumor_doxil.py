"""Fit Doxil in tumors of mice to that in 4T1 (Laginha 2005, Table 1): three values of its row.

    JANUSOME_DATA=/path/to/data python calibration/fit_tumor_doxil.py

Moved are the permeability of the vessels to the liposome, its uptake by macrophages and its release in lysosomes, from the
priors below, until areas, peaks and times of peak of both doses, total and nuclear, are nearest by squared logarithms. The
free drug and the faster liposome are not seen. It prints modes with the 5th and 95th percentile that the curvature gives; the
row `formulation/doxil` holds them, rounded and with wider spreads, in its overlay for mice.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from janusome.files.library import Library
from janusome.qualification.tumor_doxil_arms import (
    ANALYTES,
    ARMS,
    DRUG,
    FILE,
    bench_of,
    concentrations,
    exposure,
    key_of,
    published,
)
from janusome.units import to_internal

Array = NDArray[np.float64]


class Prior(NamedTuple):
    """A value before the fit: median, unit, and the spread of its logarithm."""

    median: float
    unit: str
    spread: float


PRIORS = {
    "vascular_permeability": Prior(1.3e-10, "m/s", 0.9),  # rygh2011, as the row has it for other species
    "macrophage_uptake_rate_constant": Prior(0.03, "1/h", 0.8),  # assumed
    "lysosomal_release_rate_constant": Prior(0.05, "1/h", 0.8),  # assumed
}
FITTED = (("Doxil", 9.0), ("Doxil", 16.0))
ERRORS = {"AUC": 0.1, "peak": 0.25, "time_of_peak": 0.2}  # of logarithms; half as much again at the higher dose
NINETY = 1.645
STEP = 0.08


def main() -> None:
    """Fit and print."""
    data = published(Path(os.environ["JANUSOME_DATA"]) / "tumor" / FILE)
    library = Library()
    benches = {arm: bench_of(ARMS[arm], library) for arm in FITTED}
    aims = [(arm, analyte, what) for arm in FITTED for analyte in ANALYTES for what in ERRORS]
    seen = np.log([float(getattr(data[(*arm, analyte)], what)[0]) for arm, analyte, what in aims])
    error = np.array([ERRORS[what] * (1.5 if arm[1] > 9.0 else 1.0) for arm, _, what in aims])
    spread = np.array([prior.spread for prior in PRIORS.values()])

    def logarithms(shifts: Array) -> Array:
        """Return ln of what the table gives, (lanes, aims), for (lanes, values) of ln multipliers of the priors."""
        found = {}
        for arm, bench in benches.items():
            numbers = {
                key_of(bench, name): to_internal(prior.median, prior.unit) * np.exp(shifts[:, k])
                for k, (name, prior) in enumerate(PRIORS.items())
            }
            course = concentrations(ARMS[arm], bench, numbers, lanes=len(shifts))
            for analyte in ANALYTES:
                found[arm, analyte] = exposure(course[analyte], window=ARMS[arm].window)
        return np.log(np.stack([getattr(found[arm, analyte], what) for arm, analyte, what in aims], axis=1))

    def residuals(shift: Array) -> Array:
        return np.concatenate([(logarithms(shift[None])[0] - seen) / error, shift / spread])

    def slopes(shift: Array) -> Array:
        steps = STEP * np.eye(len(shift))
        up, down = np.split(logarithms(np.concatenate([shift + steps, shift - steps])), 2)
        return np.concatenate([((up - down) / (2.0 * STEP) / error).T, np.diag(1.0 / spread)])

    found = least_squares(residuals, np.zeros(len(PRIORS)), jac=slopes, xtol=1e-3, ftol=1e-4, max_nfev=30)  # pyright: ignore[reportArgumentType]
    deviation = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    for (name, prior), shift, sd in zip(PRIORS.items(), found.x, deviation, strict=True):
        low, middle, high = prior.median * np.exp(shift + NINETY * sd * np.array([-1.0, 0.0, 1.0]))
        print(f"{name:34} {middle:.3g} {prior.unit}  {low:.3g} to {high:.3g}")
    for (arm, analyte, what), ours, theirs in zip(aims, logarithms(found.x[None])[0], seen, strict=True):
        print(f"  {arm[0]} {arm[1]:g} mg/kg, {DRUG} {analyte}, {what}: {np.exp(ours):.4g}, published {np.exp(theirs):.4g}")


if __name__ == "__main__":
    main()
