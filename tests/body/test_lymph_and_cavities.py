"""Laws of lymph, lymph nodes, cavities and depots, and the relations behind them, against their analytic limits."""

from typing import Any

import numpy as np
import pytest

from everything import CARRIER, ENCAPSULATED, RELEASED, assembled, at, followed, given_to
from janusome.body.absorption import Absorption
from janusome.body.cavity_egress import CavityEgress
from janusome.body.cavity_phagocytosis import CavityPhagocytosis
from janusome.body.hepatobiliary_excretion import HepatobiliaryExcretion
from janusome.body.lymph_drainage import LymphDrainage
from janusome.body.lymph_return import LymphReturn
from janusome.body.lymphatic_absorption import LymphaticAbsorption
from janusome.body.macrophage_transport import MacrophageTransport
from janusome.body.nodal_phagocytosis import NodalPhagocytosis
from janusome.body.transit import Transit
from janusome.model import BLOOD, CAVITY, FAECES, INTERSTITIUM, PHAGOCYTOSED
from janusome.numerics.precision import double
from janusome.relations import absorption, lymph, pores
from law_cases import coefficient, made, places_like

HOUR = 3600.0
DOSE = 1e-9


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


# Lymph

DRAINAGE: dict[str, Any] = {
    "lymph_flow": 2e-9,
    "vascular_reflection": 0.5,
    "lymphatic_reflection": 0.2,
    "partition_coefficient": 0.4,
}
TIGHT: dict[str, Any] = DRAINAGE | {"vascular_reflection": 1.0}


def test_tissue_fluid_ends_where_what_filters_in_equals_what_lymph_takes():
    law = made(LymphDrainage, **DRAINAGE)
    organ = places_like(LymphDrainage, accessible_volume={BLOOD: 1e-4, INTERSTITIUM: 3e-4})
    enters = float(coefficient(law, organ, BLOOD, INTERSTITIUM)[0]) * 1e-4
    leaves = float(coefficient(law, organ, INTERSTITIUM, INTERSTITIUM)[0]) * 3e-4
    assert enters / leaves == pytest.approx(0.4 * (1 - 0.5) / (1 - 0.2))


def test_a_wall_that_reflects_everything_filters_nothing():
    law = made(LymphDrainage, **TIGHT)
    assert coefficient(law, places_like(LymphDrainage), BLOOD, INTERSTITIUM) == 0.0


def test_lymph_of_an_organ_reaches_the_nodes_and_its_cargo_with_it():
    assembly = assembled(["lymph_drainage"], **TIGHT)
    tissue, node = (at(assembly, CARRIER, place, INTERSTITIUM) for place in ("liver", "lymph nodes"))
    cargo, carried = (at(assembly, ENCAPSULATED, place, INTERSTITIUM) for place in ("liver", "lymph nodes"))
    times = np.array([0.0, 10 * HOUR])
    end = followed(assembly, given_to(assembly, {tissue: DOSE, cargo: 2 * DOSE}), times)[-1]
    k = 2e-9 * 0.8 / (0.4 * 3e-4)  # of a litre of tissue in `everything`, three tenths are its fluid
    assert end[tissue] == pytest.approx(DOSE * np.exp(-k * times[-1]), rel=1e-6)
    assert end[node] == pytest.approx(DOSE - end[tissue], rel=1e-6)
    assert end[[cargo, carried]] == pytest.approx(2 * end[[tissue, node]], rel=1e-6)


def test_a_node_empties_into_the_veins_at_flow_over_fluid():
    law = made(LymphReturn, lymph_flow=3e-9)
    node = places_like(LymphReturn, accessible_volume={INTERSTITIUM: 1.5e-4})
    assert coefficient(law, node, INTERSTITIUM, BLOOD) == pytest.approx(2e-5)
    assembly = assembled(["lymph_return"], lymph_flow=3e-9)
    source, veins = at(assembly, RELEASED, "lymph nodes", INTERSTITIUM), at(assembly, RELEASED, "venous", BLOOD)
    end = followed(assembly, given_to(assembly, {source: DOSE}), [0.0, 10 * HOUR])[-1]
    assert end[veins] == pytest.approx(DOSE * -np.expm1(-3e-9 / 9e-4 * 10 * HOUR), rel=1e-6)
    assert end[source] + end[veins] == pytest.approx(DOSE, rel=1e-9)


UPTAKE: dict[str, Any] = {"uptake_clearance": 1e-6, "half_saturation_concentration": 1e-3, "phagocyte_capacity": 1e-7}


