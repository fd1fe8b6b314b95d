"""Console: what is printed, as tables for people on stdout or as JSON for programs; progress and errors on stderr."""

from __future__ import annotations

import json as json_module
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from janusome.files.bibliography import Source
    from janusome.files.library import Summary
    from janusome.reporting.comparison import Comparison
    from janusome.reporting.doctor import Check
    from janusome.simulation.corona_account import CoronaAccount
    from janusome.specification.rows import AbstractRow
    from janusome.verbs import Calibrated, Images, Progress, Qualification, Quantification, Result, Validation

ROWS_AT_ONCE = 40
GRADE_STYLES = {"measured": "blue", "derived": "green", "assumed": "yellow"}


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{text}\n")


def refuse(text: str) -> None:
    """Print an error."""
    sys.stderr.write(f"{text}\n")


def data(content: Any) -> None:
    """Print JSON."""
    say(json_module.dumps(content, indent=2, ensure_ascii=False, allow_nan=False, default=str))


@contextmanager
def progress(*, quiet: bool) -> Iterator[tuple[Progress | None, Callable[[], bool]]]:
    """Yield what a run reports to, and what tells it to stop. The first Ctrl-C asks it to stop; the second stops at once."""
    with _interruptible() as asked:
        if quiet or not sys.stderr.isatty():
            yield None, asked.is_set
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bars:
            tasks: dict[str, Any] = {}

            def report(what: str, done: float) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=1.0)
                bars.update(tasks[what], completed=min(max(done, 0.0), 1.0))

            yield report, asked.is_set


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handler(number: int, frame: Any) -> None:
        del number, frame
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        refuse("stopping …")

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def result(done: Result, *, json: bool, quiet: bool) -> None:
    """Say where the result is."""
    if json:
        data({"folder": str(done.folder), "report": str(done.report), "summary": done.summary})
    elif not quiet:
        say(f"report   {done.report}")
        say(f"results  {done.folder}")
        for caution in done.summary["cautions"][:5]:
            say(f"note     {caution}")
        more = len(done.summary["cautions"]) - 5
        if more > 0:
            say(f"         and {more} more in the report")
        say("Research use only.")


def calibrated(done: Calibrated, *, json: bool, quiet: bool) -> None:
    """Say where the calibration is, and what it warns of."""
    if json:
        data({"folder": str(done.folder), "report": str(done.report), "calibration": done.data})
    elif not quiet:
        say(f"report   {done.report}")
        if done.library.is_dir():
            say(f"library  {done.library}")
        for warning in done.data["warnings"]:
            say(f"note     {warning}")
        say("Research use only.")


def validation(found: Validation, *, json: bool, quiet: bool) -> None:
    """Say that a study can be run, and what its reader should know."""
    if json:
        data({"valid": True, "title": found.title, "cautions": [str(caution) for caution in found.cautions]})
    elif not quiet:
        say(f"{found.title}: can be run.")
        for caution in found.cautions:
            say(f"note: {caution}")


def summaries(found: Sequence[Summary], *, json: bool) -> None:
    """Print a list of the library."""
    if json:
        data([each._asdict() for each in found])
        return
    table = _table("kind", "name", "title", "aliases")
    for each in found:
        own = "" if each.origin == "shipped" else f" ({each.origin})"
        table.add_row(each.kind, each.name + own, each.title, ", ".join(each.aliases))
    _print(table)


def rows(found: Sequence[AbstractRow], sources: Mapping[str, Source], *, json: bool) -> None:
    """Print rows of the library with every value, its source and its grade."""
    if json:
        data([row.model_dump(mode="json", by_alias=True, exclude_defaults=True) for row in found])
        return
    from rich.text import Text

    cited: dict[str, None] = {}
    for row in found:
        say(f"{row.name}: {row.title}" if row.title else row.name)
        notes = getattr(row, "notes", ())
        for note in (notes,) if isinstance(notes, str) else notes:
            if note:
                say(f"  {note}")
        table = _table("quantity", "value", "5th to 95th", "grade", "source", "where, conditions, note")
        for path, name, _, value in row.named_values():
            place = " ".join(str(part) for part in path if part not in ("values", name) and not isinstance(part, int))
            told = "; ".join(
                text
                for text in (value.where or "", *(f"{k}: {v}" for k, v in value.conditions.items()), value.note or "")
                if text
            )
            table.add_row(
                f"{name} ({place})" if place else name,
                value.written(),
                _range(value),
                Text(value.grade, style=GRADE_STYLES.get(value.grade, "")),
                value.source or "",
                told,
            )
            cited |= {value.source: None} if value.source else {}
        _print(table)
    for key in cited:
        say(f"[{key}] {sources[key].citation() if key in sources else 'not in sources.bib'}")


def _range(value: Any) -> str:
    from janusome.units import from_internal

    if value.cv == 0:
        return "exact"
    low, high = (from_internal(float(value.at(z)), value.unit) for z in (-1.645, 1.645))  # 5th and 95th of a normal
    return f"{low:.3g} to {high:.3g}"


