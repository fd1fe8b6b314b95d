"""A glioblastoma in whole studies: its leaky core and tight rim, its barrier opened, particles carried across it."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from janusome.errors import InputErrors
from janusome.files.library import Library
from janusome.simulation.arms import Site
from janusome.simulation.bench import Bench
from janusome.simulation.lesion_fluid import in_shells, in_voxels
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.run import simulate
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study
from janusome.specification.values import Value

LIBRARY = Library()
HOUR = 3600.0
DOSE = {"at": "0 h", "dose": "1e13 particles", "of": "particles", "route": "intravenous"}
OPENING = {"at": "1 h", "ultrasound": "bbb-opening", "mechanical_index": 0.5}


def fixed(number, unit=""):
    return {"value": number, "unit": unit, "cv": 0, "grade": "assumed"}


def study(*more, ligands=None, diameter=80, kind="gbm", host="human-male", voxels=60, volume="10 cm^3", **tumor):
    """A study of gold in a glioblastoma, at the median of every input."""
    gold = {"name": "tested", "carrier": "gold-sphere", "values": {"hydrodynamic_diameter": fixed(diameter, "nm")}}
    if ligands is not None:
        gold["ligands"] = {"transferrin": {"values": {"ligands_per_particle": fixed(ligands)}}}
    written = {
        "study": "tested", "formulation": gold, "host": host, "protocol": [DOSE, *more], "controls": [],
        "tumor": {"kind": kind, "volume": volume, "voxels": voxels, "values": tumor}, "outputs": {"until": "24 h", "draws": 0},
    }  # fmt: skip
    return resolve(Study.model_validate(written), LIBRARY)


def tight() -> dict[str, Any]:
    """Values of a tumor whose vessels all keep their barrier."""
    return {"core_leaky_wall_fraction": fixed(0.0), "rim_leaky_wall_fraction": fixed(0.0)}


@cache
def arm(**what):
    return simulate(study(*((OPENING,) if what.pop("opened", False) else ()), **what), grids={}).arms[0]


def divided(divide, one):
    lesion = Site("lesion", one.lesions[0].tumor, ball(10e-6, voxels=3000))
    return lesion, divide(one, lesion, ValueBook(draws=1, seed=0))


def key(bench, name):
    """The key of a value of a bench, by the name of its quantity."""
    (found,) = [k for k, (quantity, _) in bench.values.items() if quantity == name]
    return found


def in_brain(courses, *, moment=-1):
    """Carriers per volume of the tumor beyond the wall of its vessels, lane by lane, and those in the wall."""
    sites = {
        c.site: c.values[:, moment] for c in courses if c.species == "carrier" and c.quantity.endswith("per tissue volume")
    }
    wall = sites.get("endothelium", np.zeros(1))
    return sites["whole"] - wall, wall


def test_the_core_of_a_glioblastoma_is_leaky_and_its_rim_tight():
    lesion, voxels = divided(in_voxels, study())
    depth = lesion.grid.depth()[lesion.grid.inside]
    inner, outer = voxels.leaky[0][depth > 10e-3], voxels.leaky[0][depth < 1e-3]
    assert inner.min() > 0.6
    assert outer.max() < 0.2
    expected = 0.7 + (0.05 - 0.7) * np.exp(-np.maximum(depth, 0.0) / 5e-3)
    assert voxels.leaky[0] == pytest.approx(expected)
    _, shells = divided(in_shells, study())
    assert (np.diff(shells.leaky[0]) < 0.0).all()
    whole = np.average(voxels.leaky[0], weights=lesion.grid.shares * voxels.vessel_weight[0])
    assert np.average(shells.leaky[0], weights=shells.vessel_weight[0]) == pytest.approx(whole, rel=0.05)


@pytest.mark.parametrize(("kind", "host"), [("breast-her2", "human-female"), ("gbm", "mouse")])
def test_a_tumor_without_a_barrier_is_leaky_everywhere(kind, host):
    one = study(kind=kind, host=host, volume="0.5 cm^3")
    assert (divided(in_voxels, one)[1].leaky == 1.0).all()
    assert (divided(in_shells, one)[1].leaky == 1.0).all()


@pytest.mark.parametrize("what", [{}, {"opened": True}, {"ligands": 40, "opened": True}])
def test_a_glioblastoma_is_solved_voxel_by_voxel_and_every_particle_is_accounted_for(what):
    found = arm(**what)
    assert found.ledger_error <= 1e-6
    assert ("receptor_mediated_transcytosis" in found.laws) == ("ligands" in what)


def test_a_tight_tumor_takes_up_less_than_one_without_a_barrier():
    half = in_brain(arm().courses)[0]
    none = in_brain(simulate(study(**tight()), grids={}).arms[0].courses)[0]
    assert 0.0 < none[0] < 0.02 * half[0]


def test_what_an_opening_lets_in_is_linear_in_how_wide_it_opens_and_falls_with_size():
    area = np.array([0.0, 10.0, 20.0, 40.0])  # 1/m
    entered = {}
    for diameter in (20, 80):
        bench = Bench(study(OPENING, diameter=diameter, **tight()))
        courses = bench.solve({key_of_opening(bench): area}, [0.0, HOUR, 24 * HOUR], lanes=4)
        brain, _ = in_brain(courses)
        added = brain[1:] - brain[0]
        assert added / added[0] == pytest.approx([1.0, 2.0, 4.0], rel=0.02)  # the blood is hardly emptied
        entered[diameter] = added[0] / brain[0]
    assert entered[80] < 0.2 * entered[20]


def key_of_opening(bench):
    """The key of how wide ultrasound opens the wall."""
    return key(bench, "opened_area_per_length")


def test_before_ultrasound_nothing_is_opened():
    bench = Bench(study({**OPENING, "at": "12 h"}, **tight()))
    area = {key_of_opening(bench): np.array([0.0, 100.0])}
    courses = bench.solve(area, [0.0, 11 * HOUR, 24 * HOUR], lanes=2)
    before, after = in_brain(courses, moment=1)[0], in_brain(courses)[0]
    assert before[1] == pytest.approx(before[0], rel=1e-6)
    assert after[1] > 1.2 * after[0]


@pytest.mark.parametrize("diameter", [45, 80])
def test_an_intermediate_number_of_transferrins_takes_most_into_the_brain(diameter):
    """Wiley 2013: gold of 45 and 80 nm with much transferrin stays on the wall, with little it hardly binds."""
    numbers = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 27.0, 35.0, 49.0, 65.0, 90.0, 150.0, 300.0])
    bench = Bench(study(ligands=10, diameter=diameter, **tight()))
    courses = bench.solve({key(bench, "ligands_per_particle"): numbers}, [0.0, 8 * HOUR], lanes=len(numbers))
    brain, wall = in_brain(courses)
    best = int(np.argmax(brain))
    assert {45: 15.0, 80: 27.0}[diameter] <= numbers[best] <= {45: 35.0, 80: 65.0}[diameter]
    assert brain[0] < 0.3 * brain[best]
    assert brain[-1] < 0.1 * brain[best]
    assert wall[-1] > 5.0 * wall[best]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mechanical_index": 5}, "mechanical_index"),
        ({"ultrasound": "heating"}, "ultrasound"),
        ({"mechanical_index": "0.5 MPa"}, "mechanical_index"),
        ({"over": "1 h"}, "over"),
    ],
)
def test_a_sonication_that_cannot_be_is_refused_where_it_stands(changed, told):
    with pytest.raises(InputErrors, match=told):
        study(OPENING | changed)


def test_ultrasound_on_a_tumor_without_a_barrier_is_told_to_do_nothing():
    cautions = study(OPENING, kind="breast-her2", host="human-female").cautions
    assert any("blood-brain barrier" in str(caution) for caution in cautions)


def of_drug(*laws, **values):
    """What a tight glioblastoma holds of free doxorubicin over a day, mol s/m^3, if its row had further laws and values."""
    written = {
        "study": "tested", "formulation": "free-doxorubicin", "host": "human-male", "controls": [],
        "protocol": [{"at": "0 h", "dose": "60 mg/m^2", "of": "doxorubicin", "route": "intravenous", "over": "10 min"}],
        "tumor": {"kind": "gbm", "volume": "10 cm^3", "voxels": 1, "values": tight()}, "outputs": {"until": "24 h", "draws": 0},
    }  # fmt: skip
    one = resolve(Study.model_validate(written), LIBRARY)
    drug = one.drugs["doxorubicin"]
    given = {name: (Value(value=x, unit=unit, cv=0.0, grade="assumed"),) for name, (x, unit) in values.items()}
    changed = drug.model_copy(update={"laws": (*drug.laws, *laws), "values": drug.values | given})
    bench = Bench(replace(one, drugs={**one.drugs, "doxorubicin": changed}))
    moments = np.concatenate([[0.0], np.geomspace(60.0, 24 * HOUR, 200)])
    courses = bench.solve({}, moments, lanes=1)
    (fluid,) = [c.values[0] for c in courses if c.site == "interstitium" and c.quantity.endswith("per tissue volume")]
    return float(np.trapezoid(fluid, moments))


def test_a_drug_that_lists_a_pump_stays_lower_in_the_brain_and_one_with_a_transporter_higher():
    passive = of_drug()
    pumped = of_drug(
        "efflux_transport",
        barrier_efflux_capacity=(4e-3, "umol/(m^2 s)"),
        efflux_half_saturation_concentration=(10.0, "umol/L"),
    )
    taken_in = of_drug(
        "carrier_mediated_transport",
        barrier_influx_capacity=(4e-3, "umol/(m^2 s)"),
        influx_half_saturation_concentration=(10.0, "umol/L"),
    )
    assert pumped < 0.5 * passive
    assert taken_in > 1.5 * passive
