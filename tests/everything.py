"""A small body with a lesion of three voxels, made of random values, on which any law can be put together with any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from janusome.model import (
    BILE,
    BLOOD,
    BOUND,
    CAVITY,
    ENDOTHELIUM,
    INTERNALISED,
    INTERSTITIUM,
    LYMPH,
    ONWARD,
    PHAGOCYTOSED,
    TARGET,
    WALL,
    Form,
    Region,
    Species,
)
from janusome.numerics.precision import double
from janusome.numerics.tape import Segment, Tolerances, solve
from janusome.simulation.assemble import assemble, laws
from janusome.simulation.assembly import Assembly, Compartments, Matter
from janusome.simulation.layout import ABSENT, Pool
from janusome.simulation.trajectory import program_of
from janusome.simulation.values import Scope, ValueBook
from janusome.specification.values import Value
from janusome.units import from_internal
from law_cases import drawn

CARRIER = Species(Form.CARRIER, "carrier")
ENCAPSULATED, RELEASED, PRODUCT = (
    Species(Form.ENCAPSULATED, "irinotecan"),
    Species(Form.RELEASED, "irinotecan"),
    Species(Form.RELEASED, "sn-38"),
)
ATTACHED, DETACHED = Species(Form.ATTACHED, "cu-64"), Species(Form.DETACHED, "cu-64")
SPECIES = (CARRIER, ENCAPSULATED, RELEASED, PRODUCT, ATTACHED, DETACHED)
MATERIALS = ((CARRIER,), (ENCAPSULATED, RELEASED, PRODUCT), (ATTACHED, DETACHED))
SURROUNDINGS = {
    "tissue_volume": ("m^3", 1e-3), "vascular_plasma_fraction": ("", 0.1), "interstitial_fraction": ("", 0.3),
    "extravascular_fraction": ("", 0.9), "blood_ph": ("", 7.4), "interstitial_ph": ("", 6.8), "intracellular_ph": ("", 5.0),
    "cavity_ph": ("", 7.0), "body_temperature": ("K", 310.15), "cell_volume_fraction": ("", 0.5), "cell_density": ("cell/m^3", 2e14),
}  # fmt: skip


@cache
def random_values(seed: int) -> Mapping[str, tuple[Value, ...]]:
    """Return a value for every field of every law, as a row of the library holds them."""
    random = np.random.default_rng(seed)
    wanted = dict(SURROUNDINGS)
    for law in laws().values():
        for declared in dataclasses.fields(law):
            if "unit" in declared.metadata and declared.name not in wanted:
                unit = declared.metadata["unit"]
                number = float(drawn(declared.name, unit, (), random))
                wanted[declared.metadata["name"] or declared.name] = (unit, from_internal(number, unit))
    return {name: (Value(value=float(x), unit=unit, cv=0.0),) for name, (unit, x) in wanted.items()}


def assembled(names: Sequence[str], *, in_liver: Sequence[str] = (), seed: int = 0, **changed: float) -> Assembly:
    """Assemble laws by name for one lane, some in the liver alone; `changed` gives values in the internal set."""
    values = dict(random_values(seed))
    units = {name: alternatives[0].unit for name, alternatives in values.items()}
    values |= {n: (Value(value=float(from_internal(x, units[n])), unit=units[n], cv=0.0),) for n, x in changed.items()}
    row = SimpleNamespace(values=values)
    scope = (Scope("random row", row),)
    places = ("venous", "lung", "arterial", "liver", "vessels of the lesion", "gut lumen", "airways", "lymph nodes")
    flows = {(0, 1): 5e-5, (1, 2): 5e-5, (2, 3): 4e-5, (2, 4): 1e-5, (3, 0): 4e-5, (4, 0): 1e-5}
    organ, pool = frozenset({BLOOD, INTERSTITIUM, PHAGOCYTOSED}), frozenset({BLOOD})
    cavity, node = frozenset({CAVITY, PHAGOCYTOSED}), frozenset({INTERSTITIUM, PHAGOCYTOSED})
    ways = {
        LYMPH: {"lung": "lymph nodes", "liver": "lymph nodes", "airways": "lymph nodes", "lymph nodes": "venous"},
        WALL: {"gut lumen": "liver", "airways": "lung"},
        ONWARD: {"airways": "gut lumen"},
        BILE: {"liver": "gut lumen"},
    }
    body = Compartments(
        name="body",
        kind=Region.BODY,
        places=places,
        sites=(pool, organ, pool, organ, pool, cavity, cavity, node),
        scopes=(scope,) * len(places),
        host_species="human",
        laws=tuple(names),
        place_laws=tuple(frozenset(in_liver if place == "liver" else ()) for place in places),
        links=np.array(list(flows)),
        link_values={"plasma_flow": np.array([list(flows.values())])},
        context={},
        ways={
            way: np.array([places.index(to[place]) if place in to else ABSENT for place in places]) for way, to in ways.items()
        },
    )
    voxels = tuple(f"voxel {k}" for k in range(3))
    faces = ((0, 1), (1, 0), (1, 2), (2, 1))
    tumor = Compartments(
        name="lesion",
        kind=Region.TUMOR,
        places=voxels,
        sites=(frozenset({ENDOTHELIUM, INTERSTITIUM, BOUND, INTERNALISED, PHAGOCYTOSED, TARGET}),) * 3,
        scopes=(scope,) * 3,
        host_species="human",
        laws=tuple(names),
        place_laws=(frozenset(),) * 3,
        links=np.array(faces),
        link_values={
            "face_area_over_distance": np.full((1, len(faces)), 1e-3),
            "face_flow": np.array([[2e-13, -2e-13, 1e-13, -1e-13]]),
        },
        context={},
        vessels=("body", 4),
    )
    matter = Matter(SPECIES, dict.fromkeys(SPECIES, ()), dict.fromkeys(SPECIES, ()), {"irinotecan": "sn-38"})
    return assemble(matter, [body, tumor], ValueBook(draws=1, seed=0), lanes=1)


def at(assembly: Assembly, species: Species, place: str, site: str) -> int:
    """Return where a species at a site of a place stands in the state."""
    region = next(one for one in assembly.regions if place in one.places)
    return int(assembly.layout.pools[Pool(species, region.name, site)][region.places.index(place)])


def given_to(assembly: Assembly, amounts: Mapping[int, float]) -> np.ndarray:
    """Return a state that holds some amounts, and the cells of the lesion."""
    state = assembly.initial[0].copy()
    for index, amount in amounts.items():
        state[index] = amount
    return state


def followed(assembly: Assembly, start: np.ndarray, times: ArrayLike, *, relative: float = 1e-9) -> np.ndarray:
    """Return the states (times, states) of one lane, solved finer than any test asks."""
    cells = np.concatenate(list(assembly.layout.cells.values()) or [np.zeros(0, dtype=int)])
    scale = np.full(
        assembly.layout.size, start[: assembly.layout.size].max(where=~np.isin(np.arange(start.size), cells), initial=1e-30)
    )
    scale[cells] = max(start[cells].max(initial=0.0), 1.0)
    program = program_of(assembly, "test")
    moments = np.atleast_1d(np.asarray(times, dtype=float))
    whole = [Segment(0.0, float(moments[-1]))]
    tolerances = Tolerances(relative=relative, absolute=1e-12 * scale)
    return (
        solve(program, start, assembly.parameters, whole, np.asarray(times, dtype=float), tolerances=tolerances, threads=1)
        .require()
        .states[0]
    )


def exposure(assembly: Assembly, entered: int, seen: int, *, left: Sequence[int]) -> float:
    """Return the time integral (mol s) of what stands at `seen` after one mole enters at `entered`, for linear laws.

    Exact: -1/J of what is not an exit; `left` are the states that material can stand at.
    """
    with double():
        at_nothing, p = jnp.zeros(assembly.layout.size), jnp.asarray(assembly.parameters[0])
        jacobian = np.asarray(jax.jit(jax.jacfwd(assembly.rates))(at_nothing, p))
    standing = list(left)
    dose = np.zeros(len(standing))
    dose[standing.index(entered)] = 1.0
    return float(-np.linalg.solve(jacobian[np.ix_(standing, standing)], dose)[standing.index(seen)])
