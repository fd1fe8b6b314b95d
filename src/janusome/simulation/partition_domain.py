"""Partition from structure: which drugs of a study lie outside of what the method was compared for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from janusome.relations.partition import LOG_P_DOMAIN
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Drug, Host

STRONG_BASE = 7.0  # pKa above which acidic phospholipid binds
CONTRADICTION = 3.0  # by which log P and the unbound fraction may miss one another without a word


def outside_structure(study: ResolvedStudy, book: ValueBook) -> tuple[str, ...]:
    """Return a sentence for every drug whose partition is predicted from structure where the method was not shown to hold."""
    found = []
    for name, row in study.drugs.items():
        reasons = list(_reasons(name, row, study.host, book)) if _is_predicted(row, study.host) else []
        if reasons:
            found.append(
                f"drug {name}: its distribution is predicted from structure outside of what was compared: "
                f"{'; '.join(reasons)}; give a measured partition_coefficient, or read its volume and half-life as a guess"
            )
    return tuple(found)


def _is_predicted(row: Drug, host: Host) -> bool:
    """Tell whether some organ has no partition coefficient in the row of the drug, and log P is there instead."""
    organs = [organ for organ, each in host.organs.items() if "interstitium" in each.sites]
    measured = all(row.find("partition_coefficient", organ=organ, species=host.species) for organ in organs)
    return bool(row.find("octanol_water_log_p", species=host.species)) and not measured


def _reasons(name: str, row: Drug, host: Host, book: ValueBook) -> Iterator[str]:
    chain, place = (Scope(f"drug {name}", row), Scope(f"host {host.name}", host)), Place(host.species)

    def median(quantity: str) -> float:
        return float(book.fill_or(quantity, chain, place, np.nan)[0])

    log_p, low, high = median("octanol_water_log_p"), *LOG_P_DOMAIN
    if not low <= log_p <= high:
        yield f"log P {log_p:g} is not from {low:g} to {high:g}"
    measured, consistent = median("unbound_fraction"), median("consistent_unbound_fraction")
    if measured > CONTRADICTION * consistent:
        yield (
            f"the unbound fraction {measured:.3g} contradicts log P {log_p:g}, by which the lipid of plasma leaves "
            f"{consistent:.2g} unbound, and the smaller is used in tissue"
        )
    base, acid = median("basic_pka"), median("acidic_pka")
    if np.isfinite(base) and np.isfinite(acid):
        yield "no drug with both a basic and an acidic pKa was compared"
    if base > STRONG_BASE and np.isnan(median("blood_plasma_ratio")):
        yield (
            f"a base of pKa {base:g} without blood_plasma_ratio binds albumin here and not the acidic phospholipid of cells, "
            "so that its volume comes out too low"
        )
