"""What the README promises runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_of_the_readme_runs_and_writes_its_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})
    report = (tmp_path / "doxil-in-a-woman" / "report.html").read_text(encoding="utf-8")
    assert "Doxil in a woman" in report
    assert "esearch use only" in report


def test_the_study_of_the_readme_is_valid(tmp_path):
    import janusome as jn

    (study,) = blocks("yaml")
    path = tmp_path / "study.yaml"
    path.write_text(study, encoding="utf-8")
    assert jn.validate(path).title.startswith("PET-guided HER2 liposome")


@pytest.mark.parametrize("block", ["console demo", "console test"])
def test_each_set_up_is_one_line(block):
    (command,) = blocks(block)
    assert len(command.strip().splitlines()) == 1
