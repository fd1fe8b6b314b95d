"""Measured release curves and residual blood on the assembled body of a mouse."""

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.files.library import Library
from janusome.model import Form, Species
from janusome.relations.release_pools import Weibull
from janusome.simulation.bench import Bench
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

HOUR = 3600.0
HOURS = np.array([0.0, 1.0, 6.0, 24.0, 72.0, 200.0])
NEVER, NONE = ({"value": 0.0, "unit": unit, "cv": 0.0} for unit in ("1/h", "L/(h kg)"))


def study(*doses: str, release: str = "weibull", carrier: object = None, **payload: object):
    said = {"molecules_per_particle": 40000, "release_time_scale": "102 h", "release_shape": 0.402, "burst_fraction": 0.0222}
    part = {"release": release, "values": said | payload}
    protocol = [{"at": at, "dose": "0.001 mg/kg", "of": "vincristine", "route": "intravenous"} for at in doses]
    given = {
        "study": "release", "host": "mouse", "protocol": protocol, "controls": [], "outputs": {"until": "200 h", "draws": 0},
        "formulation": {"name": "mine", "carrier": carrier or "pla-peg", "payloads": {"vincristine": part}},
    }  # fmt: skip
    return resolve(Study.model_validate(given), Library())


def course(courses, organ, form="total", quantity="injected dose", species="vincristine"):
    (found,) = [c for c in courses if (c.species, c.form, c.organ, c.quantity) == (species, form, organ, quantity)]
    return found.values[0]


def held(bench: Bench, hours=HOURS) -> np.ndarray:
    """The share of the dose that is encapsulated, wherever it is."""
    courses = bench.solve({}, hours * HOUR, lanes=1)
    here = [
        c.values[0] for c in courses if (c.species, c.form, c.quantity) == ("vincristine", "encapsulated", "injected dose")
    ]
    return np.sum(here, axis=0) / 100.0


@pytest.fixture(scope="module")
def lasting():
    """A carrier that nothing digests or excretes, so that release alone empties it."""
    return {"from": "pla-peg", "values": {"degradation_rate_constant": NEVER, "biliary_clearance_per_body_mass": NONE}}


def test_what_is_held_in_the_body_follows_the_curve_after_the_burst(lasting):
    expected = (1.0 - 0.0222) * Weibull(102 * HOUR, 0.402).held(HOURS * HOUR)
    assert held(Bench(study("0 h", carrier=lasting))) == pytest.approx(expected, abs=0.01)


def test_pools_are_one_encapsulated_payload_in_the_courses(lasting):
    bench = Bench(study("0 h", carrier=lasting))
    assert sum(one.form is Form.ENCAPSULATED for one in bench.matter.species) >= 4
    courses = bench.solve({}, HOURS * HOUR, lanes=1)
    assert {c.form for c in courses if c.species == "vincristine"} == {"encapsulated", "released", "total"}


def test_a_second_dose_starts_its_own_curve():
    once, later, twice = (
        Bench(study(*doses)).solve({}, HOURS * HOUR, lanes=1) for doses in (("0 h",), ("24 h",), ("0 h", "24 h"))
    )
    for organ in ("liver", "circulating blood"):
        for form in ("encapsulated", "released"):
            added = course(once, organ, form) + course(later, organ, form)
            assert 2.0 * course(twice, organ, form) == pytest.approx(added, rel=1e-3, abs=1e-4)


def test_a_higuchi_curve_needs_its_end_alone(lasting):
    bench = Bench(study("0 h", release="higuchi", carrier=lasting, release_time_scale="300 h", burst_fraction=0.0))
    expected = 1.0 - np.sqrt(HOURS[:-1] / 300.0)  # to 72 h, where half is out
    assert held(bench)[:-1] == pytest.approx(expected, abs=0.02)


def test_without_a_curve_a_payload_leaks_at_one_rate(lasting):
    bench = Bench(study("0 h", release="first-order", carrier=lasting, leak_rate_constant="0.01 1/h",
                        lysosomal_release_rate_constant="0.01 1/h"))  # fmt: skip
    assert Species(Form.ENCAPSULATED, "vincristine", 1) not in bench.matter.species
    assert held(bench) == pytest.approx(np.exp(-0.01 * HOURS), rel=1e-4)


def test_a_release_that_starts_late_is_refused():
    with pytest.raises(InputError, match="a release that starts late is no mixture"):
        Bench(study("0 h", release_shape=1.2))


def test_a_curve_without_its_parameters_is_refused():
    given = study("0 h")
    part = given.formulation.payloads["vincristine"]
    lacking = part.model_copy(update={"values": {"molecules_per_particle": part.values["molecules_per_particle"]}})
    formulation = given.formulation.model_copy(update={"payloads": {"vincristine": lacking}})
    with pytest.raises(InputError, match="release_time_scale"):
        Bench(given.__class__(**{**vars(given), "formulation": formulation}))


def test_a_sample_holds_its_tissue_and_the_residual_blood():
    bench = Bench(study("0 h"))
    key = next(key for key, (name, _) in bench.values.items() if name == "residual_blood_fraction" and "liver" in key)
    courses = bench.solve({key: np.array([0.0, 0.1])}, np.array([0.0, HOUR]), lanes=2)
    sampled = next(
        c.values for c in courses
        if (c.species, c.form, c.organ) == ("vincristine", "encapsulated", "liver") and c.quantity.endswith("with residual blood")
    )  # fmt: skip
    plasma = next(c.values for c in courses if (c.species, c.form, c.organ) == ("vincristine", "encapsulated", "plasma"))
    dose = 0.001e-6 * 0.02 * 1e9  # ug: 0.001 mg/kg in 20 g
    more = (sampled[1, 1] - sampled[0, 1]) / 100.0 * dose  # ug/g
    assert more == pytest.approx(0.1 * (1.0 - 0.45) * plasma[0, 1] / 1.05, rel=0.02)


def test_an_organ_that_keeps_all_its_blood_is_sampled_as_it_stands():
    courses = Bench(study("0 h")).solve({}, np.array([0.0, HOUR]), lanes=1)
    whole = course(courses, "muscle", "encapsulated", "injected dose per mass")
    assert course(courses, "muscle", "encapsulated", "injected dose per mass, with residual blood") == pytest.approx(whole)
