"""A resolved study: rows with the study's overrides in place, and the protocol as events in the internal set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from janusome.specification.conditions import Caution
from janusome.specification.joint import Joint
from janusome.specification.rows import Carrier, Drug, Formulation, Host, Label, Ligand, Protein, Scanner, Tumor
from janusome.specification.study import MapFile, Mask
from janusome.specification.values import Value


@dataclass(frozen=True)
class DoseEvent:
    """An injection, s and mol.

    `amount` is of the species that `of` names: moles of a drug, of a label's atoms, or of carriers. It holds for the host
    as written; `per` says what it scales with in others. `activity` (1/s) is what is injected with the dose of the
    radioactive label `active_label`, at the time of the injection.
    """

    at: float
    over: float
    route: str
    of: str
    kind: str  # "drug", "label" or "carrier"
    amount: float
    per: str  # "total", "body mass" or "body surface area"
    written: str
    activity: float | None = None
    active_label: str | None = None
    lesion: str | None = None
    cycle: int = 0


@dataclass(frozen=True)
class ScanEvent:
    """A scan, s; `labels` are the labels of the formulation that the scanner looks for."""

    at: float
    scanner: str
    modality: str
    labels: tuple[str, ...]
    frame: float | None = None
    sequence: str | None = None
    raw_data: bool = False
    cycle: int = 0


@dataclass(frozen=True)
class HeatEvent:
    """The tumor at a temperature, s and K."""

    at: float
    over: float
    temperature: float
    cycle: int = 0


@dataclass(frozen=True)
class SonicationEvent:
    """Ultrasound that opens the blood-brain barrier, s."""

    at: float
    mechanical_index: float
    cycle: int = 0


Event = DoseEvent | ScanEvent | HeatEvent | SonicationEvent


@dataclass(frozen=True)
class Build:
    """How a lesion is built: the ratio of its axes (x, y, z), cores as shares of its volume, and vessels that vary.

    `vessel_spread` is the sd of the natural logarithm of vessel density, `correlation_length` is in m.
    """

    axes: tuple[float, float, float] = (1.0, 1.0, 1.0)
    necrotic: float = 0.0
    hypoxic: float = 0.0
    vessel_spread: float = 0.0
    correlation_length: float = 1.0


@dataclass(frozen=True)
class Lesion:
    """One lesion; it has a volume (m^3) or a mask, with maps by what they show; `margin` of host tissue is in m."""

    name: str
    tumor: Tumor
    volume: float | None = None
    mask: Mask | None = None
    voxels: int | None = None
    build: Build = Build()
    margin: float = 0.0
    maps: Mapping[str, MapFile] = field(default_factory=dict)


@dataclass(frozen=True)
class ReferenceParticle:
    """The rows as the library has them: the particle that their clearance was measured with."""

    formulation: Formulation
    carrier: Carrier


@dataclass(frozen=True)
class ResolvedStudy:
    """All that a run needs to know, except the masks themselves."""

    title: str
    formulation: Formulation
    carrier: Carrier | None
    drugs: Mapping[str, Drug]  # payloads, and the products they are converted into
    labels: Mapping[str, Label]
    ligands: Mapping[str, Ligand]
    host: Host
    lesions: tuple[Lesion, ...]
    scanners: Mapping[str, Scanner]
    events: tuple[Event, ...]  # in order of time
    until: float
    times: tuple[float, ...]
    draws: int
    seed: int
    images: str
    controls: tuple[str, ...]
    observed: str | None
    cautions: tuple[Caution, ...] = ()
    proteins: Mapping[str, Protein] = field(default_factory=dict)  # of plasma; read where the study changes the corona
    thresholds: Mapping[str, float] = field(default_factory=dict)  # kg/m^3 of drugs that cells are asked to see
    joints: Mapping[str, Joint] = field(default_factory=dict)  # by the source of the values that are drawn together
    reference: ReferenceParticle | None = None  # there where the study changes the corona

    @property
    def doses(self) -> tuple[DoseEvent, ...]:
        """The injections."""
        return tuple(event for event in self.events if isinstance(event, DoseEvent))

    @property
    def scans(self) -> tuple[ScanEvent, ...]:
        """The scans."""
        return tuple(event for event in self.events if isinstance(event, ScanEvent))

    @property
    def heatings(self) -> tuple[HeatEvent, ...]:
        """The windows of heat."""
        return tuple(event for event in self.events if isinstance(event, HeatEvent))

    @property
    def sonications(self) -> tuple[SonicationEvent, ...]:
        """The openings of the blood-brain barrier."""
        return tuple(event for event in self.events if isinstance(event, SonicationEvent))

    def of_carrier(self, name: str, *, organ: str | None = None) -> tuple[Value, ...]:
        """Return the values of a carrier's quantity: those of the formulation, else those of the carrier; () if none."""
        species = self.host.species
        found = self.formulation.find(name, organ=organ, species=species)
        return found or (self.carrier.find(name, organ=organ, species=species) if self.carrier else ())
