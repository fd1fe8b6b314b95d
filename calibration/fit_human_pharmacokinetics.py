"""Fit the human kinetics of nanomedicines and of two drugs to published values, by direct simulation.

    JANUSOME_DATA=/path/to/data python calibration/fit_human_pharmacokinetics.py [product ...]

Each fit moves a few values of the library until the medians over an ensemble of women and one of men, which is what the
published rows are judged by, are nearest to the published ones, by the sum of the squared log ratios. Where a source prints
mean and standard deviation over patients, the middle patient is that of the log-normal distribution with both. Figures of one
source that contradict one another all count, and the fit lies between them.

The search is a grid over the bounds and a simplex from its best point, without derivatives: half-lives of a phase that is
small jump. Nothing of it depends on what the library holds of the values that are moved. It prints each value, to the two
digits with which the library ships it, beside the one that is shipped, and fails where they differ. `docs/validation.md`
sets the library, with its spreads, beside every published row.
"""

from __future__ import annotations

import csv
import math
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from janusome.files.library import Library
from janusome.reporting.measures import figure
from janusome.reporting.published import Published, dose_of, published
from janusome.reporting.regimens import PEOPLE, regimen_of
from janusome.reporting.validation import Runs
from janusome.specification.resolve import resolve
from janusome.specification.study import Study
from janusome.specification.values import Value

DRAWS = 39  # of each host, beside the one with every input at its median
GRID = {1: 5, 2: 3, 3: 3}  # points a value, by how many values are moved
HUMAN = ("species", "human")


@dataclass(frozen=True)
class Knob:
    """One number to fit: which row it is of, everywhere that it stands, what it is multiplied by there, and its bounds."""

    name: str
    row: str
    places: tuple[tuple[tuple[str, ...], float], ...]
    bounds: tuple[float, float]


@dataclass(frozen=True)
class Fit:
    """A product of the published table and what is moved to fit it."""

    product: str
    knobs: tuple[Knob, ...]


LIVER = (*HUMAN, "organs", "liver", "values", "intrinsic_clearance_per_body_mass")
PARTITION = (*HUMAN, "values", "partition_coefficient")
EXCHANGE = (*HUMAN, "values", "vascular_exchange_ratio")
METABOLISED = 0.65  # of the hepatic clearance of doxorubicin; the rest is biliary
HEPATIC = (
    (LIVER, METABOLISED),
    ((*HUMAN, "values", "biliary_clearance_per_body_mass"), 1.0 - METABOLISED),
)
CLEARANCE = ((*HUMAN, "values", "clearance_per_phagocyte"), 1.0)
LEAK = ((*HUMAN, "values", "leak_rate_constant"), 1.0)
PHAGOCYTES = Knob("clearance per phagocyte, m^3/(s cell)", "formulation", (CLEARANCE,), (1e-20, 1e-16))
LEAKING = Knob("leak, 1/h", "formulation", (LEAK,), (1e-4, 2.0))
FITS = (
    Fit(
        "Doxil/Caelyx",
        (
            PHAGOCYTES,
            Knob("exchange ratio of other organs", "carrier", ((EXCHANGE, 1.0),), (5e-5, 2e-2)),
            Knob("partition into other organs", "carrier", ((PARTITION, 1.0),), (0.01, 0.6)),
        ),
    ),
    Fit("TLC D-99 (Myocet)", (PHAGOCYTES, LEAKING)),
    Fit("Onivyde", (PHAGOCYTES, LEAKING)),
    Fit("CPX-351 (Vyxeos)", (PHAGOCYTES,)),
    Fit(
        "PK1 (HPMA-doxorubicin)",
        (
            Knob("filtered fraction", "carrier", ((("values", "filtered_fraction"), 1.0),), (1e-3, 0.3)),
            Knob("exchange ratio", "carrier", ((("values", "vascular_exchange_ratio"), 1.0),), (1e-4, 0.5)),
            Knob("partition", "carrier", ((("values", "partition_coefficient"), 1.0),), (0.05, 5.0)),
        ),
    ),
    Fit(
        "free DOX",
        (
            Knob("hepatic intrinsic clearance, L/(h kg)", "doxorubicin", HEPATIC, (0.1, 10.0)),
            Knob("partition", "doxorubicin", ((PARTITION, 1.0),), (0.5, 50.0)),
        ),
    ),
    Fit(
        "Abraxane",
        (
            Knob("hepatic intrinsic clearance, L/(h kg)", "paclitaxel", ((LIVER, 1.0),), (0.1, 10.0)),
            Knob("partition", "paclitaxel", ((PARTITION, 1.0),), (1.0, 60.0)),
        ),
    ),
)


def placed(node: Any, path: Sequence[str], number: float) -> Any:
    """Return a row with one of its numbers replaced, in the unit and with the relative spread that it has."""
    if not path:
        (value,) = node
        scale = number / value.value
        spread = {end: getattr(value, end) * scale for end in ("low", "high") if getattr(value, end) is not None}
        return (Value(value=number, unit=value.unit, cv=value.cv, **spread),)
    if isinstance(node, dict):
        return {**node, path[0]: placed(node[path[0]], path[1:], number)}
    return node.model_copy(update={path[0]: placed(getattr(node, path[0]), path[1:], number)})