def test_macrophages_of_a_node_that_are_full_take_nothing_and_few_carriers_go_in_proportion():
    law = made(NodalPhagocytosis, **UPTAKE)

    def taken(amount, held=0.0):
        node = places_like(NodalPhagocytosis, amount={INTERSTITIUM: amount, PHAGOCYTOSED: held})
        return float(coefficient(law, node, INTERSTITIUM, PHAGOCYTOSED)[0])

    assert taken(1e-9, held=1e-7) == 0.0
    assert taken(1e-14) == pytest.approx(1e-6 / 1e-3, rel=1e-5)  # CL over a litre
    assert taken(1e-6) == pytest.approx(taken(1e-14) / 2, rel=1e-5)


# Cavities


def test_what_two_ways_empty_a_cavity_divides_as_their_rates():
    assembly = assembled(["absorption", "transit"], absorption_rate_constant=1e-6, transit_rate_constant=9e-6)
    lumen, tissue = at(assembly, CARRIER, "gut lumen", CAVITY), at(assembly, CARRIER, "liver", INTERSTITIUM)
    end = followed(assembly, given_to(assembly, {lumen: DOSE}), [0.0, 2000 * HOUR])[-1]
    assert end[tissue] == pytest.approx(0.1 * DOSE, rel=1e-6)
    assert end[assembly.layout.exits[CARRIER, FAECES]] == pytest.approx(0.9 * DOSE, rel=1e-6)


def test_mucus_is_swallowed_and_the_gut_empties_into_the_faeces():
    law = made(Transit, transit_rate_constant=1e-4)
    assert coefficient(law, places_like(Transit), CAVITY, CAVITY) == pytest.approx(1e-4)
    assembly = assembled(["transit"], transit_rate_constant=1e-4)
    airways, lumen = (at(assembly, CARRIER, place, CAVITY) for place in ("airways", "gut lumen"))
    t = 2.5 * HOUR
    end = followed(assembly, given_to(assembly, {airways: DOSE}), [0.0, t])[-1]
    assert end[airways] == pytest.approx(DOSE * np.exp(-1e-4 * t), rel=1e-6)
    assert end[lumen] == pytest.approx(DOSE * 1e-4 * t * np.exp(-1e-4 * t), rel=1e-6)  # two segments in a row of one rate
    assert end[[airways, lumen, assembly.layout.exits[CARRIER, FAECES]]].sum() == pytest.approx(DOSE, rel=1e-9)


def test_macrophages_find_what_lies_in_a_cavity_until_they_are_full():
    law = made(CavityPhagocytosis, cavity_uptake_rate_constant=1e-4, phagocyte_capacity=1e-7)

    def rate(held):
        return coefficient(law, places_like(CavityPhagocytosis, amount={PHAGOCYTOSED: held}), CAVITY, PHAGOCYTOSED)

    assert rate(0.0) == pytest.approx(1e-4)
    assert rate(1e-7) == 0.0


def test_loaded_macrophages_climb_to_the_next_cavity():
    law = made(MacrophageTransport, macrophage_departure_rate_constant=1e-7)
    assert coefficient(law, places_like(MacrophageTransport), PHAGOCYTOSED, CAVITY) == pytest.approx(1e-7)
    assembly = assembled(["macrophage_transport"], macrophage_departure_rate_constant=1e-6)
    held, lumen = at(assembly, CARRIER, "airways", PHAGOCYTOSED), at(assembly, CARRIER, "gut lumen", CAVITY)
    end = followed(assembly, given_to(assembly, {held: DOSE}), [0.0, 100 * HOUR])[-1]
    assert end[lumen] == pytest.approx(DOSE * -np.expm1(-1e-6 * 100 * HOUR), rel=1e-6)


def test_released_drug_leaves_macrophages_for_the_cavity_and_carriers_stay():
    law = made(CavityEgress, phagocyte_egress_rate_constant=2e-5)
    assert coefficient(law, places_like(CavityEgress), PHAGOCYTOSED, CAVITY) == pytest.approx(2e-5)
    assert CARRIER.form not in CavityEgress.moves


