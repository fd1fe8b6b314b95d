"""CSV tables: written the same way on every machine, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from janusome.errors import InputError, InputErrors, near_misses
from janusome.units import dimension

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LARGEST = 50_000_000  # bytes
DIGITS = 9  # significant ones; more than any input has

TIME_COURSE_COLUMNS = ("arm", "species", "form", "organ", "site", "time_h", "quantity", "unit", "median", "q05", "q95")
OBSERVED_NEEDED = ("species", "organ", "time_h", "quantity", "unit", "median")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under columns; what is not a number stays empty, text that a spreadsheet would run is quoted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cell(column) for column in columns])
        writer.writerows([cell(item) for item in row] for row in rows)


def cell(item: Any) -> str:
    """Return what stands in a cell.

    >>> cell(0.1), cell("=1+1"), cell(float("nan")), cell(-2)
    ('0.1', "'=1+1", '', '-2')
    """
    if item is None:
        return ""
    if isinstance(item, (bool, str)) or (not isinstance(item, (int, float)) and not hasattr(item, "__float__")):
        text = str(item)
        return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
    if isinstance(item, int):
        return str(item)
    number = float(item)
    return "" if math.isnan(number) else f"{number + 0.0:.{DIGITS}g}"


def read_table(path: Path, *, needed: Sequence[str], known: Sequence[str], place: str | None = None) -> list[dict[str, str]]:
    """Read a table that has the columns `needed` and none but those `known`.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, has an unknown one, or a row of another length.
    """
    place = place or str(path)
    text = _text(path, place=place)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        columns = [column.strip() for column in next(reader, [])]
        refusals = [
            InputError(f"{place}: {name}", "is no known column", near_misses(name, list(known)))
            for name in columns
            if name not in known
        ]
        refusals += [InputError(place, f"lacks the column {name!r}", f"give it; needed are {', '.join(needed)}")
                     for name in needed if name not in columns]  # fmt: skip
        refusals += [InputError(f"{place}: {name}", "stands twice", "keep one of them")
                     for k, name in enumerate(columns) if name in columns[:k]]  # fmt: skip
        if refusals:
            raise InputErrors(refusals)
        return [_row(columns, cells, place=f"{place}: line {reader.line_num}") for cells in reader if any(cells)]
    except csv.Error as error:
        raise InputError(
            f"{place}: line {reader.line_num}", f"is no row of a table ({error})", "save it as CSV with commas"
        ) from None


def read_observations(path: Path, *, place: str | None = None) -> list[dict[str, str]]:
    """Read observations: the columns of `time_courses.csv`, with checked numbers and units.

    Raises
    ------
    InputErrors
        With every line that cannot be used.
    """
    place = place or str(path)
    rows = read_table(path, needed=OBSERVED_NEEDED, known=TIME_COURSE_COLUMNS, place=place)
    refusals: list[InputError] = []
    for k, row in enumerate(rows, start=2):
        for name in ("time_h", "median", "q05", "q95"):
            if (row.get(name) or name in OBSERVED_NEEDED) and not _is_number(row[name]):
                refusals.append(InputError(f"{place}: line {k}: {name}", f"is {row[name]!r}", "write a finite number"))
        if not _is_unit(row["unit"]):
            refusals.append(InputError(f"{place}: line {k}: unit", f"is {row['unit']!r}", "write a unit, such as ng/mL"))
    if not rows:
        refusals.append(InputError(place, "holds no observations", "add lines under the header"))
    if refusals:
        raise InputErrors(refusals[:50])
    return rows


def _row(columns: Sequence[str], cells: Sequence[str], *, place: str) -> dict[str, str]:
    if len(cells) != len(columns):
        raise InputError(place, f"has {len(cells)} cells under {len(columns)} columns", "give every column a cell")
    return {name: item.strip() for name, item in zip(columns, cells, strict=True)}


def _text(path: Path, *, place: str) -> str:
    try:
        with path.open("rb") as file:
            contents = file.read(LARGEST + 1)
        if len(contents) > LARGEST:
            raise InputError(place, "is larger than 50 MB", "give fewer lines")
        if b"\0" in contents:
            raise InputError(place, "is a binary file", "save it as CSV text")
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(place, "is no UTF-8 text", "save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(place, f"cannot be read ({error.strerror})", f"check the path; looked for {path}") from None
    if not text.strip():
        raise InputError(place, "is empty", "write a header and rows")
    return text


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _is_unit(text: str) -> bool:
    try:
        dimension(text)
    except Exception:  # pint raises a family of its own for text that is no unit
        return False
    return True
