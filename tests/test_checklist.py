"""The checklist of what the founding documents name points at tests that exist."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = os.environ.get("JANUSOME_DATA")


def rows() -> list[dict[str, str]]:
    with (ROOT / "tests" / "checklist.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_what_shows_an_entry_exists(row):
    path, _, name = row["shown_by"].partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not name or f"def {name}(" in text


@pytest.mark.data
@pytest.mark.skipif(DATA is None, reason="JANUSOME_DATA does not say where the published data are")
def test_every_entry_is_one_of_the_whole_checklist():
    with (Path(DATA or ".").parent / "checklist.csv").open(encoding="utf-8") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    assert {row["id"] for row in rows()} <= known
