"""To add a thing, touch one place: a user's own rows are enough."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import yaml

from janusome.files.library import SHIPPED, Library
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

CONTRIBUTING = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def study(**changed: object) -> Study:
    given = {
        "study": "additions",
        "formulation": "doxil",
        "host": "mouse",
        "protocol": [{"at": "0 h", "dose": "5 mg/kg", "of": "doxorubicin", "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "6 h", "draws": 0},
    }
    return Study.model_validate(given | changed)


def test_an_organ_is_one_entry_of_a_host_as_the_guide_shows_it(tmp_path):
    host = yaml.safe_load((SHIPPED / "hosts" / "mouse.yaml").read_text(encoding="utf-8"))
    (entry,) = [block for block in re.findall(r"```yaml\n(.*?)```", CONTRIBUTING, re.DOTALL) if "prostate" in block]
    host["organs"] |= yaml.safe_load(entry)
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts" / "mouse.yaml").write_text(yaml.safe_dump(host), encoding="utf-8")
    (arm,) = simulate(resolve(study(), Library(tmp_path)), grids={}).arms
    (course,) = [c for c in arm.courses if (c.species, c.organ, c.quantity) == ("carrier", "prostate", "injected dose")]
    assert course.values[0, -1] > 0.0
    assert arm.ledger_error <= 1e-6


def test_a_carrier_is_one_file(tmp_path):
    row = yaml.safe_load((SHIPPED / "carriers" / "plga.yaml").read_text(encoding="utf-8")) | {"name": "star-polymer"}
    row["values"]["leak_rate_constant"] = {"value": 1.0, "unit": "1/h", "grade": "assumed"}
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "star-polymer.yaml").write_text(yaml.safe_dump(row), encoding="utf-8")
    content = {"doxorubicin": {"values": {"molecules_per_particle": 1000}}}
    given = study(formulation={"name": "mine", "carrier": "star-polymer", "payloads": content})
    record = simulate(resolve(given, Library(tmp_path)), grids={})
    (leak,) = [value for value in record.values if value.name == "leak_rate_constant"]
    assert (leak.number, leak.origin) == (1.0, "user library")
    assert np.isfinite(record.arms[0].courses[0].values).all()
