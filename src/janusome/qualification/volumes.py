"""Volumes of distribution from structure: every drug of a table whose physico-chemistry is known, predicted and measured."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.relations.partition import LOG_P_DOMAIN
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.rows import Drug, Host
from janusome.specification.values import Value

Array = NDArray[np.float64]

TABLE = Path("cells") / "lombardo2018_iv_pk_anticancer_subset.csv"
DRAWS = 400
PLASMA_PH = 7.4
NAME, VOLUME, UNBOUND = "Name", "human VDss (L/kg)", "fraction unbound  in plasma (fu)"
LOG_P, LOG_D, STATE = "MoKa.LogP", "MoKa.LogD7.4", "moka_ionState7.4"
BINDS_DNA = ("Daunorubicin", "Doxorubicin", "Epirubicin", "Idarubicin", "Iododoxorubicin", "Mitoxantrone", "Trabectedin")


@dataclass(frozen=True)
class Volume:
    """One drug: what was measured, and the draws of what structure predicts, L/kg; or why there is no prediction."""

    drug: str
    ion: str
    log_p: float = math.nan
    measured: float = math.nan
    draws: tuple[float, ...] = ()
    why_not: str = ""

    @property
    def predicted(self) -> float:
        """The prediction at the median of every input."""
        return self.draws[0]

    @property
    def inside(self) -> bool:
        """Whether the method claims to hold: log P in its domain, and no DNA that holds the drug."""
        return LOG_P_DOMAIN[0] <= self.log_p <= LOG_P_DOMAIN[1] and self.drug not in BINDS_DNA


def read_table(data: Path) -> list[dict[str, str]]:
    """Return the lines of the table of measured volumes."""
    with (data / TABLE).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def volumes(lines: Iterable[Mapping[str, str]], host: Host) -> list[Volume]:
    """Predict the volume of every drug of a table in one host."""
    book = ValueBook(draws=DRAWS, seed=0)
    return [_volume(line, host, book) for line in lines]


def _volume(line: Mapping[str, str], host: Host, book: ValueBook) -> Volume:
    name, state = line[NAME], line[STATE]
    missing = [word for word in (VOLUME, UNBOUND, LOG_P, LOG_D) if not line[word].strip()]
    if missing:
        return Volume(name, state, why_not=f"the table lacks {', '.join(missing)}")
    if state == "zwitterionic":
        return Volume(name, state, why_not="one log D does not give the two pKa of a zwitterion")
    measured, unbound, log_p, log_d = (float(line[word]) for word in (VOLUME, UNBOUND, LOG_P, LOG_D))
    row = _row(state, unbound=unbound, log_p=log_p, log_d=log_d)
    draws = volume_at_steady_state(Scope(f"drug {name}", row), host, book)
    return Volume(name, state, log_p, measured, tuple(float(one) for one in draws))


def _row(state: str, *, unbound: float, log_p: float, log_d: float) -> Drug:
    """Return a drug whose pKa follows from log P and log D; its blood:plasma ratio, which the table lacks, is one."""
    values = {"unbound_fraction": unbound, "octanol_water_log_p": log_p}
    if state in ("cationic", "anionic") and log_p > log_d:
        shift = math.log10(10.0 ** (log_p - log_d) - 1.0)
        base = {"basic_pka": PLASMA_PH + shift, "blood_plasma_ratio": 1.0}
        values |= base if state == "cationic" else {"acidic_pka": PLASMA_PH - shift}
    return Drug(name="drug", values={name: (Value(value=number, cv=0.0),) for name, number in values.items()})


def volume_at_steady_state(drug: Scope, host: Host, book: ValueBook) -> Array:
    r"""Return the volume of distribution of a drug, L/kg: $V_p + \sum K_i V_i$ over body mass, drug in red cells left out."""
    total, scope = np.zeros(book.draws), Scope(f"host {host.name}", host)
    for organ, row in host.organs.items():
        if "blood" not in row.sites:
            continue  # lymph nodes and cavities: what stands there came from elsewhere
        place = Place(host.species, organ)
        tissue = book.fill("tissue_volume_per_body_mass", (scope,), place)
        total = total + tissue * book.fill("vascular_plasma_fraction", (scope,), place)
        if "interstitium" in row.sites:
            outside = book.fill("extravascular_fraction", (scope,), place)
            total = total + tissue * outside * book.fill("partition_coefficient", (drug, scope), place)
    return total * 1000.0  # m^3/kg to L/kg
