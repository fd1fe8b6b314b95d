"""Rows of the library: one model a kind of thing. A file of the library, and a description in place, is one of these."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from janusome.errors import near_misses
from janusome.specification.refusals import Origin, Path, Refusal, read
from janusome.specification.values import Value, Values
from janusome.specification.vocabulary import CALLED, CAVITIES, ORGANS, POOLS, Route, quantity_for

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]
Named = tuple[Path, str, str, Value]  # path of a value, the quantity's name, the kind of row it stands in, the value


class Strict(BaseModel):
    """What refuses keys that it does not know and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Strict):
    """Values of a part: a payload, a label, a ligand, a receptor, an MRI sequence."""

    values: Values = {}


class Payload(Part):
    """Values of a payload, and the law of its measured release curve.

    `first-order` leaks at `leak_rate_constant`; the others at `release_time_scale` and `release_shape`, after a burst of
    `burst_fraction`, which is free at once (Higuchi has no shape).
    """

    release: Literal["first-order", "weibull", "korsmeyer-peppas", "higuchi"] = "first-order"


class Overlay(Strict):
    """Values that hold in one species, or organ by organ in it."""

    values: Values = {}
    organs: dict[str, Part] = {}


_NO_PART, _NO_OVERLAY = Part(), Overlay()  # asked for often


class AbstractRow(Strict):
    """What every kind of row has."""

    takes: ClassVar[str]
    named_parts: ClassVar[dict[str, str]] = {}  # tables of parts with values, and the kind of row whose names they take

    name: Name
    title: str = ""
    aliases: tuple[str, ...] = ()
    notes: str | tuple[str, ...] = ""
    laws: tuple[str, ...] = ()
    values: Values = {}

    def find(self, name: str, *, organ: str | None = None, species: str | None = None) -> tuple[Value, ...]:
        """Return the values of a name, the most specific ones: species and organ, species, organ, general; () if none."""
        return next((table[name] for table in self.tables(organ, species) if name in table), ())

    @abc.abstractmethod
    def tables(self, organ: str | None, species: str | None) -> Iterator[Values]:
        """Yield the tables in which a value of an organ in a species may stand, the most specific first."""

    @abc.abstractmethod
    def parts(self) -> Iterator[tuple[Path, str, Values]]:
        """Yield every table of values: its path, the kind of row whose names it takes, the table."""

    @abc.abstractmethod
    def organs_named(self) -> Iterator[tuple[Path, str]]:
        """Yield every organ that the row names, with its path."""

    def named_values(self) -> Iterator[Named]:
        """Yield every value of the row with its path."""
        for path, takes, table in self.parts():
            for name, alternatives in table.items():
                for k, value in enumerate(alternatives):
                    yield (*path, name, k) if len(alternatives) > 1 else (*path, name), name, takes, value


class AbstractSpeciesRow(AbstractRow):
    """A row whose values may differ between organs and species."""

    organs: dict[str, Part] = {}
    species: dict[Literal["mouse", "rat", "human"], Overlay] = {}

    def tables(self, organ: str | None, species: str | None) -> Iterator[Values]:
        """Yield species and organ, species, organ, general."""
        overlay = next((each for name, each in self.species.items() if name == species), _NO_OVERLAY)
        yield overlay.organs.get(organ or "", _NO_PART).values
        yield overlay.values
        yield self.organs.get(organ or "", _NO_PART).values
        yield self.values

    def parts(self) -> Iterator[tuple[Path, str, Values]]:
        """Yield every table of values: its path, the kind of row whose names it takes, the table."""
        yield ("values",), self.takes, self.values
        for organ, part in self.organs.items():
            yield ("organs", organ, "values"), self.takes, part.values
        for species, overlay in self.species.items():
            yield ("species", species, "values"), self.takes, overlay.values
            for organ, part in overlay.organs.items():
                yield ("species", species, "organs", organ, "values"), self.takes, part.values
        for key, takes in self.named_parts.items():
            for name, part in getattr(self, key).items():
                yield (key, name, "values"), takes, part.values

    def organs_named(self) -> Iterator[tuple[Path, str]]:
        """Yield every organ that the row names, with its path."""
        for organ in self.organs:
            yield ("organs", organ), organ
        for species, overlay in self.species.items():
            for organ in overlay.organs:
                yield ("species", species, "organs", organ), organ


class Carrier(AbstractSpeciesRow):
    """A particle that carries."""

    takes: ClassVar[str] = "carrier"
    kind: Literal["carrier"] = "carrier"


class Drug(AbstractSpeciesRow):
    """A small molecule that acts; `product` is the drug that it is converted into."""

    takes: ClassVar[str] = "drug"
    kind: Literal["drug"] = "drug"
    product: str | None = None


class Label(AbstractSpeciesRow):
    """What a scanner sees."""

    takes: ClassVar[str] = "label"
    kind: Literal["label"] = "label"


class Ligand(AbstractSpeciesRow):
    """What binds a receptor."""

    takes: ClassVar[str] = "ligand"
    kind: Literal["ligand"] = "ligand"
    target: str


class Protein(AbstractSpeciesRow):
    """A plasma protein that adsorbs on particles; `uniprot` lists its chains, `role` what it means to phagocytes."""

    takes: ClassVar[str] = "protein"
    kind: Literal["protein"] = "protein"
    role: Literal["opsonin", "dysopsonin", "other"] = "other"
    uniprot: tuple[str, ...] = ()


_NOWHERE: Values = {}


