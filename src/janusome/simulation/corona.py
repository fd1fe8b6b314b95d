"""Corona: from a study's rows to the corona of its particle, and by what that changes clearance and binding.

A clearance in a row was measured on some particle in some plasma and holds for the corona that it had there. What a study
changes (the PEG coat, the hydrophobicity, a patient's plasma) acts relative to that corona, so that a measured value is never
counted twice and a study that changes nothing is solved with the very numbers of the rows. Size and zeta potential are taken
as the study has them on both sides: how clearance depends on them is no matter of the corona here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.model import BOUND, PHAGOCYTOSED
from janusome.particle.corona.anti_peg import RESPONSE, Response, faster_clearance
from janusome.particle.corona.outcomes import Corona, corona_of
from janusome.particle.corona.panel import CONSTANTS, Constants, Panel, Particle
from janusome.particle.corona.surface import accessible_share
from janusome.simulation.assembly import Compartments
from janusome.simulation.surroundings import at_places
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Protein

Draws = NDArray[np.float64]

DEFAULTS = {  # of a particle whose row does not say, in the internal set
    "hydrodynamic_diameter": 100e-9,
    "zeta_potential": 0.0,
    "surface_hydrophobicity": 0.5,
    "peg_molar_mass": 2.0,
    "peg_grafting_density": 0.0,
}
FITTED = ("bare_zeta_share", "protein_charge_share", "slip_share", "coat_filling")  # of the host's row, else as in human serum
CHANGEABLE = ("surface_hydrophobicity", "peg_molar_mass", "peg_grafting_density")


class Coronas(NamedTuple):
    """The corona of the study's particle in the host's plasma, and that of the particle whose clearance the rows hold."""

    panel: Panel
    particle: Particle
    now: Corona
    before: Corona
    constants: Constants

    @property
    def uptake_ratio(self) -> Draws:
        """Uptake by phagocytes relative to what the rows hold, (draws,)."""
        return self.now.uptake / self.before.uptake

    @property
    def exposure_ratio(self) -> Draws:
        """Association of ligands relative to what the rows hold, (draws,)."""
        return self.now.ligand_exposure / self.before.ligand_exposure


def coronas(study: ResolvedStudy, book: ValueBook) -> Coronas:
    """Return the coronas of a study, draw by draw; its proteins must be there."""
    panel = usual_panel(study.proteins, study.host.species, book)
    chain = _chain(study)
    filled = {name: book.fill_or(name, chain, Place(study.host.species), usual) for name, usual in DEFAULTS.items()}
    before = filled | _changed(study, book)
    particle, as_measured = (_particle(values) for values in (filled, before))
    constants = constants_of(Scope(f"host {study.host.name}", study.host), study.host.species, book)
    now = corona_of(particle, patients_panel(study, panel, book), constants=constants)
    return Coronas(panel, particle, now, corona_of(as_measured, panel, constants=constants), constants)


def constants_of(host: Scope, species: str, book: ValueBook) -> Constants:
    """Return the numbers of the model with those that were fitted, draw by draw, as a host's row has them."""
    usual = CONSTANTS._asdict()
    return CONSTANTS._replace(**{name: book.fill_or(name, (host,), Place(species), usual[name]) for name in FITTED})


def usual_panel(proteins: Mapping[str, Protein], species: str, book: ValueBook) -> Panel:
    """Return proteins at the concentrations that are usual in a species."""
    place = Place(species)
    scopes = {name: (Scope(f"protein {name}", row),) for name, row in proteins.items()}

    def each(name: str, default: float | None = None) -> Draws:
        filled = [
            book.fill(name, scope, place) if default is None else book.fill_or(name, scope, place, default)
            for scope in scopes.values()
        ]
        return np.stack(filled, axis=-1)

    molar_mass = each("molar_mass")
    return Panel(
        names=tuple(proteins),
        roles=tuple(row.role for row in proteins.values()),
        molar_mass=molar_mass,
        diameter=each("hydrodynamic_diameter"),
        isoelectric_ph=each("isoelectric_ph"),
        concentration=each("plasma_concentration") / molar_mass,
        adsorption=each("adsorption_rate_constant"),
        desorption=each("desorption_rate_constant"),
        hydrophobic_affinity=each("hydrophobic_affinity", 0.0),
        phagocytic_weight=each("phagocytic_weight", 0.0),
        complement_weight=each("complement_weight", 0.0),
    )


