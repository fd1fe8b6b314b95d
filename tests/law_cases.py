"""Random laws and states for tests: every field is drawn over the range that its unit allows.

A new law needs nothing here: its fields say their units. Only a quantity that must stay inside narrower bounds than others of
its unit (a pH, a share of a whole) is found by its name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from janusome.model import (
    SITES,
    AbstractModality,
    AbstractProcess,
    AbstractTransfer,
    Lesion,
    Links,
    Material,
    Scene,
    Stimulus,
    catalogue,
)
from janusome.units import dimension

# Lowest and highest value in the internal set, by unit; drawn evenly in the logarithm. From a capillary bed of a mouse's tumor
# to the plasma of a man, from one particle to all that a clinical dose holds.
RANGES = {
    "1/s": (1e-8, 1e-1),
    "s": (1e1, 1e8),
    "m": (1e-9, 1e-1),
    "1/m": (1e2, 1e6),
    "m/s": (1e-12, 1e-4),
    "m^2/s": (1e-14, 1e-9),
    "m^3": (1e-10, 1e-1),
    "m^3/s": (1e-14, 1e-4),
    "m^3/(mol s)": (1e-1, 1e5),
    "m^3/mol": (1e0, 1e6),
    "mol": (1e-22, 1e-4),
    "mol/m^3": (1e-9, 1e1),
    "cell": (1e2, 1e12),
    "": (1e-2, 1e2),
}
ELSEWHERE = (1e-3, 1e3)
# Bounds of what its unit does not bound, evenly between them.
NAMED = {
    "photon_energy_width": (5e-16, 2e-15),
    "ph": (4.0, 8.0),
    "pka": (4.5, 7.5),
    "temperature": (290.0, 320.0),
    "temperature_rise": (0.0, 15.0),
    "width": (0.3, 3.0),
    "fraction": (0.01, 0.99),
    "yield": (0.05, 1.0),
    "reflection": (0.01, 0.99),
    "cooperativity": (0.5, 4.0),
    "hill_coefficient": (0.5, 3.0),
    "angle": (0.02, 1.5),
    "repetition_time": (0.5, 5.0),
    "inversion_time": (0.05, 0.4),
    "echo_time": (1e-3, 0.1),
    "echo_spacing": (2e-3, 1e-2),
    "echo_number": (1.0, 16.0),
    "echo_train_length": (1.0, 32.0),
    "tube_voltage": (5e4, 1.4e5),
    "atomic_number": (20.0, 90.0),
    "filtration": (1e-3, 1e-2),
    "lowest_energy_threshold": (3e-15, 5e-15),
    "second_energy_threshold": (5e-15, 8e-15),
    "third_energy_threshold": (8e-15, 1.1e-14),
    "highest_energy_threshold": (1.1e-14, 1.4e-14),
    "core_diameter": (5e-9, 4e-8),
    "size_spread": (0.05, 0.3),
    "frequency_exponent": (0.1, 2.0),
    "dynamic_range": (30.0, 80.0),
    "absorption": (2.0, 100.0),
    "reduced_scattering": (500.0, 2000.0),
    "bit_depth": (8.0, 16.0),
    "slab_thickness": (2e-2, 3e-2),
    "view_depth": (5e-3, 1.5e-2),
    "border_factor": (1.0, 4.0),
    "ring_spacing": (5e-4, 2e-3),
    "regularization": (1e-4, 1e-1),
}
BY_DIMENSION = [(dimension(unit), bounds) for unit, bounds in RANGES.items()]


def every_law() -> list[type[AbstractProcess]]:
    """Return every finished law."""
    return [
        law
        for folder in ("body", "tumor", "particle", "effect")
        for law in catalogue(f"janusome.{folder}", AbstractProcess).values()
    ]


def every_modality() -> list[type[AbstractModality]]:
    """Return every finished modality."""
    return list(catalogue("janusome.imaging", AbstractModality).values())


def drawn(name: str, unit: str, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Draw one quantity."""
    for ending, (low, high) in NAMED.items():
        if name == ending or name.endswith("_" + ending):
            return random.uniform(low, high, shape)
    low, high = next((bounds for of, bounds in BY_DIMENSION if of == dimension(unit)), ELSEWHERE)
    return np.exp(random.uniform(np.log(low), np.log(high), shape))


def random_law(law: type[Any], random: np.random.Generator, *, places: int, links: int = 0, scalar: bool = False) -> Any:
    """Return a law, or a modality, with every field drawn."""
    fields: dict[str, Any] = {}
    for declared in dataclasses.fields(law):
        if "unit" not in declared.metadata:
            fields[declared.name] = "sn-38"  # the one field that is no quantity names what a prodrug becomes
            continue
        count = links if declared.metadata["per"] == "link" else places
        shape = () if scalar else (count,)
        fields[declared.name] = jnp.asarray(drawn(declared.name, declared.metadata["unit"], shape, random))
    return law(**fields)


def ring(places: int) -> Links:
    """Join every place with the next one, both ways."""
    here = np.arange(places)
    there = np.roll(here, -1)
    return Links(source=jnp.asarray(np.concatenate([here, there])), target=jnp.asarray(np.concatenate([there, here])))


def links_of(pairs: Sequence[tuple[int, int]]) -> Links:
    """Return links from place to place."""
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Links(source=jnp.asarray(table[:, 0]), target=jnp.asarray(table[:, 1]))


