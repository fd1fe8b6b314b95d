"""From what was written to what is meant: names become rows, texts become numbers, cycles become events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from janusome import units
from janusome.errors import InputError, InputErrors, near_misses
from janusome.specification.composition import part_faults, size_faults
from janusome.specification.conditions import Caution, widened
from janusome.specification.corona import known_plasma, proteins, reference_particle
from janusome.specification.joint import Joint
from janusome.specification.overlays import changed, host_with, laid_over
from janusome.specification.refusals import Draft, Origin, Path, Refusal, read_draft
from janusome.specification.resolved import Build, Lesion, ResolvedStudy
from janusome.specification.rows import (
    AbstractRow,
    AbstractSpeciesRow,
    Carrier,
    Drug,
    Formulation,
    Host,
    Label,
    Organ,
    Tumor,
    faults,
)
from janusome.specification.study import (
    MAP_UNITS,
    STAND_INS,
    CarrierInPlace,
    FormulationFrom,
    FormulationInPlace,
    From,
    HostChoice,
    Shape,
    Study,
    TumorChoice,
)
from janusome.specification.timeline import Carried, timeline
from janusome.specification.values import Value
from janusome.specification.vocabulary import CALLED
from janusome.specification.written import internal

R = TypeVar("R", bound=AbstractRow)
OF_THIS_ONE = ("body_mass", "height", "age", "glomerular_filtration_rate")  # what a study may say of a host by name


class RowsByName(Protocol):
    """What `resolve` asks of a library."""

    @property
    def joints(self) -> Mapping[str, Joint]:
        """Correlations of values, by the source of the values."""
        ...

    def row(self, kind: str, name: str, /) -> AbstractRow:
        """Return a row, or raise an `InputError` with the nearest names."""
        ...

    def names(self, kind: str, /) -> tuple[str, ...]:
        """Return the names of all rows of a kind."""
        ...


def resolve(study: Study, library: RowsByName) -> ResolvedStudy:
    """Return what a study means.

    Raises
    ------
    InputErrors
        With every name that the library lacks and everything that cannot be.
    """
    return _resolved(Draft(study), library, origin=Origin())


def understand(data: Any, library: RowsByName, *, origin: Origin) -> ResolvedStudy:
    """Read a study file's data and return what it means, telling all that is wrong in one go.

    Raises
    ------
    InputErrors
        With every refusal, each with its place and line.
    """
    return _resolved(read_draft(Study, data, origin=origin, stand_ins=STAND_INS), library, origin=origin)


class Findings:
    """What was found wrong, and what the reader should know."""

    def __init__(self, draft: Draft[Study], origin: Origin) -> None:
        self.draft, self.origin = draft, origin
        self.refusals: list[InputError] = list(draft.refusals)
        self.cautions: list[Caution] = []

    def place(self, path: Path) -> str:
        """Return how a message names a path of the draft."""
        return self.origin.place(self.draft.original(path))

    def refuse(self, path: Path, refusal: Refusal | InputError) -> None:
        """Note what is wrong."""
        if path[:1] and path[0] in self.draft.stood_in:
            return
        self.refusals.append(InputError(self.place(path), refusal.problem, refusal.remedy))

    def warn(self, path: Path, what: str, consequence: str) -> None:
        """Note what the reader should know."""
        self.cautions.append(Caution(self.place(path), what, consequence))

    def examine(self, row: R, path: Path) -> R:
        """Check the values that a user gave and widen those without conditions; what is faulty is refused."""
        for where, refusal in faults(row):
            self.refuse((*path, *where), refusal)

        def widen(name: str, value: Value, where: Path) -> Value:
            wider, caution = widened(name, value, place=self.place((*path, *where)))
            self.cautions.extend([caution] if caution else [])
            return wider

        return changed(row, widen)

    def look_up(self, library: RowsByName, kind: str, name: str, path: Path, model: type[R]) -> R | None:
        """Return a row of the library; None, with a refusal, if it cannot be had."""
        try:
            row = library.row(kind, name)
        except InputErrors as error:
            self.refusals += [each for each in error.refusals if str(each) not in map(str, self.refusals)]
            return None
        except InputError as error:
            self.refuse(path, Refusal(f"is {name!r}, which {error.problem}", error.remedy))
            return None
        assert isinstance(row, model)
        given = any(value.origin == "user library" for _, _, _, value in row.named_values())
        return self.examine(row, (f"{kind} {row.name}",)) if given else row


def _resolved(draft: Draft[Study], library: RowsByName, *, origin: Origin) -> ResolvedStudy:
    findings = Findings(draft, origin)
    study = draft.model
    if study is None:
        raise InputErrors(findings.refusals)
    host = _host(study.host, library, findings)
    formulation, carrier = _formulation(study, library, findings)
    parts = _parts(formulation, library, findings)
    lesions = _lesions(study.tumor, library, findings, host=host)
    if formulation is not None:
        formulation = parts.formulation or formulation
        _check_composition(study, formulation, carrier, parts.labels, findings, host=host)
        _check_receptors(parts, lesions, findings)
    events, scanners = timeline(study, library, findings, carried=parts, carrier=carrier, host=host, lesions=lesions)
    until = internal(study.outputs.until, "h")
    times = tuple(internal(time, "h") for time in study.outputs.times)
    for k, time in enumerate(times):
        if time > until:
            problem = f"is {study.outputs.times[k]}, after the end of the study"
            findings.refuse(
                ("outputs", "times", k), Refusal(problem, f"allowed is up to outputs.until, {study.outputs.until}")
            )
    for name in study.outputs.thresholds:
        if formulation is not None and name not in parts.drugs:
            allowed = ", ".join(parts.drugs) or "none: the formulation carries no drug"
            findings.refuse(("outputs", "thresholds", name), Refusal("is no drug of this study", f"allowed is {allowed}"))
    if findings.refusals or formulation is None or host is None:
        raise InputErrors(findings.refusals)
    free = carrier is not None and bool(formulation.payloads)
    reference = reference_particle(study, library, formulation, carrier, host)
    return ResolvedStudy(
        title=study.study,
        formulation=formulation,
        carrier=carrier,
        drugs=parts.drugs,
        labels=parts.labels,
        ligands=parts.ligands,
        host=host,
        lesions=lesions,
        scanners=scanners,
        events=events,
        until=until,
        times=times,
        draws=study.outputs.draws,
        seed=study.outputs.seed,
        images=study.outputs.images,
        controls=tuple(name for name in study.controls if free or name != "free-drug"),
        observed=study.observed,
        cautions=tuple(findings.cautions),
        proteins=proteins(library) if reference else {},
        thresholds={name: internal(limit, "ug/mL") for name, limit in study.outputs.thresholds.items()},
        joints=library.joints,
        reference=reference,
    )


def _host(choice: HostChoice, library: RowsByName, findings: Findings) -> Host | None:
    path: Path = ("host",)
    given = {name: text for name in OF_THIS_ONE if (text := getattr(choice, name)) is not None}
    exact = {name: (_exact(text),) for name, text in given.items()}
    for name in exact:
        if name in choice.values:
            findings.refuse((*path, "values", name), Refusal("is given twice", f"keep host.{name} or host.values.{name}"))
    user = Host(name="host", species="human", values=choice.values, organs=choice.organs)
    user = findings.examine(user, path)
    row = findings.look_up(library, "host", choice.kind, _named(choice, path, "kind"), Host)
    if row is None:
        return None
    for name, organ in user.organs.items():
        if name not in row.organs and "tissue_volume_per_body_mass" not in organ.values:
            hint = f"it is part of {CALLED[name]}" if name in CALLED else near_misses(name, tuple(row.organs))
            findings.refuse((*path, "organs", name), Refusal("is no organ of the hosts", hint))
    if choice.age is not None and not row.find("aging_onset") and "aging_onset" not in user.values:
        findings.warn(("host", "age"), f"is {choice.age}, and {row.name} says nothing of aging", "it changes nothing")
    plasma = known_plasma(choice, library, findings)
    host = host_with(row, user.values | exact, _with_liver(choice, user.organs, findings))
    return host.model_copy(update={"plasma": {**row.plasma, **plasma}})


def _with_liver(choice: HostChoice, organs: dict[str, Organ], findings: Findings) -> dict[str, Organ]:
    """Return the organs of a user with the function of the liver among its values."""
    if choice.liver_function is None:
        return organs
    liver = organs.get("liver", Organ(values={}))
    if "organ_function" in liver.values:
        problem = Refusal("is given twice", "keep host.liver_function or host.organs.liver.values.organ_function")
        findings.refuse(("host", "organs", "liver", "values", "organ_function"), problem)
    function = {"organ_function": (_exact(choice.liver_function),)}
    return organs | {"liver": liver.model_copy(update={"values": liver.values | function})}


def _exact(text: str) -> Value:
    return Value.model_validate(text).model_copy(update={"cv": 0.0})


def _named(choice: HostChoice | TumorChoice, path: Path, key: str) -> Path:
    return path if choice.model_fields_set == {key} else (*path, key)


def _formulation(study: Study, library: RowsByName, findings: Findings) -> tuple[Formulation | None, Carrier | None]:
    choice, path = study.formulation, ("formulation",)
    carrier: Carrier | None = None
    if isinstance(choice, FormulationInPlace):
        said = {key: getattr(choice, key) for key in choice.model_fields_set - {"carrier"}}
        carrier = _carrier(choice.carrier, library, findings)
        row = Formulation(**said, carrier=carrier.name if carrier else None)
        return findings.examine(row, path), carrier
    name = choice.from_ if isinstance(choice, FormulationFrom) else choice
    where = (*path, "from") if isinstance(choice, FormulationFrom) else path
    row = findings.look_up(library, "formulation", name, where, Formulation)
    if isinstance(choice, FormulationFrom):
        tables = {key: getattr(choice, key) for key in ("values", "organs", "payloads", "labels", "ligands")}
        user = findings.examine(Formulation(name="formulation", **tables), path)
        row = laid_over(row, user) if row else None
    if row and row.carrier:
        carrier = findings.look_up(library, "carrier", row.carrier, (*where, "carrier"), Carrier)
        row = row.model_copy(update={"carrier": carrier.name if carrier else row.carrier})
    return row, carrier


def _carrier(choice: str | From | CarrierInPlace | None, library: RowsByName, findings: Findings) -> Carrier | None:
    path = ("formulation", "carrier")
    if choice is None:
        return None
    if isinstance(choice, str):
        return findings.look_up(library, "carrier", choice, path, Carrier)
    if isinstance(choice, CarrierInPlace):
        said = {key: getattr(choice, key) for key in choice.model_fields_set}
        return findings.examine(Carrier(**said), path)
    row = findings.look_up(library, "carrier", choice.from_, (*path, "from"), Carrier)
    user = findings.examine(Carrier(name="carrier", values=choice.values, organs=choice.organs), path)
    return laid_over(row, user) if row else None


def _parts(formulation: Formulation | None, library: RowsByName, findings: Findings) -> Carried:
    found: dict[str, dict[str, Any]] = {"payloads": {}, "labels": {}, "ligands": {}}
    if formulation is None:
        return Carried(None, {}, {}, {})
    for key, kind, model in (("payloads", "drug", Drug), ("labels", "label", Label), ("ligands", "ligand", None)):
        for name in getattr(formulation, key):
            row = findings.look_up(library, kind, name, ("formulation", key, name), model or AbstractRow)
            if row is not None:
                found[key][name] = row
    drugs: dict[str, Drug] = {row.name: row for row in found["payloads"].values()}
    waiting = [drug for drug in drugs.values() if drug.product]
    while waiting:
        drug = waiting.pop()
        if drug.product and drug.product not in drugs:  # else two drugs share it
            product = findings.look_up(library, "drug", drug.product, ("formulation", "payloads", drug.name), Drug)
            drugs |= {product.name: product} if product else {}
            waiting += [product] if product and product.product else []
    canonical = {key: {rows[name].name: part for name, part in getattr(formulation, key).items() if name in rows}
                 for key, rows in found.items()}  # fmt: skip
    labels, ligands = ({row.name: row for row in found[key].values()} for key in ("labels", "ligands"))
    return Carried(formulation.model_copy(update=canonical), drugs, labels, ligands)


def _lesions(
    choices: tuple[TumorChoice, ...], library: RowsByName, findings: Findings, *, host: Host | None
) -> tuple[Lesion, ...]:
    lesions: list[Lesion] = []
    for k, choice in enumerate(choices):
        path: Path = ("tumor", k) if len(choices) > 1 else ("tumor",)
        row = findings.look_up(library, "tumor", choice.kind, (*path, "kind"), Tumor)
        tables = {key: getattr(choice, key) for key in ("values", "receptors", "drugs")}
        user = findings.examine(Tumor(name="tumor", background_organ="liver", **tables), path)
        volume = internal(choice.volume, "cm^3") if choice.volume else None
        mass = host.find("body_mass") if host else ()
        if volume and mass and volume * 1000.0 > 0.25 * mass[0].internal:
            problem = f"is {choice.volume}, more than a quarter of the host ({mass[0].written()})"
            findings.refuse((*path, "volume"), Refusal(problem, "give a smaller tumor or another host"))
        if row is not None:
            same = [other.kind for other in choices].count(choice.kind)
            name = choice.name or (row.name if same == 1 else f"{row.name}-{k + 1}")
            margin = internal(choice.margin, "mm") if choice.margin else 0.0
            _check_maps(choice, path, findings)
            lesions.append(
                Lesion(
                    name, laid_over(row, user), volume, choice.mask, choice.voxels, _build(choice.shape), margin, choice.maps
                )
            )
    names = [lesion.name for lesion in lesions]
    for k, name in enumerate(names):
        if name in names[:k]:
            findings.refuse(("tumor", k, "name"), Refusal(f"is {name!r}, as an earlier lesion's", "give every lesion its own"))
    return tuple(lesions)


def _build(shape: Shape) -> Build:
    vessels = shape.vessel_heterogeneity
    return Build(
        axes=shape.axes or (1.0, 1.0, 1.0),
        necrotic=shape.necrotic_core,
        hypoxic=shape.hypoxic_core,
        vessel_spread=vessels.spread if vessels else 0.0,
        correlation_length=internal(vessels.correlation_length, "mm") if vessels else 1.0,
    )


def _check_maps(choice: TumorChoice, path: Path, findings: Findings) -> None:
    """Refuse maps whose unit measures something else than the map does."""
    for name, found in choice.maps.items():
        allowed = MAP_UNITS[name]
        if found.unit not in ("", "dimensionless", "relative") or allowed:
            try:
                agrees = any(units.same_dimension(found.unit, unit) for unit in allowed) or not allowed
                units.factor(found.unit)
            except Exception:  # pint raises a family of its own for text that is no unit
                agrees = False
            if not agrees:
                wanted = " or ".join(allowed) if allowed else "any unit, such as Bq/mL"
                findings.refuse((*path, name, "unit"), Refusal(f"is {found.unit!r}", f"{name} is measured in {wanted}"))


def _check_composition(
    study: Study,
    formulation: Formulation,
    carrier: Carrier | None,
    labels: Mapping[str, Label],
    findings: Findings,
    *,
    host: Host | None,
) -> None:
    species = host.species if host else None

    def found(name: str) -> Value | None:
        rows: list[AbstractSpeciesRow] = [formulation, *([carrier] if carrier else [])]
        return next((values[0] for row in rows if (values := row.find(name, species=species))), None)

    for name, refusal in size_faults(found):
        findings.refuse(_where(study, name), refusal)
    wanted = (
        getattr(study.formulation, "carrier", None)
        if isinstance(study.formulation, FormulationInPlace)
        else formulation.carrier
    )
    if wanted is None or carrier is not None:  # else the carrier itself was refused
        for path, refusal in part_faults(formulation, carrier, labels):
            findings.refuse(("formulation", *path), refusal)


def _where(study: Study, name: str) -> Path:
    """Return where the study gives a quantity of the particle; the formulation itself if the library does."""
    choice = study.formulation
    if isinstance(choice, (FormulationFrom, FormulationInPlace)) and name in choice.values:
        return ("formulation", "values", name)
    carrier = getattr(choice, "carrier", None)
    if isinstance(carrier, (From, CarrierInPlace)) and name in carrier.values:
        return ("formulation", "carrier", "values", name)
    return ("formulation",)


def _check_receptors(parts: Carried, lesions: tuple[Lesion, ...], findings: Findings) -> None:
    for name, ligand in parts.ligands.items():
        target = getattr(ligand, "target", "")
        for lesion in lesions:
            if target not in lesion.tumor.receptors:
                hint = near_misses(target, list(lesion.tumor.receptors)) if lesion.tumor.receptors else "it lists none"
                findings.warn(
                    ("formulation", "ligands", name),
                    f"binds {target}, which the row of {lesion.tumor.name} does not list ({hint})",
                    f"it binds nothing there; give tumor.receptors.{target}.values.receptors_per_cell if it should",
                )
