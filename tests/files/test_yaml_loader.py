"""The strict reader of YAML: what it reads, what it refuses, and that nothing makes it do anything else."""

from __future__ import annotations

import math
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from janusome.errors import InputError
from janusome.files.yaml_loader import LARGEST, parse_yaml, read_yaml


def read(text: str | bytes) -> Any:
    return parse_yaml(text.encode() if isinstance(text, str) else text, name="study.yaml").data


def test_plain_values_are_read_as_people_mean_them():
    text = (
        "{a: 1, b: -2.5, c: 1e-3, d: .5, e: true, f: null, g: , h: 25 cm^3, i: '1', j: no, k: 12:30, l: 2026-01-01, m: 0x1F}"
    )
    assert read(text) == {
        "a": 1, "b": -2.5, "c": 1e-3, "d": 0.5, "e": True, "f": None, "g": None, "h": "25 cm^3", "i": "1", "j": "no", 
        "k": "12:30", "l": "2026-01-01", "m": "0x1F",
    }  # fmt: skip


def test_keys_are_words():
    assert read("on: 1\n1: 2\nnull: 3") == {"on": 1, "1": 2, "null": 3}


def test_the_line_of_every_key_is_kept():
    lines = parse_yaml(b"# title\nprotocol:\n  - at: 0 h\n    dose: 3 mg\n  - {at: 1 h}\n", name="s").lines
    assert lines["protocol",] == 2
    assert lines["protocol", 0, "dose"] == 4
    assert lines["protocol", 1] == 5


def test_a_byte_order_mark_is_no_text():
    assert read("\ufeffa: 1") == {"a": 1}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{last}' for _ in range(9))}]\n" for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "study.yaml is empty; write a study, such as the ones in examples/."),
        ("  \n\t\n", "study.yaml is empty"),
        ("# nothing\n", "study.yaml holds nothing but comments"),
        (BOMB, "study.yaml:1:4 holds the anchor &a; remove it"),
        ("a: *b", "study.yaml:1:4 holds the alias *b; write the value out instead"),
        ("*b : 1", "study.yaml:1:1 holds the alias *b"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "study.yaml:1:4 holds the tag tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !!str 1", "holds the tag"),
        ("a: ! x", "holds the tag !"),
        ("a: 1\nb: 2\na: 3", "study.yaml:3:1 gives `a` twice (first on line 1); keep one of them"),
        ("p:\n  - {at: 1, at: 2}", "study.yaml:2:13 gives `at` twice"),
        ("a: .nan", "study.yaml:1:4 is .nan; write a finite number"),
        ("a: -.inf", "is -.inf; write a finite number"),
        ("a: 1e999", "is 1e999, which is too large for a number"),
        ("a: 1\n---\nb: 2", "study.yaml:2:1 holds a second document"),
        ("[a]: 1", "study.yaml:1:1 has a key that is not a word"),
        ("a: [1, 2", "is no YAML"),
        ("a: b: c", "is no YAML"),
        ("a:\n\t- b", "is no YAML"),
        ("[" * 60, "study.yaml:1:51 is nested deeper than 50; write it flatter"),
        ("[" * 900_000, "is nested deeper than 50"),
        ("- " * 60 + "a", "is nested deeper than 50"),
        ("{a: " * 60, "is nested deeper than 50"),
        ("- a\n" * 200_000, "holds more than 100000 entries"),
        ("a" * (LARGEST + 1), "study.yaml is larger than 1 MB"),
        ("a: " + "k" * 250 + ": 1", "is no YAML"),
        ("k" * 250 + ": 1", "has a key of more than 200 characters"),
        (b"\x00\x01\x02", "study.yaml is a binary file; give a YAML text file in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "is a binary file"),
        (b"a: \xff\xfe", "study.yaml is no UTF-8 text (byte 3); save it as UTF-8 text"),
        ("a: \x07", "holds characters that no text has"),
    ],
)
def test_what_expands_runs_or_means_two_things_is_refused(text: str | bytes, message: str):
    start = time.process_time()
    with pytest.raises(InputError, match=re.escape(message)):
        read(text)
    assert time.process_time() - start < 5


def test_the_other_parser_refuses_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read("a: {b: [1, x]}") == {"a": {"b": [1, "x"]}}
    for text in (BOMB, "a: !!str 1", "a: 1\na: 2", "[" * 60):
        with pytest.raises(InputError):
            read(text)


def test_paths_that_cannot_be_read_are_told(tmp_path: Path):
    with pytest.raises(InputError, match=r"is a folder; give the path of a YAML file"):
        read_yaml(tmp_path)
    with pytest.raises(InputError, match=r"study\.yaml does not exist; check the path"):
        read_yaml(tmp_path / "study.yaml")
    with pytest.raises(InputError, match=r"cannot be read"):
        read_yaml(tmp_path / "a\0b.yaml", name="study.yaml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the owner of everything may read everything")
def test_a_file_without_permission_is_told(tmp_path: Path):
    path = tmp_path / "study.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(InputError, match="may not be read by you"):
        read_yaml(path)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="may not be read by you; change its permissions"):
        read_yaml(tmp_path / "study.yaml")


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_-XY", min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_what_yaml_writes_quoted_reads_back(data: Any):
    quoted = yaml.safe_dump({"data": _texts(data)}, default_style='"', allow_unicode=False)
    quoted = quoted.replace("!!null ", "").replace("!!bool ", "").replace("!!int ", "").replace("!!float ", "")
    assert read(quoted) == {"data": _texts(data)}


def _texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _texts(item) for key, item in data.items()}
    return [_texts(item) for item in data] if isinstance(data, list) else str(data)


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30))
def test_numbers_read_back(number: float):
    found = read(f"a: {number!r}")["a"]
    assert found == number
    assert math.isfinite(found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!|>'\"#%@,\n\t ?~.0e", max_size=80).map(str.encode))
def test_whatever_the_bytes_there_is_plain_data_or_a_refusal(contents: bytes):
    try:
        data = parse_yaml(contents, name="study.yaml").data
    except InputError as error:
        assert error.place.startswith("study.yaml")
        assert error.problem
        assert error.remedy
    else:
        assert isinstance(data, (dict, list, str, int, float, bool))
