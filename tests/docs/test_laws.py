"""The pages of the laws are those that their docstrings make."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_every_law_has_its_page_and_every_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_laws", DOCS / "make_laws.py")
    assert spec is not None
    assert spec.loader is not None
    make_laws = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_laws)
    made = make_laws.pages()
    there = {str(path.relative_to(DOCS / "laws")): path.read_text(encoding="utf-8") for path in (DOCS / "laws").rglob("*.md")}
    assert there == made, "run `python docs/make_laws.py`"