def test_lymph_vessels_of_a_cavity_take_carriers_to_the_node_and_leave_molecules():
    law = made(LymphaticAbsorption, lymphatic_absorption_rate_constant=1e-5)
    assert coefficient(law, places_like(LymphaticAbsorption), CAVITY, INTERSTITIUM) == pytest.approx(1e-5)
    assembly = assembled(["lymphatic_absorption"], lymphatic_absorption_rate_constant=1e-5)
    carrier, drug = (at(assembly, species, "airways", CAVITY) for species in (CARRIER, RELEASED))
    node = at(assembly, CARRIER, "lymph nodes", INTERSTITIUM)
    end = followed(assembly, given_to(assembly, {carrier: DOSE, drug: DOSE}), [0.0, 10 * HOUR])[-1]
    assert end[node] == pytest.approx(DOSE * -np.expm1(-1e-5 * 10 * HOUR), rel=1e-6)
    assert end[drug] == DOSE


def test_a_molecule_that_is_absorbed_fast_leaves_the_cavity_at_that_rate():
    law = made(Absorption, absorption_rate_constant=3e-4)
    assert coefficient(law, places_like(Absorption), CAVITY, INTERSTITIUM) == pytest.approx(3e-4)


def test_bile_flows_into_the_gut_where_it_is_followed_and_is_faeces_where_it_is_not():
    k = 1e-8 / (2.0 * 9e-4)  # clearance over partition and the accessible volume of a molecule
    law = made(HepatobiliaryExcretion, biliary_clearance=1e-8, partition_coefficient=2.0)
    liver = places_like(HepatobiliaryExcretion, accessible_volume={INTERSTITIUM: 9e-4})
    assert coefficient(law, liver, INTERSTITIUM, CAVITY) == pytest.approx(k)
    assembly = assembled(["hepatobiliary_excretion"], biliary_clearance=1e-8, partition_coefficient=2.0)
    liver, lung = (at(assembly, RELEASED, place, INTERSTITIUM) for place in ("liver", "lung"))
    end = followed(assembly, given_to(assembly, {liver: DOSE, lung: DOSE}), [0.0, 10 * HOUR])[-1]
    gone = DOSE * -np.expm1(-k * 10 * HOUR)
    assert end[at(assembly, RELEASED, "gut lumen", CAVITY)] == pytest.approx(gone, rel=1e-6)  # the liver has a way for bile
    assert end[assembly.layout.exits[RELEASED, FAECES]] == pytest.approx(gone, rel=1e-6)  # the lung has none


# Relations


def test_a_pore_stops_what_does_not_fit_and_hardly_hinders_what_is_small():
    wide = {"pore_diameter": 100e-9, "pore_exchange_ratio": 0.1, "wall_leak_ratio": 1e-5}
    assert pores.vascular_exchange_ratio(150e-9, **wide) == pytest.approx(1e-5)
    assert pores.vascular_exchange_ratio(1e-9, **wide) == pytest.approx(0.1 * 100, rel=0.05)  # as diffusion: size over size
    sizes = [pores.vascular_exchange_ratio(d * 1e-9, **wide) for d in (1, 5, 20, 50, 90, 100, 200)]
    assert sizes == sorted(sizes, reverse=True)
    # Renkin's restricted diffusion at a tenth and at half of the pore: 0.649 and 0.0446
    for d, hindrance in ((10e-9, 0.649), (50e-9, 0.0446)):
        found = (pores.vascular_exchange_ratio(d, **wide) - 1e-5) * d / 100e-9 / 0.1
        assert found == pytest.approx(hindrance, rel=0.03)


def test_walls_rank_as_continuous_fenestrated_and_sinusoidal():
    reflected = [pores.vascular_reflection(8e-9, pore) for pore in (5e-9, 12e-9, 280e-9)]
    assert reflected[0] == 1.0
    assert reflected == sorted(reflected, reverse=True)
    assert reflected[2] < 0.01


def test_absorption_falls_with_the_inverse_diameter_and_drainage_of_the_skin_ends_below_a_hundred_nanometres():
    assert absorption.absorption_rate_constant(80e-9, 1e-6, 10e-9) == pytest.approx(1e-6 / 8)
    skin = {"greatest_lymphatic_absorption_rate_constant": 1.0, "lymphatic_half_diameter": 45e-9, "lymphatic_steepness": 4.0}
    drained = [absorption.lymphatic_absorption_rate_constant(d, **skin) for d in (20e-9, 40e-9, 100e-9)]
    assert drained[0] > 0.9
    assert drained[0] > drained[1] > 10 * drained[2]


def test_lymph_is_a_five_hundredth_of_plasma_flow():
    assert lymph.lymph_flow(0.002, 3e-6) == pytest.approx(6e-9)