def random_material(law: type[AbstractTransfer], random: np.random.Generator, *, places: int) -> Material:
    """Return places at which a law can act, with amounts over many orders of magnitude."""
    sites = law.sites or tuple(site for site in SITES if site != "target")

    def each(name: str, unit: str) -> dict[str, Any]:
        return {site: jnp.asarray(drawn(name, unit, (places,), random)) for site in sites}

    volume = jnp.asarray(drawn("tissue_volume", "m^3", (places,), random))
    shares = each("accessible_fraction", "")
    return Material(
        amount=each("amount", "mol"),
        accessible_volume={site: share * volume for site, share in shares.items()},
        ph=each("ph", ""),
        tissue_volume=volume,
        temperature=jnp.asarray(drawn("temperature", "K", (places,), random)),
        released_in_plasma=jnp.asarray(drawn("released_in_plasma", "mol/m^3", (places,), random)),
        links=ring(places),
    )


def random_lesion(random: np.random.Generator, *, places: int) -> Lesion:
    """Return a lesion whose cells stand between a ten thousandth of and a hundred times those at the start."""
    initial = drawn("initial", "cell", (places,), random)
    return Lesion(
        viable=jnp.asarray(initial * 10.0 ** random.uniform(-4, 2, places)),
        dying=jnp.asarray(initial * 10.0 ** random.uniform(-4, 0, places)),
        initial=jnp.asarray(initial),
        target_concentration=jnp.asarray(drawn("target_concentration", "mol/m^3", (places,), random)),
    )


def random_stimulus(random: np.random.Generator, *, places: int) -> Stimulus:
    """Return a rise of temperature, and an opening of the barrier, at every place."""
    return Stimulus(
        temperature_rise=jnp.asarray(drawn("temperature_rise", "K", (places,), random)),
        barrier_opening=jnp.asarray(drawn("opening_fraction", "", (places,), random)),
    )


def random_scene(random: np.random.Generator, *, shape: tuple[int, int, int] = (4, 5, 6)) -> Scene:
    """Return what a scanner looks at: label at what a dose leaves in tissue, water as in soft tissue."""

    def field(low: float, high: float) -> Any:
        return jnp.asarray(np.exp(random.uniform(np.log(low), np.log(high), shape)))

    return Scene(
        attached_outside=field(1e-9, 1e-1),
        attached_inside=field(1e-9, 1e-1),
        detached=field(1e-9, 1e-1),
        longitudinal_relaxation_rate=field(0.2, 5.0),
        transverse_relaxation_rate=field(5.0, 50.0),
        effective_transverse_relaxation_rate=field(2.0, 500.0),
        proton_density=field(0.1, 1.0),
        body=field(0.1, 1.0),
        voxel_size=jnp.asarray(random.uniform(2e-4, 5e-3, 3)),
    )


def places_like(law: type[AbstractTransfer], *, count: int = 1, **given: Any) -> Material:
    """Return plain places of one litre at 37 degC and neutral pH, changed as a test asks.

    `amount`, `accessible_volume` and `ph` are given by site; the rest as one number or one a place.
    """
    sites = dict.fromkeys((*(law.sites or SITES), *given.get("amount", {})))
    full = lambda number: jnp.broadcast_to(jnp.asarray(number, dtype=float), (count,))  # noqa: E731

    def each(name: str, usual: float) -> dict[str, Any]:
        return {site: full(given.get(name, {}).get(site, usual)) for site in sites}

    return Material(
        amount=each("amount", 0.0),
        accessible_volume=each("accessible_volume", 1e-3),
        ph=each("ph", 7.4),
        tissue_volume=full(given.get("tissue_volume", 1e-3)),
        temperature=full(given.get("temperature", 310.15)),
        released_in_plasma=full(given.get("released_in_plasma", 0.0)),
        links=given.get("links", links_of([])),
    )


def unstimulated(count: int = 1, *, temperature_rise: float = 0.0, barrier_opening: float = 0.0) -> Stimulus:
    """Return no stimulus, or a warm or an opening one."""
    return Stimulus(temperature_rise=jnp.full(count, temperature_rise), barrier_opening=jnp.full(count, barrier_opening))


def made(law: type[Any], *, count: int = 1, links: int = 0, **fields: Any) -> Any:
    """Return a law with fields given as numbers."""
    sizes = {d.name: links if d.metadata.get("per") == "link" else count for d in dataclasses.fields(law)}
    whole = {
        name: value if isinstance(value, str) else jnp.broadcast_to(jnp.asarray(value, dtype=float), (sizes[name],))
        for name, value in fields.items()
    }
    return law(**whole)


def coefficient(
    law: AbstractTransfer, state: Material, source: str, target: str, *, stimulus: Stimulus | None = None
) -> np.ndarray:
    """Return the one coefficient with which a law moves material from a site to another."""
    count = state.tissue_volume.shape[0]
    found = [t for t in law.transfers(state, stimulus or unstimulated(count)) if (t.source, t.target) == (source, target)]
    assert len(found) == 1, f"{type(law).__name__} has {len(found)} transfers from {source} to {target}"
    return np.asarray(jnp.broadcast_to(found[0].coefficient, found[0].coefficient.shape or (count,)))


def numbers(tree: Any) -> list[jax.Array]:
    """Return every array of a tree."""
    return jax.tree.leaves(eqx.filter(tree, eqx.is_inexact_array))