def qualification(done: Qualification, *, json: bool, quiet: bool) -> None:
    """Say how each comparison did and where the page is."""
    if json:
        data({"folder": str(done.folder), **done.scores})
    elif not quiet:
        for section in done.scores["sections"]:
            failed = [finding["name"] for finding in section["findings"] if finding["met"] is False]
            told = section["skipped"] or (f"{len(failed)} missed: {', '.join(failed)}" if failed else "all targets met")
            say(f"{section['key']}  {section['title']}: {told}")
        say(f"report   {done.report}")


def images(done: Images, *, json: bool, quiet: bool) -> None:
    """Say what each scan shows and where the page is."""
    if json:
        data({"folder": str(done.folder), **done.data})
    elif not quiet:
        from janusome.reporting.numerals import number

        for scan in done.data["scans"]:
            seen = "visible" if scan["visible_at_median_inputs"] == "yes" else "not visible"
            lowest = scan.get("lowest_visible_label") or {}
            least = f"; would be from {number(lowest['median'])} umol/L of {scan['label']}" if "median" in lowest else ""
            say(f"{scan['scan']}: {scan['lesion']} {seen} in {100 * scan['visible_share_of_draws']:.0f} % of the draws{least}")
        say(f"page     {done.report}")
        say("Research use only.")


def quantification(done: Quantification, *, json: bool, quiet: bool) -> None:
    """Print what an image says of a lesion."""
    if json:
        data({"folder": str(done.folder), **done.data})
    elif not quiet:
        from janusome.reporting.numerals import number

        say(f"{done.data['label']}: the lesion is {'visible' if done.data['visible'] else 'not visible'}")
        table = _table("figure", "median", "95 % interval", "unit", "what it means")
        for one in done.data["quantities"]:
            median, low = ("beyond" if each is None else number(each) for each in (one["median"], one["low"]))
            high = "no upper limit" if one["high"] is None else number(one["high"])
            table.add_row(one["name"], median, f"{low} to {high}", one["unit"], one["meaning"])
        _print(table)
        for note in done.data["notes"]:
            say(f"note     {note}")
        say(f"page     {done.report}")
        say("Research use only.")


def comparison(found: Comparison, *, output: Path | None, json: bool, quiet: bool) -> None:
    """Print what differs: inputs first."""
    if json:
        from janusome.reporting.comparison_page import as_data

        data(as_data(found))
        return
    if quiet:
        return
    from janusome.reporting.numerals import number, unit

    if found.inputs:
        table = _table("input", *found.names)
        for each in found.inputs[:ROWS_AT_ONCE]:
            table.add_row(each.name, *(value if value is not None else "–" for value in each.values))
        say(f"What went in: {len(found.inputs)} differences")
        _print(table)
    else:
        say("What went in: nothing differs.")
    changed = sorted((row for row in found.outputs if row.largest > 1e-3), key=lambda row: -row.largest)
    if changed:
        table = _table("output", *(f"{name}{' (ratio)' if k else ''}" for k, name in enumerate(found.names)))
        for row in changed[:ROWS_AT_ONCE]:
            cells = [
                f"{value} {unit(row.unit)}" if k == 0 else f"{value} ({number(ratio) if ratio is not None else '–'})"
                for k, (value, ratio) in enumerate(zip(row.values, row.ratios, strict=True))
            ]
            table.add_row(row.name, *cells)
        say(f"What came out: {len(changed)} of {len(found.outputs)} figures differ")
        _print(table)
    else:
        say("What came out: nothing differs.")
    if output is not None:
        say(f"page  {output / 'comparison.html'}")


def corona(found: CoronaAccount, *, json: bool) -> None:
    """Print a corona: what it makes of the particle, and the proteins by their share of the mass."""
    if json:
        from dataclasses import asdict

        data(asdict(found))
        return
    from janusome.simulation.corona_account import MOMENTS

    for name, figure in found.figures.items():
        say(f"{name:<54} {figure}")
    say(f"{'draws that let expect hypersensitivity':<54} {100.0 * found.hypersensitivity:.0f} %")
    table = _table("protein", "role", "corona", *(f"covers after {moment}" for moment in MOMENTS), "share of the mass")
    for one in found.proteins[:ROWS_AT_ONCE]:
        shares = (f"{100.0 * share:.2g} %" for share in one.coverage)
        table.add_row(one.name, one.role, "hard" if one.hard else "soft", *shares, str(one.mass_share))
    _print(table)
    say("Most numbers behind this are assumed. Research use only.")


def checks(found: Sequence[Check], *, json: bool, quiet: bool) -> bool:
    """Print what the doctor saw; return whether all will do."""
    if json:
        from dataclasses import asdict

        data([asdict(check) for check in found])
    elif not quiet:
        for check in found:
            say(
                f"{'ok ' if check.good else 'NO '} {check.name:<16} {check.found}"
                + (f"  ({check.remedy})" if check.remedy else "")
            )
    return all(check.good for check in found)


def _table(*columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(renderable: Any) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 200, soft_wrap=False)
    console.print(renderable)
