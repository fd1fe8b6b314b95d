"""The study: what a user asks, in one file or one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError, model_validator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from janusome.errors import InputErrors
from janusome.specification.protocol import Event, Repeat
from janusome.specification.refusals import Origin, Refusal, told
from janusome.specification.rows import Name, Organ, Overlay, Part, Payload, Strict
from janusome.specification.values import Values
from janusome.specification.written import (
    Age,
    BodyMass,
    Concentration,
    Duration,
    Filtration,
    Height,
    Length,
    Moment,
    Share,
    Volume,
)


class From(Strict):
    """A row of the library with some of its values replaced."""

    from_: str = Field(alias="from")
    values: Values = Field(default_factory=dict)
    organs: dict[str, Part] = Field(default_factory=dict)


class CarrierInPlace(Strict):
    """A carrier described in the study."""

    name: Name
    title: str = ""
    notes: str = ""
    laws: tuple[str, ...] = ()
    values: Values = Field(default_factory=dict)
    organs: dict[str, Part] = Field(default_factory=dict)
    species: dict[Literal["mouse", "rat", "human"], Overlay] = Field(default_factory=dict)


def _shape(data: Any) -> str:
    """Tell a name, a library row with changes, and a description in place apart."""
    if isinstance(data, str):
        return "<name>"
    keys = set(data) if isinstance(data, Mapping) else {"from" if hasattr(data, "from_") else "name"}
    return "<from>" if "from" in keys else "<in place>"


def _named_or_described(data: Any) -> Any:
    if not isinstance(data, (str, Mapping, Strict)):
        raise Refusal(
            f"is {'empty' if data is None else data}", "give a name of the library, `from:` a name, or a description"
        )
    return data


MOST_EVENTS = 10_000
MOST_CORE = 0.9
Axis = Annotated[float, Field(gt=0.0, le=100.0)]
CoreShare = Annotated[float, Field(ge=0.0, le=MOST_CORE)]
SHAPE = (Discriminator(_shape), BeforeValidator(_named_or_described))

CarrierChoice = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[From, Tag("<from>")] | Annotated[CarrierInPlace, Tag("<in place>")], *SHAPE
]


class FormulationFrom(Strict):
    """A named formulation with some of its values replaced."""

    from_: str = Field(alias="from")
    values: Values = Field(default_factory=dict)
    organs: dict[str, Part] = Field(default_factory=dict)
    payloads: dict[str, Payload] = Field(default_factory=dict)
    labels: dict[str, Part] = Field(default_factory=dict)
    ligands: dict[str, Part] = Field(default_factory=dict)


class FormulationInPlace(Strict):
    """A formulation described in the study: its carrier (or none, for free drugs), payloads, labels and ligands."""

    name: Name
    title: str = ""
    notes: str = ""
    laws: tuple[str, ...] = ()
    carrier: CarrierChoice | None = None
    vehicle: Literal["water", "solvent"] | None = None
    payloads: dict[str, Payload] = Field(default_factory=dict)
    labels: dict[str, Part] = Field(default_factory=dict)
    ligands: dict[str, Part] = Field(default_factory=dict)
    values: Values = Field(default_factory=dict)
    organs: dict[str, Part] = Field(default_factory=dict)
    species: dict[Literal["mouse", "rat", "human"], Overlay] = Field(default_factory=dict)


FormulationChoice = Annotated[
    Annotated[str, Tag("<name>")]
    | Annotated[FormulationFrom, Tag("<from>")]
    | Annotated[FormulationInPlace, Tag("<in place>")],
    *SHAPE,
]


class HostChoice(Strict):
    """A host of the library with what is known of this one, all of it taken as exact.

    `liver_function` is the share that disease has left of what a healthy liver metabolises and excretes, from
    `glomerular_filtration_rate` follows what the kidneys filter, and `age` lowers filtration (unless it is given) and hepatic
    flow. `plasma` holds concentrations of plasma proteins by name, such as `{fibrinogen: 4.2 g/L}`.
    """

    kind: str
    body_mass: BodyMass | None = None
    height: Height | None = None
    age: Age | None = None
    liver_function: Share | None = None
    glomerular_filtration_rate: Filtration | None = None
    values: Values = Field(default_factory=dict)
    organs: dict[str, Organ] = Field(default_factory=dict)
    plasma: Values = Field(default_factory=dict)


class Mask(Strict):
    """A segmentation file, and which of its labels is the tumor."""

    file: str
    label: Annotated[int, Field(ge=1, strict=True)] | None = None


def _file(data: Any) -> Any:
    return {"file": data} if isinstance(data, str) else data


MAP_UNITS = {  # what each map of a tumor may measure; "" is anything, for only its pattern counts
    "ktrans": ("1/min",),
    "perfusion": ("1/min", "mL/(min g)"),
    "t2": ("ms",),
    "uptake": (),
}


class MapFile(Strict):
    """An image of the tumor, on the mask's grid or on another that covers it, and the unit of its numbers."""

    file: str
    unit: str


class VesselHeterogeneity(Strict):
    """Vessels that vary from place to place: sd of the natural logarithm, and over what length they resemble each other."""

    spread: Annotated[float, Field(gt=0.0, le=3.0)]
    correlation_length: Length


