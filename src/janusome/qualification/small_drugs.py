"""Small drugs: volumes of distribution from structure, and free drugs in people, beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from janusome.files.library import Library
from janusome.qualification.free_drugs import CLEARANCE, HALF_LIFE, MAN, VOLUME, Compared, compare, published
from janusome.qualification.section import Finding, Section, Table
from janusome.qualification.volumes import TABLE, Volume, read_table, volumes
from janusome.relations.partition import LOG_P_DOMAIN
from janusome.specification.rows import Host

KEY, TITLE = "small-drugs", "Small drugs: distribution from structure, and free drugs in people"
DRAWS = 99
RESAMPLED = 1000
MEDIAN = "median of the other drugs"
ASKED = ("irinotecan", "cisplatin", "gemcitabine", "cytarabine")  # within twofold of what is published, in people
WORDS = {CLEARANCE: "CL", VOLUME: "VDss", HALF_LIFE: "terminal half-life"}
TEXT = (
    "Volumes at steady state of anticancer drugs in a man, from log P, the pKa that log P and log D imply, and the unbound "
    "fraction alone. Nothing is fitted, frozen or not. The blood:plasma ratio of bases, which the table lacks, is one; tissue "
    "composition is that of rats. Beside each prediction stands the geometric median of the other drugs.",
    f"The method claims log P from {LOG_P_DOMAIN[0]:g} to {LOG_P_DOMAIN[1]:g} and knows of no binding to DNA: what lies "
    "outside is scored with the rest, and once apart. Where the lipid of plasma holds more than the measured unbound "
    "fraction leaves it, log P is followed.",
    "Free drugs are runs of the shipped rows. Their clearance was measured and put in, so that CL shows only that the body "
    "returns it; volume is a prediction where the row of the drug gives no partition coefficient; the half-life follows from "
    "both. A published range counts as met inside it. Paclitaxel is not among them: its solvent is not followed, and "
    "in people its row follows albumin particles.",
)


def small_drugs(data: Path, *, frozen: bool) -> Section:
    """Return how well structure predicts volumes, and how well free drugs in people are met."""
    del frozen  # nothing is fitted here
    if not (data / TABLE).exists():
        return Section(KEY, TITLE, skipped=f"{TABLE} is not in {data}")
    library = Library()
    man = library.row("host", MAN)
    assert isinstance(man, Host)
    found = volumes(read_table(data), man)
    runs = compare(published(data), library, draws=DRAWS)
    predicted = [one for one in found if not one.why_not]
    return Section(
        key=KEY,
        title=TITLE,
        text=TEXT,
        findings=(*volume_findings(predicted), *run_findings(runs)),
        tables=(_volume_table(found), _run_table(runs)),
        predictions={"volumes": _volume_rows(predicted), "free_drugs": _run_rows(runs)},
    )


def volume_findings(predicted: Sequence[Volume]) -> list[Finding]:
    """Score the predictions: all of them, and those where the method claims to hold."""
    inside = [one for one in predicted if one.inside]
    found = []
    for label, group in (("all drugs", predicted), ("in the domain", inside)):
        ours, constant = _errors(group, lambda one: one.predicted), _baseline(group)
        low, high = _ratio_of_errors(ours, constant)
        found += [
            Finding(
                f"VDss, {label}: average absolute fold error",
                math.exp(ours.mean()),
                target="below that of the constant",
                baseline=math.exp(constant.mean()),
                baseline_name=MEDIAN,
                met=bool(ours.mean() < constant.mean()),
                note=f"{len(group)} drugs; ratio to the constant's {low:.2g} to {high:.2g} (90 %, paired bootstrap)",
            ),
            *(_share(f"VDss, {label}", ours, constant, fold) for fold in (2.0, 3.0)),
            Finding(f"VDss, {label}: coverage of the 90 % interval", _coverage(group), target="0.85 to 0.95", met=None),
        ]
    return found


def run_findings(runs: Sequence[Compared]) -> list[Finding]:
    """Score the runs: within twofold, figure by figure and for the drugs that were asked for."""
    seen = [one for one in runs if math.isfinite(one.ours)]
    found = []
    for name, words in WORDS.items():
        group = [one for one in seen if one.published.name == name]
        share = float(np.mean([one.fold <= 2.0 for one in group]))
        error = math.exp(float(np.mean([math.log(one.fold) for one in group])))
        found.append(
            Finding(f"free drugs, {words}: within 2-fold", share, note=f"{len(group)} figures, fold error {error:.3g}")
        )
    asked = [one for one in runs if one.published.drug in ASKED]
    met = [one.fold <= 2.0 for one in asked]
    found.append(
        Finding(
            f"{', '.join(ASKED)}: within 2-fold",
            float(np.mean(met)),
            target="1",
            met=all(met),
            note=f"{sum(met)} of {len(met)} figures; the sources on gemcitabine differ from one another 3.6-fold in volume",
        )
    )
    worst = max(asked, key=lambda one: one.fold if math.isfinite(one.fold) else math.inf)
    found.append(
        Finding(
            f"{', '.join(ASKED)}: largest fold error",
            worst.fold,
            target="2",
            met=worst.fold <= 2.0,
            note=f"{worst.published.drug}, {WORDS[worst.published.name]}, {worst.host}, {worst.published.source}",
        )
    )
    covered = float(np.mean([one.covered for one in seen]))
    return [*found, Finding("free drugs: coverage of the 90 % interval", covered, target="at least 0.8", met=covered >= 0.8)]


def _errors(group: Sequence[Volume], guess: Callable[[Volume], float]) -> np.ndarray:
    return np.array([abs(math.log(guess(one) / one.measured)) for one in group])


def _baseline(group: Sequence[Volume]) -> np.ndarray:
    """Errors of the geometric median of all the others."""
    logs = np.log([one.measured for one in group])
    return np.abs([np.median(np.delete(logs, k)) - one for k, one in enumerate(logs)])


def _share(label: str, ours: np.ndarray, constant: np.ndarray, fold: float) -> Finding:
    share, other = (float(np.mean(errors <= math.log(fold))) for errors in (ours, constant))
    return Finding(
        f"{label}: within {fold:g}-fold", share, target="above that of the constant", baseline=other, baseline_name=MEDIAN,
        met=share > other,
    )  # fmt: skip


def _coverage(group: Sequence[Volume]) -> float:
    ends = [np.quantile(one.draws, (0.05, 0.95)) for one in group]
    return float(np.mean([low <= one.measured <= high for one, (low, high) in zip(group, ends, strict=True)]))


def _ratio_of_errors(ours: np.ndarray, constant: np.ndarray) -> tuple[float, float]:
    """The 90 % interval of the ratio of fold errors over drugs drawn again, the same for both."""
    drawn = np.random.default_rng(0).integers(0, len(ours), (RESAMPLED, len(ours)))
    low, high = np.quantile((ours - constant)[drawn].mean(axis=1), (0.05, 0.95))
    return math.exp(low), math.exp(high)


def _volume_table(found: Sequence[Volume]) -> Table:
    rows = [
        (one.drug, one.ion, None, None, None, None, one.why_not)
        if one.why_not
        else (
            one.drug,
            one.ion,
            one.log_p,
            one.measured,
            one.predicted,
            one.predicted / one.measured,
            "yes" if one.inside else "no",
        )
        for one in sorted(found, key=lambda one: one.predicted / one.measured if one.draws else math.inf)
    ]
    heads = (
        "drug",
        "ion at pH 7.4",
        "log P",
        "measured, L/kg",
        "predicted, L/kg",
        "ratio",
        "in the domain, or why not predicted",
    )
    return Table("Volumes of distribution in a man", heads, tuple(rows))


def _run_table(runs: Sequence[Compared]) -> Table:
    rows = [
        (one.published.drug, one.host, WORDS[one.published.name], one.published.low, one.published.high,
         one.ours if math.isfinite(one.ours) else None, one.published.unit,
         one.fold if math.isfinite(one.fold) else None, one.published.source)
        for one in runs
    ]  # fmt: skip
    heads = ("drug", "host", "figure", "published from", "to", "ours", "unit", "fold", "source")
    return Table("Free drugs in people", heads, tuple(rows))


def _volume_rows(predicted: Sequence[Volume]) -> tuple[dict[str, object], ...]:
    rows = []
    for one in predicted:
        low, middle, high = np.quantile(one.draws, (0.05, 0.5, 0.95))
        rows.append({"drug": one.drug, "unit": "L/kg", "measured": one.measured, "q05": low, "q50": middle, "q95": high})
    return tuple(rows)


def _run_rows(runs: Sequence[Compared]) -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "drug": one.published.drug, "host": one.host, "figure": one.published.name, "unit": one.published.unit,
            "measured": one.published.middle, "q05": one.q05, "q50": one.ours, "q95": one.q95, "source": one.published.source,
        }
        for one in runs
    )  # fmt: skip
