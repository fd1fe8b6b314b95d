"""Comparison: two or more results, first what differs in what went in, then in what came out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janusome.errors import InputError
from janusome.reporting.folders import Result
from janusome.reporting.numerals import number, unit

NOT_INPUTS = ("outputs.images",)
FIGURES = {
    "plasma_exposure": (
        "peak_concentration", "auc_to_last", "auc_to_infinity", "terminal_half_life", "clearance", "volume_at_steady_state",
    ),
    "tissue_exposure": ("auc_to_end", "peak_concentration"),
    "biodistribution": ("injected_dose", "injected_dose_per_mass"),
    "tumor_response": ("at_end", "change_at_end", "change_at_lowest", "time_to_doubling"),
    "visibility": ("contrast_to_noise",),
}  # fmt: skip
ABOUT = ("species", "form", "organ", "site", "quantity", "time_h", "scan", "lesion")


@dataclass(frozen=True)
class ResultRead:
    """What a comparison reads of one result folder."""

    name: str
    resolved: Mapping[str, Any]
    summary: Mapping[str, Any]
    courses: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Difference:
    """One input that is not the same in all results; None where a result does not have it."""

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class OutputRow:
    """One figure in every result; `ratios` are to the first, None where there is none."""

    section: str
    name: str
    unit: str
    values: tuple[str, ...]
    ratios: tuple[float | None, ...]

    @property
    def largest(self) -> float:
        """How far the results are apart, as the largest |ln ratio|; 0 where there is no ratio."""
        return max((abs(math.log(r)) for r in self.ratios if r is not None and r > 0), default=0.0)


@dataclass(frozen=True)
class Comparison:
    """What differs between results."""

    names: tuple[str, ...]
    inputs: tuple[Difference, ...]
    outputs: tuple[OutputRow, ...]


def read_results(folders: Sequence[Path]) -> list[ResultRead]:
    """Read the results that are to be compared, two at least."""
    if len(folders) < 2:
        raise InputError("compare", f"was given {len(folders)} result", "give the folders of two or more results")
    return [_read(folder, name) for folder, name in zip(folders, _names(folders), strict=True)]


def _read(folder: Path, name: str) -> ResultRead:
    result = Result(folder)
    if not folder.is_dir():
        raise InputError(str(folder), "is no folder", "give the folder that `janusome run` wrote")
    return ResultRead(name, result.resolved, result.summary, tuple(result.time_courses()))


def _names(folders: Sequence[Path]) -> list[str]:
    """Return the shortest names that tell the folders apart."""
    names = [folder.name or str(folder) for folder in folders]
    return names if len(set(names)) == len(names) else [str(folder) for folder in folders]


def comparison(results: Sequence[ResultRead]) -> Comparison:
    """Compare results; the first is what the others are set against."""
    return Comparison(
        tuple(result.name for result in results),
        tuple(_input_differences(results)),
        tuple(sorted(_output_rows(results), key=lambda row: (_order(row), row.name))),
    )


def _input_differences(results: Sequence[ResultRead]) -> Iterator[Difference]:
    settings = [
        {
            "seed": r.summary.get("seed"),
            "draws": r.summary.get("draws"),
            "janusome": (r.summary.get("versions") or {}).get("janusome"),
        }
        for r in results
    ]
    yield from _differences([dict(_flat(s)) for s in settings])
    studies = [{key: value for key, value in _flat(r.resolved.get("study") or {}) if key not in NOT_INPUTS} for r in results]
    yield from _differences(studies)
    yield from _differences([_values(r.resolved) for r in results])


def _differences(tables: Sequence[Mapping[str, str]]) -> Iterator[Difference]:
    for name in dict.fromkeys(key for table in tables for key in table):
        values = tuple(table.get(name) for table in tables)
        if len(set(values)) > 1:
            yield Difference(name, values)


def _flat(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, (list, tuple)):
        for k, value in enumerate(data):
            yield from _flat(value, f"{path}[{k}]")
    else:
        yield path, "nothing" if data is None else str(data)


def _values(resolved: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for value in resolved.get("values") or ():
        written = f"{number(value['number'], 4)} {unit(value['unit'])}".strip()
        if value["q05"] != value["q95"]:
            written += f" ({number(value['q05'])} to {number(value['q95'])})"
        found[f"{value['owner']}: {value['name']}"] = f"{written}, {value['grade']}"
    return found


def _output_rows(results: Sequence[ResultRead]) -> Iterator[OutputRow]:
    tables = [dict(_figures(result.summary)) for result in results]
    for key in dict.fromkeys(key for table in tables for key in table):
        section, name = key
        answers = [table.get(key) for table in tables]
        first = answers[0]
        signed = "change at" in name  # a change may pass through zero, where a ratio says nothing
        ratios = tuple(None if signed else _ratio(answer, first) for answer in answers)
        units = next((answer["unit"] for answer in answers if answer), "")
        yield OutputRow(section, name, units, tuple(_written(answer) for answer in answers), ratios)


def _figures(summary: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for arm, sections in (summary.get("arms") or {}).items():
        for section, names in FIGURES.items():
            for found in sections.get(section) or ():
                about = ", ".join(_said(key, found[key]) for key in ABOUT if found.get(key) not in (None, "whole"))
                for name in names:
                    answer = found["figures"].get(name)
                    if answer is not None:
                        yield (section, f"{arm}: {about}: {name.replace('_', ' ')}"), answer


def _said(key: str, value: Any) -> str:
    return f"{value:g} h" if key == "time_h" else str(value)


def _ratio(answer: Mapping[str, Any] | None, first: Mapping[str, Any] | None) -> float | None:
    if not answer or not first or answer["unit"] != first["unit"] or "median" not in answer or "median" not in first:
        return None
    return answer["median"] / first["median"] if first["median"] else None


def _written(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return "–"
    if "median" not in answer:
        return str(answer["not_estimable"])
    if answer["q05"] == answer["q95"]:
        return number(answer["median"])
    return f"{number(answer['median'])} ({number(answer['q05'])} to {number(answer['q95'])})"


def _order(row: OutputRow) -> int:
    return list(FIGURES).index(row.section)
