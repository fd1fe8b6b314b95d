"""Cameras: a scanner set up for one label, with its modality's fields filled for every draw."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from janusome.model import AbstractModality, catalogue
from janusome.simulation.light import Target, in_light
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import MriSequence, Scanner
from janusome.units import from_internal

Array = NDArray[np.float64]

NO_SEQUENCE = MriSequence()
SITE_PREFIXES = {"intracellular_": "intracellular", "detached_": "detached"}


@cache
def modalities() -> dict[str, type[AbstractModality]]:
    """Return every modality of the imaging folder by the name of its file."""
    return catalogue("janusome.imaging", AbstractModality)


@dataclasses.dataclass(frozen=True)
class Camera:
    """One scanner set up for one label: its modality's fields for every draw, its voxels, and what it was set to."""

    modality: type[AbstractModality]
    fields: Mapping[str, Array]
    voxel_size: Array
    conditions: Mapping[str, str]
    settings: Mapping[str, str]

    @property
    def reach(self) -> float:
        """Full width at half maximum of the blur at the median, m; none where the modality has no such field."""
        blur = self.fields.get("spatial_resolution")
        return 0.0 if blur is None else float(blur[0])

    def draw(self, number: int) -> AbstractModality:
        """Return the modality with the parameters of one draw."""
        return self.modality(**{name: jnp.asarray(values[number]) for name, values in self.fields.items()})


@dataclasses.dataclass(frozen=True)
class Exposure:
    """How a scanner is used: its row, its sequence if it has several, the label looked for, how long it counts (s)."""

    scanner: Scanner
    label: str
    sequence: str | None = None
    frame: float | None = None


def camera(study: ResolvedStudy, exposure: Exposure, target: Target, book: ValueBook) -> Camera:
    """Fill the fields of a modality from the sequence, the scanner, the label on its particle, the host and the target."""
    scanner = exposure.scanner
    sequence = scanner.sequences.get(exposure.sequence or "", NO_SEQUENCE)
    modality = modalities()[sequence.modality or scanner.modality]
    place = Place(study.host.species, target.tumor.background_organ)
    chain, conditions = _chain(study, exposure), _conditions(scanner)
    context = {} if exposure.frame is None else {"frame_duration": np.full(book.draws, exposure.frame)}
    context |= in_light(modality, target, chain, place, book)
    fields = {}
    for declared in dataclasses.fields(modality):
        name, site = _at(declared.name)
        wanted = {**conditions, "site": site} if name.endswith("relaxivity") else conditions
        fields[declared.name] = book.fill(name, chain, place, context=context, conditions=wanted)
    width = float(book.fill("voxel_size", chain, place)[0])
    slices = float(book.fill_or("slice_thickness", chain, place, width)[0])
    edges = np.array([slices, width, width])
    return Camera(modality, fields, edges, conditions, _settings(exposure, conditions, edges))


def _chain(study: ResolvedStudy, exposure: Exposure) -> tuple[Scope, ...]:
    scanner, label, formulation = exposure.scanner, exposure.label, study.formulation
    chain = [Scope(f"scanner {scanner.name}", scanner), Scope(f"label {label}", study.labels[label])]
    if label in formulation.labels:
        chain.insert(0, Scope(f"{label} on {formulation.name}", formulation.labels[label]))
    if exposure.sequence is not None:
        chain.insert(0, Scope(f"{exposure.sequence} of {scanner.name}", scanner.sequences[exposure.sequence]))
    return (*chain, Scope(f"host {study.host.name}", study.host))


def _conditions(scanner: Scanner) -> dict[str, str]:
    return {name: values[0].written() for name, values in scanner.values.items() if name == "field"}


def _at(name: str) -> tuple[str, str]:
    """Return the quantity behind a field, and where in tissue it holds."""
    for prefix, inside in SITE_PREFIXES.items():
        if name.startswith(prefix):
            return name.removeprefix(prefix), inside
    return name, "extracellular"


def _settings(exposure: Exposure, conditions: Mapping[str, str], edges: Array) -> dict[str, str]:
    """Return what a scanner was set to, in words."""
    settings = dict(conditions)
    if exposure.sequence is not None:
        settings["sequence"] = exposure.sequence
        values = exposure.scanner.sequences[exposure.sequence].values
        settings |= {name.replace("_", " "): found[0].written() for name, found in values.items()}
    if exposure.frame is not None:
        settings["frame"] = f"{from_internal(exposure.frame, 'min'):g} min"
    settings["voxel"] = " x ".join(f"{from_internal(float(size), 'mm'):g}" for size in edges) + " mm"
    return settings
