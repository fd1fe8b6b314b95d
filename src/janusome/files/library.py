"""The library on disk: the shipped one, and a user's own folder laid over it. Rows are read when they are asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from janusome.errors import InputError, InputErrors, near_misses
from janusome.files.bibliography import Source, parse_bibtex
from janusome.files.yaml_loader import Document, read_yaml
from janusome.specification.joint import Joint, joint_of
from janusome.specification.refusals import Origin
from janusome.specification.rows import FOLDERS, PLACES, AbstractRow, Formulation, Host, Ligand, read_row
from janusome.specification.values import Value
from janusome.specification.vocabulary import CALLED, HELD, called_notice, organ_called

SHIPPED = Path(__file__).parent.parent / "library"
JOINT = "joint-"  # how the name of a table of correlations begins; then comes the source of its values
ENDINGS = (".yaml", ".yml")


class Summary(NamedTuple):
    """What a list shows of a row."""

    kind: str
    name: str
    title: str
    aliases: tuple[str, ...]
    origin: str


@dataclass(frozen=True)
class _File:
    path: Path
    owner: str


class Library:
    """Rows by kind and name. A row of the user's folder replaces the shipped one of the same name.

    >>> Library().kinds[0]
    'carrier'
    """

    def __init__(self, overlay: Path | str | None = None) -> None:
        self.overlay = Path(overlay) if overlay is not None else None
        if self.overlay is not None:
            _check_folder(self.overlay)
        self._rows: dict[tuple[str, str], AbstractRow] = {}
        self._documents: dict[Path, Document] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of rows."""
        return tuple(FOLDERS)

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of all rows of a kind."""
        return tuple(sorted(self._files(kind)))

    def summaries(self, kind: str) -> tuple[Summary, ...]:
        """Return name and title of every row of a kind, without checking the values."""
        return tuple(self._summary(kind, name) for name in self.names(kind))

    def origin(self, kind: str, name: str) -> str:
        """Return who wrote a row: "shipped" or "user library"."""
        return self._files(kind)[self.resolve_name(kind, name)].owner

    def path(self, kind: str, name: str) -> Path:
        """Return the file of a row."""
        return self._files(kind)[self.resolve_name(kind, name)].path

    def resolve_name(self, kind: str, name: str) -> str:
        """Return the name of the row that a name or an alias stands for.

        Raises
        ------
        InputError
            With the nearest names.
        """
        files = self._files(kind)
        if name in files:
            return name
        summaries = self.summaries(kind)
        for each in summaries:
            if name.lower() in (each.name, *(alias.lower() for alias in each.aliases)):
                return each.name
        known = [word for each in summaries for word in (each.name, *each.aliases)]
        where = f" (of the library, or of {self.overlay})" if self.overlay else ""
        raise InputError(f"{kind} {name!r}", "is not in the library", near_misses(name, known) + where)

    def row(self, kind: str, name: str) -> AbstractRow:
        """Return a row, read and checked.

        Raises
        ------
        InputError
            If there is none of that name, with the nearest names.
        InputErrors
            If the file of the row is refused, with every reason.
        """
        name = self.resolve_name(kind, name)
        if (kind, name) not in self._rows:
            self._rows[kind, name] = self._read(kind, name)
        return self._rows[kind, name]

    def find(self, name: str) -> tuple[AbstractRow, ...]:
        """Return every row of a name or an alias, of whatever kind; of an organ, what each host says of it.

        Raises
        ------
        InputError
            If there is none, with the nearest names of all kinds.
        """
        found = tuple(self.row(kind, each.name) for kind in self.kinds for each in self.summaries(kind)
                      if name.lower() in (each.name, *(alias.lower() for alias in each.aliases)))  # fmt: skip
        found = found or self._of_organ(name)
        if not found:
            known = [word for kind in self.kinds for each in self.summaries(kind) for word in (each.name, *each.aliases)]
            known += [*PLACES, *CALLED]
            raise InputError(f"{name!r}", "is not in the library", near_misses(name, known))
        return found

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source, by key; those of the user's folder win."""
        found: dict[str, Source] = {}
        for folder in (SHIPPED, *([self.overlay] if self.overlay else [])):
            for path in sorted(folder.glob("sources*.bib")):
                found |= parse_bibtex(_text(path), name=path.name)
        return found

    @property
    def joints(self) -> Mapping[str, Joint]:
        """The correlations of values of the user's folder, by the source of the values."""
        return self._joints

    @cached_property
    def _joints(self) -> dict[str, Joint]:
        """The correlations of values of the user's folder, by the source of the values.

        Raises
        ------
        InputError
            If a table is no matrix of correlations, or names a value that no row of the folder holds.
        """
        if not self._tables:
            return {}
        rows = (self.row(kind, name) for kind in self.kinds for name in self.names(kind)
                if self.origin(kind, name) == "user library")  # fmt: skip
        held = [value.joint for row in rows for _, _, _, value in row.named_values() if value.joint is not None]
        for source, table in self._tables.items():
            for name in table.names:
                if name not in held:
                    remedy = f"{near_misses(name, held)}; or take its row and column out"
                    raise InputError(f"{JOINT}{source}.csv: {name}", "is the joint of no value in the rows beside it", remedy)
        return self._tables

    @cached_property
    def _tables(self) -> dict[str, Joint]:
        folder = self.overlay
        return {} if folder is None else {
            path.stem.removeprefix(JOINT): _joint(path) for path in sorted(folder.glob(f"{JOINT}*.csv"))
        }  # fmt: skip

    def check(self) -> tuple[InputError, ...]:
        """Return everything that is wrong in any row, references between rows among it."""
        refusals: list[InputError] = []
        for kind in self.kinds:
            for name in self.names(kind):
                try:
                    refusals += self._broken_links(self.row(kind, name))
                except InputErrors as error:
                    refusals += error.refusals
                except InputError as error:
                    refusals.append(error)
        return tuple(refusals)

    def _of_organ(self, word: str) -> tuple[AbstractRow, ...]:
        organ = organ_called(word)
        if organ not in PLACES:
            return ()
        hosts = [row for name in self.names("host") if isinstance(row := self.row("host", name), Host) and organ in row.organs]
        notice = f"{word} {called_notice(word)}" if organ != word else HELD.get(organ, "")
        shown = {"values": {}, "aliases": (), "notes": notice, "laws": (), "plasma": {}}
        return tuple(
            row.model_copy(update={**shown, "title": f"{organ} of {row.title}", "organs": {organ: row.organs[organ]}})
            for row in hosts
        )

    def _files(self, kind: str) -> dict[str, _File]:
        if kind not in FOLDERS:
            raise InputError(f"kind {kind!r}", "is not in the library", near_misses(kind, list(FOLDERS)))
        found = {path.stem: _File(path, "shipped") for path in _yaml_files(SHIPPED / FOLDERS[kind])}
        if self.overlay is not None:
            found |= {path.stem: _File(path, "user library") for path in _yaml_files(self.overlay / FOLDERS[kind])}
        return found

    def _document(self, file: _File) -> Document:
        if file.path not in self._documents:
            name = "/".join(file.path.parts[-2:]) if file.owner == "shipped" else str(file.path)
            self._documents[file.path] = read_yaml(file.path, name=name)
        return self._documents[file.path]

    def _summary(self, kind: str, name: str) -> Summary:
        file = self._files(kind)[name]
        data = self._document(file).data
        data = data if isinstance(data, dict) else {}
        aliases = data.get("aliases") or []
        aliases = tuple(str(each) for each in aliases) if isinstance(aliases, list) else (str(aliases),)
        return Summary(kind, name, str(data.get("title") or ""), aliases, file.owner)

    def _read(self, kind: str, name: str) -> AbstractRow:
        file = self._files(kind)[name]
        document = self._document(file)
        origin = Origin(document.name, document.lines, file.owner)
        row = read_row(document.data, kind=kind, origin=origin)
        refusals = [
            origin.refuse((*path, "source"), f"is {value.source!r}, which sources.bib does not have",
                          near_misses(value.source, list(self.sources)))
            for path, _, _, value in row.named_values() if value.source and value.source not in self.sources
        ]  # fmt: skip
        refusals += [
            origin.refuse((*path, "joint"), f"is {value.joint!r}, which {JOINT}{value.source}.csv does not name",
                          "leave it out, and the value is drawn on its own")
            for path, _, _, value in row.named_values() if value.joint is not None and not self._is_joint(value)
        ]  # fmt: skip
        if row.name != name:
            refusals.append(origin.refuse(("name",), f"is {row.name!r} in the file {file.path.name}", f"name it {name}"))
        if refusals:
            raise InputErrors(refusals)
        return row

    def _is_joint(self, value: Value) -> bool:
        table = self._tables.get(value.source or "")
        return table is not None and value.joint in table.names

    def _broken_links(self, row: AbstractRow) -> Iterator[InputError]:
        kind = str(getattr(row, "kind", ""))
        file = self._files(kind)[row.name]
        origin = Origin(self._document(file).name, self._document(file).lines, file.owner)
        for path, target_kind, target in _links(row):
            try:
                self.resolve_name(target_kind, target)
            except InputError as error:
                yield origin.refuse(path, f"is the {target_kind} {target!r}, which {error.problem}", error.remedy)


