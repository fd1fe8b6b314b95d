"""Every route in every host: what enters is somewhere, and size and route act as they should."""

from __future__ import annotations

import numpy as np
import pytest
from dosed import HOUR, at, checked, held, library, resolved, run

from janusome.errors import InputErrors
from janusome.simulation.arms import organs_of
from janusome.simulation.doses import entry_shares
from janusome.simulation.values import ValueBook
from janusome.specification.vocabulary import CAVITIES, ROUTES

HOSTS = ("mouse", "rat", "human-female", "human-male")
SYSTEMIC = [route for route in ROUTES if route != "intratumoral"]


def sized(nanometres):
    whole = {"value": nanometres, "unit": "nm", "conditions": {"weighting": "number", "medium": "water"}}
    core = {"value": 0.8 * nanometres, "unit": "nm", "conditions": {"weighting": "number"}}
    return {"hydrodynamic_diameter": whole, "core_diameter": core}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("route", SYSTEMIC)
def test_mass_is_kept_to_a_billionth_of_the_dose_over_thirty_days(host, route):
    arm = run({"route": route}, host=host, until="30 d")
    assert arm.ledger_error < 1e-9
    organs = {course.organ for course in arm.courses if course.quantity == "injected dose" and course.form == "carrier"}
    everywhere = np.sum([held(arm, organ) for organ in organs], axis=0)
    assert everywhere[1:] == pytest.approx(100.0, rel=1e-9)


@pytest.mark.parametrize("route", ["oral", "inhaled", "intraperitoneal", "intradermal"])
def test_an_infusion_by_another_route_is_kept_as_well(route):
    assert run({"route": route, "over": "2 h"}, until="48 h").ledger_error < 1e-9


def test_a_study_holds_only_the_cavities_that_its_routes_lead_through():
    assert not set(organs_of(resolved())) & set(CAVITIES)
    assert set(organs_of(resolved({"route": "oral"}))) & set(CAVITIES) == {"gut lumen"}
    assert set(organs_of(resolved({"route": "inhaled"}))) & set(CAVITIES) == {"gut lumen", "airways", "alveoli"}
    assert set(organs_of(resolved({"route": "intradermal"}))) & set(CAVITIES) == {"skin depot", "draining node"}


def test_what_is_inhaled_and_not_deposited_is_no_part_of_the_dose_and_what_is_instilled_all_stays():
    book = ValueBook(draws=50, seed=1)
    study = resolved({"route": "inhaled"}, host="rat")
    inhaled = np.sum(list(entry_shares(study, "inhaled", book).values()), axis=0)
    assert inhaled[0] == pytest.approx(0.5)
    assert (inhaled <= 1.0).all()
    instilled = entry_shares(study, "intratracheal", book)
    assert sum(instilled.values()) == pytest.approx(np.ones(50))
    assert instilled["alveoli"][0] == pytest.approx(0.75)


def test_most_of_what_is_swallowed_leaves_with_the_faeces_and_less_than_a_percent_is_absorbed():
    arm = run({"route": "oral"}, host="rat", until="7 d")
    assert at(arm, 160, "faeces") > 99.0
    small, large = (run({"route": "oral"}, host="rat", until="24 h", values=sized(d)) for d in (8, 80))
    absorbed = [at(one, 24, "liver") + at(one, 24, "spleen") for one in (small, large)]
    assert absorbed[0] > 5 * absorbed[1]


def test_the_lung_keeps_what_reached_its_alveoli_and_mucus_clears_the_airways_in_a_day():
    arm = run({"route": "intratracheal"}, host="rat", until="30 d")
    assert at(arm, 24, "airways") < 1.0
    assert at(arm, 24, "alveoli") == pytest.approx(75.0, rel=0.1)
    assert 40.0 < at(arm, 700, "alveoli") < 60.0  # macrophages leave at 1.3 % a day
    assert at(arm, 24, "liver") < 1.0


def test_a_small_particle_in_the_skin_shows_the_draining_node_and_a_large_one_stays():
    small, large = (run({"route": "intradermal"}, until="24 h", values=sized(d)) for d in (20, 150))
    assert at(small, 24, "skin depot") < 5.0
    assert at(large, 24, "skin depot") > 90.0
    host, nodes = resolved().host, ("draining node", "lymph nodes")
    size = {name: host.organs[name].values["tissue_volume_per_body_mass"][0].internal for name in nodes}
    node, others = (at(small, 4, name) / size[name] for name in nodes)
    assert node > 5 * others  # per volume: what a probe over the node tells from the rest


def test_particles_leave_the_peritoneum_by_lymph_whatever_their_size():
    arms = [run({"route": "intraperitoneal"}, until="24 h", values=sized(d)) for d in (50, 500)]
    left = [at(arm, 12, "peritoneal fluid") for arm in arms]
    assert left[0] == pytest.approx(left[1], rel=0.1)
    assert left[0] < 30.0
    assert all(at(arm, 24, "lymph nodes") > 0.1 for arm in arms)


def test_gold_stays_in_liver_and_spleen_for_a_month_and_plga_does_not():
    kept = {}
    for carrier in ("gold-sphere", "plga"):
        arm = run(carrier=carrier, until="30 d")
        first, last = (at(arm, hours, "liver") + at(arm, hours, "spleen") for hours in (24.0, 720.0))
        kept[carrier] = last / max(first, 1e-12)
    rate = library().row("carrier", "plga").values["degradation_rate_constant"][0].internal
    assert kept["gold-sphere"] > 0.9
    assert kept["plga"] == pytest.approx(np.exp(-rate * 29 * 24 * HOUR), rel=0.1)
    assert kept["plga"] < 0.5


def test_a_drug_without_a_rate_of_absorption_cannot_be_swallowed_and_the_message_says_what_is_missing():
    dose = {"route": "oral", "dose": "1 mg", "of": "doxorubicin"}
    with pytest.raises(InputErrors, match="absorption_rate_constant"):
        checked(dose, formulation="free-doxorubicin")