class Organ(Strict):
    """One organ of a host: which sites it has, where its blood comes from and goes to, and the ways out of it.

    A cavity or a depot has no blood. `only_for` names the routes without which a study leaves it out, `receives` those whose
    dose it takes.
    """

    sites: tuple[Literal["blood", "interstitium", "phagocytosed", "cavity"], ...] = ("blood", "interstitium")
    drains_to: str = "venous"
    fed_by: str = "arterial"
    ways: dict[Literal["lymph", "bile", "wall", "onward"], str] = {}
    only_for: tuple[Route, ...] = ()
    receives: tuple[Route, ...] = ()
    laws: tuple[str, ...] = ()
    values: Values = {}


class Host(AbstractRow):
    """An animal or a person."""

    takes: ClassVar[str] = "host"
    kind: Literal["host"] = "host"
    species: Literal["mouse", "rat", "human"]
    organs: dict[str, Organ] = {}
    plasma: Values = {}  # concentrations of plasma proteins that are known of this host, by the protein's name

    def tables(self, organ: str | None, species: str | None) -> Iterator[Values]:  # noqa: ARG002
        """Yield what holds in the organ, then what holds in the whole body.

        A general value stands at the same rank whether an organ asks for it or the whole body, so that it is drawn once.
        """
        yield self.organs[organ].values if organ in self.organs else _NOWHERE
        yield self.values

    def parts(self) -> Iterator[tuple[Path, str, Values]]:
        """Yield the values of the body and of each organ."""
        yield ("values",), self.takes, self.values
        for name, organ in self.organs.items():
            yield ("organs", name, "values"), self.takes, organ.values

    def organs_named(self) -> Iterator[tuple[Path, str]]:
        """Yield where the blood of each organ comes from and goes to; the organs themselves are the host's to name."""
        for name, organ in self.organs.items():
            for way, reached in organ.ways.items():
                if reached not in self.organs:
                    yield ("organs", name, "ways", way), reached
            if organ.drains_to not in self.organs:
                yield ("organs", name, "drains_to"), organ.drains_to
            if organ.fed_by not in self.organs:
                yield ("organs", name, "fed_by"), organ.fed_by


class Tumor(AbstractSpeciesRow):
    """A kind of tumor; `drugs` holds what a drug does to its cells."""

    takes: ClassVar[str] = "tumor"
    named_parts: ClassVar[dict[str, str]] = {"receptors": "receptor", "drugs": "drug"}
    kind: Literal["tumor"] = "tumor"
    background_organ: Literal[ORGANS]  # pyright: ignore[reportInvalidTypeForm]
    receptors: dict[str, Part] = {}
    drugs: dict[str, Part] = {}


class MriSequence(Part):
    """Values of a sequence; `modality` says what it is where it is not what the scanner does without saying."""

    modality: Literal["mri", "mri_spin_echo", "mri_inversion_recovery", "mri_balanced", "mri_multi_echo"] | None = None


class Scanner(AbstractSpeciesRow):
    """A scanner and its sequences."""

    takes: ClassVar[str] = "scanner"
    named_parts: ClassVar[dict[str, str]] = {"sequences": "sequence"}
    kind: Literal["scanner"] = "scanner"
    modality: str
    sequences: dict[str, MriSequence] = {}


class Formulation(AbstractSpeciesRow):
    """What is injected: a carrier with payloads, labels and ligands; or, without a carrier, free drugs.

    `vehicle` says what holds a free drug in solution: water alone, or a solvent.
    """

    takes: ClassVar[str] = "formulation"
    named_parts: ClassVar[dict[str, str]] = {"payloads": "payload", "labels": "label", "ligands": "ligand"}
    kind: Literal["formulation"] = "formulation"
    carrier: str | None = None
    vehicle: Literal["water", "solvent"] | None = None
    payloads: dict[str, Payload] = {}
    labels: dict[str, Part] = {}
    ligands: dict[str, Part] = {}


Row = Carrier | Drug | Label | Ligand | Protein | Host | Tumor | Scanner | Formulation
KINDS: dict[str, type[AbstractRow]] = {
    "carrier": Carrier,
    "drug": Drug,
    "label": Label,
    "ligand": Ligand,
    "protein": Protein,
    "host": Host,
    "tumor": Tumor,
    "scanner": Scanner,
    "formulation": Formulation,
}
STAND_INS = {"name": "x", "species": "human", "background_organ": "rest", "target": "-", "modality": "-"}
FOLDERS = {kind: f"{kind}s" for kind in KINDS}
PLACES = (*ORGANS, *CAVITIES, *POOLS)


def faults(row: AbstractRow) -> list[tuple[Path, Refusal]]:
    """Return what is wrong with the values and the organs of a row: unknown names, wrong dimensions, impossible numbers."""
    found: list[tuple[Path, Refusal]] = []
    for path, name, takes, value in row.named_values():
        found += [(path, refusal) for refusal in value_faults(name, value, row=takes)]
    for path, organ in row.organs_named():
        if organ not in PLACES:
            hint = f"it is part of {CALLED[organ]}" if organ in CALLED else near_misses(organ, PLACES)
            found.append((path, Refusal("is no organ of the hosts", hint)))
    return found


def value_faults(name: str, value: Value, *, row: str) -> list[Refusal]:
    """Return what is wrong with one value of a name."""
    try:
        quantity = quantity_for(name, row=row)
        for number in (value.value, value.low, value.high):
            if number is not None:
                quantity.read(f"{number:.15g} {value.unit}")
    except Refusal as refusal:
        return [refusal]
    return []


def read_row(data: Any, *, kind: str, origin: Origin) -> AbstractRow:
    """Read one row; every refusal of it is told together.

    Raises
    ------
    InputErrors
        With the place, what is wrong, what is allowed.
    """
    return read(KINDS[kind], data, origin=origin, stand_ins=STAND_INS, also=faults)
