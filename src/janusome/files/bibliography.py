"""The sources that values cite: a small reader of BibTeX, enough for entries with braced, quoted and bare fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from janusome.errors import InputError

ENTRY = re.compile(r"@\s*([A-Za-z]+)\s*[{(]\s*")
KEY = re.compile(r"([^\s,{}\"#%'()=\\]+)\s*,")
FIELD = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
BARE = re.compile(r"[^\s,{}]+")
NO_ENTRIES = ("comment", "string", "preamble")


@dataclass(frozen=True)
class Source:
    """One entry of sources.bib."""

    key: str
    kind: str
    fields: dict[str, str]

    def citation(self) -> str:
        """Return authors, year, title, where it was published, and its identifier in one line."""
        names = self.fields.get("author", self.fields.get("organization", "")).split(" and ")
        author = names[0] + (" et al." if len(names) > 2 else f" and {names[1]}" if len(names) == 2 else "")
        container = next(
            (self.fields[k] for k in ("journal", "booktitle", "publisher", "institution") if k in self.fields), ""
        )
        place = " ".join(part for part in (container, self.fields.get("volume", ""), self.fields.get("pages", "")) if part)
        doi = f"doi:{self.fields['doi']}" if "doi" in self.fields else self.fields.get("url", "")
        parts = (f"{author} ({self.fields.get('year', 'n.d.')})", self.fields.get("title", ""), place, doi)
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


def parse_bibtex(text: str, *, name: str) -> dict[str, Source]:
    """Read the entries of a BibTeX file by key.

    Raises
    ------
    InputError
        If an entry cannot be read, ends nowhere, or has the key of another; with its line.
    """
    sources: dict[str, Source] = {}
    start = ENTRY.search(text)
    while start is not None:
        place = f"{name}:{text.count(chr(10), 0, start.start()) + 1}"
        end = _closing(text, start.end(), place=place)
        if start.group(1).lower() not in NO_ENTRIES:
            source = _entry(start.group(1).lower(), text[start.end() : end], place=place)
            if source.key in sources:
                raise InputError(place, f"gives the key {source.key} again", "give every source a key of its own")
            sources[source.key] = source
        start = ENTRY.search(text, end)
    return sources


def _closing(text: str, start: int, *, place: str) -> int:
    depth = 1
    for k in range(start, len(text)):
        if text[k] in "{}" and text[k - 1] != "\\":
            depth += 1 if text[k] == "{" else -1
        if depth == 0:
            return k
    raise InputError(place, "opens an entry that is never closed", "balance its braces")


def _entry(kind: str, body: str, *, place: str) -> Source:
    key = KEY.match(body)
    if key is None:
        raise InputError(place, "has an entry without a key", "write @article{key, title = {...}, ...}")
    fields: dict[str, str] = {}
    at = key.end()
    while (field := FIELD.match(body, at)) is not None:
        value, at = _value(body, field.end(), place=place)
        fields[field.group(1).lower()] = re.sub(r"\s+", " ", re.sub(r"(?<!\\)[{}]", "", value)).replace("\\&", "&").strip()
        at = at + 1 if body[at : at + 1] == "," else at
        comma = re.compile(r"\s*,").match(body, at)
        at = comma.end() if comma else at
    if body[at:].strip(" \t\r\n,"):
        raise InputError(place, f"has text that is no field in the entry {key.group(1)}: {body[at:].strip()[:40]!r}",
                         "write name = {value},")  # fmt: skip
    return Source(key.group(1), kind, fields)


def _value(body: str, at: int, *, place: str) -> tuple[str, int]:
    if body[at : at + 1] == "{":
        end = _closing(body, at + 1, place=place)
        return body[at + 1 : end], end + 1
    if body[at : at + 1] == '"':
        end = body.find('"', at + 1)
        if end < 0:
            raise InputError(place, "has a quoted field that is never closed", "close the quotation mark")
        return body[at + 1 : end], end + 1
    bare = BARE.match(body, at)
    if bare is None:
        raise InputError(place, "has a field without a value", "write name = {value},")
    return bare.group(), bare.end()
