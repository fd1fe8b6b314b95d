"""The shipped rows as they are written, read without the library's own readers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

import janusome

LIBRARY = Path(janusome.__file__).parent / "library"


def rows_of(kinds: Iterable[str]) -> dict[tuple[str, str], Any]:
    """Return every row of some kinds by kind and name."""
    return {
        (kind, path.stem): yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind in kinds
        for path in sorted((LIBRARY / kind).glob("*.yaml"))
    }


def tables(row: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every table of values of a row with its path."""
    for key, entry in row.items():
        if key == "values":
            yield f"{path}values", entry
        elif isinstance(entry, dict):
            yield from tables(entry, f"{path}{key}.")


def values(row: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every value of a row: its path, its name, itself."""
    for path, table in tables(row):
        for name, entry in table.items():
            for value in entry if isinstance(entry, list) else [entry]:
                yield f"{path}.{name}", name, value


def vocabulary() -> dict[str, dict[str, str]]:
    """Return the lines of quantities.csv by name."""
    with (LIBRARY / "quantities.csv").open(encoding="utf-8", newline="") as lines:
        return {line["name"]: line for line in csv.DictReader(lines)}


def bibliography() -> str:
    """Return the text of every bibliography of the library."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*.bib")))


def cited() -> set[str]:
    """Return the keys of every bibliography of the library."""
    return set(re.findall(r"^@\w+\{([^,\s]+),", bibliography(), flags=re.MULTILINE))
