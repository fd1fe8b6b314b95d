"""Tables of a calibration: calibration.json and posterior.csv."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.calibrate import Calibration
from janusome.calibration.checks import QUANTILES, Score
from janusome.calibration.choice import Chosen
from janusome.calibration.identifiability import Verdict
from janusome.files.tables import DIGITS, cell
from janusome.reporting.words import RESEARCH_USE
from janusome.simulation.values import quantiles, spread
from janusome.units import from_internal

SCHEMA = "janusome-calibration/1"


def as_data(found: Calibration, *, source: str) -> dict[str, Any]:
    """Return a calibration as plain data."""
    count = len(found.values)
    return {
        "schema": SCHEMA,
        "research_use": RESEARCH_USE,
        "study": found.study.title,
        "source": source,
        "seed": found.asked.seed,
        "draws": len(found.draws),
        "rule": found.rule,
        "values_with_a_spread": found.choice.looked_at,
        "share_of_prior_variance_calibrated": found.choice.share,
        "values": [
            value_row(one, verdict) | {"effect": one.effect}
            for one, verdict in zip(found.values, found.verdicts[:count], strict=True)
        ],
        "errors": [_error_row(found, k) for k in range(len(found.groups))],
        "strongly_correlated": [asdict(pair) for pair in found.pairs],
        "search": {
            "starts": found.search.starts,
            "converged": found.search.converged,
            "modes": [mode.log_density for mode in found.search.modes],
        },
        "sampling": {
            "chains": found.chains.draws.shape[0],
            "steps": found.chains.draws.shape[1],
            "accepted": found.chains.accepted,
            "evaluations": found.chains.evaluations,
            "failed_lanes": found.failed,
            "largest_r_hat": max(one.r_hat for one in found.verdicts),
            "least_effective_size": min(min(one.bulk, one.tail) for one in found.verdicts),
        },
        "fit_in_sample": {"before": _score(found.before), "after": _score(found.after)},
        "overlay_width": found.overlay_width,
        "observations": observation_rows(found),
        "warnings": list(found.warnings),
    }


def value_row(one: Chosen, verdict: Verdict) -> dict[str, Any]:
    """Return a value before and after, in its unit, with how it was sampled."""
    low, high = quantiles(one.name, one.value)
    after = from_internal(spread(one.name, one.value, np.array([verdict.low, verdict.median, verdict.high])), one.value.unit)
    return {
        "owner": one.owner,
        "name": one.name,
        "unit": one.value.unit,
        "prior": {"median": one.value.value, "q05": low, "q95": high, "grade": str(one.value.grade)},
        "posterior": {"median": float(after[1]), "q05": float(after[0]), "q95": float(after[2])},
        "posterior_over_prior_sd": verdict.sd,
        "moved_in_prior_sd": verdict.median,
        "identified": verdict.identified,
        "r_hat": verdict.r_hat,
        "bulk_effective_size": verdict.bulk,
        "tail_effective_size": verdict.tail,
    }


def _error_row(found: Calibration, k: int) -> dict[str, Any]:
    verdict = found.verdicts[len(found.values) + k]
    deviates = np.zeros((3, len(found.groups)))
    deviates[:, k] = verdict.low, verdict.median, verdict.high
    low, median, high = found.likelihood.excess(deviates)[:, k]
    return {
        "name": found.groups[k], "median": float(median), "q05": float(low), "q95": float(high), "r_hat": verdict.r_hat,
        "bulk_effective_size": verdict.bulk, "tail_effective_size": verdict.tail,
    }  # fmt: skip


def observation_rows(found: Calibration) -> list[dict[str, Any]]:
    """Return every observation beside what is predicted for it, in its unit."""
    rows = []
    for k, one in enumerate(found.seen):
        of = {
            name: dict(zip(("q05", "median", "q95"), (np.exp(table[:, k]) / one.measure.factor).tolist(), strict=True))
            for name, table in (("prior", found.fit.prior), ("posterior", found.fit.posterior), ("new", found.fit.replicated))
        }
        rows.append({
            "line": one.observation.line, "arm": one.arm, "species": one.species, "form": one.form, "place": one.place,
            "site": one.site, "time_h": one.time / 3600.0, "unit": one.unit, "observed": one.value / one.measure.factor,
            "below_limit": one.observation.below, "corrected_for_weight": one.corrected, "predicted": of,
            "residual": float(found.fit.residual[k]),
        })  # fmt: skip
    return rows


def posterior_table(found: Calibration) -> str:
    """Return the draws as CSV, values in their units and errors as standard deviations of logarithms; with correlations."""
    target = io.StringIO()
    rows = csv.writer(target, lineterminator="\n")
    count = len(found.values)
    heads = [
        f"{one.owner}/{one.name} ({one.value.unit})" if one.value.unit else f"{one.owner}/{one.name}" for one in found.values
    ]
    rows.writerow([cell(head) for head in (*heads, *found.groups)])
    columns = [
        from_internal(spread(one.name, one.value, found.draws[:, k]), one.value.unit) for k, one in enumerate(found.values)
    ]
    errors = found.likelihood.excess(found.draws[:, count:])
    table: NDArray[np.float64] = np.column_stack([*columns, *errors.T])
    rows.writerows([f"{number:.{DIGITS}g}" for number in line] for line in table.tolist())
    return target.getvalue()


def _score(one: Score) -> dict[str, Any]:
    return asdict(one) | {"interval": f"{QUANTILES[0]:g}-{QUANTILES[2]:g} of a new measurement"}
