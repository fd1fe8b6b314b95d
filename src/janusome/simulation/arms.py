"""Arms: the treated arm and its controls, as what is followed and where it can go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.model import (
    BLOOD,
    BOUND,
    ENDOTHELIUM,
    INTERNALISED,
    INTERSTITIUM,
    LYMPH,
    PHAGOCYTOSED,
    TARGET,
    Form,
    Region,
    Species,
)
from janusome.simulation.assembly import Compartments, Matter
from janusome.simulation.division import Division
from janusome.simulation.layout import ABSENT, Index
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.perfusion import ARTERIAL, LUNG, VENOUS, flow_network, inflow, organ_supply
from janusome.simulation.release import LAW, pools_in
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Host, Organ, Tumor

Draws = NDArray[np.float64]

BODY = "body"
CARRIER = "carrier"
REMAINDER = "rest"
LIVER = "liver"
LUMINAL = "luminal_receptor_surface_density"  # what a receptor has that carries through the vessel wall
TREATED, FREE_DRUG, UNTREATED = "treated", "free-drug", "untreated"


@dataclass(frozen=True)
class Site:
    """One lesion: its name, its tumor row, its volume (m^3) and its voxels."""

    name: str
    tumor: Tumor
    grid: LesionGrid

    @property
    def volume(self) -> float:
        """Volume, m^3: the shares of its voxels times the volume of one."""
        return self.grid.volume


def matter_of(study: ResolvedStudy, arm: str) -> Matter:
    """Return what an arm follows: everything, the free drugs, or nothing."""
    if arm == UNTREATED:
        return Matter((), {}, {})
    chains: dict[Species, tuple[Scope, ...]] = {}
    brought: dict[Species, tuple[str, ...]] = {}
    formulation = study.formulation
    own = Scope(f"formulation {formulation.name}", formulation)
    held = formulation.payloads if study.carrier is not None and arm == TREATED else {}
    for name, drug in study.drugs.items():
        released = Species(Form.RELEASED, name)
        part = formulation.payloads.get(name) if arm == TREATED else None
        payload = (Scope(f"{name} in {formulation.name}", part),) if part is not None else ()
        chains[released] = (*payload, Scope(f"drug {name}", drug))
        brought[released] = drug.laws
        if name in held and study.carrier is not None:
            carried = (*payload, own, Scope(f"carrier {study.carrier.name}", study.carrier))
            pools = pools_in(study, name)
            for k, pool in enumerate(pools or (None,)):
                encapsulated = Species(Form.ENCAPSULATED, name, k)
                chains[encapsulated] = carried if pool is None else (pool, *carried)
                brought[encapsulated] = (*study.carrier.laws, *formulation.laws, *((LAW,) if pool else ()))
    if study.carrier is not None and arm == TREATED:
        carrier = Species(Form.CARRIER, CARRIER)
        ligands = [Scope(f"{name} on {formulation.name}", part) for name, part in formulation.ligands.items()]
        rows = [Scope(f"ligand {name}", row) for name, row in study.ligands.items()]
        chains[carrier] = (own, *ligands, Scope(f"carrier {study.carrier.name}", study.carrier), *rows)
        brought[carrier] = (
            *study.carrier.laws,
            *formulation.laws,
            *(law for row in study.ligands.values() for law in row.laws),
        )
        for name, label in study.labels.items():
            part = formulation.labels.get(name)
            parts = (Scope(f"{name} on {formulation.name}", part),) if part is not None else ()
            for form in (Form.ATTACHED, Form.DETACHED):
                chains[Species(form, name)] = (*parts, Scope(f"label {name}", label))
                brought[Species(form, name)] = label.laws
    products = {name: drug.product for name, drug in study.drugs.items() if drug.product}
    return Matter(tuple(chains), chains, brought, products)


def body_of(study: ResolvedStudy, lesions: Sequence[Site], book: ValueBook) -> Compartments:
    """Return the body: the organs of the host, the cavities that the study's routes lead through, and the vessels of lesions.

    The vessels of a lesion are one more organ, without a wall of its own.
    """
    host: Host = study.host
    scope = Scope(f"host {host.name}", host)
    organs = organs_of(study)
    places = (*organs, *(lesion.name for lesion in lesions))
    scopes = tuple((scope,) for _ in organs) + tuple((Scope(f"tumor {one.tumor.name}", one.tumor), scope) for one in lesions)
    whole = Place(host.species)
    total = book.fill("cardiac_output", (scope,), whole) * (1.0 - book.fill("hematocrit", (scope,), whole))
    aged = book.fill_or("hepatic_flow_ratio", (scope,), whole, 1.0)
    shares = {
        organ: book.fill("plasma_flow_fraction", (scope,), Place(host.species, organ)) * (aged if feeds_liver else 1.0)
        for organ, feeds_liver in ((organ, LIVER in (organ, host.organs[organ].drains_to)) for organ in organs)
        if BLOOD in host.organs[organ].sites and organ not in (VENOUS, ARTERIAL, LUNG, REMAINDER)
    }
    for lesion in lesions:
        perfusion = book.fill("plasma_perfusion", (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), scope), whole)
        shares[lesion.name] = perfusion * lesion.volume / total
    drains = {organ: host.organs[organ].drains_to for organ in organs} | {one.name: VENOUS for one in lesions}
    network = flow_network(organ_supply(shares, total=total, remainder=REMAINDER), drains_to=drains, total=total)
    through = inflow(network)
    absent = np.full(book.draws, np.nan)
    volume = {one.name: np.full(book.draws, one.volume) for one in lesions}
    lymph = _lymph_through_nodes(host, organs, through, scope, book)
    return Compartments(
        name=BODY,
        kind=Region.BODY,
        places=places,
        sites=tuple(frozenset(host.organs[organ].sites) for organ in organs) + tuple(frozenset({BLOOD}) for _ in lesions),
        scopes=scopes,
        host_species=host.species,
        laws=host.laws,
        place_laws=tuple(frozenset(host.organs[organ].laws) for organ in organs) + tuple(frozenset() for _ in lesions),
        links=np.array([(places.index(source), places.index(target)) for source, target in network]),
        link_values={"plasma_flow": np.stack(list(network.values()), axis=-1)},
        context={
            "organ_plasma_flow": np.stack([through.get(place, absent) for place in places], axis=-1),
            "tissue_volume": np.stack([volume.get(place, absent) for place in places], axis=-1),
            "lymph_flow": np.stack([lymph.get(place, absent) for place in places], axis=-1),
        },
        ways=ways_between(places, host.organs),
    )


def organs_of(study: ResolvedStudy) -> tuple[str, ...]:
    """Return the organs of the host, without the cavities and depots that no route of the study needs."""
    routes = {dose.route for dose in study.doses}
    return tuple(name for name, row in study.host.organs.items() if not row.only_for or routes & set(row.only_for))


def ways_between(places: Sequence[str], organs: Mapping[str, Organ]) -> dict[str, Index]:
    """Return, for each way, the place to which it leads from each place; ABSENT where it leads nowhere in this study."""
    found: dict[str, Index] = {}
    for k, place in enumerate(places):
        for way, reached in (organs[place].ways if place in organs else {}).items():
            if reached in places:
                found.setdefault(way, np.full(len(places), ABSENT))[k] = places.index(reached)
    return found


def _lymph_through_nodes(
    host: Host, organs: Sequence[str], through: Mapping[str, Draws], scope: Scope, book: ValueBook
) -> dict[str, Draws]:
    """Return the lymph, m^3/s, of each place without blood to which organs send theirs: the sum of what comes."""
    found: dict[str, Draws] = {}
    for organ in organs:
        node = host.organs[organ].ways.get(LYMPH, "")
        if organ in through and node in organs and BLOOD not in host.organs[node].sites:
            context = {"organ_plasma_flow": through[organ]}
            flow = book.fill("lymph_flow", (scope,), Place(host.species, organ), context=context)
            found[node] = found.get(node, np.zeros(book.draws)) + flow
    return found


def lesion_of(
    study: ResolvedStudy,
    lesion: Site,
    book: ValueBook,
    division: Division,
    *,
    own: tuple[Scope, ...] = (),
    place_of_vessels: int | None = None,
) -> Compartments:
    """Return a lesion as the places of a division.

    Parameters
    ----------
    division
        The shells of the whole lesion, or one voxel in each lane.
    own
        The rows of the carrier, whose size says how much of the interstitial fluid it reaches.
    place_of_vessels
        Where the lesion's vessels stand among the places of the body; without it the places stand apart from the body.
    """
    tumor, count = lesion.tumor, len(division.names)
    environment = environment_of(study, lesion)
    receptors = tuple(
        Scope(f"{row.target} of {tumor.name}", tumor.receptors[row.target])
        for row in study.ligands.values()
        if row.target in tumor.receptors
    )
    surface = book.fill("vessel_surface_density", environment, Place(study.host.species))[:, None] * division.vessel_weight
    sites = frozenset({INTERSTITIUM, INTERNALISED, PHAGOCYTOSED, TARGET} | ({BOUND} if receptors else set()))
    if any(LUMINAL in scope.row.values for scope in receptors):
        sites |= {ENDOTHELIUM}
    whole = np.ones((book.draws, 1))
    reached = {}
    if own:
        filled = book.fill("accessible_interstitial_fraction", (*own, *environment), Place(study.host.species))
        reached["accessible_interstitial_fraction"] = filled[:, None] * np.ones((1, count))
    return Compartments(
        name=lesion.name,
        kind=Region.TUMOR,
        places=division.names,
        sites=(sites,) * count,
        scopes=((*receptors, *environment),) * count,
        host_species=study.host.species,
        laws=tumor.laws,
        place_laws=(frozenset(),) * count,
        links=division.links,
        link_values={
            "face_area_over_distance": division.area_over_distance * whole,
            "face_flow": division.flow * whole,
        },
        context={
            "tissue_volume": division.volume * whole,
            "vessel_surface_density": surface,
            "leaky_surface_density": surface * division.leaky,
            "barrier_surface_density": surface * (1.0 - division.leaky),
            "filtration_rate_density": division.filtration * whole,
            "border_outflow_density": division.outflow * whole,
            **reached,
            **{name: values * whole for name, values in division.environment.items()},
        },
        vessels=None if place_of_vessels is None else (BODY, place_of_vessels),
        special={name: (Scope(f"{name} in {tumor.name}", part),) for name, part in tumor.drugs.items() if name in study.drugs},
    )


def environment_of(study: ResolvedStudy, lesion: Site) -> tuple[Scope, ...]:
    """Return the rows that describe the tissue of a lesion."""
    return (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), Scope(f"host {study.host.name}", study.host))
