"""Comparison H with the published data, and what it says without them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.particle.corona.outcomes import corona_of
from janusome.particle.corona.panel import CONSTANTS, Panel
from janusome.qualification.coatings import RULES, coating
from janusome.qualification.corona import corona
from janusome.qualification.gold import read_gold
from janusome.qualification.kernel_ridge import cross_validated, folds, folds_of_groups, leave_one_out
from janusome.qualification.section import Section
from janusome.qualification.zeta_fit import NAMES, fitted, left_out
from janusome.simulation.corona import constants_of, usual_panel
from janusome.simulation.values import Scope, ValueBook
from janusome.specification.corona import proteins

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere"))
TABLE = DATA / "evidence" / "corona" / "walkey2014_gold_physchem_uptake.csv"
with_data = [
    pytest.mark.data,
    pytest.mark.skipif(not TABLE.exists(), reason=f"JANUSOME_DATA is not set: it names the folder with {TABLE.name}"),
]


@pytest.fixture(scope="module")
def section() -> Section:
    return corona(DATA, frozen=True)


def value(section: Section, start: str) -> float:
    return next(one.value for one in section.findings if one.name.startswith(start))


def data_test(function):
    for mark in with_data:
        function = mark(function)
    return function


@data_test
def test_size_in_serum_is_nearer_than_any_baseline_without_a_fit(section):
    rows = [one for one in section.findings if one.name.startswith("serum size")]
    assert len(rows) == 2
    assert all(one.met for one in rows)
    assert rows[0].value < 1.25


@data_test
def test_zeta_in_serum_is_nearer_than_unchanged_and_than_a_constant(section):
    unchanged, constant = (one for one in section.findings if one.name.startswith("serum zeta potential, RMSE"))
    assert unchanged.value < 0.15 * unchanged.baseline
    assert constant.met
    assert value(section, "serum zeta potential, R2") > 0.0


@data_test
def test_zeta_of_particles_left_out_of_the_fit_is_nearer_than_the_mean_of_the_others():
    gold = read_gold(DATA)
    panel = usual_panel(proteins(Library()), "human", ValueBook(draws=1, seed=0))
    serum = panel.with_concentration(panel.concentration * np.array([name != "fibrinogen" for name in panel.names]))
    every = Panel(serum.names, serum.roles, *(np.repeat(each, len(gold.names), axis=0) for each in serum[2:]))
    coverage, measured = corona_of(gold.particle(), every).coverage, gold.columns["zeta_mV_serum"] * 1e-3
    found, mean = np.empty((2, len(measured)))
    for _, train, test in folds(len(measured), repeats=1):
        found[test] = left_out(coverage, gold.particle(), serum, measured, train=train, test=test)
        mean[test] = measured[train].mean()
    error, constant = (np.sqrt(((each - measured) ** 2).mean()) for each in (found, mean))
    assert error < 2.2e-3 < 2.5e-3 < constant


@data_test
def test_the_numbers_in_the_library_are_those_of_the_fit():
    gold = read_gold(DATA)
    panel = usual_panel(proteins(Library()), "human", ValueBook(draws=1, seed=0))
    serum = panel.with_concentration(panel.concentration * np.array([name != "fibrinogen" for name in panel.names]))
    every = Panel(serum.names, serum.roles, *(np.repeat(each, len(gold.names), axis=0) for each in serum[2:]))
    coverage = corona_of(gold.particle(), every).coverage
    constants, errors = fitted(coverage, gold.particle(), serum, gold.columns["zeta_mV_serum"] * 1e-3)
    host = Library().row("host", "human-female")
    shipped = constants_of(Scope("host", host), "human", ValueBook(draws=1, seed=0))
    for name, error in zip(NAMES, errors, strict=True):
        assert float(np.asarray(getattr(shipped, name))[0]) == pytest.approx(getattr(constants, name), abs=1e-3)
        assert getattr(CONSTANTS, name) == pytest.approx(getattr(constants, name), abs=1e-3)
        assert error < 0.3 * getattr(constants, name)


@data_test
def test_albumin_alone_is_nearer_than_unchanged(section):
    assert value(section, "size in albumin") < 1.2
    assert all(one.met for one in section.findings if "in albumin" in one.name)


@data_test
def test_uptake_by_cells_is_predicted_from_named_inputs(section):
    scores = {one.name.partition("R2 from: ")[2]: one for one in section.findings if "R2 from" in one.name}
    best = scores["pristine particle, serum measurements and measured corona"]
    assert best.value >= 0.65
    assert scores["pristine particle, and size, zeta and protein density measured in serum"].value >= 0.55
    assert scores["pristine particle and coating"].value >= 0.55  # nothing of it is measured in serum
    assert not scores["pristine particle"].met  # without its coating it is not reached


@data_test
def test_doxil_without_peg_and_a_sick_plasma_are_part_of_it(section):
    assert value(section, "half-life of Doxil over that without") >= 3.0
    assert value(section, "half-life of Doxil in inflamed plasma") < 1.0


@data_test
def test_every_row_is_predicted_with_an_interval(section):
    assert {name: len(rows) for name, rows in section.predictions.items()} == {
        "corona_gold_serum": 210,
        "corona_albumin": 23,
        "corona_cell_association": 105,
    }
    for rows in section.predictions.values():
        for row in rows:
            assert row["q05"] < row["q50"] < row["q95"]


def test_a_folder_without_the_files_is_skipped_with_their_names(tmp_path):
    found = corona(tmp_path, frozen=False)
    assert "walkey2014_gold_physchem_uptake.csv" in found.skipped
    assert "corona_size_zeta_nano_pc.csv" in found.skipped
    assert not found.findings


def test_every_particle_is_left_out_once_a_repeat():
    for repeat in range(2):
        left = np.concatenate([test for each, _, test in folds(23, repeats=2) if each == repeat])
        assert sorted(left) == list(range(23))
    assert all(not set(train) & set(test) for _, train, test in folds(23, repeats=1))


def test_no_group_is_on_both_sides():
    groups = ["a", "a", "b", "c", "c", "c", "d", "e"]
    splits = list(folds_of_groups(groups, repeats=2, parts=3))
    for _, train, test in splits:
        assert not {groups[k] for k in train} & {groups[k] for k in test}
    assert sorted(k for repeat, _, test in splits if repeat == 1 for k in test) == list(range(8))


def test_the_name_of_a_coating_tells_its_chemistry():
    def said(name: str) -> set[str]:
        return {rule for rule, says in zip(RULES, coating(name), strict=False) if says}

    assert said("G15.MSA") == {"acid"}
    assert said("G30.cPEG5K-SH (LD)") == {"poly(ethylene glycol)", "acid", "few chains"}
    assert said("G15.NT@PVA") == {"polymer", "neutral hydrophilic polymer", "on a first layer NT"}
    assert coating("G15.mPEG2K-SH")[-1] == pytest.approx(np.log(3.0))


def test_leave_one_out_in_closed_form_is_leave_one_out():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(12, 3)), random.normal(size=12)
    K = np.exp(-((x[:, None] - x[None]) ** 2).mean(-1) / 2.0)
    error, ridge = leave_one_out(K, y)
    centered, residuals = y - y.mean(), []
    for k in range(12):
        kept = np.arange(12) != k
        dual = np.linalg.solve(K[np.ix_(kept, kept)] + ridge * np.eye(11), centered[kept])
        residuals.append(centered[k] - K[k, kept] @ dual)
    assert error == pytest.approx(np.mean(np.square(residuals)), rel=1e-9)


def test_noise_is_not_predicted():
    random = np.random.default_rng(3)
    noise, target = random.normal(size=(60, 40)), random.normal(size=60)
    values, _ = cross_validated(lambda train: (noise,), target, repeats=2)
    scores = 1.0 - ((values - target) ** 2).sum(axis=1) / ((target - target.mean()) ** 2).sum()
    assert scores.max() < 0.1
