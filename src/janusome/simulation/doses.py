"""Doses: what the protocol asks for becomes amounts of every species, draw by draw."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro

from janusome.errors import InputError
from janusome.model import Form, Species
from janusome.simulation.arms import CARRIER, FREE_DRUG, UNTREATED
from janusome.simulation.assembly import Matter
from janusome.simulation.corona import antibody_factors
from janusome.simulation.opening import Sonication
from janusome.simulation.protocol import INHALED, Given, Stimulating, Warming
from janusome.simulation.release import in_pools
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import DoseEvent, ResolvedStudy
from janusome.units import from_internal

Draws = NDArray[np.float64]

PAYLOAD, LABEL = "drug", "label"
OPENING = "ultrasound_opening"  # the law of tumors whose barrier ultrasound opens


def given_in(study: ResolvedStudy, matter: Matter, arm: str, book: ValueBook) -> list[Given]:
    """Return the doses of an arm in mol of each species.

    The free-drug arm gets the drugs that the treated arm's carriers hold, at the same moments; the untreated arm gets nothing.
    """
    if arm == UNTREATED:
        return []
    found = []
    for event in study.doses:
        amounts = _amounts(study, matter, event, book)
        if arm == FREE_DRUG:
            amounts = {
                Species(Form.RELEASED, species.name): amount
                for species, amount in amounts.items()
                if species.form in (Form.ENCAPSULATED, Form.RELEASED)
            }
        else:
            amounts = in_pools(study, amounts, book)
        if amounts:
            words = _words(event, with_label=arm != FREE_DRUG)
            shares = entry_shares(study, event.route, book)
            stays = sum(shares.values()) if shares else 1.0
            kept = {species: amount * stays for species, amount in amounts.items()}
            entry = {place: share / stays for place, share in shares.items()}
            found.append(Given(event.at, event.over, event.route, kept, words, event.lesion, entry=entry))
    return _met_by_antibodies(found, study, book) if arm != FREE_DRUG else found


def _met_by_antibodies(given: list[Given], study: ResolvedStudy, book: ValueBook) -> list[Given]:
    """Return doses of coated carriers that know what antibodies the earlier ones raised."""
    carrier = Species(Form.CARRIER, CARRIER)
    particles = [float(dose.amounts[carrier][0]) if carrier in dose.amounts else 0.0 for dose in given]
    factors = antibody_factors(study, [dose.start for dose in given], particles, book)
    return [replace(dose, faster=f if (f != 1.0).any() else None) for dose, f in zip(given, factors, strict=True)]


def entry_shares(study: ResolvedStudy, route: str, book: ValueBook) -> dict[str, Draws]:
    """Return the share of a dose that each receiving place gets; empty for a dose into the blood or a lesion.

    What is inhaled and not deposited is breathed out again: it is no part of the dose that the body got, so the shares add up
    to less than one. By every other route all of the dose stays.
    """
    host = study.host
    places = [name for name, row in host.organs.items() if route in row.receives]
    chain = (host_scope(study),)
    shares = {
        place: book.fill_or("deposited_fraction", chain, Place(host.species, place), 1.0, conditions={"route": route})
        for place in places
    }
    total = sum(shares.values(), np.zeros(book.draws))
    within = np.maximum(total, 1.0) if route == INHALED else total
    return {place: share / within for place, share in shares.items()}


def _words(event: DoseEvent, *, with_label: bool) -> str:
    shown = event.activity is not None and with_label
    activity = f" with {from_internal(event.activity, 'MBq'):g} MBq of {event.active_label}" if shown else ""
    inhaled = " in the air that is breathed in" if event.route == INHALED else ""
    return f"{event.written} of {event.of}{activity}{inhaled}"


def stimuli_in(study: ResolvedStudy, book: ValueBook) -> list[Stimulating]:
    """Return what is done to the lesions from outside, in every arm that is treated."""
    return [*_warming(study, book), *_sonications(study, book)]


def _warming(study: ResolvedStudy, book: ValueBook) -> list[Warming]:
    """Return the heating of the protocol as rises above body temperature."""
    body = float(book.fill("body_temperature", (host_scope(study),), Place(study.host.species))[0])
    return [Warming(event.at, event.over, event.temperature - body) for event in study.heatings]


def _sonications(study: ResolvedStudy, book: ValueBook) -> list[Sonication]:
    """Return the sonications of the protocol at the lesions that have a barrier to open, with how much of it they open."""
    found = []
    for event in study.sonications:
        for lesion in (one for one in study.lesions if OPENING in one.tumor.laws):
            chain = (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), host_scope(study))
            context = {"mechanical_index": np.full(book.draws, event.mechanical_index)}
            extent = book.fill("barrier_opening_extent", chain, Place(study.host.species), context=context)
            found.append(Sonication(event.at, extent, lesion.name))
    return found


def host_scope(study: ResolvedStudy) -> Scope:
    """The host as one row of a chain."""
    return Scope(f"host {study.host.name}", study.host)


def _amounts(study: ResolvedStudy, matter: Matter, event: DoseEvent, book: ValueBook) -> dict[Species, Draws]:
    amount = event.amount * _scale(study, event, book)
    if study.carrier is None:
        return {Species(Form.RELEASED, event.of): amount}
    held = _contents(study, book)
    if event.kind == PAYLOAD:
        particles = amount / held[Species(Form.ENCAPSULATED, event.of)]
    elif event.kind == LABEL:
        particles = amount / held[Species(Form.ATTACHED, event.of)]
    else:
        particles = amount
    found = {Species(Form.CARRIER, CARRIER): particles}
    found |= {species: content * particles for species, content in held.items()}
    for name in study.labels:
        half_life = _half_life(study, name, book)
        if half_life is not None:
            nuclei = (event.activity or 0.0) * half_life / math.log(2.0) if name == event.active_label else 0.0 * half_life
            found[Species(Form.ATTACHED, name)] = nuclei / Avogadro * np.ones_like(particles)
    if event.kind == PAYLOAD:
        found[Species(Form.ENCAPSULATED, event.of)] = amount
    return {
        species: amount for species, amount in found.items() if species in matter.chains or species.form == Form.ENCAPSULATED
    }


def _contents(study: ResolvedStudy, book: ValueBook) -> dict[Species, Draws]:
    """Return how much of each payload and of each label that is part of the carrier one mole of carriers holds."""
    place, formulation = Place(study.host.species), study.formulation
    own = Scope(f"formulation {formulation.name}", formulation)
    carrier = () if study.carrier is None else (Scope(f"carrier {study.carrier.name}", study.carrier),)
    found = {}
    for name, part in formulation.payloads.items():
        chain = (Scope(f"{name} in {formulation.name}", part), own, *carrier, Scope(f"drug {name}", study.drugs[name]))
        found[Species(Form.ENCAPSULATED, name)] = book.fill("molecules_per_particle", chain, place)
    for name, part in formulation.labels.items():
        if _half_life(study, name, book) is None:
            chain = (Scope(f"{name} on {formulation.name}", part), own, *carrier, Scope(f"label {name}", study.labels[name]))
            found[Species(Form.ATTACHED, name)] = book.fill("label_atoms_per_particle", chain, place)
    return found


def _half_life(study: ResolvedStudy, label: str, book: ValueBook) -> Draws | None:
    """Return the half-life of a label, or nothing if it is not radioactive."""
    row = study.labels[label]
    if "radioactive_decay" not in row.laws:
        return None
    return book.fill("half_life", (Scope(f"label {label}", row),), Place(study.host.species))


def _scale(study: ResolvedStudy, event: DoseEvent, book: ValueBook) -> Draws:
    """Return what a dose per body mass or surface scales by from the host as written to each draw."""
    chain, place = (host_scope(study),), Place(study.host.species)
    if event.per == "total":
        return np.ones(book.draws)
    mass = book.fill("body_mass", chain, place)
    if event.per == "body mass":
        return mass / mass[0]
    if event.per != "body surface area":
        raise InputError(
            event.written, f"scales with {event.per}", "a dose scales with body mass, body surface area or nothing"
        )
    height = book.fill_or("height", chain, place, 1.0)
    return np.sqrt(mass / mass[0] * height / height[0])
