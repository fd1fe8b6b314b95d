"""Validation page: published pharmacokinetics beside ours, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from janusome.reporting.numerals import number, unit
from janusome.reporting.published import IN_TUMOR, SPELLED, UPTAKE, Published, dose_of
from janusome.reporting.regimens import DRAWS, MAN, PEOPLE, WOMAN
from janusome.reporting.validation import Compared, Ours

HEAD = f"""# Validation: published pharmacokinetics beside ours

Made by `python docs/make_validation.py` from the table of published values that `JANUSOME_DATA` names
(`body/published_pk_parameters.csv`) and the shipped library; `tests/validation/test_human_pharmacokinetics.py` holds
the bounds. Ours is the median over {DRAWS + 1} draws of every input, with the 5th and 95th percentile. *Ratio* is
ours over the published value. *Baseline* is the same ratio for the label's Doxil at 10 mg/m² carried to the other
dose with nothing changed but the dose, and for other products for the median of their other rows: what a model has to
beat. For Doxil at other doses that is hard: within these doses its kinetics are nearly linear in patients and in the model.

## What was fitted to what

`calibration/fit_human_pharmacokinetics.py` moved the values below until the medians were nearest to the rows marked
*fitted*, in women and men alike, each an ensemble with all other inputs spread. The library ships what it
finds, to two digits; run again, it says so. Where a row prints mean and standard deviation, the fit aims at the
median of the log-normal distribution that has both. The spreads of the fitted values were then set from the published
ranges over patients, where there are any: such a row is marked *fitted* too, as is one that the library took as an input
or that a value was chosen beside.

- **Doxil**, to Cmax, AUC, volume at steady state and both half-lives at 10 mg/m²: clearance per phagocyte; exchange ratio
  of and partition into organs with tight walls. That of liver, spleen and marrow is held at 0.5, the most that models of
  mice give. The spreads are the ranges of CL at 25 and of the volume at 50 mg/m² (Drummond 1999).
- **Myocet**, to CL, AUC, volume and both half-lives at 20, 25 and 30 mg/m²: clearance per phagocyte; leak. These
  figures contradict one another, and the fit lies between what the areas and what the clearances ask for.
- **Onivyde**, to Cmax and AUC of irinotecan and SN-38 and the half-life at 70 mg/m²: clearance per phagocyte; leak. The
  spread of the leak is that of the areas of irinotecan over patients at both doses.
- **Vyxeos**, to its half-life: clearance per phagocyte.
- **PK1**, to CL, both volumes, the exchange and both half-lives: filtered fraction; exchange ratio; partition.
- **Free doxorubicin**, to CL, AUC, volume and terminal half-life at 25 and 50 mg/m²: hepatic intrinsic clearance; partition.
- **Abraxane**, to CL, volume and terminal half-life at 260 mg/m²: hepatic intrinsic clearance and partition of paclitaxel.
  Its unbound shares are inputs.
- **BIND-014** and **AGuIX**: one value each, the leak and the partition, chosen beside a half-life that is from memory.
- **C dots**: nothing. Size, filtration and extracellular space give the half-time of the whole body.

## Where the sources contradict themselves

- **Doxil label.** It prints CL 0.056 L/(h m²) and AUC 277 µg h/mL for 10 mg/m², which means 0.036 L/(h m²). The AUC
  is followed: it agrees with the printed volume and half-life (2.83 L/m² x ln 2/52.3 h = 0.038 L/(h m²)).
- **Free doxorubicin.** Patients at 25 mg/m² cleared 39.7 to 48.6 L/h, those at 50 mg/m² 13.3 to 35.2 L/h. No linear
  clearance is in both ranges; ours lies between. In the woman every figure is then in its range but CL at 25 mg/m²;
  the man, whose dose is larger, has his area at 25 mg/m² just above its range. The table on the publisher's page
  has the least AUC at 50 mg/m² as 2.6, the copy in the data as 2.3 mg h/L, and the woman's lies between the two.
  Rossi 1987 and the label of doxorubicin report half-lives of 20 to 48 h and volumes two to four times as large,
  which the fit does not follow.
- **Abraxane label.** 632 L/m² and 1741 L are both given for the volume: they agree for a person of 2.75 m² only; 632
  L/m² is followed. It equals CL times half-life over ln 2 (601 L/m²), so it is set beside our volume of the terminal
  phase; that at steady state, which the fit took into account as well, is smaller.
- **Myocet.** CL does not belong to the printed areas: 20 mg/m² over 30.4 mg h/L is 1.2 L/h at 1.8 m², not 23.5; the
  volume of 21.4 L is above what area and half-life allow. The series at 30 mg/m² disagree by 1.7-fold in area. CL
  falls from 23 to 9 L/h between 25 and 30 mg/m² and is 22 L/h again at 90: nothing that saturates does so.
- **Onivyde.** 95 % encapsulated cannot be the mean over the course if irinotecan itself is cleared as fast as without
  liposomes: the free share is then at most one clearance over the other, half a percent.