def turned(study: Any, knobs: Sequence[Knob], numbers: Sequence[float]) -> Any:
    """Return a resolved study with the knobs at the given numbers."""
    for knob, number in zip(knobs, numbers, strict=True):
        own = knob.row in ("formulation", "carrier")
        row = getattr(study, knob.row) if own else study.drugs[knob.row]
        for path, share in knob.places:
            row = placed(row, path, number * share)
        study = replace(study, **({knob.row: row} if own else {"drugs": {**study.drugs, knob.row: row}}))
    return study


def shipped(study: Any, knob: Knob) -> list[float]:
    """Return the numbers that the library holds, one a place."""
    found = []
    for path, _ in knob.places:
        node = getattr(study, knob.row) if knob.row in ("formulation", "carrier") else study.drugs[knob.row]
        for name in path:
            node = node[name] if isinstance(node, dict) else getattr(node, name)
        found.append(node[0].value)
    return found


def anchors(fit: Fit, rows: Sequence[Published]) -> list[Published]:
    """Return the published rows that a product is fitted to, of the middle patient."""
    found = [replace(row, value=row.value * middle(row)) for row in rows if row.product == fit.product and row.aimed_at]
    # Abraxane: whether its volume is that of the terminal phase or that at steady state is not said; both count.
    return [*found, *(replace(row, parameter="Vss") for row in found if row.parameter == "V_per_m2")]


def middle(row: Published) -> float:
    """Median over mean of the log-normal distribution whose mean and standard deviation a row prints."""
    deviation = re.search(r"\+-([\d.]+)", row.spread)
    return 1.0 / math.hypot(1.0, float(deviation.group(1)) / row.value) if deviation else 1.0


def compared(fit: Fit, aims: Sequence[Published], library: Library, numbers: Any) -> list[tuple[str, Published, float]]:
    """Return host, published row and our figure for every aim with the knobs at the given numbers."""
    runs = Runs(library, DRAWS, lambda study: turned(study, fit.knobs, numbers))
    found = []
    for host in PEOPLE:
        for row in aims:
            regimen, dose = regimen_of(row.product), dose_of(row)
            assert regimen is not None and dose is not None
            study, arm = runs.arm(regimen, host, dose, with_tumor=False)
            found.append((host, row, float(np.nanmedian(figure(row, regimen, study, arm)))))
    return found


def run(fit: Fit, rows: Sequence[Published], library: Library) -> bool:
    """Fit and print; return whether the library ships what was found."""
    aims = anchors(fit, rows)

    def misfit(logarithms: Any) -> float:
        within = np.clip(logarithms, *np.log(np.array([knob.bounds for knob in fit.knobs])).T)
        ratios = [np.log(ours / row.value) for _, row, ours in compared(fit, aims, library, np.exp(within))]
        # a figure that the course does not show is far from every row
        return float(np.mean(np.nan_to_num(ratios, nan=np.log(10.0)) ** 2) + np.sum((logarithms - within) ** 2))

    found = searched(misfit, fit.knobs)
    numbers = [float(f"{number:.2g}") for number in np.exp(found.x)]
    print(f"\n{fit.product}: {len(aims)} rows, root mean square log ratio {math.sqrt(found.fun):.3f}")
    study, same = resolve(plan(aims[0], PEOPLE[0]), library), []
    for knob, number in zip(fit.knobs, numbers, strict=True):
        held, wanted = shipped(study, knob), [float(f"{number * share:.2g}") for _, share in knob.places]
        same.append(np.allclose(held, wanted, rtol=1e-6, atol=0.0))
        print(f"  {knob.name}: {number:g}, in the library {wanted}" + ("" if same[-1] else f", which ships {held}"))
    for host, row, ours in compared(fit, aims, library, numbers):
        print(
            f"    {host:13} {row.dose_text[:12]:12} {row.parameter:15} published {row.value:8.4g}  ours {ours:8.4g} {row.unit}"
        )
    return all(same)


def searched(misfit: Any, knobs: Sequence[Knob]) -> Any:
    """Return the least of a misfit of logarithms: the best point of a grid inside the bounds, then a simplex from there."""
    shares = (np.arange(GRID[len(knobs)]) + 0.5) / GRID[len(knobs)]
    axes = [np.log(low) + shares * np.log(high / low) for low, high in (knob.bounds for knob in knobs)]
    best = np.array(min(product(*axes), key=lambda point: misfit(np.array(point))))
    corners = np.vstack([best, best + np.diag([0.5 * (axis[1] - axis[0]) for axis in axes])])
    rules = {"initial_simplex": corners, "xatol": 0.02, "fatol": 1e-4, "maxfev": 12 * len(knobs)}
    return minimize(misfit, best, method="Nelder-Mead", options=rules)


def plan(row: Published, host: str) -> Study:
    """Return the study that a row is of."""
    regimen, dose = regimen_of(row.product), dose_of(row)
    assert regimen is not None and dose is not None
    return regimen.study(host, dose, draws=DRAWS)


def main() -> None:
    """Fit everything, or the products named."""
    folder = os.environ.get("JANUSOME_DATA")
    if not folder:
        raise SystemExit("JANUSOME_DATA is not set: it names the folder that holds body/published_pk_parameters.csv")
    with (Path(folder) / "body" / "published_pk_parameters.csv").open(encoding="utf-8", newline="") as lines:
        rows = published(csv.DictReader(lines))
    library = Library()
    asked = [fit for fit in FITS if len(sys.argv) == 1 or any(word in fit.product for word in sys.argv[1:])]
    kept = [run(fit, rows, library) for fit in asked]
    if not all(kept):
        raise SystemExit("\nthe library ships other values than these")


if __name__ == "__main__":
    main()
