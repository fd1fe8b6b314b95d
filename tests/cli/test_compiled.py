"""Compiled code is kept where a user's caches are, for one kind of processor, and where the user says."""

from pathlib import Path

import pytest

from janusome.cli import compiled


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    """Neither variable, before or after."""
    for name in (compiled.FOLDER, compiled.LEAST):
        monkeypatch.setenv(name, "placeholder")
        monkeypatch.delenv(name)


def test_the_folder_is_the_users_cache_unless_another_is_named(monkeypatch):
    compiled.keep_compiled()
    assert "janusome" in Path(compiled.os.environ[compiled.FOLDER]).parts
    monkeypatch.setenv(compiled.FOLDER, "mine")
    compiled.keep_compiled()
    assert compiled.os.environ[compiled.FOLDER] == "mine"


def test_two_kinds_of_processor_do_not_share_code(monkeypatch, tmp_path):
    folders = set()
    for flags in ("sse4 avx2", "sse4 avx2 avx512f", "sse4 avx2"):
        table = tmp_path / "cpuinfo"
        table.write_text(f"processor : 0\nmodel name : one\nflags : {flags}\ncpu MHz : {len(folders)}\n")
        monkeypatch.setattr(compiled, "CPU_TABLE", table)
        monkeypatch.delenv(compiled.FOLDER, raising=False)
        compiled.keep_compiled()
        folders.add(compiled.os.environ[compiled.FOLDER])
    assert len(folders) == 2
