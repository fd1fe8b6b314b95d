"""Simulate, then quantify: one scanner, few images."""

from typing import Any

from janusome.files.library import Library
from janusome.qualification.imaging_loop import CASES, loop


def test_dual_energy_ct_gives_back_iodine_and_says_where_it_sees_none():
    (case,) = [one for one in CASES if one.scanner == "ct-dual-energy"]
    section = loop(case, Library(), images=6, faint=3)
    found = {one.name: one.value for one in section.findings}
    rows: Any = next(iter(section.predictions.values()))
    assert not any(row["failed"] for row in rows)
    assert all(row["low"] < row["median"] < row["high"] for row in rows)
    assert abs(found["bias of the median"]) < 0.15
    assert sum(row["low"] <= row["truth"] <= row["high"] for row in rows) >= 4
    assert found["faint ones called not visible"] == 1.0
