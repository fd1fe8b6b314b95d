# pyright: reportArgumentType=false
"""A study of gold in a mouse, seen by CT: whether the particle shows, and in which unit."""

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study


@pytest.fixture(scope="module")
def scans():
    """What scanners show a day after a low dose of 20 nm spheres, and a day after a hundred times as much."""
    study = Study(
        study="gold in a mouse",
        formulation={
            "name": "gold",
            "carrier": "gold-sphere",
            "labels": {"gold-core": {"values": {"label_atoms_per_particle": "2.5e5"}}},
        },
        host="mouse",
        # Deep, so that no blurred air is in the lesion's numbers.
        tumor={"kind": "breast-triple-negative", "volume": "0.3 cm^3", "voxels": 1, "values": {"lesion_depth": "6 mm"}},
        protocol=[
            {"at": "0 h", "dose": "0.6 mg", "of": "gold-core", "route": "intravenous"},
            {"at": "24 h", "scan": "ct-clinical"},
            {"at": "25 h", "dose": "60 mg", "of": "gold-core", "route": "intravenous"},
            *({"at": "49 h", "scan": scanner} for scanner in ("ct-clinical", "ct-photon-counting")),
        ],
        controls=(),
        outputs={"until": "50 h", "draws": 0},
    )
    return simulate(resolve(study, Library()), grids={}).arms[0].scans


def added(scan):
    """CT numbers of the lesion over those of tissue beside it, along the body."""
    middle = scan.expected.shape[0] // 2, scan.expected.shape[2] // 2
    return float(scan.expected[scan.lesion].mean() - scan.expected[middle[0], 0, middle[1]])


def test_a_tenth_of_a_milligram_of_gold_per_gram_of_tumor_is_not_visible_and_ten_milligrams_are(scans):
    faint, seen = (scan for scan in scans if scan.scanner == "ct-clinical")
    assert 1.0 < added(faint) < 6.0  # HU
    assert added(seen) > 50.0 * added(faint)
    assert not faint.visibility.visible.any()
    assert seen.visibility.visible.all()
    assert np.isfinite(seen.image).all()


def test_photon_counting_shows_gold_itself_in_milligrams_per_milliliter(scans):
    (counting,) = (scan for scan in scans if scan.scanner == "ct-photon-counting")
    integrating = [scan for scan in scans if scan.scanner == "ct-clinical"][-1]
    gold = float(counting.expected[counting.lesion].mean())
    number = added(integrating)
    assert counting.unit == "mg/mL"
    assert 20.0 < number / gold < 40.0  # HU per mg/mL behind a mouse
    assert counting.visibility.visible.all()
