"""The timeline: every cycle of the protocol as events in the internal set, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

from janusome.errors import near_misses
from janusome.specification.body_surface import body_surface_area
from janusome.specification.dissolved import undissolved
from janusome.specification.protocol import Dosing, Heating, Scanning, Sonicating
from janusome.specification.refusals import Path, Refusal
from janusome.specification.resolved import DoseEvent, Event, HeatEvent, Lesion, ScanEvent, SonicationEvent
from janusome.specification.rows import AbstractRow, Carrier, Drug, Formulation, Host, Label, Ligand, Scanner
from janusome.specification.sequence_timing import disagreement
from janusome.specification.study import Study
from janusome.specification.written import internal, read_dose

# What a label's row must give for a modality to see it, and the modalities that count decays over a frame.
SHOWN_BY = {
    "ct": "atomic_number",
    "dual_energy_ct": "atomic_number",
    "fluorescence": "quantum_yield",
    "fluorescence_tomography": "quantum_yield",
    "mpi": "saturation_magnetization",
    "mri": "longitudinal_relaxivity",
    "pet": "positron_yield",
    "photoacoustic": "molar_absorption_coefficient",
    "photon_counting_ct": "atomic_number",
    "spect": "gamma_yield",
    "ultrasound": "droplet_radius",
}
COUNTS_DECAYS = ("pet", "spect")


@dataclass(frozen=True)
class Carried:
    """A formulation and the rows of what it is made of; no formulation if it was refused."""

    formulation: Formulation | None
    drugs: Mapping[str, Drug]
    labels: Mapping[str, Label]
    ligands: Mapping[str, Ligand]


class Collector(Protocol):
    """Where refusals and cautions go."""

    def refuse(self, path: Path, refusal: Any) -> None:
        """Note what is wrong."""
        ...

    def warn(self, path: Path, what: str, consequence: str) -> None:
        """Note what the reader should know."""
        ...

    def look_up(self, library: Any, kind: str, name: str, path: Path, model: type[Any]) -> Any:
        """Return a row of the library, or note that there is none and return None."""
        ...


def timeline(
    study: Study,
    library: Any,
    findings: Collector,
    *,
    carried: Carried,
    carrier: Carrier | None,
    host: Host | None,
    lesions: tuple[Lesion, ...],
) -> tuple[tuple[Event, ...], dict[str, Scanner]]:
    """Return every event of every cycle, and the scanners that they use."""
    first: list[tuple[int, Event]] = []
    scanners: dict[str, Scanner] = {}
    for k, event in enumerate(study.protocol):
        path: Path = ("protocol", k)
        if isinstance(event, Dosing):
            found = _dose(event, path, findings, carried=carried, carrier=carrier, host=host, lesions=lesions)
        elif isinstance(event, Scanning):
            scanner = findings.look_up(library, "scanner", event.scan, (*path, "scan"), Scanner)
            scanners |= {scanner.name: scanner} if scanner else {}
            found = _scan(event, scanner, path, findings, carried=carried)
        elif isinstance(event, Sonicating):
            found = _sonication(event, path, findings, lesions=lesions)
        else:
            found = _heat(event, path, findings, host=host, lesions=lesions)
        first += [(k, found)] if found else []
    if not any(isinstance(event, Dosing) for event in study.protocol):
        findings.refuse(("protocol",), Refusal("holds no dose", "add one, such as {at: 0 h, dose: 30 mg/m^2, of: doxorubicin, "
                                               "route: intravenous}"))  # fmt: skip
    every = internal(study.repeat.every, "h") if study.repeat else 0.0
    cycles = study.repeat.times + 1 if study.repeat else 1
    events = [(k, replace(event, at=event.at + n * every, cycle=n)) for n in range(cycles) for k, event in first]
    _check_end(study, findings)
    _check_heat(events, findings)
    return tuple(event for _, event in sorted(events, key=lambda pair: pair[1].at)), scanners


def _dose(
    event: Dosing,
    path: Path,
    findings: Collector,
    *,
    carried: Carried,
    carrier: Carrier | None,
    host: Host | None,
    lesions: tuple[Lesion, ...],
) -> DoseEvent | None:
    if carried.formulation is None or host is None:
        return None
    try:
        name, kind, mass = _dosed(event.of, carried, carrier)
    except Refusal as refusal:
        findings.refuse((*path, "of"), refusal)
        return None
    dose = read_dose(event.dose)
    try:
        amount = dose.number * _extent(dose.per, host)
        if dose.of == "mass":
            if mass is None:
                wanted = {"drug": "molar_mass", "label": "atomic_mass", "carrier": "particle_mass"}[kind]
                raise Refusal(
                    f"is a mass of {name}, whose {wanted} is not known", f"give `{wanted}`, or a dose in mol or particles"
                )
            amount /= mass
    except Refusal as refusal:
        findings.refuse((*path, "dose"), refusal)
        return None
    if event.volume is not None and kind == "drug" and carrier is None:
        try:
            caution = undissolved(event, carried.drugs[name], carried.formulation.vehicle, amount=amount)
        except Refusal as refusal:
            findings.refuse((*path, "volume"), refusal)
            return None
        if caution:
            findings.warn((*path, "volume"), *caution)
    lesion = _injected_lesion(event, path, findings, lesions)
    if event.route not in (
        "intravenous",
        "intratumoral",
        *(route for organ in host.organs.values() for route in organ.receives),
    ):
        findings.refuse((*path, "route"), Refusal(f"is {event.route}, and {host.name} has no place that takes such a dose",
                                                  "start from a host of the library, or dose intravenous"))  # fmt: skip
    label = _active_label(event, path, findings, carried)
    return DoseEvent(
        at=internal(event.at, "h"),
        over=internal(event.over, "h") if event.over else 0.0,
        route=event.route,
        of=name,
        kind=kind,
        amount=amount,
        per=dose.per,
        written=event.dose,
        activity=internal(event.activity, "MBq") if event.activity else None,
        active_label=label,
        lesion=lesion,
    )


def _dosed(of: str, carried: Carried, carrier: Carrier | None) -> tuple[str, str, float | None]:
    """Return the name of what a dose measures, its kind and its mass per amount."""
    formulation = carried.formulation
    assert formulation is not None
    rows: list[tuple[str, AbstractRow, str]] = [
        ("drug", carried.drugs[name], "molar_mass") for name in formulation.payloads if name in carried.drugs
    ]
    rows += [("label", row, "atomic_mass") for row in carried.labels.values()]
    rows += [("carrier", carrier, "particle_mass")] if carrier else []
    for kind, row, mass in rows:
        generic = (kind, "particles") if kind == "carrier" else ()
        if of.lower() in (row.name, *(alias.lower() for alias in row.aliases), *generic):
            part = {"drug": formulation.payloads, "label": formulation.labels}.get(kind, {}).get(row.name)
            said = (part.values.get(mass) if part else formulation.values.get(mass)) or row.find(mass)
            return row.name, kind, said[0].internal if said else None
    known = [row.name for _, row, _ in rows]
    hint = near_misses(of, known) if known else "it carries nothing"
    raise Refusal(f"is {of!r}, which {formulation.name} does not carry", f"{hint}; or add it to formulation.payloads")


def _extent(per: str, host: Host) -> float:
    if per == "body surface area":
        return body_surface_area(host)
    if per == "body mass":
        mass = host.find("body_mass")
        if not mass:
            raise Refusal(f"is per body mass, which is not known of {host.name}", "give host.body_mass")
        return mass[0].internal
    return 1.0


def _injected_lesion(event: Dosing, path: Path, findings: Collector, lesions: tuple[Lesion, ...]) -> str | None:
    names = [lesion.name for lesion in lesions]
    if event.route != "intratumoral":
        if event.into is not None:
            article = "an" if event.route[0] in "aeiou" else "a"
            findings.refuse(
                (*path, "into"),
                Refusal(f"names a lesion for {article} {event.route} dose", "leave it out, or dose intratumoral"),
            )
        return None
    if not names:
        findings.refuse(
            (*path, "route"), Refusal("is intratumoral in a study without a tumor", "give `tumor`, or dose intravenous")
        )
    elif event.into is None and len(names) > 1:
        findings.refuse((*path, "into"), Refusal("is missing", f"name the lesion that is injected: {' or '.join(names)}"))
    elif event.into is not None and event.into not in names:
        findings.refuse((*path, "into"), Refusal(f"is {event.into!r}, which is no lesion", near_misses(event.into, names)))
    else:
        return event.into or names[0]
    return None


def _active_label(event: Dosing, path: Path, findings: Collector, carried: Carried) -> str | None:
    assert carried.formulation is not None
    radioactive = [name for name, row in carried.labels.items() if row.find("half_life")]
    counted = [name for name in radioactive if "label_atoms_per_particle" in carried.formulation.labels[name].values]
    if event.activity and len(radioactive) != 1:
        found = "no radioactive label" if not radioactive else f"several ({', '.join(radioactive)})"
        remedy = "add one to formulation.labels, or leave the activity out" if not radioactive else "keep one of them"
        findings.refuse(
            (*path, "activity"), Refusal(f"is {event.activity} but {carried.formulation.name} carries {found}", remedy)
        )
        return None
    if radioactive and not counted and not event.activity:
        findings.refuse(
            (*path, "activity"), Refusal("is missing", f"say how much {radioactive[0]} is injected, such as 400 MBq")
        )
    return radioactive[0] if radioactive and event.activity else None


def _scan(event: Scanning, scanner: Scanner | None, path: Path, findings: Collector, *, carried: Carried) -> ScanEvent | None:
    if scanner is None:
        return None
    shows = SHOWN_BY.get(scanner.modality)
    labels = tuple(name for name, row in carried.labels.items() if shows is None or row.find(shows))
    if event.label is not None and carried.formulation is not None:
        named = next((name for name, row in carried.labels.items() if event.label in (name, *row.aliases)), event.label)
        if named not in carried.labels:
            hint = near_misses(event.label, list(carried.labels)) if carried.labels else "it carries no label"
            findings.refuse(
                (*path, "label"), Refusal(f"is {event.label!r}, which {carried.formulation.name} does not carry", hint)
            )
        elif named not in labels:
            findings.refuse((*path, "label"), Refusal(f"is {event.label!r}, which {scanner.name} does not show",
                                                      f"its row has no {shows}; choose another scanner or label"))  # fmt: skip
        labels = (named,)
    elif not labels and carried.formulation is not None:
        _nothing_to_see(scanner, path, findings, carried.formulation)
    _check_settings(event, scanner, path, findings)
    sequence = event.sequence or (next(iter(scanner.sequences)) if len(scanner.sequences) == 1 else None)
    frame = internal(event.frame, "h") if event.frame else None
    return ScanEvent(internal(event.at, "h"), scanner.name, scanner.modality, labels, frame, sequence, event.raw_data)


def _nothing_to_see(scanner: Scanner, path: Path, findings: Collector, formulation: Formulation) -> None:
    if scanner.modality == "mri":
        findings.warn((*path, "scan"), f"is {scanner.name}, and {formulation.name} carries no label that MRI shows",
                      "the image shows tissue only")  # fmt: skip
        return
    what = "positron emitter" if scanner.modality == "pet" else "label"
    findings.refuse((*path, "scan"), Refusal(f"is {scanner.name}, and {formulation.name} carries no {what} to see",
                                             "add one to formulation.labels, or choose another scanner"))  # fmt: skip


def _check_settings(event: Scanning, scanner: Scanner, path: Path, findings: Collector) -> None:
    if scanner.modality in COUNTS_DECAYS and event.frame is None:
        findings.refuse((*path, "frame"), Refusal("is missing", "say how long the scanner counts, such as 10 min"))
    if scanner.modality not in COUNTS_DECAYS and event.frame is not None:
        findings.refuse((*path, "frame"), Refusal(f"is {event.frame}, and {scanner.name} counts nothing", "leave it out"))
    names = list(scanner.sequences)
    if event.sequence is None and len(names) > 1:
        findings.refuse((*path, "sequence"), Refusal("is missing", f"choose {' or '.join(sorted(names))}"))
    if event.sequence is not None and event.sequence not in names:
        hint = near_misses(event.sequence, names) if names else f"{scanner.name} has no sequences: leave it out"
        findings.refuse((*path, "sequence"), Refusal(f"is {event.sequence!r}, which {scanner.name} does not have", hint))
    used = event.sequence or (names[0] if len(names) == 1 else "")
    if used in names and (wrong := disagreement(scanner.sequences[used].values)):
        findings.refuse((*path, "sequence"), wrong)


def _heat(event: Heating, path: Path, findings: Collector, *, host: Host | None, lesions: tuple[Lesion, ...]) -> HeatEvent:
    temperature = internal(event.heat, "degC")
    body = host.find("body_temperature") if host else ()
    if body and temperature < body[0].internal:
        findings.refuse(
            (*path, "heat"), Refusal(f"is {event.heat}, below the body's {body[0].written()}", "give a higher temperature")
        )
    if not lesions:
        findings.warn((*path, "heat"), "heats a tumor, and the study has none", "it does nothing")
    return HeatEvent(internal(event.at, "h"), internal(event.over, "h"), temperature)


def _sonication(event: Sonicating, path: Path, findings: Collector, *, lesions: tuple[Lesion, ...]) -> SonicationEvent:
    if not any("ultrasound_opening" in lesion.tumor.laws for lesion in lesions):
        findings.warn(
            (*path, "ultrasound"), "opens a blood-brain barrier, and no tumor of the study has one", "it does nothing"
        )
    return SonicationEvent(internal(event.at, "h"), event.mechanical_index)


def _check_end(study: Study, findings: Collector) -> None:
    until = internal(study.outputs.until, "h")
    every = internal(study.repeat.every, "h") if study.repeat else 0.0
    cycles = study.repeat.times + 1 if study.repeat else 1
    for k, event in enumerate(study.protocol):
        lasting = internal(_duration(event) or "0 h", "h")
        instant = isinstance(event, Dosing) and lasting == 0.0
        starts = [internal(event.at, "h") + n * every for n in range(cycles)]
        late = [n for n, start in enumerate(starts) if start + lasting > until or (instant and start >= until)]
        if late:
            start, end = starts[late[0]], "that is" if starts[late[0]] >= until else "ends"
            when = f"{start / 3600.0:g} h in cycle {late[0] + 1} of {cycles}" if late[0] else event.at
            problem = f"is {when}, and {end} after the end of the study"
            remedy = f"allowed is before outputs.until, {study.outputs.until}; move it or extend the study"
            findings.refuse(("protocol", k, "at"), Refusal(problem, remedy))


def _duration(event: Dosing | Scanning | Heating | Sonicating) -> str | None:
    if isinstance(event, Scanning):
        return event.frame
    return None if isinstance(event, Sonicating) else event.over


def _check_heat(events: list[tuple[int, Event]], findings: Collector) -> None:
    windows = sorted(((event.at, event.at + event.over, k) for k, event in events if isinstance(event, HeatEvent)))
    for before, after in pairwise(windows):
        if after[0] < before[1]:
            findings.refuse(
                ("protocol", after[2], "at"), Refusal("starts before the heat of an earlier event ends", "leave time between")
            )
            return
