"""PLA-PEG vincristine in mice: the shipped values against the published individuals, and what is predicted."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from janusome.qualification.particle_with_drug import TARGET, particle_with_drug
from janusome.qualification.plapeg_arms import DESIGN, MEASURED, THERAPEUTIC, VALUE, read

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere"))
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (DATA / "body" / MEASURED).exists(), reason=f"JANUSOME_DATA is not set: it names the folder with body/{MEASURED}"
    ),
]


@pytest.fixture(scope="module")
def section():
    return particle_with_drug(DATA, frozen=True)


def test_every_arm_that_the_values_were_fitted_to_is_within_its_target(section):
    scores = {finding.name: finding for finding in section.findings}
    assert set(scores) == {"AAFE, NoNP_67", "AAFE, U16c_61", "AAFE, U16p_61"}
    for finding in scores.values():
        assert finding.value <= TARGET
        assert finding.value < finding.baseline
    assert not section.failed


def test_every_sampling_point_of_the_therapeutic_particle_is_predicted_with_an_interval(section):
    design, predicted = read(DATA / "body" / DESIGN), section.predictions["particle_with_drug_therapeutic"]
    assert len(predicted) == len(design) == 200
    for row, wanted in zip(
        sorted(predicted, key=lambda row: (row["scenario"], row["tissue"], float(row["time_h"]))),
        sorted(design, key=lambda row: (row["scenario"], row["tissue"], float(row["time_h"]))),
        strict=True,
    ):
        assert {key: row[key] for key in wanted} == dict(wanted)
        assert 0.0 < row["q05"] < row["q50"] < row["q95"]


def test_the_particle_that_releases_fast_keeps_less_of_its_drug_than_the_one_that_does_not(section):
    def relative(rows, file, tissue):
        late = [row for row in rows if row["file"] == file and row["tissue"] == tissue and 20 < float(row["time_h"]) < 30]
        return sum(row["q50"] / float(row["dose_drug_ug_per_g"]) for row in late) / len(late)

    fitted, therapeutic = (section.predictions[f"particle_with_drug_{name}"] for name in ("fitted_arms", "therapeutic"))
    for tissue in ("plasma", "liver", "kidney"):
        assert relative(therapeutic, THERAPEUTIC, tissue) < 0.8 * relative(fitted, "U16c_61", tissue)


def test_measurements_of_the_therapeutic_particle_are_scored_and_never_fitted(section, tmp_path):
    (tmp_path / "body").mkdir()
    rows = [
        {**{key: item for key, item in row.items() if key not in ("q05", "q50", "q95")}, VALUE: row["q50"]}
        for row in section.predictions["particle_with_drug_therapeutic"][:60:4]
    ]
    with (tmp_path / "body" / MEASURED).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = {finding.name: finding.value for finding in particle_with_drug(tmp_path, frozen=True).findings}
    assert found[f"AAFE, {THERAPEUTIC}, held out"] == pytest.approx(1.0, abs=1e-3)
    assert found[f"cover of the 90 % interval, {THERAPEUTIC}, held out"] == 1.0


def test_a_folder_without_the_tables_says_so(tmp_path):
    assert MEASURED in particle_with_drug(tmp_path, frozen=True).skipped
