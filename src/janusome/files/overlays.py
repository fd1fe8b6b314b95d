"""Overlays on disk: rows that a calibration made, as a folder of a user's own library."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from janusome.files.bibliography import Source
from janusome.files.library import ENDINGS, JOINT, Library
from janusome.specification.joint import Joint
from janusome.specification.rows import FOLDERS

SOURCES = "sources-calibration.bib"
WIDTH = 120


def write_overlay(
    folder: Path,
    rows: Mapping[tuple[str, str], Mapping[str, Any]],
    sources: Iterable[Source],
    *,
    joints: Mapping[str, Joint],
    base: Path | None = None,
) -> None:
    """Write rows, by kind and name, their sources, and correlations of their values by the source of these.

    `base` is the user's library on which the rows were made; it is kept.

    Raises
    ------
    InputErrors
        If a row could not be read again, with every reason.
    """
    folder.mkdir()
    if base is not None:
        _copy(base, folder)
    for (kind, name), data in rows.items():
        target = folder / FOLDERS[kind] / f"{name}.yaml"
        target.parent.mkdir(exist_ok=True)
        (target.with_suffix(".yml")).unlink(missing_ok=True)
        text = yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=WIDTH)
        target.write_text(text, encoding="utf-8")
    with (folder / SOURCES).open("a", encoding="utf-8") as file:
        file.writelines(bibtex(source) for source in sources)
    for source, joint in joints.items():
        with (folder / f"{JOINT}{source}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["joint", *joint.names])
            for name, cells in zip(joint.names, joint.correlations, strict=True):
                table.writerow([name, *(f"{cell:.6f}" for cell in cells)])
    library = Library(folder)
    _ = library.joints
    for kind, name in rows:
        library.row(kind, name)


def bibtex(source: Source) -> str:
    """Write one entry as BibTeX.

    >>> print(bibtex(Source("mine", "misc", {"title": "My {own} data"})))
    @misc{mine,
      title = {My own data},
    }
    <BLANKLINE>
    """
    plain = {name: re.sub(r"[{}\\]", "", text) for name, text in source.fields.items()}
    fields = "".join(f"  {name} = {{{text}}},\n" for name, text in plain.items())
    return f"@{source.kind}{{{source.key},\n{fields}}}\n"


def _copy(base: Path, folder: Path) -> None:
    for name in FOLDERS.values():
        paths = [path for path in (base / name).glob("*") if path.suffix in ENDINGS and not path.name.startswith(".")]
        if paths:
            (folder / name).mkdir(exist_ok=True)
        for path in paths:
            shutil.copyfile(path, folder / name / path.name)
    for path in (*base.glob("sources*.bib"), *base.glob(f"{JOINT}*.csv")):
        shutil.copyfile(path, folder / path.name)
