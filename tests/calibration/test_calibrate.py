"""A study calibrated from its file to its library: it recovers what made the data, says what it does not know, and is used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import janusome as jn
from janusome.calibration.forward import Prediction
from janusome.calibration.sights import sights
from janusome.cli.main import app
from janusome.files.library import Library
from janusome.files.observations import Observation, read_calibration_data
from janusome.files.studies import read_study
from janusome.simulation.bench import Bench

EXAMPLE = Path(__file__).parents[2] / "examples" / "calibration"
CLEARANCE = "carrier gold-sphere/3/clearance_per_phagocyte/[]"
PERMEABILITY = "carrier gold-sphere/3/vascular_permeability/[]"
TRUTH = {CLEARANCE: -1.0, PERMEABILITY: 1.3}  # prior standard deviations
NAMED = ("clearance_per_phagocyte", "vascular_permeability")
HOUR = 3600.0


@pytest.fixture(scope="module")
def bench():
    return Bench(read_study(EXAMPLE / "study.yaml", Library()).study)


def seen(bench, places, hours, *, seed=1, error=0.1, truth=TRUTH):
    """Return rows of a table that the truth would give."""
    asked = [
        Observation(1, "", "carrier", "", place, "", hour * HOUR, 1.0, False, "%ID/g") for place in places for hour in hours
    ]
    sight = sights(bench.study, {"treated": bench}, asked, name="made")
    found = Prediction({"treated": bench}, list(truth), sight)(np.array([list(truth.values())]))[0]
    values = np.exp(found + error * np.random.default_rng(seed).standard_normal(found.size))
    return [
        f"carrier,{one.place},{one.time / HOUR:g},{value / one.measure.factor:.6g},%ID/g,{100 * error:g} %"
        for one, value in zip(sight, values, strict=True)
    ]


def table(path, rows):
    path.write_text("species,place,time_h,value,unit,error\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def fitted(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fitted")
    rows = table(folder / "seen.csv", seen(bench, ("blood", "liver", "tumor"), (1, 4, 12, 24, 48)))
    return jn.calibrate(EXAMPLE / "study.yaml", rows, output=folder / "out", values=NAMED, draws=300, seed=1)


def test_it_recovers_the_values_that_made_the_data(fitted, bench):
    from janusome.simulation.values import spread
    from janusome.units import from_internal

    for key, deviate in TRUTH.items():
        name, value = bench.values[key]
        truth = from_internal(float(spread(name, value, np.array(deviate))), value.unit)
        (row,) = [row for row in fitted.data["values"] if row["name"] == name]
        assert row["posterior"]["q05"] < truth < row["posterior"]["q95"]
        assert row["posterior_over_prior_sd"] < 0.5
        assert row["identified"]


def test_the_chains_agree_and_the_fit_follows_the_data(fitted):
    assert fitted.data["sampling"]["largest_r_hat"] < 1.05
    assert fitted.data["sampling"]["least_effective_size"] > 100
    before, after = fitted.data["fit_in_sample"]["before"], fitted.data["fit_in_sample"]["after"]
    assert after["fold_error"] < 1.15 < before["fold_error"]


def test_a_run_with_the_overlay_follows_the_data_and_says_whose_values_they_are(fitted, tmp_path):
    result = jn.run(EXAMPLE / "study.yaml", output=tmp_path / "out", library=fitted.library, draws=0)
    values = {row["name"]: row for row in result.resolved["values"] if row["owner"] == "carrier gold-sphere"}
    assert values["clearance_per_phagocyte"]["origin"] == "user library"
    assert values["clearance_per_phagocyte"]["source"] == fitted.data["source"]
    assert values["clearance_per_phagocyte"]["grade"] == "derived"
    medians = {
        (row["organ"], float(row["time_h"])): float(row["median"])
        for row in result.time_courses()
        if row["quantity"] == "injected dose per mass" and row["arm"] == "treated"
    }
    observed = {(row["place"], row["time_h"]): row["observed"] for row in fitted.data["observations"]}
    assert medians["liver", 24.0] == pytest.approx(observed["liver", 24.0], rel=0.25)
    assert medians["breast-triple-negative", 24.0] == pytest.approx(observed["breast-triple-negative", 24.0], rel=0.25)


def test_the_overlay_keeps_every_value_that_was_not_calibrated(fitted):
    mine, shipped = Library(fitted.library).row("carrier", "gold-sphere"), Library().row("carrier", "gold-sphere")
    changed = {
        path
        for (path, _, _, one), (_, _, _, other) in zip(mine.named_values(), shipped.named_values(), strict=True)
        if (one.value, one.unit, one.sd_ln) != (other.value, other.unit, other.sd_ln)
    }
    assert changed == {("values", name) for name in NAMED}


def test_the_report_says_what_was_done_and_what_was_lost(fitted):
    page = fitted.report.read_text(encoding="utf-8")
    for words in ("in-sample", "R-hat", "posterior.csv", "esearch use only", fitted.data["source"], "half-normal"):
        assert words in page


def test_posterior_draws_stand_in_the_units_of_their_values(fitted):
    lines = (fitted.folder / "posterior.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("carrier gold-sphere/clearance_per_phagocyte (m^3/(s cell))")
    draws = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    assert len(draws) == 300
    (row,) = [row for row in fitted.data["values"] if row["name"] == "clearance_per_phagocyte"]
    assert np.median(draws[:, 0]) == pytest.approx(row["posterior"]["median"], rel=0.05)


def test_the_same_seed_writes_the_same_bytes(bench, tmp_path):
    rows = table(tmp_path / "seen.csv", seen(bench, ("blood",), (1, 4, 24)))
    folders = [
        jn.calibrate(EXAMPLE / "study.yaml", rows, output=tmp_path / name, values=NAMED[:1], draws=100, seed=5).folder
        for name in ("one", "other")
    ]
    for name in ("calibration.json", "posterior.csv", "report.html", "library/carriers/gold-sphere.yaml"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_fewer_data_than_values_is_told_as_the_prior_dominating(bench, tmp_path):
    rows = table(tmp_path / "seen.csv", seen(bench, ("liver",), (24,)))
    names = (*NAMED, "carrier gold-sphere/degradation_rate_constant")
    done = jn.calibrate(EXAMPLE / "study.yaml", rows, output=tmp_path / "out", values=names, draws=100)
    told = " ".join(done.data["warnings"])
    assert "fewer observations (1) than values (3): the prior dominates" in told
    assert "do not identify" in told
    named = {row["name"]: row["identified"] for row in done.data["values"]}
    assert not named["vascular_permeability"]


def test_what_the_data_do_not_identify_stays_as_the_library_has_it(bench, tmp_path):
    rows = table(tmp_path / "seen.csv", seen(bench, ("blood",), (1, 4, 24)))
    done = jn.calibrate(EXAMPLE / "study.yaml", rows, output=tmp_path / "out", values=NAMED, draws=100)
    (mine,) = Library(done.library).row("carrier", "gold-sphere").values["vascular_permeability"]
    (shipped,) = Library().row("carrier", "gold-sphere").values["vascular_permeability"]
    assert (mine.value, mine.sd_ln, mine.source, mine.grade) == (shipped.value, shipped.sd_ln, shipped.source, shipped.grade)


def test_the_example_runs_from_the_command_line(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "mine")
    words = ["calibrate", tmp_path / "mine" / "study.yaml", tmp_path / "mine" / "observations.csv", "-o", tmp_path / "out",
             "--draws", 100, "--values", "clearance_per_phagocyte", "--values", "vascular_permeability", "--json"]  # fmt: skip
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)["calibration"]
    assert len(data["observations"]) == 19
    assert sum(row["below_limit"] for row in data["observations"]) == 1
    (liver, *_) = [row for row in data["observations"] if row["place"] == "liver"]
    assert liver["unit"] == "%ID/g"
    again = CliRunner().invoke(app, [str(word) for word in words])
    assert again.exit_code == 2


def test_a_calibration_that_is_stopped_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        jn.calibrate(
            EXAMPLE / "study.yaml", EXAMPLE / "observations.csv", output=tmp_path / "a" / "out", values=NAMED,
            should_stop=lambda: True,
        )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_a_refused_calibration_leaves_nothing(tmp_path):
    rows = table(tmp_path / "seen.csv", ["carrier,livver,4,3,%ID/g,"])
    done = CliRunner().invoke(app, ["calibrate", str(EXAMPLE / "study.yaml"), str(rows), "-o", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "did you mean liver" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["seen.csv"]


def test_the_weights_of_animals_and_organs_turn_values_into_those_of_the_host(bench, tmp_path):
    head = "species,place,time_h,value,unit,body_weight_g,organ_weight_g\n"
    path = tmp_path / "seen.csv"
    path.write_text(head + "carrier,liver,4,30,%ID,20,1.5\ncarrier,liver,4,20,%ID/g,30,\n", encoding="utf-8")
    one, other = sights(bench.study, {"treated": bench}, read_calibration_data(path), name="seen.csv")
    assert one.value / one.measure.factor == pytest.approx(20.0)
    assert one.unit == "%ID/g"
    assert other.value / other.measure.factor == pytest.approx(30.0)  # 30 g over the 20 g of the host


def test_a_share_in_blood_is_that_of_plasma_in_what_is_no_cell(bench):
    rows = [Observation(1, "", "carrier", "", place, "", HOUR, 1.0, False, "%ID/mL") for place in ("plasma", "blood")]
    sight = sights(bench.study, {"treated": bench}, rows, name="made")
    plasma, blood = np.exp(Prediction({"treated": bench}, (), sight)(np.zeros((1, 0))))[0]
    assert blood / plasma == pytest.approx(1 - 0.45)
