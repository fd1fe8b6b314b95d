"""The account of a corona: what a study's particle becomes in its host's plasma, with intervals, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.particle.corona.outcomes import coronas_over_time
from janusome.simulation.corona import coronas, patients_panel
from janusome.simulation.ensemble import Answer, interval
from janusome.simulation.values import ValueBook
from janusome.specification.resolved import ResolvedStudy

Draws = NDArray[np.float64]

MOMENTS = {"1 s": 1.0, "1 min": 60.0, "1 h": 3600.0, "24 h": 86400.0}  # after the particle came into plasma


@dataclass(frozen=True)
class Adsorbed:
    """One protein: role, whether it stays, share of the surface over time; numbers and share of the mass in the end."""

    name: str
    role: str
    hard: bool
    coverage: tuple[float, ...]  # at `MOMENTS`, in the median
    molecules: Answer
    mass_share: Answer


@dataclass(frozen=True)
class CoronaAccount:
    """Figures over the ensemble, the proteins by their share of the mass, and how many draws let expect a reaction."""

    figures: dict[str, Answer]
    proteins: tuple[Adsorbed, ...]
    hypersensitivity: float  # share of the draws


def corona_account(study: ResolvedStudy, *, draws: int) -> CoronaAccount:
    """Return the account of a study whose proteins are there."""
    book = ValueBook(draws=draws + 1, seed=study.seed, joints=study.joints)
    found = coronas(study, book)
    now, panel = found.now, found.panel
    usual = {
        "diameter without corona": (found.particle.diameter * 1e9, "nm"),
        "diameter in plasma": (now.diameter * 1e9, "nm"),
        "thickness of the corona": (now.thickness * 1e9, "nm"),
        "zeta potential without corona": (found.particle.zeta_potential * 1e3, "mV"),
        "zeta potential in plasma": (now.zeta_potential * 1e3, "mV"),
        "surface covered": (now.coverage.sum(axis=-1), ""),
        "of it by the hard corona": ((now.coverage * now.hard).sum(axis=-1) / now.coverage.sum(axis=-1), ""),
        "opsonin load": (now.opsonin_load, ""),
        "dysopsonin load": (now.dysopsonin_load, ""),
        "complement load": (now.complement_load, ""),
        "ligands left free": (now.ligand_exposure, ""),
        "uptake by phagocytes over that of the library's rows": (found.uptake_ratio, ""),
    }
    plasma, moments = patients_panel(study, panel, book), np.array(list(MOMENTS.values()))
    courses = coronas_over_time(found.particle, plasma, moments, constants=found.constants)
    order = np.argsort(-now.mass_share[0])
    return CoronaAccount(
        figures={name: interval(values, unit) for name, (values, unit) in usual.items()},
        proteins=tuple(
            Adsorbed(
                name=panel.names[k],
                role=panel.roles[k],
                hard=bool(now.hard[0, k]),
                coverage=tuple(float(one.coverage[0, k]) for one in courses),
                molecules=interval(now.molecules[:, k], ""),
                mass_share=interval(now.mass_share[:, k], ""),
            )
            for k in order
        ),
        hypersensitivity=float(now.hypersensitivity.mean()),
    )


def corona_notes(study: ResolvedStudy, faster: tuple[Draws | None, ...], book: ValueBook) -> tuple[str, ...]:
    """Return what a reader of a result should know of its corona: nothing, where the study changes nothing of it."""
    notes = []
    if study.reference is not None:
        found = coronas(study, book)
        ratio = interval(found.uptake_ratio, "")
        notes.append(
            f"the study changes the corona: phagocytes take up {ratio} times what the rows of the library say; "
            "most numbers of that model are assumed"
        )
    for k, factor in enumerate(faster):
        if factor is not None:
            times = interval(factor, "")
            notes.append(f"dose {k + 1} is cleared {times} times as fast for antibodies against PEG; that factor is assumed")
    return tuple(notes)