"""
NOTES = """Doses are infused over 30 min (free doxorubicin 5 min, Myocet 60 min, Onivyde 90 min, MM-302 60 min) where a source
states nothing. *Not followed* marks what other figures of the same source contradict. Two phases are fitted to the
simulated course after the infusion, sampled evenly on the logarithm of time. A published volume is set beside that at
steady state, but for Abraxane, whose figures over those with solvent are read as ratios. The half-time of C dots is that
of one exponential through what three days of scans see of the dose. The dose of Rossi 1987 is not in its abstract; the
kinetics of free doxorubicin do not depend on it here."""
NOT_FOLLOWED = {
    ("Doxil/Caelyx", "CL"),
    ("Abraxane", "V_total"),
}
TUMORS = """Lesions of 10 cm³ in a woman and of 0.3 cm³ in a mouse, each as one place. Microequivalents per gram are
read as micrograms per millilitre. The mouse tumor is the row of
triple-negative breast cancer, not 4T1 itself. Two inputs come from the same study and so are no test: the time of the
nuclear peak shaped the lysosomal release, and the half-life of free doxorubicin in the tumor is its rate of leaving
DNA. The peak of free doxorubicin is low and late because the perfusion of a mouse tumor is; its area is not."""


def report(compared: Sequence[Compared]) -> str:
    """Return the page."""
    plasma = [one for one in compared if one.ours and _in_plasma_of_people(one.published)]
    others = [one for one in compared if one.ours and not _in_plasma_of_people(one.published)]
    return "\n".join(
        [
            HEAD,
            "## Plasma in people",
            "",
            NOTES,
            "",
            *_table(plasma, hosts={WOMAN: "woman", MAN: "man"}, baseline=True),
            "",
            "## Tumors and animals, nothing fitted",
            "",
            TUMORS,
            "",
            *_table(others, hosts={}, baseline=False),
            "",
            "## How near",
            "",
            *_nearness(plasma),
            "",
            "## Published rows without ours",
            "",
            *_missing(compared),
            "",
        ]
    )


def _in_plasma_of_people(row: Published) -> bool:
    return row.hosts == PEOPLE and row.parameter not in {*IN_TUMOR, *UPTAKE}


def _table(rows: Sequence[Compared], *, hosts: dict[str, str], baseline: bool) -> Iterator[str]:
    columns = [
        "product",
        "dose",
        "of",
        "figure",
        "published",
        *([f"{name}, ratio" for name in hosts.values()] or ["ours, ratio"]),
    ]
    columns += [*(["baseline"] if baseline else []), "fitted", "source"]
    yield _line(columns)
    yield _line(["---"] * len(columns))
    for one in rows:
        row = one.published
        value = f"{number(row.value, 4)}{_spread(row)} {unit(SPELLED.get(row.unit, row.unit))}"
        cells = [row.product, f"{number(dose_of(row) or 0)} {'mg/m²' if row.hosts == PEOPLE else 'mg/kg'}"]
        cells += [row.analyte, row.parameter.replace("_", " "), value]
        cells += [_ours(each, row.value) for each in one.ours]
        if baseline:
            cells.append("–" if one.baseline is None else number(one.baseline / row.value, 2))
        marked = "fitted" if one.fitted else "not followed" if (row.product, row.parameter) in NOT_FOLLOWED else ""
        yield _line([*cells, marked, row.source.partition(",")[0]])


def _spread(row: Published) -> str:
    """Write the spread over patients as its source prints it."""
    found = re.search(r"(\+-|SE |geo-CV )([\d. %-]+)", row.spread)
    if found is None:
        return " ({:.3g} to {:.3g})".format(*row.range) if row.range else ""
    sign = {"+-": "± ", "SE ": "SE ", "geo-CV ": "CV "}[found.group(1)]
    return f" ({sign}{re.sub(r'(?<=[0-9])-(?=[0-9])', ' to ', found.group(2).strip())})"


def _ours(ours: Ours, published: float) -> str:
    low, high = ours.interval
    return f"{number(ours.median)} ({number(low)} to {number(high)}), **{number(ours.median / published, 2)}**"


def _nearness(plasma: Sequence[Compared]) -> Iterator[str]:
    """Yield how many rows lie within 1.5- and 2-fold, by product and whether they were fitted."""
    yield _line(["product", "rows", "fitted", "within 1.5-fold", "within 2-fold", "geometric mean fold", "baseline's"])
    yield _line(["---"] * 7)
    groups = dict.fromkeys((one.published.product, one.fitted) for one in plasma)
    for product, fitted in groups:
        own = [one for one in plasma if (one.published.product, one.fitted) == (product, fitted)]
        folds = np.array([one.fold(each.host) for one in own for each in one.ours])
        base = [abs(np.log(one.baseline / one.published.value)) for one in own if one.baseline is not None]
        yield _line(
            [
                product,
                str(len(own)),
                "fitted" if fitted else "",
                f"{np.mean(folds <= 1.5):.0%}",
                f"{np.mean(folds <= 2):.0%}",
                number(float(np.exp(np.log(folds).mean()))),
                number(float(np.exp(np.mean(base)))) if base else "–",
            ]
        )


def _missing(compared: Sequence[Compared]) -> Iterator[str]:
    reasons: dict[str, dict[str, list[str]]] = {}
    for one in compared:
        if not one.ours:
            reasons.setdefault(one.why_not, {}).setdefault(one.published.product, []).append(one.published.parameter)
    for reason, products in reasons.items():
        named = "; ".join(f"{product}: {', '.join(dict.fromkeys(names))}" for product, names in products.items())
        yield f"- {reason.capitalize()}: {named}."


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
