"""Scans asked for beside those of a study: every scanner at every time, as events of the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from janusome.errors import InputError
from janusome.specification.rows import Scanner
from janusome.specification.timeline import COUNTS_DECAYS


class Rows(Protocol):
    """Where rows are looked up."""

    def row(self, kind: str, name: str) -> Any:
        """Return a row, or refuse a name that there is none for."""
        ...


@dataclass(frozen=True)
class AskedScans:
    """Which scanners, when, and how: `frame` goes to those that count decays, `sequence` to those that have it."""

    scanners: Sequence[str] = ()
    at: Sequence[str] = ()
    frame: str | None = None
    sequence: str | None = None
    label: str | None = None
    raw_data: bool = False


def with_scans(protocol: Any, asked: AskedScans, rows: Rows) -> Any:
    """Return a protocol with the scans that were asked for; those of the study stay.

    Without scanners those of the study are taken, without times the moments at which it scans.

    Raises
    ------
    InputError
        If one of both is lacking and the study has no scan to take it from, or a frame is.
    """
    if not isinstance(protocol, (list, tuple)):
        return protocol  # refused with the rest of the study
    own = [event for event in protocol if isinstance(event, Mapping) and "scan" in event]
    kept = [{**event, "raw_data": True} if asked.raw_data and event in own else event for event in protocol]
    if not asked.scanners and not asked.at:
        if not own:
            raise InputError("the study", "has no scan", "ask for one with --scanner and --at, or add one to its protocol")
        return kept
    scanners = asked.scanners or tuple(dict.fromkeys(str(event["scan"]) for event in own))
    moments = asked.at or tuple(dict.fromkeys(str(event.get("at")) for event in own))
    if not scanners:
        raise InputError(
            "--scanner", "is not given, and the study has no scan to take it from", "name one: janusome list scanners"
        )
    if not moments:
        raise InputError("--at", "is not given, and the study has no scan to take it from", "give a time, such as --at '24 h'")
    return [*kept, *(event for name in scanners for at in moments for event in _events(rows.row("scanner", name), at, asked))]


def _events(scanner: Scanner, at: str, asked: AskedScans) -> list[dict[str, Any]]:
    """Return one event, or one for each sequence of a scanner that has several and none was asked for."""
    event: dict[str, Any] = {"at": at, "scan": scanner.name}
    if scanner.modality in COUNTS_DECAYS:
        if asked.frame is None:
            raise InputError("--frame", f"is not given, and {scanner.name} counts decays", "say how long, such as '10 min'")
        event["frame"] = asked.frame
    if asked.label:
        event["label"] = asked.label
    if asked.raw_data:
        event["raw_data"] = True
    if asked.sequence is not None:
        return [{**event, "sequence": asked.sequence}] if scanner.sequences else [event]
    return [{**event, "sequence": name} for name in scanner.sequences] or [event]
