"""A study runs in each of the five real segmentations, all on thick slices, in exactly the volume that was drawn."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

import janusome as jn
from janusome.reporting.prepared import grid
from janusome.simulation.lesion_grid import LesionGrid

DATA = os.environ.get("JANUSOME_DATA")
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(DATA is None, reason="JANUSOME_DATA does not say where the published data are"),
]
FOLDER = Path(DATA or ".") / "tumor" / "segmentations"
KINDS = {"brain1": "gbm", "brain2": "gbm", "breast1": "breast-hr-positive", "lung1": "nsclc", "lung2": "nsclc"}


def volumes() -> dict[str, dict[str, str]]:
    with (FOLDER / "volumes.csv").open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def study(case: str) -> dict[str, object]:
    return {
        "study": f"Doxil in the segmented tumor {case}",
        "formulation": "doxil",
        "host": "human-male",
        "tumor": {"kind": KINDS[case], "mask": str(FOLDER / f"{case}_label.nrrd")},
        "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous", "over": "30 min"}],
        "controls": [],
        "outputs": {"until": "2 h", "draws": 0, "images": "none"},
    }


@pytest.mark.parametrize("case", KINDS)
def test_a_study_runs_in_a_real_segmentation_in_voxel_count_times_voxel_volume(case, tmp_path):
    expected = volumes()[case]
    (mask,) = read_masks(case)
    found = grid(mask)
    assert isinstance(found, LesionGrid)
    assert mask.count == int(expected["label_voxels"])
    assert found.volume == pytest.approx(mask.volume, rel=1e-12)
    assert max(found.voxel_size) / min(found.voxel_size) < 1.1
    assert any("thick slices" in note for note in found.notes)
    assert found.volume * 1e9 == pytest.approx(float(expected["volume_mm3"]), abs=0.005)  # as it is printed
    result = jn.run(study(case), output=tmp_path / case)
    arm = result.summary["arms"]["treated"]
    assert arm["solver"]["voxels"] == found.count
    assert arm["ledger_error"] <= 1e-6


def read_masks(case: str):
    from janusome.files.masks import read_mask

    return (read_mask(FOLDER / f"{case}_label.nrrd"),)
