"""The same study, seed and version give the same result, whatever the threads and however many draws stand beside."""

from __future__ import annotations

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.simulation.run import simulate
from janusome.simulation.trajectory import Control
from janusome.specification.resolve import resolve
from janusome.specification.study import Study


def run(*, threads: int = 1, draws: int = 3, seed: int = 0):
    study = {
        "study": "determinism",
        "formulation": "mm-302-cu64",
        "host": "mouse",
        "tumor": {"kind": "breast-her2", "volume": "200 mm^3", "voxels": 60},
        "protocol": [
            {"at": "0 h", "dose": "3 mg/kg", "of": "doxorubicin", "route": "intravenous", "activity": "5 MBq"},
            {"at": "6 h", "scan": "pet-small-animal", "frame": "10 min"},
        ],
        "controls": [],
        "outputs": {"until": "8 h", "draws": draws, "seed": seed},
    }
    return simulate(resolve(Study.model_validate(study), Library()), grids={}, control=Control(threads=threads))


@pytest.fixture(scope="module")
def reference():
    return run()


def test_two_threads_give_the_bits_of_one(reference):
    (one,), (two,) = reference.arms, run(threads=2).arms
    for here, there in zip(one.courses, two.courses, strict=True):
        np.testing.assert_array_equal(here.values, there.values)
    for here, there in zip(one.maps, two.maps, strict=True):
        np.testing.assert_array_equal(here.values, there.values)
    np.testing.assert_array_equal(one.scans[0].image, two.scans[0].image)


def test_a_draw_does_not_depend_on_how_many_there_are(reference):
    (few,), (many,) = reference.arms, run(draws=20).arms
    for here, there in zip(few.courses, many.courses, strict=True):
        np.testing.assert_array_equal(here.values, there.values[:4])
    one, other = few.scans[0], many.scans[0]
    np.testing.assert_array_equal(one.expected, other.expected)
    np.testing.assert_array_equal(one.visibility.contrast_to_noise, other.visibility.contrast_to_noise[:4])


def test_another_seed_changes_the_draws_and_the_noise_but_not_the_median(reference):
    (one,), (other,) = reference.arms, run(seed=1).arms
    plasma = [(a.values, b.values) for a, b in zip(one.courses, other.courses, strict=True) if a.organ == "plasma"]
    for here, there in plasma:
        np.testing.assert_array_equal(here[0], there[0])
        assert not np.array_equal(here[1:], there[1:])
    np.testing.assert_array_equal(one.scans[0].expected, other.scans[0].expected)
    assert not np.array_equal(one.scans[0].image, other.scans[0].image)
