"""Comparison F: gold in rats by size and route, predicted with values from mice.

Nothing is fitted to the rats. Two descriptions are predicted: the library's gold sphere as it is shipped, whose PEG the
published particles did not have, and the same with a layer of protein and the clearance of protein-coated gold in mice.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.qualification.section import Finding, Section, Table
from janusome.simulation.courses import SHARE, WHOLE
from janusome.simulation.ensemble import at_times
from janusome.simulation.record import Arm
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

Array = NDArray[np.float64]

KEY, TITLE = "F", "Mouse values in rats: gold by size and route"
FILE = Path("body") / "rat_gold_nano_ipbpk.csv"
FLOOR = 1e-3  # %ID: what lies below, on either side, counts as this much
DRAWS, HOUR = 100, 3600.0
ROUTES = {"IV": "intravenous", "Oral": "oral", "IT": "intratracheal", "IH": "inhaled"}
SHIPPED, UNCOATED = "as shipped (PEG)", "protein-coated"
# nm that a layer adds to the diameter of the core: small ligands, or albumin lying on its side (assumed)
LAYER = {SHIPPED: 2.0, UNCOATED: 7.0}
DOSE = "1e10 particles"  # the doses are not in the file; at this one no phagocyte is near its capacity
# One hour after BSA-coated gold of 20 and 44 nm, 76 to 86 % stood in liver and spleen of mice (NTUA database, study 18):
# at least 1.4e-17 m^3/(s cell) over the 3.7e7 phagocytes and the millilitre of plasma of a mouse of 25 g.
CLEARANCE = {"value": 2e-17, "unit": "m^3/(s cell)", "low": 1e-17, "high": 1e-16}
PARTS = {
    "blood": ("circulating blood",),
    "lung": ("lung", "airways", "alveoli"),
    "GI": ("gut", "gut lumen", "faeces"),
    "liver": ("liver",),
    "kidney": ("kidney",),
    "spleen": ("spleen",),
    "urine": ("urine",),
    "rest": ("pancreas", "heart", "brain", "muscle", "skin", "bone", "adipose", "rest", "lymph nodes"),
}


@dataclass(frozen=True)
class Point:
    """One published figure, %ID."""

    size: float  # nm, of the core
    route: str
    hour: float
    tissue: str
    observed: float
    sd: float | None


@dataclass(frozen=True)
class Predicted:
    """A published figure with ours (draws,) and the constant that sets no size apart."""

    point: Point
    model: str
    draws: Array
    constant: float | None

    @property
    def fold(self) -> float:
        """|ln| of ours over the published, both at least the floor."""
        return abs(_log(float(np.median(self.draws))) - _log(self.point.observed))

    @property
    def constant_fold(self) -> float | None:
        """The same for the constant."""
        return None if self.constant is None else abs(_log(self.constant) - _log(self.point.observed))

    @property
    def covered(self) -> bool:
        """Whether the 90 % interval holds the published figure, at the floor or above."""
        low, high = np.quantile(self.draws, (0.05, 0.95))
        return bool(_log(float(low)) <= _log(self.point.observed) <= _log(float(high)))

    def row(self) -> Mapping[str, object]:
        """A row of the predictions."""
        q05, q50, q95 = (float(q) for q in np.quantile(self.draws, (0.05, 0.5, 0.95)))
        p = self.point
        told = {"size_nm": p.size, "route": p.route, "time_h": p.hour, "tissue": p.tissue, "unit": "%ID"}
        return {
            **told,
            "q05": q05,
            "q50": q50,
            "q95": q95,
            "observed": p.observed,
            "observed_sd": p.sd,
            "constant": self.constant,
        }


def rat_gold(data: Path, *, frozen: bool) -> Section:
    """Return comparison F. Nothing is ever refitted, so `frozen` changes nothing."""
    del frozen
    file = data / FILE
    if not file.exists():
        return Section(KEY, TITLE, skipped=f"{file} does not exist")
    with file.open(encoding="utf-8", newline="") as lines:
        points = published(csv.DictReader(lines))
    library = Library()
    found = {model: predicted(points, model, library) for model in (SHIPPED, UNCOATED)}
    return Section(
        KEY,
        TITLE,
        text=(
            f"{len(points)} published figures in % of the injected dose (the table of Nano-iPBPK). "
            "Ours come from the rat of the library and from values of gold in mice; no figure of the table was used.",
            f"The diameter is that of the core and {LAYER[SHIPPED]:g} nm (ligands, as shipped), or {LAYER[UNCOATED]:g} nm for "
            "a layer of albumin (protein-coated, with the clearance of albumin-coated gold in mice). What lies below "
            f"{FLOOR:g} %ID, published or predicted, counts as that much. Doses are not in the table: ours saturate nothing.",
            "Lung holds airways and alveoli; gut holds its contents and, except after inhalation, the faeces; organs hold "
            "their blood. The constant is the median of the other sizes of the same tissue and route.",
        ),
        findings=tuple(finding for model, rows in found.items() for finding in (*_scores(model, rows), *_shape(model, rows))),
        tables=tuple(_table(model, rows) for model, rows in found.items()),
        predictions={
            "rat-gold-as-shipped": tuple(one.row() for one in found[SHIPPED]),
            "rat-gold-protein-coated": tuple(one.row() for one in found[UNCOATED]),
        },
    )


def published(rows: Iterable[Mapping[str, str]]) -> tuple[Point, ...]:
    """Read the table."""
    return tuple(
        Point(
            size=float(row["gold_size"].removesuffix("nm")),
            route=row["route"],
            hour=float(row["time_h"]),
            tissue=row["tissue"],
            observed=float(row["pctID"]),
            sd=float(row["sd"]) if row["sd"] else None,
        )
        for row in rows
    )


def predicted(points: Sequence[Point], model: str, library: Library, *, draws: int = DRAWS) -> tuple[Predicted, ...]:
    """Simulate each size and route once and set every point beside its figure."""
    arms: dict[tuple[float, str], Arm] = {}
    for size, route in dict.fromkeys((p.size, p.route) for p in points):
        hours = max(p.hour for p in points if (p.size, p.route) == (size, route))
        study = resolve(_study(size, route, hours, model, draws=draws), library)
        arms[size, route] = simulate(study, grids={}).arms[0]
    return tuple(Predicted(p, model, share(arms[p.size, p.route], p), constant(p, points)) for p in points)


def share(arm: Arm, point: Point) -> Array:
    """Return what an arm holds at a point, %ID (draws,)."""
    parts = [part for part in PARTS[point.tissue] if not (part == "faeces" and point.route == "IH")]
    held = [
        course.values
        for course in arm.courses
        if course.quantity == SHARE and course.site == WHOLE and course.form == "carrier" and course.organ in parts
    ]
    if not held:  # an exit that nothing took
        return np.zeros(arm.courses[0].values.shape[0])
    return at_times(arm.times, np.sum(held, axis=0), [point.hour * HOUR])[:, 0]


def constant(point: Point, points: Sequence[Point]) -> float | None:
    """Return the median over the other sizes of the same tissue and route; nothing where there is no other size."""
    others = [p for p in points if (p.tissue, p.route) == (point.tissue, point.route) and p.size != point.size]
    return median(max(p.observed, FLOOR) for p in others) if others else None


def aafe(folds: Iterable[float | None]) -> float | None:
    """Return the average absolute fold error; nothing if any fold is missing."""
    known = list(folds)
    if not known or any(fold is None for fold in known):
        return None
    return math.exp(sum(fold for fold in known if fold is not None) / len(known))


def _study(size: float, route: str, hours: float, model: str, *, draws: int) -> Study:
    diameter = {
        "value": size + LAYER[model],
        "unit": "nm",
        "cv": 0.1,
        "conditions": {"weighting": "number", "medium": "water"},
    }
    core = {"value": size, "unit": "nm", "cv": 0.1, "conditions": {"weighting": "number"}}
    values = {"hydrodynamic_diameter": diameter, "core_diameter": core}
    values |= {"clearance_per_phagocyte": CLEARANCE} if model == UNCOATED else {}
    dose = {"at": "0 h", "dose": DOSE, "of": "particles", "route": ROUTES[route]}
    return Study.model_validate(
        {
            "study": f"gold of {size:g} nm",
            "formulation": {"name": "gold", "carrier": "gold-sphere", "values": values},
            "host": "rat",
            "protocol": [dose],
            "outputs": {"until": f"{hours:g} h", "draws": draws},
        }
    )


def _scores(model: str, rows: Sequence[Predicted]) -> Iterable[Finding]:
    groups = [(f"{tissue}, all routes", [r for r in rows if r.point.tissue == tissue]) for tissue in PARTS]
    groups += [(f"{route}, all tissues", [r for r in rows if r.point.route == route]) for route in ROUTES]
    for name, group in (*groups, ("all", list(rows))):
        compared = [r for r in group if r.constant is not None] or group  # where there is a constant, both score the same rows
        score = aafe(r.fold for r in compared)
        if score is not None:
            left = len(group) - len(compared)
            yield Finding(
                f"AAFE, {model}: {name}",
                score,
                "fold",
                baseline=aafe(r.constant_fold for r in compared),
                baseline_name="median of other sizes",
                note=f"without {left} rows of a route with one size" if left else "",
            )
    covered = sum(r.covered for r in rows) / len(rows)
    yield Finding(f"coverage of the 90 % interval, {model}", 100.0 * covered, "%", note="of uncertain values, not of animals")


def _shape(model: str, rows: Sequence[Predicted]) -> Iterable[Finding]:
    """What the data show of size and route, asked of ours."""

    def at(tissue: str, route: str, size: float, hour: float = 24.0) -> float:
        return next(
            float(np.median(r.draws))
            for r in rows
            if (r.point.tissue, r.point.route, r.point.size, r.point.hour) == (tissue, route, size, hour)
        )

    present = {(r.point.route, r.point.size, r.point.hour) for r in rows}
    if {("IV", 1.4, 24.0), ("IV", 18.0, 24.0)} <= present:
        ratio = at("urine", "IV", 1.4) / max(at("urine", "IV", 18.0), FLOOR)
        yield Finding(f"urine at 24 h, 1.4 over 18 nm, {model}", ratio, "fold", target="> 10", met=ratio > 10.0)
    large = [size for size in (18.0, 80.0, 200.0) if ("IV", size, 24.0) in present]
    if large:
        least = min(at("liver", "IV", size) for size in large)
        yield Finding(f"least liver of 18 to 200 nm at 24 h, {model}", least, "%ID", target="> 50", met=least > 50.0)
    oral = [size for route, size, hour in present if route == "Oral" and hour == 24.0]
    if oral:
        most = max(100.0 - at("GI", "Oral", size) for size in oral)
        yield Finding(f"most absorbed by mouth at 24 h, {model}", most, "%ID", target="< 1", met=most < 1.0)


def _table(model: str, rows: Sequence[Predicted]) -> Table:
    lines = []
    for tissue in PARTS:
        for route in ROUTES:
            group = [r for r in rows if (r.point.tissue, r.point.route) == (tissue, route)]
            if group:
                ours, theirs = aafe(r.fold for r in group), aafe(r.constant_fold for r in group)
                lines.append((tissue, route, float(len(group)), ours, theirs))
    return Table(
        f"AAFE by tissue and route, {model}", ("tissue", "route", "rows", "AAFE", "AAFE of the constant"), tuple(lines)
    )


def _log(value: float) -> float:
    return math.log(max(value, FLOOR))
