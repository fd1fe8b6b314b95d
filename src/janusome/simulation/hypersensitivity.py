"""Hypersensitivity: whether complement on the carrier that an arm injects lets expect a reaction."""

from __future__ import annotations

from collections.abc import Iterable

from janusome.model import Form
from janusome.particle.corona.panel import CONSTANTS
from janusome.simulation.corona import coronas
from janusome.simulation.protocol import Given
from janusome.simulation.record import Hypersensitivity
from janusome.simulation.values import ValueBook
from janusome.specification.resolved import ResolvedStudy

INJECTIONS = ("intravenous", "intratumoral", "intraperitoneal", "intradermal", "subcutaneous")
GRADES = ("given", "measured", "derived", "assumed")  # the weakest last
CRITERION = (
    "complement on the carrier in plasma, above what 4 of 10 human sera reach with Doxil; says nothing of dose, speed of "
    "infusion or premedication"
)


def hypersensitivity_of(study: ResolvedStudy, given: Iterable[Given]) -> Hypersensitivity | None:
    """Return the flag of an arm; nothing where it injects no carrier, or where the study came without plasma proteins.

    The values behind it, some hundreds, change no other answer: they have a book of their own, and the flag says how many
    of them are assumed. Draws are the same as everywhere, because a value is drawn by its key.
    """
    if study.carrier is None or not study.proteins or not any(_injects_carrier(dose) for dose in given):
        return None
    book = ValueBook(draws=study.draws + 1, seed=study.seed, joints=study.joints)
    now = coronas(study, book).now
    grades = [used.grade for used in book.used.values()]
    return Hypersensitivity(
        load=now.complement_load / CONSTANTS.complement_threshold,
        expected=now.hypersensitivity,
        criterion=CRITERION,
        grade=max(grades, key=GRADES.index),
        values=len(grades),
        assumed=grades.count("assumed"),
    )


def _injects_carrier(dose: Given) -> bool:
    return dose.route in INJECTIONS and any(species.form is Form.CARRIER for species in dose.amounts)


def hypersensitivity_notes(name: str, found: Hypersensitivity | None) -> tuple[str, ...]:
    """Return the caution of an arm: nothing, unless most draws let expect a reaction."""
    if found is None or found.expected.mean() <= 0.5:
        return ()
    return (
        f"{name} arm: complement on the particle exceeds what made 4 of 10 sera react to Doxil in {found.expected.mean():.0%} "
        f"of the draws: expect hypersensitivity ({found.assumed} of the {found.values} values behind it are assumed)",
    )
