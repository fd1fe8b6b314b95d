"""What is said of platforms in general follows from their rows."""

from __future__ import annotations

import numpy as np

from janusome.files.library import Library
from janusome.simulation.exposure import exposure
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

ROWS = Library()


def half_life(carrier: str) -> float:
    """Return how long half of what is in plasma an hour after the dose takes to leave it, h."""
    content = {"doxorubicin": {"values": {"molecules_per_particle": 12_500}}}
    study = {
        "study": carrier,
        "formulation": {"name": "liposome", "carrier": carrier, "payloads": content},
        "host": "human-female",
        "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "7 d", "draws": 0},
    }
    (arm,) = simulate(resolve(Study.model_validate(study), ROWS), grids={}).arms
    (course,) = [one for one in arm.courses if (one.species, one.organ) == ("carrier", "plasma")]
    hours, values = arm.times / 3600.0, course.values[0]
    start = np.interp(1.0, hours, values)
    return float(hours[(hours > 1.0) & (values < start / 2.0)][0] - 1.0)


def test_without_its_polymer_coat_a_liposome_loses_most_of_its_half_life():
    assert half_life("peg-liposome") > 5.0 * half_life("plain-liposome")


def test_irinotecan_makes_its_active_metabolite_mole_for_mole():
    study = {
        "study": "irinotecan",
        "formulation": "free-irinotecan",
        "host": "human-male",
        "protocol": [{"at": "0 h", "dose": "180 mg/m^2", "of": "irinotecan", "route": "intravenous", "over": "90 min"}],
        "outputs": {"until": "3 d", "draws": 0},
    }
    (arm,) = simulate(resolve(Study.model_validate(study), ROWS), grids={}).arms
    plasma = {one.species: one for one in arm.courses if one.organ == "plasma"}
    assert plasma["sn-38"].values.max() > 0.0
    assert arm.ledger_error <= 1e-6
    areas = {
        name: exposure(arm.times / 3600.0, one.values, dose=None)["auc_to_last"].values[0] for name, one in plasma.items()
    }
    assert 0.02 < areas["sn-38"] / areas["irinotecan"] < 0.08  # the range that the label of irinotecan gives
