"""The qualification of the tumor: its sections say what they found, and what they lack."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from janusome import qualify
from janusome.errors import InputError
from janusome.qualification.baxter_jain import HOST, MMHG, TUMOR, embedded
from janusome.qualification.tumor_behavior import ASKED, SIZES, tumor_behavior
from janusome.qualification.tumor_doxil import tumor_doxil
from janusome.qualification.tumor_doxil_arms import HOURS, exposure
from janusome.qualification.tumor_mice import Cohort, leveled, tumor_mice
from janusome.qualification.tumor_patients import tumor_patients
from janusome.qualification.tumor_segmentations import staircase, tumor_segmentations
from janusome.qualification.tumor_solvers import small_relations, tumor_solvers

DATA = os.environ.get("JANUSOME_DATA")
published = [
    pytest.mark.data,
    pytest.mark.skipif(DATA is None, reason="JANUSOME_DATA does not say where the published data are"),
]
FOLDER = Path(DATA or ".")


def finding(section, start):
    return next(one for one in section.findings if one.name.startswith(start))


def test_the_closed_form_gives_the_published_pressures():
    found = embedded(np.array([0.0, 1.0, 1.5, 3.0]) * 0.002, 0.002, TUMOR, HOST) / MMHG
    np.testing.assert_allclose(found, [11.494, 10.871, 7.022, 6.502], atol=6e-4)


def test_every_solver_meets_its_closed_form():
    section = tumor_solvers(Path(), frozen=True)
    assert len(section.findings) >= 18
    assert not section.failed
    assert all(one.met for one in small_relations())


def test_penetration_falls_with_size_and_matrix_and_targeting_acts_late():
    section = tumor_behavior(Path(), frozen=True)
    assert not section.failed
    ten, hundred = (finding(section, f"diffusivity, pancreatic over breast, {size:g} nm") for size in ASKED)
    assert hundred.value < 0.2 < 0.5 < ten.value
    assert "assumed" in ten.note
    early, late = (finding(section, name) for name in ("MM-302 over the same", "in tumor cells"))
    assert abs(early.value - 1.0) < 0.25 < 2.0 < late.value
    assert len(section.predictions["tumor_matrix"]) == 2 * len(SIZES)


def test_slices_leave_no_staircase_in_the_pressure():
    found = staircase()
    assert found.met
    assert found.baseline is not None
    assert found.value < 0.5 * found.baseline


def test_a_course_is_read_as_the_table_reads_it():
    """A triangle that peaks at a day and is gone after two: its area, and half of it within the day."""
    triangle = np.maximum(1.0 - np.abs(HOURS - 24.0) / 24.0, 0.0)[None]
    week, day = exposure(triangle, window=168.0), exposure(triangle, window=24.0)
    assert week.AUC[0] == pytest.approx(24.0, rel=1e-6)
    assert day.AUC[0] == pytest.approx(12.0, rel=1e-6)
    assert week.time_of_peak[0] == day.time_of_peak[0] == 24.0


def test_a_level_is_learned_from_other_groups_only():
    """What one group found does not move its own prediction; what the others found does."""
    n, generator = 60, np.random.default_rng(1)
    rows = tuple({"tumour_weight_g": f"{0.1 * np.exp(x):.4f}"} for x in generator.normal(size=n))
    groups = np.arange(n) // 2
    shipped = Cohort(rows, np.zeros(n), np.full(n, 0.1))
    found = 1.0 + 0.3 * generator.normal(size=n)
    before = leveled(shipped, found, groups)
    assert before.mean == pytest.approx(1.0, abs=0.3)
    assert before.deviation == pytest.approx(0.3, rel=0.4)
    changed = found.copy()
    changed[:2] += 10.0
    after = leveled(shipped, changed, groups)
    assert after.mean[:2] == pytest.approx(before.mean[:2])
    assert not np.allclose(after.mean, before.mean)


def test_a_few_patients_have_a_spread_and_a_row_each():
    section = tumor_patients(Path(), frozen=True, draws=3)
    assert len(section.predictions["tumor_patients"]) == 4  # the first at the medians
    assert finding(section, "geometric mean, scanned").value > 0.0


@pytest.mark.parametrize("comparison", [tumor_doxil, tumor_mice, tumor_segmentations])
def test_without_its_tables_a_comparison_says_what_is_absent(comparison, tmp_path):
    (tmp_path / "tumor").mkdir()
    assert "is not there" in comparison(tmp_path, frozen=True).skipped


def test_a_part_or_a_folder_that_is_none_is_refused_with_what_to_give(tmp_path):
    with pytest.raises(InputError, match="qualify body, tumor or imaging"):
        qualify("heart", output=tmp_path / "out", data=tmp_path)
    with pytest.raises(InputError, match="holds no folder `tumor`"):
        qualify("tumor", output=tmp_path / "out", data=tmp_path)


class TestPublished:
    """With the published data."""

    pytestmark = published

    def test_doxil_in_4t1_is_within_its_targets_but_for_what_is_told(self):
        section = tumor_doxil(FOLDER, frozen=True)
        assert {one.name for one in section.failed} == {
            "area, nuclear, faster liposome",
            "area, nuclear, Doxil 16 mg/kg",
        }

    def test_a_cohort_of_mice_has_the_middle_and_the_spread_that_were_found(self):
        section = tumor_mice(FOLDER, frozen=False)
        assert [one.name for one in section.failed] == ["share covered by the 90 % interval, shipped population alone"]
        with (FOLDER / "body" / "nanotumor378_datasets.csv").open(encoding="utf-8", newline="") as lines:
            assert len(section.predictions["tumor_mice"]) == len(list(csv.DictReader(lines)))
