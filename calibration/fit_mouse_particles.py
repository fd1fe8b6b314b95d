"""Fit the population of particles in mice to published biodistribution; write it and the row of its median particle.

    JANUSOME_DATA=/path/to/data python calibration/fit_mouse_particles.py

`library/populations/mouse.json` holds the population with the standard errors of its middles and coefficients (its posterior
under the stated priors, by Laplace's approximation); the fitted middles enter `library/carriers/nanoparticle.yaml`, from which
the population's own are then counted.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import janusome
from janusome.calibration.coherence import fit_coherence
from janusome.calibration.mouse_points import points_of, usable
from janusome.calibration.particles import COVARIATES, KNOBS, SIZE, TISSUES, UPTAKE, ZETA, MouseBench
from janusome.calibration.population import Population
from janusome.calibration.population_fit import fit
from janusome.files.biodistribution import read_biodistribution
from janusome.files.library import Library

LIBRARY = Path(janusome.__file__).parent / "library"
ROW, POPULATION = LIBRARY / "carriers" / "nanoparticle.yaml", LIBRARY / "populations" / "mouse.json"
SOURCE = "ntua_biodistribution"
WHERE = (
    "fitted with janusome to %ID/g over time in six tissues by calibration/fit_mouse_particles.py; "
    "spread over studies and particles"
)
NINETY = 1.645
# Medians of the priors: where the knobs' logarithms are zero before the fit. Uptake is the middle of the carriers' rows, walls
# and partition those of the public mouse models, permeability that of the gold sphere's row.
START = {
    "reference_clearance_per_phagocyte": {
        None: 2e-18,
        "liver": 2e-18,
        "spleen": 2e-18,
        "lung": 2e-18,
        "kidney": 2e-18,
        "bone": 2e-18,
    },
    "vascular_exchange_ratio": {None: 5e-4, "liver": 1e-3, "spleen": 0.05, "lung": 1e-3, "kidney": 1e-2, "bone": 1e-2},
    "partition_coefficient": {None: 1.0, "liver": 1.0, "spleen": 1.0, "lung": 1.0, "kidney": 1.0},
    "degradation_rate_constant": {None: 1e-3},
    "filtered_fraction": {None: 1e-4},
    "reference_vascular_permeability": {None: 4.5e-10},
    "macrophage_uptake_rate_constant": {None: 0.05},
    "nonspecific_uptake_rate_constant": {None: 0.005},
}


def started(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with the medians of the priors."""
    for name, medians in START.items():
        for organ, median in medians.items():
            values = row["values"] if organ is None else row["organs"][organ]["values"]
            values[name] = {"value": median, "unit": values[name]["unit"], "grade": "assumed", "note": "median of the prior"}
    return row


def changed(row: dict[str, Any], population: Population) -> dict[str, Any]:
    """Return the row of the median particle: values times the fitted multipliers, with the spread of a new particle."""
    logarithm: dict[tuple[str, str | None], float] = {}
    variance: dict[tuple[str, str | None], float] = {}
    spread = population.spread**2 + population.middle_error**2
    for k, knob in enumerate(KNOBS):
        for place in knob.quantities:
            logarithm[place] = logarithm.get(place, 0.0) + float(population.middle[k])
            variance[place] = variance.get(place, 0.0) + float(spread[k])
    for (name, organ), shift in logarithm.items():
        values = row["values"] if organ is None else row["organs"][organ]["values"]
        if name not in values:
            continue
        number = float(f"{values[name]['value'] * np.exp(shift):.4g}")
        ends = np.exp(np.array([-1.0, 1.0]) * NINETY * np.sqrt(variance[name, organ])) * number
        low, high = (float(f"{end:.3g}") for end in ends)
        values[name] = {"value": number, "unit": values[name]["unit"], "low": low, "high": high, "grade": "derived",
                        "source": SOURCE, "where": WHERE}  # fmt: skip
    row["values"][UPTAKE] = dict(row["organs"]["bone"]["values"][UPTAKE])
    for name, covariate, scale, unit in (
        ("clearance_size_exponent", SIZE, 1.0, ""),
        ("clearance_zeta_sensitivity", ZETA, 1.0 / 20.0, "1/mV"),
    ):
        column = COVARIATES.index(covariate)
        middle, error = population.coefficients[0, column] * scale, population.coefficient_error[0, column] * scale
        numbers = zip(("value", "low", "high"), middle + np.array([0.0, -NINETY, NINETY]) * error, strict=True)
        row["values"][name] = {**{key: float(f"{number:.3g}") for key, number in numbers}, "unit": unit, "grade": "derived",
                               "source": SOURCE, "where": WHERE}  # fmt: skip
    return row


def main() -> None:
    """Fit, and write what was found."""
    folder = os.environ.get("JANUSOME_DATA")
    if not folder:
        raise SystemExit("JANUSOME_DATA is not set: it names the folder that holds body/ntua_mouse_np_timecourses.csv")
    table = read_biodistribution(Path(folder) / "body")
    points = points_of(table, usable(table))
    row = started(yaml.safe_load(ROW.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as overlay:
        prior = Path(overlay) / "carriers" / ROW.name
        prior.parent.mkdir()
        prior.write_text(yaml.safe_dump(row, sort_keys=False), encoding="utf-8")
        bench = MouseBench(Library(overlay))
    population, linear = fit(points, bench.responses, bench.log_hours)
    population = fit_coherence(points, population, linear)
    shipped_row = changed(row, population)
    ROW.write_text(yaml.safe_dump(shipped_row, sort_keys=False, width=118, allow_unicode=True), encoding="utf-8")
    particles, studies = len(np.unique(points.particle)), len(np.unique(points.study))
    shipped = {
        "source": SOURCE,
        "fitted_to": f"{len(points)} values of {particles} particles in {studies} studies",
        "basis": "ln of %ID/g; multipliers of the row carrier/nanoparticle",
        "population": replace(population, middle=np.zeros(len(KNOBS))).plain(),
    }
    POPULATION.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    print(shipped["fitted_to"])
    for k, knob in enumerate(KNOBS):
        between = f"between studies {population.study_spread[k]:.2f}, between particles {population.particle_spread[k]:.2f}"
        print(f"{knob.name}: ln {population.middle[k]:+.2f} (standard error {population.middle_error[k]:.2f}), {between}")
    print("coherence with blood:", dict(zip(TISSUES, population.coherence.round(2).tolist(), strict=True)))


if __name__ == "__main__":
    main()
