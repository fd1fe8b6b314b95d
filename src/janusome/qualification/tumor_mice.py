"""Comparison C of the tumor: a cohort of published mouse experiments, %ID in the tumor a day after the dose.

Only descriptors are read (size, charge, material, tumor weight). What the tumors held is scored by leak group; groups whose
other tables the population was fitted to are not new to it and are left out of the scores.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.mouse_points import covariates_of
from janusome.calibration.particles import COVARIATES, PEG, RADIOLABEL, TISSUES, MouseBench
from janusome.calibration.population import Points, covariances, linearised, mean_of
from janusome.calibration.shipped import mouse_population
from janusome.qualification.baselines import constant
from janusome.qualification.scores import NINETY, folds_of, paired, scores
from janusome.qualification.section import Finding, Section, Table

Array = NDArray[np.float64]
Row = Mapping[str, str]

TITLE = "A cohort of mouse experiments, from descriptors alone: %ID in the tumor at a day"
DATASETS, COURSES, GROUPS = "nanotumor378_datasets.csv", "nanotumor378_tumour_timecourse.csv", "leak_groups.csv"
DAY, AROUND = 24.0, (20.0, 28.0)  # h
LEAST, MOST = 0.5, 1.0  # %ID, of the median
NARROW, WIDE = 1.2, 1.8  # of ln %ID
LOWEST, HIGHEST = 0.85, 0.95
DRAWS, SEED = 200, 24
USUAL_WEIGHT, SLOPE_SPREAD, FEWEST = 0.12, 0.3, 8  # g; of the slope in ln weight; experiments
TOLD = np.array([name not in (PEG, RADIOLABEL) for name in COVARIATES], dtype=float)  # what is not told counts as usual


class Cohort(NamedTuple):
    """The experiments, and what of each is predicted: ln %ID, its middle and its spread."""

    rows: tuple[Row, ...]
    mean: Array
    deviation: Array


def tumor_mice(data: Path, *, frozen: bool) -> Section:
    """Return the comparison; with `frozen` the shipped population predicts alone, else it is leveled on the other folds."""
    body = data / "body"
    missing = [name for name in (DATASETS, COURSES, GROUPS) if not (body / name).exists()]
    if missing:
        return Section("C", TITLE, skipped=f"body/{missing[0]} is not there")
    shipped = predicted(tuple(_read(body / DATASETS)))
    found = _found(_read(body / COURSES), shipped.rows)
    group = {row["id"]: int(row["leak_group"]) for row in _read(body / GROUPS) if row["table"] == "nanotumor_ds"}
    taught = {int(row["leak_group"]) for row in _read(body / GROUPS) if row["table"] == "ntua"}
    groups = np.array([group.get(row["dataset_id"], -1 - k) for k, row in enumerate(shipped.rows)], dtype=np.int64)
    cohort = shipped if frozen else leveled(shipped, found, groups)
    new = np.array([each not in taught for each in groups.tolist()])
    return Section(
        "C", TITLE, _text(len(cohort.rows), int((~new).sum()), frozen=frozen),
        (
            *_cohort(cohort, found), *_scored(cohort, found, groups, new),
            *(() if frozen else _before(shipped, found, groups, new)),
        ),
        (_by_descriptor(cohort, found),),
        predictions={"tumor_mice": tuple(_rows(cohort, found, groups, new))},
    )  # fmt: skip


def predicted(rows: Sequence[Row]) -> Cohort:
    """Return what the shipped population expects of experiments of which only the descriptors are known."""
    population, bench = mouse_population(), MouseBench()
    linear = linearised(bench.responses, bench.log_hours, middle=population.middle, spread=population.spread)
    n = len(rows)
    points = Points(
        study=np.arange(n), particle=np.arange(n), tissue=np.full(n, TISSUES.index("tumor")), hours=np.full(n, DAY),
        covariates=np.array([covariates_of(_particle(row)) for row in rows]) * TOLD, value=np.full(n, np.nan),
    )  # fmt: skip
    mean, slopes = mean_of(population, linear, points)
    shared, own = covariances(population, slopes, points)
    variance = np.diag(shared + own) + population.scatter[points.tissue] ** 2
    weight = np.array([float(row["tumour_weight_g"]) for row in rows])
    return Cohort(tuple(rows), mean + np.log(weight), np.sqrt(variance))


def leveled(shipped: Cohort, found: Array, groups: NDArray[np.int64]) -> Cohort:
    """Return the same with a level and a slope in ln tumor weight that are fitted to what other folds of groups found.

    The spread is that of what the fit leaves. Least squares; the slope has a prior about zero.
    """
    weight = np.log([float(row["tumour_weight_g"]) / USUAL_WEIGHT for row in shipped.rows])
    design = np.stack([np.ones_like(weight), weight], axis=1)
    left, known, folds = found - shipped.mean, np.isfinite(found), folds_of(groups)
    mean, deviation = shipped.mean.copy(), shipped.deviation.copy()
    for fold in np.unique(folds):
        own, others = folds == fold, (folds != fold) & known
        if others.sum() < FEWEST:
            continue
        A, y = design[others], left[others]
        prior = np.diag([0.0, y.var() / SLOPE_SPREAD**2])
        fitted = np.linalg.solve(A.T @ A + prior, A.T @ y)
        mean[own] += design[own] @ fitted
        deviation[own] = (y - A @ fitted).std(ddof=2)
    return Cohort(shipped.rows, mean, deviation)


def _before(shipped: Cohort, found: Array, groups: NDArray[np.int64], new: NDArray[np.bool_]) -> list[Finding]:
    """Return the same scores of the shipped population alone."""
    each = (*_cohort(shipped, found), *_scored(shipped, found, groups, new))
    return [replace(one, name=f"{one.name}, shipped population alone") for one in each]


def _particle(row: Row) -> dict[str, str]:
    """Return the descriptors in the words of the population; whether there is PEG or a radiolabel is not given."""
    return {
        "hydrodynamic_size_nm": row["hydrodynamic_nm"] or row["size_nm_ml_set"],
        "zeta_mV": row["zeta_signed_mV"],
        "material_type": row["np_type"].lower(),
    }


def _found(courses: Sequence[Row], rows: Sequence[Row]) -> Array:
    """Return ln %ID found at about a day, the mean where there are several; not-a-number where there is none."""
    seen: dict[str, list[float]] = {}
    for row in courses:
        value = float(row["tumour_pctID"] or 0.0)
        if AROUND[0] <= float(row["time_h"]) <= AROUND[1] and value > 0.0:
            seen.setdefault(row["dataset_id"], []).append(math.log(value))
    return np.array([float(np.mean(seen.get(row["dataset_id"], [math.nan]))) for row in rows])


def _cohort(cohort: Cohort, found: Array) -> list[Finding]:
    """Return middle and spread of the cohort as it is drawn, beside those that were found."""
    random = np.random.default_rng(SEED)
    drawn = cohort.mean + cohort.deviation * random.standard_normal((DRAWS, len(cohort.mean)))
    middle, spread = float(np.exp(np.median(drawn))), float(drawn.std())
    seen = found[np.isfinite(found)]
    return [
        Finding("median over the cohort", middle, "%ID", f"{LEAST} to {MOST}", float(np.exp(np.median(seen))), "found",
                LEAST <= middle <= MOST),
        Finding("standard deviation of ln %ID over the cohort", spread, "", f"{NARROW} to {WIDE}", float(seen.std()), "found",
                NARROW <= spread <= WIDE),
    ]  # fmt: skip


def _scored(cohort: Cohort, found: Array, groups: NDArray[np.int64], new: NDArray[np.bool_]) -> list[Finding]:
    here = np.flatnonzero(np.isfinite(found) & new)
    if len(here) < 2:
        return []
    y, mean, sd, group = found[here], cohort.mean[here], cohort.deviation[here], groups[here]
    ours, folds = scores(y, mean, sd), folds_of(group)
    blind = np.empty(len(here))
    for fold in np.unique(folds):
        own = folds == fold
        blind[own] = (constant(y, ~own) if (~own).any() else y)[own]
    pair = paired(y, mean, blind, group)
    assert ours.coverage is not None
    note = (
        f"ratio {pair.ratio:.3f} ({pair.low:.3f} to {pair.high:.3f}); {len(here)} experiments, {len(np.unique(group))} groups"
    )
    return [
        Finding("AAFE of %ID at a day", ours.aafe, "", "no worse than a constant beyond chance", scores(y, blind).aafe,
                "constant, of the other folds", pair.not_worse, note),
        Finding("share covered by the 90 % interval", ours.coverage, "", "85 to 95 %", met=LOWEST <= ours.coverage <= HIGHEST),
        Finding("share within 3-fold", ours.within_3),
    ]  # fmt: skip


def _by_descriptor(cohort: Cohort, found: Array) -> Table:
    """Return medians, ours and found, by what tells experiments apart."""
    rows = []
    for head, name in (("material", "material"), ("targeting", "targeting")):
        for value in sorted({row[name] for row in cohort.rows if row[name]}):
            here = np.array([row[name] == value for row in cohort.rows]) & np.isfinite(found)
            if here.sum() > 2:
                medians = (float(np.exp(np.median(each[here]))) for each in (found, cohort.mean))
                rows.append((head, value, int(here.sum()), *medians))
    return Table("Medians of %ID at a day", ("descriptor", "value", "experiments", "found", "ours"), tuple(rows))


def _rows(cohort: Cohort, found: Array, groups: NDArray[np.int64], new: NDArray[np.bool_]) -> list[Mapping[str, object]]:
    quantiles = np.exp(cohort.mean[:, None] + cohort.deviation[:, None] * NINETY * np.array([-1.0, 0.0, 1.0]))
    return [
        {
            "dataset_id": row["dataset_id"], "leak_group": int(groups[k]), "new": bool(new[k]), "time_h": DAY, "unit": "%ID",
            "value": float(np.exp(found[k])) if np.isfinite(found[k]) else "",
            **dict(zip(("q05", "q50", "q95"), (float(f"{each:.5g}") for each in quantiles[k]), strict=True)),
        }
        for k, row in enumerate(cohort.rows)
    ]  # fmt: skip


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _text(experiments: int, known: int, *, frozen: bool) -> tuple[str, ...]:
    how = (
        "Nothing is fitted to these tumors."
        if frozen
        else "A level and a slope in ln tumor weight (tumors hold less per gram the heavier they are), and the spread, are "
        "fitted to the other four fifths of the leak groups; scores of the shipped population alone stand beneath."
    )
    return (
        how,
        f"{experiments} experiments. The population of particles in mice (docs/qualification.md) was fitted to %ID/g of "
        "other tables; it is taken at each experiment's size, charge and material, and times the weight of its tumor. "
        f"{known} experiments are of leak groups that it was fitted to: they count for the cohort and not for the scores.",
        "Targeting, shape and dose are not read: the population has no value for them. PEG and radiolabels are not told in "
        "these tables and count as usual. Draws hold what differs between studies and particles, and the scatter of a point.",
        "Tumor weights are often assumed in the source (0.12 g); %ID scales with them.",
    )