class Shape(Strict):
    """How a tumor is built: the ratio of its axes (x, y, z) where it has no mask, cores as shares of its volume, vessels.

    Necrosis is the deepest part, hypoxia the next; what is left is the rim.
    """

    axes: tuple[Axis, Axis, Axis] | None = None
    necrotic_core: CoreShare = 0.0
    hypoxic_core: CoreShare = 0.0
    vessel_heterogeneity: VesselHeterogeneity | None = None

    @model_validator(mode="after")
    def _leaves_a_rim(self) -> Shape:
        if self.necrotic_core + self.hypoxic_core > MOST_CORE:
            raise Refusal(
                f"has cores of {self.necrotic_core + self.hypoxic_core:g} of the volume",
                f"together allowed is up to {MOST_CORE}",
            )
        return self


class TumorChoice(Strict):
    """One lesion: its kind, and either its volume or the mask that shows it, with maps if there are any.

    `voxels` is how many voxels of tumor the lesion has at most (a mask) or about (a volume); `margin` is how much host tissue
    is followed around it, at least two voxels.
    """

    kind: str
    name: Name | None = None
    volume: Volume | None = None
    mask: Annotated[Mask, BeforeValidator(_file)] | None = None
    shape: Shape = Field(default_factory=Shape)
    voxels: Annotated[int, Field(ge=1, le=10_000_000, strict=True)] | None = None
    margin: Length | None = None
    ktrans: MapFile | None = None
    perfusion: MapFile | None = None
    t2: MapFile | None = None
    uptake: MapFile | None = None
    values: Values = Field(default_factory=dict)
    receptors: dict[str, Part] = Field(default_factory=dict)
    drugs: dict[str, Part] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_shape(self) -> TumorChoice:
        if (self.volume is None) == (self.mask is None):
            problem = "has neither a volume nor a mask" if self.volume is None else "has a volume and a mask"
            raise Refusal(problem, "give `volume: 25 cm^3` or `mask: tumor.nrrd`")
        if self.mask is not None and self.shape.axes is not None:
            raise Refusal("has a mask and axes", "the mask is the shape: leave out `shape: axes`")
        if self.mask is None and self.maps:
            raise Refusal(f"has a map ({next(iter(self.maps))}) and no mask", "give the mask that shows where the tumor is")
        return self

    @property
    def maps(self) -> dict[str, MapFile]:
        """The maps that are given, by what they show."""
        return {name: found for name in MAP_UNITS if (found := getattr(self, name)) is not None}


class Outputs(Strict):
    """How long to follow, and what to write.

    `thresholds` gives concentrations of drugs, such as `{doxorubicin: 1 ug/mL}`: the tumor is read out for the share of its
    volume and of its cells that see at least as much.
    """

    until: Duration
    images: Literal["nifti", "none"] = "nifti"
    draws: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 100
    times: tuple[Moment, ...] = ()
    thresholds: dict[str, Concentration] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, lt=2**32, strict=True)] = 0


def _host(data: Any) -> Any:
    return {"kind": data} if isinstance(data, str) else data


def _tumor(data: Any) -> Any:
    if isinstance(data, str):
        raise Refusal(f"is {data!r} without a size", f"write {{kind: {data}, volume: 25 cm^3}}, or give a mask")
    return data


def _tumors(data: Any) -> Any:
    return data if isinstance(data, (list, tuple)) else () if data is None else (data,)


def _events(data: Any) -> Any:
    if not isinstance(data, (list, tuple)):
        raise Refusal("is no list of events", "write `- {at: 0 h, dose: 30 mg/m^2, of: doxorubicin, route: intravenous}`")
    if not 1 <= len(data) <= MOST_EVENTS:
        raise Refusal(f"has {len(data)} events", f"allowed is 1 to {MOST_EVENTS}")
    return data


class Study(Strict):
    """A study, as the study file writes it, with the same names.

    `Study(...)` tells every refusal at once, as `InputErrors`.
    """

    study: Annotated[str, Field(min_length=1, max_length=500)]
    formulation: FormulationChoice
    host: Annotated[HostChoice, BeforeValidator(_host)]
    tumor: Annotated[tuple[Annotated[TumorChoice, BeforeValidator(_tumor)], ...], BeforeValidator(_tumors)] = ()
    protocol: Annotated[tuple[Event, ...], BeforeValidator(_events)]
    repeat: Repeat | None = None
    controls: tuple[Literal["free-drug", "untreated"], ...] = ("free-drug", "untreated")
    observed: str | None = None
    outputs: Outputs

    @model_validator(mode="wrap")
    @classmethod
    def _told_together(cls, data: Any, handler: ValidatorFunctionWrapHandler, info: Any) -> Study:
        if isinstance(info.context, Origin):
            return handler(data)
        try:
            return handler(data)
        except ValidationError as error:
            refusals = told(error, data, model=cls, origin=Origin())
            raise InputErrors([refusal for _, refusal in refusals]) from None

    def plain(self) -> dict[str, Any]:
        """Return what was written, as plain data that reads back as the same study."""
        return _as_written(self.model_dump(mode="json", by_alias=True, exclude_unset=True))


def _as_written(data: Any) -> Any:
    """Leave out what janusome adds to values."""
    if isinstance(data, dict):
        added = ("origin", "widened_by") if "value" in data else ()
        return {key: _as_written(item) for key, item in data.items() if key not in added}
    return [_as_written(item) for item in data] if isinstance(data, list) else data


STAND_INS: dict[str, Any] = {  # with these in place of what was refused, the rest of a study can still be checked
    "study": "-",
    "formulation": "-",
    "host": "-",
    "tumor": [],
    "protocol": [{"at": "0 h", "heat": "42 degC", "over": "1 min"}],
    "repeat": None,
    "controls": [],
    "outputs": {"until": "87840 h"},
}


def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study file, for editors that complete and check as one types."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Study.model_json_schema(by_alias=True)}
