"""Comparisons A to D: what they need, what they write, and how the shipped population does."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from janusome.calibration.particles import TISSUES
from janusome.errors import InputError
from janusome.qualification.comparisons import data_folder
from janusome.qualification.mouse_particles import mouse_particles
from janusome.qualification.page import as_data, write_qualification

DATA = os.environ.get("JANUSOME_DATA")
PLACES = {"blood": "Blood", "tumor": "Tumor", "liver": "Liver", "spleen": "Spleen", "kidney": "Kidneys", "lung": "Lungs"}


def tables(folder, *, studies=10, particles=2, hours=(1.0, 6.0, 24.0), drop=()):
    """Write made-up tables in the published format; a study is off by a factor of its own, a particle by another."""
    rng = np.random.default_rng(8)
    body = folder / "body"
    body.mkdir(parents=True)
    head = ["row_id", "study_id", "route", "hydrodynamic_size_nm", "zeta_mV", "material_type", "coating", "measured_species"]
    instances, courses, groups = [], [], []
    for study in range(1, studies + 1):
        groups.append(["ntua", study, 100 + study])
        far = rng.normal(0.0, 0.6)
        for particle in range(particles):
            row = study * 10 + particle
            instances.append([row, study, "IV", 60 + 20 * particle, "", "inorganic", "PEG", "Au"])
            near = far + rng.normal(0.0, 0.2)
            for tissue in TISSUES:
                for hour in hours:
                    value = 5.0 * np.exp(near + rng.normal(0.0, 0.2)) * (hour**-0.3 if tissue == "blood" else 1.0)
                    courses.append([row, study, PLACES[tissue], hour, f"{value:.4g}", "%ID/g", ""])
    courses.append([10, 1, "Liver", 48.0, "0", "%ID/g", "below_limit"])
    columns = ["row_id", "study_id", "tissue", "time_h", "value", "unit", "censored"]
    for name, heads, rows in (
        ("ntua_mouse_np_instances.csv", head, instances),
        ("ntua_mouse_np_timecourses.csv", [c for c in columns if c not in drop], courses),
        ("leak_groups.csv", ["table", "id", "leak_group"], groups),
    ):
        with (body / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heads, *(row[: len(heads)] for row in rows)])
    return folder


def finding(section, name):
    return next(one for one in section.findings if one.name == name)


@pytest.fixture(scope="module")
def sections(tmp_path_factory):
    return mouse_particles(tables(tmp_path_factory.mktemp("made-up")), frozen=True)


def test_data_of_the_study_bring_a_prediction_nearer(sections):
    a, b, _, d = sections
    alone, given_blood = finding(a, "liver: AAFE"), finding(b, "liver: AAFE")
    assert given_blood.value < alone.value
    assert given_blood.met
    assert finding(d, "liver: AAFE").value < alone.value


def test_every_row_is_predicted_with_an_interval_also_one_below_its_limit(sections):
    rows = sections[0].predictions["A_mouse_particles"]
    assert len(rows) == 10 * 2 * len(TISSUES) * 3 + 1
    assert all(0.0 < row["q05"] < row["q50"] < row["q95"] for row in rows)


def test_what_is_predicted_is_not_given(sections):
    """B predicts no blood, C nothing of the first hours."""
    _, b, c, _ = sections
    assert {row["tissue"] for row in b.predictions["B_mouse_particles"]} == set(PLACES.values()) - {"Blood"}
    assert {row["time_h"] for row in c.predictions["C_mouse_particles"]} == {24.0}


def test_the_pages_hold_scores_baselines_and_failures(sections, tmp_path):
    write_qualification(tmp_path, sections, title="Made up", frozen=True)
    page = (tmp_path / "qualification.html").read_text(encoding="utf-8")
    data = as_data(sections, title="Made up", frozen=True)
    assert data["counts"]["met"] + data["counts"]["failed"] > 0
    assert "constant" in page and "A_mouse_particles.csv" in page
    with (tmp_path / "A_mouse_particles.csv").open(encoding="utf-8", newline="") as file:
        assert set(next(csv.DictReader(file))) >= {"row_id", "tissue", "time_h", "q05", "q50", "q95"}


def test_without_their_tables_the_comparisons_say_what_is_absent(tmp_path):
    (tmp_path / "body").mkdir()
    found = mouse_particles(tmp_path, frozen=True)
    assert [section.key for section in found] == ["A", "B", "C", "D"]
    assert all("ntua_mouse_np_instances.csv is absent" in section.skipped for section in found)


def test_a_table_without_a_column_is_refused_by_its_name(tmp_path):
    with pytest.raises(InputError, match="lacks the column 'censored'"):
        mouse_particles(tables(tmp_path, drop=("censored",)), frozen=True)


def test_a_folder_without_published_data_is_refused_with_what_to_give(tmp_path, monkeypatch):
    monkeypatch.delenv("JANUSOME_DATA", raising=False)
    with pytest.raises(InputError, match="JANUSOME_DATA is not set"):
        data_folder(None)
    with pytest.raises(InputError, match="holds no folder `body`"):
        data_folder(tmp_path)


@pytest.mark.data
@pytest.mark.skipif(not DATA, reason="JANUSOME_DATA does not point at the published data")
def test_the_shipped_population_covers_published_values_as_its_intervals_say():
    def ratio(section, tissue):
        one = finding(section, f"{tissue}: AAFE")
        assert one.baseline is not None
        return one.value / one.baseline

    a, _, c, d = mouse_particles(Path(str(DATA)), frozen=True)
    for tissue in TISSUES:
        assert 0.85 <= finding(a, f"{tissue}: share covered by the 90 % interval").value <= 0.97
        assert ratio(a, tissue) < 1.05
    assert ratio(c, "tumor") < 1.0
    assert ratio(d, "liver") < 1.0
