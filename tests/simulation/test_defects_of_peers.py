"""One test for each defect that published models of nanoparticles were found to have, named after it.

Reference: the comparison of public codes on which this project is built. The flow that does not return from the liver has its
own page, tests/body/test_splanchnic_return.py.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from dosed import HOUR, at, held, library, resolved, run

from janusome.errors import InputError, InputErrors
from janusome.model import Lesion, Material, Stimulus
from janusome.relations import relations
from janusome.simulation.assemble import laws
from janusome.simulation.record import Course
from janusome.simulation.scoring import Score
from janusome.specification.vocabulary import vocabulary
from library_rows import rows_of, values

CARRIERS = [name for _, name in rows_of(("carriers",))]


def test_uptake_by_clock_time_is_impossible_a_late_dose_is_taken_up_as_an_early_one():
    after = (0.5, 2.0, 8.0, 24.0)
    early = run(until="40 h", times=[f"{hours} h" for hours in after])
    late = run({"at": "10 h"}, until="40 h", times=[f"{10.0 + hours} h" for hours in after])
    for hours in after:
        for organ in ("liver", "spleen", "circulating blood"):
            assert at(late, 10.0 + hours, organ) == pytest.approx(at(early, hours, organ), rel=1e-4)


def test_no_law_is_told_the_time():
    told = {field.name for seen in (Material, Stimulus, Lesion) for field in dataclasses.fields(seen)}
    assert not told & {"time", "t", "hours", "clock"}
    fields = {field.name for law in laws().values() for field in dataclasses.fields(law)}
    assert not fields & {"time", "t", "clock"}


def test_doses_of_an_unsaturated_particle_without_peg_add_up():
    given = {"dose": "1e5 particles"}
    one, two = run(given, until="72 h"), run(given, {"at": "24 h", **given}, until="72 h")
    times = [0.5, 6.0, 30.0, 48.0, 71.0]
    moments = np.array(times)
    single, second = (run({"at": start, **given}, until="72 h", times=[f"{t} h" for t in times]) for start in ("0 h", "24 h"))
    both = run(given, {"at": "24 h", **given}, until="72 h", times=[f"{t} h" for t in times])
    assert one.doses[0].mol["carrier"][0] * 2 == pytest.approx(sum(dose.mol["carrier"][0] for dose in two.doses))
    for organ in ("liver", "spleen", "lung", "circulating blood", "lymph nodes"):
        alone, after, together = (
            np.array([held(arm, organ)[np.argmin(np.abs(arm.times - t * HOUR))] for t in moments])
            for arm in (single, second, both)
        )
        assert 2.0 * together == pytest.approx(alone + after, abs=1e-4)  # %: a millionth of the dose; shares are of both doses


def test_a_declared_capacity_is_used_the_liver_takes_a_smaller_share_above_a_trillion_particles():
    doses = (1e9, 1e11, 1e12, 1e13, 1e14)
    arms = [run({"dose": f"{dose:g} particles"}, until="4 h") for dose in doses]
    share, blood = ([at(arm, 2.0, organ) for arm in arms] for organ in ("liver", "circulating blood"))
    assert share[1] == pytest.approx(share[0], rel=0.05)  # unsaturated: proportional to the dose
    assert share[3] < 0.8 * share[0]  # what is left is mostly the blood and the fluid of the liver
    assert share == sorted(share, reverse=True)
    assert blood == sorted(blood)
    assert blood[4] > 1.5 * blood[0]


@pytest.mark.parametrize("quantity", ["phagocyte_capacity", "half_saturation_concentration"])
def test_every_limit_of_uptake_that_a_row_declares_changes_what_is_taken_up(quantity):
    limits = {
        "phagocyte_capacity": {"capacity_per_phagocyte": {"value": 1e4, "unit": "particle/cell"}},
        "half_saturation_concentration": {"half_saturation_concentration": {"value": 1e15, "unit": "particle/m^3"}},
    }
    dose = {"dose": "1e12 particles"}
    free, limited = run(dose, until="24 h"), run(dose, until="24 h", values=limits[quantity])
    assert at(limited, 23.0, "liver") < 0.7 * at(free, 23.0, "liver")
    assert at(limited, 23.0, "circulating blood") > 2.0 * at(free, 23.0, "circulating blood")


def test_no_material_is_given_the_defaults_of_gold():
    own = ("clearance_per_phagocyte", "capacity_per_phagocyte", "half_saturation_concentration", "degradation_rate_constant")
    rows = rows_of(("carriers", "hosts"))
    described = {
        "clearance_per_phagocyte": "reference_clearance_per_phagocyte",
        "capacity_per_phagocyte": "phagocyte_filled_volume",
    }
    for (kind, name), row in rows.items():
        for quantity in own:
            has = quantity in row["values"] or described.get(quantity) in row["values"]
            assert has == (kind == "carriers"), (name, quantity)
    # what supplies them behind a carrier's back asks for values of the carrier's own
    assert {name for name in own if name in relations()} == set(described)
    given = [row["values"] for (kind, _), row in rows.items() if kind == "carriers"]
    clearances = {values["clearance_per_phagocyte"]["value"] for values in given if "clearance_per_phagocyte" in values}
    assert len(clearances) > len(CARRIERS) / 2


def test_a_carrier_without_its_own_uptake_is_refused_and_not_taken_for_gold():
    bare = library().row("carrier", "plga")
    bare = bare.model_copy(update={"values": {n: v for n, v in bare.values.items() if n != "clearance_per_phagocyte"}})
    study = dataclasses.replace(resolved(carrier="plga"), carrier=bare)
    from janusome.simulation.run import check

    with pytest.raises((InputError, InputErrors), match="clearance_per_phagocyte"):
        check(study)


def test_within_a_fold_counts_the_same_above_and_below_and_over_what_was_compared():
    course = Course("carrier", "carrier", "liver", "whole", "injected dose", "%", np.zeros((1, 1)))

    def score(*ratios):
        observed = np.ones(len(ratios))
        return Score("treated", course, observed, observed, np.array(ratios), observed, observed)

    inside = 2.0 * (1.0 - 1e-12)
    assert score(inside, 1.0 / inside).within_fold == 1.0
    assert score(0.3, 0.3).within_fold == 0.0
    assert score(1.0, 1.0, 5.0, 0.2).within_fold == 0.5  # of four, however many there were in another run
    assert score(3.0, 1.0 / 3.0).fold_error == pytest.approx(3.0)


def test_rates_per_second_never_meet_an_axis_in_hours():
    rate = {"degradation_rate_constant": {"value": 0.36, "unit": "1/h"}}
    same = {"degradation_rate_constant": {"value": 1e-4, "unit": "1/s"}}
    one, other = (run(carrier="plga", values=given, until="24 h") for given in (rate, same))
    assert held(one, "degraded") == pytest.approx(held(other, "degraded"), rel=1e-9)
    assert held(one, "degraded")[-1] > 10.0  # a rate 3600 times too slow would digest nothing in a day


def test_a_misprinted_constant_is_never_trusted():
    """The liver's permeability-surface product of one particle is printed a tenth of what reproduces the paper's own curves."""
    for kind, name in rows_of(("carriers", "drugs", "formulations", "hosts")):
        for path, _, value in values(rows_of((kind,))[kind, name]):
            if value.get("source") == "insysbio_plapeg":
                assert value["value"] != pytest.approx(2.02e-3, rel=1e-3), (name, path)


def test_a_label_is_not_its_particle_what_comes_off_goes_its_own_way():
    loose = {"detachment_rate_constant": {"value": 0.3, "unit": "1/h"}}
    tight = {
        "detachment_rate_constant": {"value": 0.0, "unit": "1/h"},
        "intracellular_detachment_rate_constant": {"value": 0.0, "unit": "1/h"},
    }

    def difference(rates):
        formulation = {
            "name": "labelled",
            "carrier": "peg-liposome",
            "labels": {"cu-64": {"values": rates}},
        }
        arm = run({"activity": "1 MBq"}, formulation=formulation, until="24 h")
        seen = "attached" if rates is tight else "total"
        return abs(at(arm, 20.0, "circulating blood", name="cu-64", form=seen) / at(arm, 20.0, "circulating blood") - 1.0)

    assert difference(tight) < 1e-4
    assert difference(loose) > 0.2


def test_the_sign_of_a_zeta_potential_is_kept():
    zeta = {"zeta_potential": {"value": -31.0, "unit": "mV", "conditions": {"medium": "water"}}}
    found = resolved(values=zeta).of_carrier("zeta_potential")
    assert found[0].internal == pytest.approx(-0.031)
    assert vocabulary()["zeta_potential"].low < 0.0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"values": {"zeta_potential": "274 mV"}}, "zeta_potential"),  # as one table has it
        ({"values": {"zeta_potential": "negative"}}, "zeta_potential"),  # a word of the next column
        ({"values": {"core_diameter": "Au"}}, "core_diameter"),  # a row shifted by one
        ({"values": {"hydrodynamic_diameter": "-85 nm"}}, "hydrodynamic_diameter"),
    ],
)
def test_entries_of_the_wrong_column_are_refused(changed, told):
    with pytest.raises((InputError, InputErrors), match=told):
        resolved(**changed)


@pytest.mark.parametrize("dose", ["0 particles", "0 mg/kg", "-1 mg/kg"])
def test_a_dose_of_nothing_is_refused(dose):
    with pytest.raises((InputError, InputErrors), match="dose"):
        resolved({"dose": dose})
