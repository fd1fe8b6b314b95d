"""Fit the human kinetics of nanomedicines and of two drugs to published values, by direct simulation.

    JANUSOME_DATA=/path/to/data python calibration/fit_human_pharmacokinetics.py [product ...]

Each fit moves a few values of the library until the figures of the middle woman and the middle man (every other input at its
median) are nearest to the published ones, by the sum of the squared log ratios. It prints the values with the standard errors
of their logarithms; the rows of the library hold them rounded. `docs/validation.md` sets the rounded library, with its
spreads, beside every published row.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from janusome.files.library import Library
from janusome.reporting.measures import figure
from janusome.reporting.published import Published, dose_of, published
from janusome.reporting.regimens import PEOPLE, regimen_of
from janusome.reporting.validation import Runs
from janusome.specification.values import Value

DRAWS = 1  # the first draw has every input at its median
HUMAN = ("species", "human")


@dataclass(frozen=True)
class Knob:
    """One number to fit: which row it is of, everywhere that it stands, what it is multiplied by there, and its bounds."""

    name: str
    row: str
    places: tuple[tuple[tuple[str, ...], float], ...]
    start: float
    bounds: tuple[float, float]


@dataclass(frozen=True)
class Fit:
    """A product of the published table and what is moved to fit it."""

    product: str
    knobs: tuple[Knob, ...]


LIVER = (*HUMAN, "organs", "liver", "values", "intrinsic_clearance_per_body_mass")
PARTITION = (*HUMAN, "values", "partition_coefficient")
EXCHANGE = (*HUMAN, "values", "vascular_exchange_ratio")
FENESTRATED = tuple(
    ((*HUMAN, "organs", organ, "values", "vascular_exchange_ratio"), 1.0) for organ in ("liver", "spleen", "bone")
)
METABOLISED = 0.65  # of the hepatic clearance of doxorubicin; the rest is biliary
HEPATIC = (
    (LIVER, METABOLISED),
    ((*HUMAN, "values", "biliary_clearance_per_body_mass"), 1.0 - METABOLISED),
)
CLEARANCE = ((*HUMAN, "values", "clearance_per_phagocyte"), 1.0)
LEAK = ((*HUMAN, "values", "leak_rate_constant"), 1.0)
PHAGOCYTES = Knob("clearance per phagocyte, m^3/(s cell)", "formulation", (CLEARANCE,), 3e-19, (1e-20, 3e-17))
LEAKING = Knob("leak, 1/h", "formulation", (LEAK,), 0.01, (1e-4, 2.0))
FITS = (
    Fit(
        "Doxil/Caelyx",
        (
            PHAGOCYTES,
            # bounds: the range that models of the mouse give for the spleen
            Knob("exchange ratio of liver, spleen and marrow", "carrier", FENESTRATED, 0.2, (0.03, 0.5)),
            Knob("exchange ratio of other organs", "carrier", ((EXCHANGE, 1.0),), 1e-3, (5e-5, 2e-2)),
            Knob("partition into other organs", "carrier", ((PARTITION, 1.0),), 0.1, (0.01, 0.6)),
        ),
    ),
    Fit("TLC D-99 (Myocet)", (PHAGOCYTES, LEAKING)),
    Fit("Onivyde", (PHAGOCYTES, LEAKING)),
    Fit("CPX-351 (Vyxeos)", (PHAGOCYTES,)),
    Fit(
        "PK1 (HPMA-doxorubicin)",
        (
            Knob("filtered fraction", "carrier", ((("values", "filtered_fraction"), 1.0),), 0.025, (1e-3, 0.3)),
            Knob("exchange ratio", "carrier", ((("values", "vascular_exchange_ratio"), 1.0),), 0.005, (1e-4, 0.5)),
            Knob("partition", "carrier", ((("values", "partition_coefficient"), 1.0),), 0.7, (0.05, 5.0)),
        ),
    ),
    Fit(
        "free DOX",
        (
            Knob("hepatic intrinsic clearance, L/(h kg)", "doxorubicin", HEPATIC, 1.0, (0.1, 10.0)),
            Knob("partition", "doxorubicin", ((PARTITION, 1.0),), 5.0, (0.5, 50.0)),
        ),
    ),
    Fit(
        "Abraxane",
        (
            Knob("hepatic intrinsic clearance, L/(h kg)", "paclitaxel", ((LIVER, 1.0),), 1.0, (0.1, 10.0)),
            Knob("partition", "paclitaxel", ((PARTITION, 1.0),), 15.0, (1.0, 60.0)),
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


def anchors(fit: Fit, rows: Sequence[Published]) -> list[Published]:
    """Return the published rows that a product is fitted to."""
    found = [row for row in rows if row.product == fit.product and row.fitted]
    # Abraxane: whether its volume is that of the terminal phase or that at steady state is not said; both count.
    return [*found, *(replace(row, parameter="Vss") for row in found if row.parameter == "V_per_m2")]


def compared(fit: Fit, aims: Sequence[Published], library: Library, numbers: Any) -> list[tuple[str, Published, float]]:
    """Return host, published row and our figure for every aim with the knobs at the given numbers."""
    runs = Runs(library, DRAWS, lambda study: turned(study, fit.knobs, numbers))
    found = []
    for host in PEOPLE:
        for row in aims:
            regimen, dose = regimen_of(row.product), dose_of(row)
            assert regimen is not None and dose is not None
            study, arm = runs.arm(regimen, host, dose, with_tumor=False)
            found.append((host, row, float(figure(row, regimen, study, arm)[0])))
    return found


def run(fit: Fit, rows: Sequence[Published], library: Library) -> None:
    """Fit and print."""
    aims = anchors(fit, rows)

    def log_ratios(logarithms: Any) -> Any:
        ratios = [np.log(ours / row.value) for _, row, ours in compared(fit, aims, library, np.exp(logarithms))]
        return np.nan_to_num(ratios, nan=np.log(10.0))  # a figure that the course does not show is far from every row

    lower, upper = np.log(np.array([knob.bounds for knob in fit.knobs])).T
    start = np.log([knob.start for knob in fit.knobs])
    found = least_squares(log_ratios, start, bounds=(lower, upper), diff_step=0.03, xtol=2e-3, ftol=2e-3, max_nfev=12)
    freedom = max(found.fun.size - found.x.size, 1)
    errors = np.sqrt(np.diag(np.linalg.pinv(found.jac.T @ found.jac)) * 2 * found.cost / freedom)
    print(f"\n{fit.product}: root mean square log ratio {np.sqrt(2 * found.cost / found.fun.size):.3f}")
    for knob, at, error in zip(fit.knobs, found.x, errors, strict=True):
        print(f"  {knob.name}: {np.exp(at):.3g} (standard error of the logarithm {error:.2f})")
    for host, row, ours in compared(fit, aims, library, np.exp(found.x)):
        print(
            f"    {host:13} {row.dose_text[:12]:12} {row.parameter:15} published {row.value:8.4g}  ours {ours:8.4g} {row.unit}"
        )


def main() -> None:
    """Fit everything, or the products named."""
    folder = os.environ.get("JANUSOME_DATA")
    if not folder:
        raise SystemExit("JANUSOME_DATA is not set: it names the folder that holds body/published_pk_parameters.csv")
    with (Path(folder) / "body" / "published_pk_parameters.csv").open(encoding="utf-8", newline="") as lines:
        rows = published(csv.DictReader(lines))
    library = Library()
    for fit in FITS:
        if len(sys.argv) == 1 or any(word in fit.product for word in sys.argv[1:]):
            run(fit, rows, library)


if __name__ == "__main__":
    main()
