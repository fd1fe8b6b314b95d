"""Comparison E: PLA-PEG vincristine in mice.

Fitted on the free drug and two particles that hardly release it; predicted for the therapeutic particle, which does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from janusome.files.library import Library
from janusome.qualification.plapeg_arms import DESIGN, FREE, MEASURED, THERAPEUTIC, VALUE, Arm, Row, arms_of, read, rows_of
from janusome.qualification.plapeg_fit import fitted, logarithms, values_at
from janusome.qualification.plapeg_values import PRIORS
from janusome.qualification.scores import scores
from janusome.qualification.section import Finding, Section, Table

Array = NDArray[np.float64]

TARGET = 1.4  # AAFE of each fitted arm
DRAWS, REPEATS, SEED = 200, 25, 20170617
BATCH = 0.15  # of a logarithm: what makes 90 % intervals cover 90 % of a particle that was left out of the fit
SCATTER = {
    "kidney": 0.174, "liver": 0.238, "lung": 0.230, "plasma": 0.269, "spleen": 0.276, "tumour": 0.327
}  # of a logarithm, between animals and of the assay: what the fit found in each tissue  # fmt: skip
QUANTILES = (0.05, 0.50, 0.95)
TITLE = "PLA-PEG vincristine in mice: from particles that hold their drug to one that releases it"


class Known(NamedTuple):
    """Sets of values, one a draw and the best first, and the scatter in each tissue."""

    draws: Mapping[str, Array]
    scatter: Mapping[str, float]


def particle_with_drug(data: Path, *, frozen: bool) -> Section:
    """Return the comparison with the published individual mice; `frozen` takes the shipped values and their spreads."""
    measured, wanted = read(data / "body" / MEASURED), read(data / "body" / DESIGN)
    if not measured and not wanted:
        return Section("E", TITLE, skipped=f"body/{MEASURED} and body/{DESIGN} are not there")
    library = Library()
    seen = arms_of([row for row in measured if row["file"] != THERAPEUTIC], library)
    kept = [row for row in measured if row["file"] == THERAPEUTIC]
    known = _shipped(seen or arms_of(wanted or kept, library)) if frozen or not seen else _fitted(seen)
    findings, tables = _scores(seen, known, fitted_here=not frozen)
    if not frozen and seen:
        findings += _left_out(seen)
    predictions = {"particle_with_drug_fitted_arms": _predicted(seen, known)} if seen else {}
    if wanted:
        predictions["particle_with_drug_therapeutic"] = _predicted(arms_of(wanted, library), known)
    if kept:
        findings += _therapeutic(arms_of(kept, library), known, particles=rows_of(seen))
    return Section("E", TITLE, _text(frozen=frozen), tuple(findings), tuple(tables), predictions=predictions)


def _fitted(arms: Sequence[Arm]) -> Known:
    found = fitted(arms)
    return Known(values_at(found.draws(DRAWS, seed=SEED)), SCATTER | dict(found.scatter))


def _shipped(arms: Sequence[Arm]) -> Known:
    """Return draws from the shipped spreads, each value on its own: how the fit ties them together is not shipped."""
    random = np.random.default_rng(SEED)
    rows = {key: value for arm in arms for key, (_, value) in arm.bench.values.items()}
    draws = {}
    for key in PRIORS:
        normal = np.concatenate([[0.0], random.standard_normal(DRAWS - 1)])
        if key in rows:
            draws[key] = np.asarray(rows[key].at(normal), dtype=np.float64)
    return Known(draws, SCATTER)


def _logs(arms: Sequence[Arm], known: Known) -> Array:
    """Return logarithms of what assays would see, draw by draw; release curves are drawn within their spreads too."""
    found = []
    for arm in arms:
        random = np.random.default_rng(SEED + 1)
        release = {
            key: np.asarray(value.at(np.concatenate([[0.0], random.standard_normal(DRAWS - 1)])), dtype=np.float64)
            for key, (name, value) in arm.bench.values.items()
            if name in ("release_time_scale", "release_shape", "burst_fraction")
        }
        found.append(logarithms([arm], {**known.draws, **release}))
    return np.concatenate(found, axis=1)


def _spread(arms: Sequence[Arm], known: Known) -> Array:
    """Return logarithms of single measurements, (draws, rows): values, batch, animal and assay.

    Every draw of the values meets the same evenly shared deviates, so that a row's interval depends on that row alone.
    """
    deviates = norm.ppf((np.arange(REPEATS) + 0.5) / REPEATS)
    scatter = np.hypot([known.scatter.get(row["tissue"], max(SCATTER.values())) for row in rows_of(arms)], BATCH)
    logs = _logs(arms, known)
    return (logs[:, None, :] + deviates[None, :, None] * scatter).reshape(-1, logs.shape[1])


def _predicted(arms: Sequence[Arm], known: Known) -> tuple[Mapping[str, object], ...]:
    """Return every row with the quantiles of a measurement there."""
    quantiles = np.exp(np.quantile(_spread(arms, known), QUANTILES, axis=0)).T
    return tuple(
        {**row, **{name: float(f"{value:.5g}") for name, value in zip(("q05", "q50", "q95"), three, strict=True)}}
        for row, three in zip(rows_of(arms), quantiles, strict=True)
    )


def _measured(rows: Sequence[Row]) -> Array:
    return np.log([float(row[VALUE]) for row in rows])


def mean_of_tissue(rows: Sequence[Row], learned_from: Sequence[Row]) -> Array:
    """Return a baseline, logarithms: the geometric mean of each tissue over the rows that it learns from."""
    return _by_tissue(rows, learned_from, degree=0, scaled=False)


def dose_and_time(rows: Sequence[Row], learned_from: Sequence[Row]) -> Array:
    """Return a baseline, logarithms: dose times a power of time in each tissue, fitted to the rows that it learns from."""
    return _by_tissue(rows, learned_from, degree=1, scaled=True)


def _by_tissue(rows: Sequence[Row], learned_from: Sequence[Row], *, degree: int, scaled: bool) -> Array:
    found = np.log([float(row["dose_drug_ug_per_g"]) for row in rows]) * scaled
    for tissue in dict.fromkeys(row["tissue"] for row in rows):
        taught = [row for row in learned_from if row["tissue"] == tissue]
        if not taught:
            found[[row["tissue"] == tissue for row in rows]] = np.nan
            continue
        logs = _measured(taught) - np.log([float(row["dose_drug_ug_per_g"]) for row in taught]) * scaled
        line = np.polyfit(_log_hours(taught), logs, degree)
        here = [k for k, row in enumerate(rows) if row["tissue"] == tissue]
        found[here] += np.polyval(line, _log_hours([rows[k] for k in here]))
    return found


def _log_hours(rows: Sequence[Row]) -> Array:
    return np.log([float(row["time_h"]) for row in rows])


def _scores(arms: Sequence[Arm], known: Known, *, fitted_here: bool) -> tuple[list[Finding], list[Table]]:
    """Return the scores of the arms that the values were fitted to, beside two baselines that saw the same rows."""
    if not arms:
        return [], []
    rows = rows_of(arms)
    seen, ours = _measured(rows), _logs(arms, known)[0]
    baselines = {"geometric mean of the tissue": mean_of_tissue(rows, rows),
                 "dose times a power of time": dose_and_time(rows, rows)}  # fmt: skip
    files, tissues = np.array([row["file"] for row in rows]), np.array([row["tissue"] for row in rows])
    better = min(baselines, key=lambda name: scores(seen, baselines[name]).aafe)
    note = "in-sample: fitted to these rows" if fitted_here else "shipped values, which were fitted to the published rows"
    findings, table = [], []
    for name in dict.fromkeys(files.tolist()):
        for tissue in ("all", *dict.fromkeys(tissues[files == name].tolist())):
            here = (files == name) & ((tissues == tissue) | (tissue == "all"))
            own, blind = (
                scores(seen[here], ours[here]),
                {k: scores(seen[here], each[here]).aafe for k, each in baselines.items()},
            )
            table.append((name, tissue, own.points, own.aafe, own.within_2, own.within_3, *blind.values()))
            if tissue == "all":
                findings.append(
                    Finding(
                        f"AAFE, {name}", own.aafe, target=f"<= {TARGET}", baseline=blind[better], baseline_name=better,
                        met=own.aafe <= TARGET, note=note,
                    )
                )  # fmt: skip
    head = ("arm", "tissue", "rows", "AAFE", "within 2-fold", "within 3-fold", *(f"AAFE of the {name}" for name in baselines))
    return findings, [Table("Arms that the values were fitted to, by tissue", head, tuple(table))]


def _left_out(arms: Sequence[Arm]) -> list[Finding]:
    """Return how each particle is predicted by a fit without it: the error, and the cover of the 90 % interval."""
    found = []
    for name in dict.fromkeys(row["file"] for row in rows_of(arms) if row["file"] != FREE):
        rest = [arm for arm in arms if arm.rows[0]["file"] != name]
        if not any(arm.rows[0]["file"] != FREE for arm in rest):
            continue
        known, out = _fitted(rest), [arm for arm in arms if arm.rows[0]["file"] == name]
        found += _judged(out, known, f"{name} left out of the fit", particles=rows_of(rest))
    return found


def _judged(arms: Sequence[Arm], known: Known, what: str, *, particles: Sequence[Row]) -> list[Finding]:
    """Return the scores of arms that no fit saw, beside a baseline that learns from the particles that the fit saw."""
    rows = rows_of(arms)
    seen = _measured(rows)
    low, middle, high = np.quantile(_spread(arms, known), QUANTILES, axis=0)
    own, covered = scores(seen, middle), float(((low <= seen) & (seen <= high)).mean())
    found = [
        Finding(f"AAFE, {what}", own.aafe),
        Finding(f"share within 2-fold, {what}", own.within_2),
        Finding(f"cover of the 90 % interval, {what}", covered),
    ]
    blind = dose_and_time(rows, [row for row in particles if row["file"] != FREE])
    if np.isfinite(blind).all():
        other, name = scores(seen, blind), "dose times a power of time, of the other particles"
        found[0] = replace(found[0], baseline=other.aafe, baseline_name=name)
        found[1] = replace(found[1], baseline=other.within_2, baseline_name=name)
    return found


def _therapeutic(arms: Sequence[Arm], known: Known, *, particles: Sequence[Row]) -> list[Finding]:
    """Return the scores of the therapeutic particle, where its measurements are at hand: no fit ever saw them."""
    found = _judged(arms, known, f"{THERAPEUTIC}, held out", particles=particles)
    for arm in arms:
        found += _judged([arm], known, f"{arm.name}, held out", particles=particles)[:1]
    return found


def _text(*, frozen: bool) -> tuple[str, ...]:
    source = (
        "Shipped values; nothing is fitted." if frozen else "Values are fitted to the arms below from priors of their own."
    )
    return (
        "Total vincristine in single mice, in ug per g of tissue with the residual blood of the sample, or per mL of plasma, "
        f"from the assembled whole body with the tumor as one place. {source}",
        "Release follows the curves that were fitted in vitro, as mixtures of first-order pools, wherever the particle is.",
        f"An interval holds the spread of the values and of the release curve, {100 * BATCH:.0f} % from batch to batch, and "
        "the scatter between animals and assays of each tissue. The share of the batch makes intervals of a particle that is "
        "left out of the fit cover what they should; two particles tell it roughly.",
        "Particles that hold their drug cannot show how much released vincristine holds phagocytes down, as it does in the "
        "published model: that value stays near its wide prior, and opens the intervals of the therapeutic particle upwards "
        "in plasma. The published value is not used, since the therapeutic particle may have been among the data that it was "
        "fitted to. Left out: binding to red cells. Organs that were not sampled are the marrow's.",
    )