def patients_panel(study: ResolvedStudy, usual: Panel, book: ValueBook) -> Panel:
    """Return the proteins at the concentrations that are known of the host, and the usual ones for the rest."""
    concentration = usual.concentration.copy()
    for name, values in study.host.plasma.items():
        k = usual.names.index(name)
        own = Scope(f"{name} in the plasma of {study.host.name}", SimpleNamespace(values={"plasma_concentration": values}))
        concentration[:, k] = book.fill("plasma_concentration", (own,), Place(study.host.species)) / usual.molar_mass[:, k]
    return usual.with_concentration(concentration)


def with_uptake(body: Compartments, study: ResolvedStudy, own: tuple[Scope, ...], book: ValueBook) -> Compartments:
    """Return the body with its phagocytes' uptake of the carrier as the corona of this study has it."""
    if study.reference is None or not own:
        return body
    places = [k for k, sites in enumerate(body.sites) if PHAGOCYTOSED in sites]
    usual = at_places("uptake_clearance", body, places, own, book)
    clearance = np.full((book.draws, len(body.places)), np.nan)
    clearance[:, places] = usual * coronas(study, book).uptake_ratio[:, None]
    return replace(body, context={**body.context, "uptake_clearance": clearance})


def with_binding(lesion: Compartments, study: ResolvedStudy, own: tuple[Scope, ...], book: ValueBook) -> Compartments:
    """Return a lesion whose receptors meet the ligands that the corona of this study leaves; what is bound stays as long."""
    if study.reference is None or not own or not study.ligands or BOUND not in lesion.sites[0]:
        return lesion
    places = list(range(len(lesion.places)))
    rates = {name: at_places(name, lesion, places, own, book) for name in ("association_rate_constant",
                                                                           "dissociation_rate_constant")}  # fmt: skip
    rates["association_rate_constant"] = rates["association_rate_constant"] * coronas(study, book).exposure_ratio[:, None]
    return replace(lesion, context={**lesion.context, **rates})


def antibody_factors(study: ResolvedStudy, times: list[float], particles: list[float], book: ValueBook) -> tuple[Draws, ...]:
    """Return by what factor each dose (mol of carriers, at the median) is cleared faster for antibodies, one a draw."""
    chain, place = _chain(study), Place(study.host.species)
    none = (np.ones(1),) * len(times)
    if len(times) < 2 or study.carrier is None:
        return none
    names = ("peg_molar_mass", "peg_grafting_density")
    if not any(row.find("peg_grafting_density", species=study.host.species) for row in (study.formulation, study.carrier)):
        return none
    filled = {name: book.fill_or(name, chain, place, DEFAULTS[name])[:1] for name in names}
    particle = _particle({name: np.array([usual]) for name, usual in DEFAULTS.items()} | filled)
    host = (Scope(f"host {study.host.name}", study.host),)
    response = Response(
        peak=book.fill_or("anti_peg_peak_time", host, place, float(np.asarray(RESPONSE.peak))),
        gain=book.fill_or("anti_peg_gain", host, place, float(np.asarray(RESPONSE.gain))),
    )
    mass = float(book.fill("body_mass", host, place)[0])
    covered = 1.0 - float(accessible_share(particle)[0])
    return faster_clearance(times, [one / mass for one in particles], covered=covered, response=response)


def _chain(study: ResolvedStudy) -> tuple[Scope, ...]:
    own = Scope(f"formulation {study.formulation.name}", study.formulation)
    return (own,) if study.carrier is None else (own, Scope(f"carrier {study.carrier.name}", study.carrier))


def _changed(study: ResolvedStudy, book: ValueBook) -> dict[str, Draws]:
    """Return what the particle of the rows has otherwise than that of the study."""
    reference, species = study.reference, study.host.species
    if reference is None or study.carrier is None:
        return {}
    rows = (reference.formulation, reference.carrier)
    chain = tuple(Scope(f"{row.kind} {row.name} as the library has it", row) for row in rows)
    return {
        name: book.fill_or(name, chain, Place(species), DEFAULTS[name])
        for name in CHANGEABLE
        if _said(rows, name, species) != _said((study.formulation, study.carrier), name, species)
    }


def _said(rows: tuple[object, ...], name: str, species: str) -> object:
    return next((found for row in rows if (found := row.find(name, species=species))), None)  # pyright: ignore[reportAttributeAccessIssue]


def _particle(values: Mapping[str, Draws]) -> Particle:
    return Particle(*(np.asarray(values[name], dtype=float) for name in DEFAULTS))
