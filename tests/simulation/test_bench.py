# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
"""The bench: the same numbers as a run, and one lane for each set of values."""

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.simulation.bench import Bench
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

HOUR = 3600.0


@pytest.fixture(scope="module")
def study():
    return resolve(
        Study(
            study="gold in a mouse",
            formulation={"name": "gold", "carrier": "gold-sphere"},
            host="mouse",
            tumor={"kind": "breast-triple-negative", "volume": "0.3 cm^3", "voxels": 1},
            protocol=[{"at": "0 h", "dose": "1e10 particle", "of": "carrier", "route": "intravenous"}],
            controls=(),
            outputs={"until": "48 h", "draws": 0, "times": ["6 h", "24 h"]},
        ),
        Library(),
    )


@pytest.fixture(scope="module")
def bench(study):
    return Bench(study)


def course(courses, organ, quantity="injected dose"):
    return next(c for c in courses if c.species == "carrier" and c.organ == organ and c.quantity == quantity)


def test_with_nothing_named_a_lane_is_the_median_run(study, bench):
    record = simulate(study, grids={})
    arm = record.arms[0]
    mine = course(bench.solve({}, [0.0, 6 * HOUR, 24 * HOUR], lanes=1), "liver").values[0]
    theirs = course(arm.courses, "liver").values[0]
    at = [int(np.argmin(np.abs(arm.times - hour * HOUR))) for hour in (6, 24)]
    assert mine[1:] == pytest.approx(theirs[at], rel=1e-5)


def test_a_named_value_moves_its_lane_alone(bench):
    key = "carrier gold-sphere/3/clearance_per_phagocyte/[]"
    _, value = bench.values[key]
    values = value.internal * np.array([1.0, 10.0])
    both = course(bench.solve({key: values}, [0.0, HOUR], lanes=2), "liver").values
    one = course(bench.solve({}, [0.0, HOUR], lanes=1), "liver").values
    assert both[0] == pytest.approx(one[0], rel=1e-9)
    assert both[1, 1] > 1.5 * both[0, 1]


def test_a_value_of_the_whole_body_is_one_value_wherever_it_is_used(bench):
    assert sum(name == "body_mass" for name, _ in bench.values.values()) == 1


def test_an_unknown_value_is_refused(bench):
    with pytest.raises(KeyError, match="is no value of this study"):
        bench.solve({"host mouse/0/wing_span/[]": np.ones(1)}, [0.0, 1.0], lanes=1)
