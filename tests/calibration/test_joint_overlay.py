"""What a calibration knows of values together is kept by its overlay, and an ensemble from it draws them together."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import janusome as jn
from janusome.errors import InputError, JanusomeError
from janusome.files.library import Library
from janusome.files.studies import read_study
from janusome.simulation.bench import Bench
from janusome.simulation.doses import given_in
from janusome.simulation.run import coarse_assembly
from janusome.simulation.values import ValueBook
from janusome.specification.values import Value
from janusome.units import to_internal

EXAMPLE = Path(__file__).parents[2] / "examples" / "calibration"
NAMED = (
    "clearance_per_phagocyte",
    "host mouse: liver/phagocyte_density",
    "vascular_permeability",
    "anatomical_vessel_surface_density",
)
HOURS = (4.0, 24.0)
PLACES = ("liver", "spleen", "plasma", "breast-triple-negative")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("joint") / "out"
    return jn.calibrate(EXAMPLE / "study.yaml", EXAMPLE / "observations.csv", output=folder, values=NAMED, draws=400, seed=1)


@pytest.fixture(scope="module")
def study(fitted):
    return read_study(EXAMPLE / "study.yaml", Library(fitted.library)).study


def drawn(study, bench):
    """Return what an ensemble of a run takes for the values that were calibrated."""
    book = ValueBook(draws=800, seed=3, joints=study.joints)
    coarse_assembly(study, bench.matter, bench.lesions, given_in(study, bench.matter, bench.arm, book), book)
    return {key: book.sampled[key] for key, (_, value) in bench.values.items() if value.source in study.joints}


def widths(bench, values):
    """Return the widths of 90 % intervals, as logarithms, of what is in places at hours."""
    lanes = len(next(iter(values.values())))
    courses = bench.solve(values, [0.0, *(3600.0 * hour for hour in HOURS)], lanes=lanes)
    kept = [c for c in courses if c.organ in PLACES and c.species == "carrier" and c.site in ("whole", "blood")]
    assert {c.organ for c in kept} == set(PLACES)
    return np.array([np.diff(np.quantile(np.log(c.values[:, 1:]), (0.05, 0.95), axis=0), axis=0)[0] for c in kept])


def posterior(fitted, bench):
    with (fitted.folder / "posterior.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    found = {}
    for key, (name, value) in bench.values.items():
        owner = key.split("/", 1)[0]
        columns = [k for k, title in enumerate(head) if title.startswith(f"{owner}/{name} (")]
        if columns and value.source in (fitted.data["source"],):
            found[key] = to_internal(1.0, value.unit) * np.array([float(row[columns[0]]) for row in rows])
    return found


def test_an_ensemble_from_the_overlay_is_as_wide_as_the_calibrated_outputs(fitted, study):
    bench = Bench(study)
    ours, theirs = drawn(study, bench), posterior(fitted, bench)
    assert ours.keys() == theirs.keys()
    assert len(ours) == len(NAMED)
    calibrated = widths(bench, theirs)
    assert np.exp(np.mean(np.log(widths(bench, ours) / calibrated))) == pytest.approx(1.0, abs=0.12)
    shuffled = {key: np.random.default_rng(k).permutation(one) for k, (key, one) in enumerate(ours.items())}
    assert np.exp(np.mean(np.log(widths(bench, shuffled) / calibrated))) > 1.2
    assert fitted.data["overlay_width"] == pytest.approx(1.0, abs=0.15)


def test_values_hang_together_as_the_posterior_has_them(fitted, study):
    bench = Bench(study)
    ours, theirs = drawn(study, bench), posterior(fitted, bench)
    one, other = (np.corrcoef([np.log(values[key]) for key in theirs]) for values in (ours, theirs))
    strong = np.abs(other) > 0.5
    assert strong.sum() == len(other) + 4
    assert one[strong] == pytest.approx(other[strong], abs=0.06)
    assert np.abs(one[~strong]).max() < 0.2


def test_a_draw_is_the_same_whatever_else_is_drawn_and_the_first_is_the_median(study):
    (joint,) = study.joints.values()
    value = next(v for _, v in Bench(study).values.values() if v.joint == joint.names[0])
    few, many = (
        ValueBook(draws=count, seed=3, joints=study.joints)._draw("phagocyte_density", value, "host", 0) for count in (3, 9)
    )
    assert few[0] == pytest.approx(value.internal)
    assert (few == many[:3]).all()


def test_a_spread_that_is_written_by_hand_is_drawn_on_its_own(fitted, study, tmp_path):
    shutil.copytree(fitted.library, tmp_path / "mine")
    row = tmp_path / "mine" / "carriers" / "gold-sphere.yaml"
    lines = row.read_text(encoding="utf-8").splitlines()
    (name,) = [line.strip() for line in lines if "joint:" in line and "vascular_permeability" in line]
    row.write_text("\n".join(line for line in lines if line.strip() != name), encoding="utf-8")
    with pytest.raises(InputError, match=r"is the joint of no value in the rows beside it.*take its row and column out"):
        _ = Library(tmp_path / "mine").joints
    joint = next((tmp_path / "mine").glob("joint-*.csv"))
    table = list(csv.reader(joint.read_text(encoding="utf-8").splitlines()))
    at = next(k for k, title in enumerate(table[0]) if "vascular_permeability" in title)
    left = [[cell for k, cell in enumerate(line) if k != at] for k, line in enumerate(table) if k != at]
    with joint.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(left)
    mine = read_study(EXAMPLE / "study.yaml", Library(tmp_path / "mine")).study
    values = drawn(mine, Bench(mine))
    (alone,) = [one for key, one in values.items() if "vascular_permeability" in key]
    (partner,) = [one for key, one in values.items() if "anatomical_vessel_surface_density" in key]
    assert abs(np.corrcoef(np.log(alone), np.log(partner))[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table[:-1], "does not name the same values in its rows as over its columns"),
        (lambda table: [table[0], [*table[1][:-1]], *table[2:]], "has 3 cells for 4 columns"),
        (lambda table: [table[0], [*table[1][:2], "0.5", *table[1][3:]], *table[2:]], "is not symmetric"),
        (lambda table: [table[0], [table[1][0], "2", *table[1][2:]], *table[2:]], "allowed is -1 to 1"),
        (lambda table: [table[0], [table[1][0], "one", *table[1][2:]], *table[2:]], "holds 'one'"),
        (lambda table: [[*table[0][:-1], "x"], *table[1:-1], ["x", *table[-1][1:]]], "which joint-.* does not name"),
        (lambda table: [], "is empty"),
    ],
)
def test_a_table_that_is_no_matrix_of_correlations_is_refused(fitted, tmp_path, change, told):
    shutil.copytree(fitted.library, tmp_path / "mine")
    joint = next((tmp_path / "mine").glob("joint-*.csv"))
    table = list(csv.reader(joint.read_text(encoding="utf-8").splitlines()))
    with joint.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(change(table))
    with pytest.raises(JanusomeError, match=told):
        read_study(EXAMPLE / "study.yaml", Library(tmp_path / "mine"))


def test_correlations_that_cannot_be_together_are_refused(fitted, tmp_path):
    shutil.copytree(fitted.library, tmp_path / "mine")
    joint = next((tmp_path / "mine").glob("joint-*.csv"))
    names = next(csv.reader(joint.read_text(encoding="utf-8").splitlines()))[1:]
    matrix = np.eye(len(names))
    for i, j, r in ((0, 1, 0.9), (0, 2, 0.9), (1, 2, -0.9)):
        matrix[i, j] = matrix[j, i] = r
    with joint.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["joint", *names], *([n, *row] for n, row in zip(names, matrix.tolist(), strict=True))])
    with pytest.raises(InputError, match="is not positive semi-definite"):
        _ = Library(tmp_path / "mine").joints


def test_a_study_may_not_ask_for_a_joint_that_it_does_not_have():
    with pytest.raises(Exception, match="only a row of your own library"):
        Value.model_validate({"value": 1.0, "joint": "x"})


def test_a_study_without_the_table_is_refused_where_its_row_asks_for_it(study):
    bare = replace(study, joints={})
    bench = Bench(bare)
    with pytest.raises(InputError, match="has no correlations beside its library"):
        drawn(bare, bench)
