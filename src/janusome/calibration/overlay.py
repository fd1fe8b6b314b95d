"""Overlay: the posterior of each value as rows of a library, which later studies can cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from janusome.calibration.calibrate import Calibration
from janusome.calibration.choice import OF_ONE_ANIMAL, Chosen
from janusome.calibration.identifiability import Verdict
from janusome.simulation.values import spread
from janusome.specification.conditions import missing
from janusome.specification.joint import Joint
from janusome.specification.refusals import Path
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import AbstractRow
from janusome.specification.values import Value
from janusome.specification.vocabulary import vocabulary
from janusome.units import from_internal

DIGITS = 4
SET_BY_READER = ("origin", "widened_by")


class Home(NamedTuple):
    """Where the values of an owner stand: the kind of row, the row, and the path of the part inside it."""

    kind: str
    row: AbstractRow
    part: Path = ()


def posterior_value(one: Chosen, found: Verdict, *, source: str, where: str, joint: bool) -> dict[str, Any]:
    """Return a value with its posterior as plain data of the library: median, 5th and 95th percentile, and how it was got.

    `joint` says that the overlay has its correlations with other values.
    """
    numbers = spread(one.name, one.value, np.array([found.low, found.median, found.high]))
    quantity = vocabulary().get(one.name)
    kept = numbers if quantity is None else quantity.clip(numbers)
    low, middle, high = (float(f"{from_internal(number, one.value.unit):.{DIGITS}g}") for number in kept)
    conditions = {each.name: "as calibrated" for each in missing(one.name, one.value)} | dict(one.value.conditions)
    before = f"{one.value.written()}, {one.value.grade}" + (f", {one.value.source}" if one.value.source else "")
    data = {
        "value": middle, "unit": one.value.unit, "low": low, "high": high, "grade": "derived", "source": source,
        "where": where, "conditions": conditions, "note": f"Before the calibration: {before}.",
    }  # fmt: skip
    data |= {"joint": one.key} if joint else {}
    return data if conditions else {key: item for key, item in data.items() if key != "conditions"}


def overlay_rows(found: Calibration, *, source: str, where: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows that hold calibrated values, whole, as plain data by kind and name.

    A row stands as the study had it, its own values among it; what the data do not identify stays as it was.
    """
    homes = dict(_homes(found.study))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    kept = _kept(found)
    for k, one in kept:
        home, path = _path(one, homes, found.study)
        data = rows.setdefault((home.kind, home.row.name), _plain(home.row))
        _put(data, path, one, posterior_value(one, found.verdicts[k], source=source, where=where, joint=len(kept) > 1))
    return rows


def overlay_joint(found: Calibration) -> Joint | None:
    """Return the correlations of the values that the overlay holds; nothing where there are no two."""
    places = [k for k, _ in _kept(found)]
    if len(places) < 2:
        return None
    matrix = found.correlations[np.ix_(places, places)]
    matrix = np.clip(0.5 * (matrix + matrix.T), -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return Joint(tuple(one.key for _, one in _kept(found)), tuple(tuple(row) for row in matrix.tolist()))


def _kept(found: Calibration) -> list[tuple[int, Chosen]]:
    """Return the values that the overlay holds, with their places among the unknowns."""
    return [(k, one) for k, one in found.identified if one.name not in OF_ONE_ANIMAL]


def _homes(study: ResolvedStudy) -> Iterator[tuple[str, Home]]:
    """Yield every owner of values by the name that the account of values gives it."""
    yield f"host {study.host.name}", Home("host", study.host)
    formulation = study.formulation
    yield f"formulation {formulation.name}", Home("formulation", formulation)
    for table, word in (("payloads", "in"), ("labels", "on"), ("ligands", "on")):
        for name in getattr(formulation, table):
            yield f"{name} {word} {formulation.name}", Home("formulation", formulation, (table, name))
    if study.carrier is not None:
        yield f"carrier {study.carrier.name}", Home("carrier", study.carrier)
    for kind, rows in (("drug", study.drugs), ("label", study.labels), ("ligand", study.ligands)):
        for name, row in rows.items():
            yield f"{kind} {name}", Home(kind, row)
    for tumor in (lesion.tumor for lesion in reversed(study.lesions)):
        yield f"tumor {tumor.name}", Home("tumor", tumor)
        for name in tumor.receptors:
            yield f"{name} of {tumor.name}", Home("tumor", tumor, ("receptors", name))
        for name in tumor.drugs:
            yield f"{name} in {tumor.name}", Home("tumor", tumor, ("drugs", name))


def _path(one: Chosen, homes: Mapping[str, Home], study: ResolvedStudy) -> tuple[Home, Path]:
    """Return the row of a value and the path of its table inside it."""
    owner, _, organ = (one.owner, "", "") if one.owner in homes else one.owner.rpartition(": ")
    home, species = homes[owner], study.host.species
    if home.part:
        return home, (*home.part, "values")
    if home.kind == "host":
        return home, ("organs", organ, "values") if organ else ("values",)
    tables: tuple[Path, ...] = (
        ("species", species, "organs", organ, "values"), ("species", species, "values"), ("organs", organ, "values"),
        ("values",),
    )  # fmt: skip
    return home, tables[one.rank]


def _put(data: dict[str, Any], path: Path, one: Chosen, value: dict[str, Any]) -> None:
    for key in path:
        data = data[str(key)]
    listed = data[one.name]
    if isinstance(listed, dict):
        data[one.name] = value
        return
    at = next(k for k, each in enumerate(listed) if each.get("conditions", {}) == one.value.conditions)
    listed[at] = value


def _plain(row: AbstractRow) -> dict[str, Any]:
    """Return a row as its file would say it."""
    data = {"name": row.name, "kind": getattr(row, "kind", "")}
    data |= {
        key: item for key in type(row).model_fields if (item := _written(getattr(row, key), key)) not in ({}, [], "", None)
    }
    return data


def _written(data: Any, name: str) -> Any:
    if isinstance(data, Value):
        return _value(data, name)
    if isinstance(data, tuple):
        listed = [_written(item, name) for item in data]
        return listed[0] if len(listed) == 1 and isinstance(data[0], Value) else listed
    if isinstance(data, Mapping):
        return {str(key): _written(item, str(key)) for key, item in data.items()}
    fields = getattr(type(data), "model_fields", None)
    if fields is None:
        return data
    return {key: item for key in fields if key in data.model_fields_set and (item := _written(getattr(data, key), key)) != {}}


def _value(value: Value, name: str) -> dict[str, Any]:
    """Return a value as plain data; a shipped one says which conditions are not stated, so as not to be widened."""
    data = {key: item for key, item in value.model_dump(exclude_defaults=True).items() if key not in SET_BY_READER}
    unsaid = {each.name: "not stated" for each in missing(name, value)} if value.origin == "shipped" else {}
    conditions = {**unsaid, **value.conditions}
    return data | ({"conditions": conditions} if conditions else {}) | {"grade": value.grade}