def _links(row: AbstractRow) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if isinstance(row, Formulation):
        if row.carrier is not None:
            yield ("carrier",), "carrier", row.carrier
        for key, kind in (("payloads", "drug"), ("labels", "label"), ("ligands", "ligand")):
            for name in getattr(row, key):
                yield (key, name), kind, name
    product = getattr(row, "product", None)
    if product is not None and not isinstance(row, Ligand):
        yield ("product",), "drug", product


def _joint(path: Path) -> Joint:
    rows = [row for row in csv.reader(_text(path).splitlines()) if row]
    if not rows:
        raise InputError(path.name, "is empty", "take the file away, or give a matrix of correlations")
    return joint_of(rows[0][1:], [(row[0], row[1:]) for row in rows[1:]], place=path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read ({error})", "save it as UTF-8 text that you may read") from None


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix in ENDINGS and not path.name.startswith(".")]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        problem = "is a file" if folder.exists() else "does not exist"
        raise InputError(f"--library {folder}", problem, "give the folder of your own carriers, drugs, scanners, ...")
    try:
        inside = [path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except OSError as error:
        raise InputError(f"--library {folder}", f"cannot be read ({error.strerror})", "change its permissions") from None
    for name in inside:
        if name not in FOLDERS.values():
            raise InputError(f"--library {folder}", f"holds the folder {name!r}", near_misses(name, list(FOLDERS.values())))
    if not inside:
        raise InputError(f"--library {folder}", "holds no rows", f"put them into the folders {', '.join(FOLDERS.values())}")
