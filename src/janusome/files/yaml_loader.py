"""A strict, bounded reader of YAML: what a person writes by hand, and nothing that expands, runs or means two things.

Refused: anchors and aliases (a few hundred bytes may stand for gigabytes), tags, duplicate keys, numbers that are not
finite, more than one document, keys that are not plain text, more than 1 MB, nesting deeper than 50. Plain words stay
words: `no`, `off` and `12:30` are text, and only `true` and `false` are truth values, as in YAML 1.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import yaml

from janusome.errors import InputError

Path = tuple[str | int, ...]

LARGEST = 1_000_000  # bytes
DEEPEST = 50
MOST_NODES = 100_000

INTEGER = re.compile(r"[-+]?[0-9]{1,40}")
NUMBER = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,6})?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True}
WORDS |= {"false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and the line on which each of its keys stands."""

    name: str
    data: Any
    lines: dict[Path, int]


def read_yaml(path: FilePath, *, name: str | None = None) -> Document:
    """Read a file.

    Raises
    ------
    InputError
        If it cannot be read, is too large, empty or binary, or holds what is refused; with line and column.
    """
    name = name or path.name
    return parse_yaml(_contents(path, name=name), name=name)


def _contents(path: FilePath, *, name: str) -> bytes:
    if path.is_dir():
        raise InputError(name, "is a folder", "give the path of a YAML file")
    try:
        with path.open("rb") as file:
            contents = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputError(name, "does not exist", f"check the path; looked for {path}") from None
    except PermissionError:
        raise InputError(name, "may not be read by you", f"change its permissions: {path}") from None
    except (OSError, ValueError) as error:
        raise InputError(name, f"cannot be read ({error})", "give the path of a readable YAML file") from None
    if len(contents) > LARGEST:
        raise InputError(
            name, "is larger than 1 MB", "a study or a row is a few kB; keep tables and images in files of their own"
        )
    return contents


def parse_yaml(contents: bytes, *, name: str) -> Document:
    """Read the contents of a file."""
    if len(contents) > LARGEST:
        raise InputError(name, "is larger than 1 MB", "a study or a row is a few kB")
    text = _text(contents, name=name)
    if not text.strip():
        raise InputError(name, "is empty", "write a study, such as the ones in examples/")
    lines: dict[Path, int] = {}
    events = _events(text, name=name)
    data = _Builder(events, name=name, lines=lines).document()
    if data is None:
        raise InputError(name, "holds nothing but comments", "write a study, such as the ones in examples/")
    return Document(name, data, lines)


def _text(contents: bytes, *, name: str) -> str:
    if b"\0" in contents:
        raise InputError(name, "is a binary file", "give a YAML text file in UTF-8")
    try:
        return contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"is no UTF-8 text (byte {error.start})", "save it as UTF-8 text") from None


def _events(text: str, *, name: str) -> Iterator[yaml.Event]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.reader.ReaderError:
        raise InputError(name, "holds characters that no text has", "give a YAML text file in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        hint = "check quotes, brackets, colons and that indents are spaces"
        raise InputError(place, f"is no YAML ({error.problem or error.context})", hint) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(name, f"is no YAML ({str(error)[:80]})", "check quotes, brackets, colons and indents") from None


class _Builder:
    """Builds plain data from parser events, one at a time, so that nothing is expanded before it is checked."""

    def __init__(self, events: Iterator[yaml.Event], *, name: str, lines: dict[Path, int]) -> None:
        self.events, self.name, self.lines = events, name, lines
        self.nodes = 0

    def document(self) -> Any:
        data: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refusal(event, "holds a second document", "keep one document a file; remove the `---` line")
            elif isinstance(event, yaml.NodeEvent):
                data = self.node(event, ())
        return data

    def node(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, event.start_mark.line + 1)
        self.check(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if len(path) >= DEEPEST:
            raise self.refusal(event, f"is nested deeper than {DEEPEST}", "write it flatter")
        return self.mapping(path) if isinstance(event, yaml.MappingStartEvent) else self.sequence(path)

    def check(self, event: yaml.Event) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.refusal(event, f"holds more than {MOST_NODES} entries", "keep tables in CSV files of their own")
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            raise self.refusal(event, f"holds the alias *{anchor}", "write the value out instead")
        if anchor:
            raise self.refusal(event, f"holds the anchor &{anchor}", "remove it; write repeated values out")
        if tag:
            raise self.refusal(event, f"holds the tag {tag}", "remove it; only plain values are read")

    def sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in items:
                first = self.lines[*path, key]
                raise self.refusal(event, f"gives `{key}` twice (first on line {first})", "keep one of them")
            self.lines[*path, key] = event.start_mark.line + 1
            items[key] = self.node(next(self.events), (*path, key))
        return items

    def key(self, event: yaml.Event) -> str:
        self.check(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refusal(event, "has a key that is not a word", "write `key: value`")
        if len(event.value) > 200:
            raise self.refusal(event, "has a key of more than 200 characters", "write `key: value`")
        return event.value

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if event.style or not event.implicit[0]:
            return text
        if text in WORDS:
            return WORDS[text]
        if NOT_FINITE.fullmatch(text):
            raise self.refusal(event, f"is {text}", "write a finite number")
        if INTEGER.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text):
            number = float(text)
            if not math.isfinite(number):
                raise self.refusal(event, f"is {text}, which is too large for a number", "write a finite number")
            return number
        return text

    def refusal(self, event: yaml.Event, problem: str, remedy: str) -> InputError:
        mark = event.start_mark
        return InputError(f"{self.name}:{mark.line + 1}:{mark.column + 1}", problem, remedy)
