"""Solubility: where a free drug in plasma exceeds what water dissolves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from janusome.model import Form
from janusome.simulation.arms import CARRIER
from janusome.simulation.courses import IN_PLASMA, PLASMA
from janusome.simulation.record import Arm, Course
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.units import from_internal, to_internal

MIXING = 60.0  # s after a bolus before its concentration in plasma is looked at


def beyond_solubility(study: ResolvedStudy, arms: Sequence[Arm], book: ValueBook) -> tuple[str, ...]:
    """Return a sentence for every arm whose free drug, unbound in plasma, exceeds its aqueous solubility.

    What would precipitate is followed as dissolved: nothing is taken from the dose. That is what a vehicle which holds the
    drug does; a plain solution that cannot exist is refused where its volume is stated.
    """
    found = []
    for arm in arms:
        if any(name.startswith(CARRIER) for dose in arm.doses for name in dose.mol):
            continue
        for name in (name for name in study.drugs if any(name in word for dose in arm.doses for word in dose.mol)):
            found += _beyond(study, arm, name, book)
    return tuple(found)


def _beyond(study: ResolvedStudy, arm: Arm, name: str, book: ValueBook) -> list[str]:
    own, place = (Scope(f"drug {name}", study.drugs[name]),), Place(study.host.species)
    solubility = book.fill_or("aqueous_solubility", own, place, np.inf)
    unbound = book.fill_or("unbound_fraction", own, place, 1.0)
    course = next((one for one in arm.courses if _is_plasma_of(one, name)), None)
    if course is None or not np.isfinite(solubility).all():
        return []
    peak = to_internal(course.values[:, _mixed(arm)].max(axis=1), course.unit) * unbound
    ratio = peak / solubility
    if ratio[0] <= 1.0:
        return []
    reached, limit = (from_internal(float(one[0]), "ug/mL") for one in (peak, solubility))
    return [
        f"{arm.name} arm: unbound {name} in plasma reaches {reached:.3g} ug/mL, {ratio[0]:.2g} times what water dissolves "
        f"({limit:.3g} ug/mL; beyond it in {np.mean(ratio > 1.0):.0%} of the draws); precipitation is not followed: read the "
        "arm as that of a drug which its vehicle holds in solution"
    ]


def _is_plasma_of(course: Course, name: str) -> bool:
    return (course.species, course.form, course.organ, course.quantity) == (name, Form.RELEASED.value, PLASMA, IN_PLASMA)


def _mixed(arm: Arm) -> np.ndarray:
    """Tell the times at which no bolus of the last minute stands unmixed in the veins."""
    boluses = [dose.time for dose in arm.doses if dose.duration == 0.0]
    fresh = [(arm.times >= start) & (arm.times < start + MIXING) for start in boluses]
    kept = ~np.any(fresh, axis=0) if fresh else np.ones(arm.times.shape, dtype=bool)
    return kept if kept.any() else np.ones(arm.times.shape, dtype=bool)
