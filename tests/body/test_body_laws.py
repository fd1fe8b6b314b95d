"""Laws of the body against their analytic limits."""

import math
from typing import Any

import numpy as np
import pytest

from everything import (
    ATTACHED,
    CARRIER,
    DETACHED,
    ENCAPSULATED,
    PRODUCT,
    RELEASED,
    assembled,
    at,
    exposure,
    followed,
    given_to,
)
from janusome.body.carrier_degradation import CarrierDegradation
from janusome.body.circulation import Circulation
from janusome.body.conversion import Conversion
from janusome.body.hepatobiliary_excretion import HepatobiliaryExcretion
from janusome.body.metabolism import Metabolism
from janusome.body.phagocyte_egress import PhagocyteEgress
from janusome.body.phagocytosis import Phagocytosis
from janusome.body.renal_excretion import RenalExcretion
from janusome.body.vascular_exchange import VascularExchange
from janusome.model import BLOOD, CAVITY, DEGRADED, FAECES, INTERSTITIUM, METABOLISED, PHAGOCYTOSED, URINE, Form, Species
from janusome.numerics.precision import double
from law_cases import coefficient, links_of, made, places_like, unstimulated

HOUR = 3600.0
POOLS = ("venous", "lung", "arterial", "liver", "vessels of the lesion")
PLASMA, FLUID = 1e-4, 9e-4  # m^3: of a litre of tissue in `everything`, a tenth and nine tenths
LIVER_FLOW = 4e-5


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


# Circulation


def test_a_link_of_the_circulation_empties_the_pool_it_leaves_at_flow_over_volume():
    law = made(Circulation, links=2, plasma_flow=[1e-5, 2e-5])
    pools = places_like(Circulation, count=3, accessible_volume={BLOOD: [1e-3, 2e-3, 3e-3]}, links=links_of([(0, 1), (1, 2)]))
    assert coefficient(law, pools, BLOOD, BLOOD) == pytest.approx([1e-2, 1e-2])


def test_a_tracer_that_nothing_holds_back_equalises_in_every_pool():
    assembly = assembled(["circulation"])
    pools = [at(assembly, RELEASED, place, BLOOD) for place in POOLS]
    start = given_to(assembly, {pools[0]: 1e-6})
    end = followed(assembly, start, [0.0, 2 * HOUR])[-1]
    assert end[pools] == pytest.approx(1e-6 / len(pools), rel=1e-6)  # all pools hold the same volume here


# Vascular exchange


def test_exchange_relaxes_at_the_sum_of_both_rates_to_the_partition_coefficient():
    PS, K = 3e-7, 4.0
    assembly = assembled(["vascular_exchange"], permeability_surface_product=PS, partition_coefficient=K)
    blood, tissue = (at(assembly, RELEASED, "liver", site) for site in (BLOOD, INTERSTITIUM))
    times = np.linspace(0.0, 2000.0, 9)
    found = followed(assembly, given_to(assembly, {blood: 1e-6}), times)
    out, back = PS / PLASMA, PS / (K * FLUID)
    left = 1e-6 * (back + out * np.exp(-(out + back) * times)) / (out + back)
    assert found[:, blood] == pytest.approx(left, rel=1e-7)
    assert found[:, tissue] == pytest.approx(1e-6 - left, rel=1e-7, abs=1e-18)
    assert (out / back) * PLASMA / FLUID == pytest.approx(K)


def test_permeability_surface_product_is_a_clearance_and_not_a_rate():
    law = made(VascularExchange, permeability_surface_product=2e-6, partition_coefficient=5.0)
    organ = places_like(VascularExchange, accessible_volume={BLOOD: 1e-4, INTERSTITIUM: 4e-4})
    assert coefficient(law, organ, BLOOD, INTERSTITIUM) == pytest.approx(2e-6 / 1e-4)
    assert coefficient(law, organ, INTERSTITIUM, BLOOD) == pytest.approx(2e-6 / (5.0 * 4e-4))


# Phagocytosis

UPTAKE: dict[str, Any] = {
    "uptake_clearance": 1e-6, "half_saturation_concentration": 1e-3, "phagocyte_capacity": 1e-7,
    "half_inhibiting_drug_concentration": 1e6,
}  # fmt: skip


def phagocytes(concentration, held=0.0, drug=0.0, **changed):
    law = made(Phagocytosis, **UPTAKE | changed)
    amount = {BLOOD: concentration * 1e-3, PHAGOCYTOSED: held}
    organ = places_like(Phagocytosis, amount=amount, released_in_plasma=drug)
    return float(coefficient(law, organ, BLOOD, PHAGOCYTOSED)[0]) * concentration * 1e-3  # mol/s


def test_phagocytes_that_are_full_take_nothing():
    assert phagocytes(1e-4, held=UPTAKE["phagocyte_capacity"]) == 0.0
    assert phagocytes(1e-4, held=0.5e-7) == pytest.approx(0.5 * phagocytes(1e-4))


def test_released_drug_halves_the_uptake_at_its_half_inhibiting_concentration():
    half = {"half_inhibiting_drug_concentration": 1e-4}
    assert phagocytes(1e-4, drug=1e-4, **half) == pytest.approx(0.5 * phagocytes(1e-4))
    assert phagocytes(1e-4, drug=3e-4, **half) == pytest.approx(0.25 * phagocytes(1e-4))


def test_what_is_released_in_the_blood_of_an_organ_holds_its_phagocytes_down_there_alone():
    assembly = assembled(["phagocytosis"], **{**UPTAKE, "half_inhibiting_drug_concentration": 1e-4})
    blood = {place: at(assembly, CARRIER, place, BLOOD) for place in ("liver", "lung")}
    drug = at(assembly, RELEASED, "liver", BLOOD)
    start = given_to(assembly, {**dict.fromkeys(blood.values(), 1e-13), drug: 1e-4 * PLASMA})
    end = followed(assembly, start, [0.0, 100.0])[-1]
    assert end[blood["liver"]] == pytest.approx(1e-13 * np.exp(-0.5 * 1e-6 / PLASMA * 100.0), rel=1e-5)
    assert end[blood["lung"]] == pytest.approx(1e-13 * np.exp(-1e-6 / PLASMA * 100.0), rel=1e-5)


def test_few_carriers_are_cleared_in_proportion_and_many_at_a_constant_rate():
    assert phagocytes(1e-9) == pytest.approx(UPTAKE["uptake_clearance"] * 1e-9, rel=1e-5)
    most = UPTAKE["uptake_clearance"] * UPTAKE["half_saturation_concentration"]
    assert phagocytes(1e-3) == pytest.approx(most / 2)
    assert phagocytes(1e3) == pytest.approx(most, rel=1e-5)


def test_clearance_of_a_small_dose_is_exponential_and_of_a_large_one_ends_at_capacity():
    assembly = assembled(["phagocytosis"], **UPTAKE)
    blood, held = at(assembly, CARRIER, "liver", BLOOD), at(assembly, CARRIER, "liver", PHAGOCYTOSED)
    times = np.array([0.0, 100.0, 300.0])
    small = followed(assembly, given_to(assembly, {blood: 1e-13}), times)
    assert small[:, blood] == pytest.approx(1e-13 * np.exp(-1e-6 / PLASMA * times), rel=1e-5)
    large = followed(assembly, given_to(assembly, {blood: 1e-6}), [0.0, 24 * HOUR])[-1]
    assert large[held] == pytest.approx(UPTAKE["phagocyte_capacity"], rel=1e-6)
    assert large[blood] == pytest.approx(1e-6 - UPTAKE["phagocyte_capacity"], rel=1e-6)


def test_dose_proportionality_fails_above_what_phagocytes_can_hold():
    assembly = assembled(["circulation", "phagocytosis"], **UPTAKE)
    entry = at(assembly, CARRIER, "venous", BLOOD)
    taken = [at(assembly, CARRIER, place, PHAGOCYTOSED) for place in ("lung", "liver")]
    shares = []
    for dose in (1e-12, 1e-11, 1e-6):
        end = followed(assembly, given_to(assembly, {entry: dose}), [0.0, HOUR])[-1]
        shares.append(end[taken].sum() / dose)
    assert shares[0] == pytest.approx(shares[1], rel=1e-3)
    assert shares[2] < 0.25 * shares[0]
    assert shares[2] <= 2 * UPTAKE["phagocyte_capacity"] / 1e-6


def test_a_dose_a_day_later_is_cleared_as_today_and_a_second_dose_meets_phagocytes_that_are_half_full():
    assembly = assembled(["circulation", "phagocytosis"], **UPTAKE)
    entry = at(assembly, CARRIER, "venous", BLOOD)
    dose = given_to(assembly, {entry: 1e-7})
    first = followed(assembly, dose, [0.0, HOUR])
    after_rest = followed(
        assembly,
        followed(assembly, given_to(assembly, {}), [0.0, 24 * HOUR])[-1] + given_to(assembly, {entry: 1e-7}),
        [0.0, HOUR],
    )
    blood = [at(assembly, CARRIER, place, BLOOD) for place in POOLS]
    assert after_rest[-1][blood] == pytest.approx(first[-1][blood], rel=1e-8)
    a_day = followed(assembly, dose, [0.0, 24 * HOUR])[-1]
    again = followed(assembly, a_day + given_to(assembly, {entry: 1e-7}), [0.0, HOUR])[-1]
    assert (again[blood] - a_day[blood]).sum() > 1.05 * first[-1][blood].sum()


# Digestion and egress


def test_a_degraded_carrier_frees_what_it_holds_where_it_stood_and_its_place_in_the_phagocyte():
    k = 1e-4
    assembly = assembled(["carrier_degradation"], degradation_rate_constant=k)
    inside = {one: at(assembly, one, "liver", PHAGOCYTOSED) for one in (CARRIER, ENCAPSULATED, RELEASED, ATTACHED, DETACHED)}
    start = given_to(assembly, {inside[CARRIER]: 1e-12, inside[ENCAPSULATED]: 1e-8, inside[ATTACHED]: 1e-11})
    end = followed(assembly, start, [0.0, 2 * HOUR])[-1]
    left = math.exp(-k * 2 * HOUR)
    assert end[inside[CARRIER]] == pytest.approx(1e-12 * left)
    assert end[assembly.layout.exits[CARRIER, DEGRADED]] == pytest.approx(1e-12 * (1 - left))
    assert end[inside[RELEASED]] == pytest.approx(1e-8 * (1 - left))
    assert end[inside[DETACHED]] == pytest.approx(1e-11 * (1 - left))
    assert end[assembly.layout.exits[ENCAPSULATED, DEGRADED]] == 0.0
    law = made(CarrierDegradation, degradation_rate_constant=k)
    assert coefficient(law, places_like(CarrierDegradation), PHAGOCYTOSED, DEGRADED) == pytest.approx(k)


def test_what_phagocytes_free_leaves_them_exponentially_and_a_residualising_label_stays():
    k = math.log(2) / (3 * HOUR)
    assembly = assembled(["phagocyte_egress"], phagocyte_egress_rate_constant=k)
    inside, outside = (at(assembly, RELEASED, "liver", site) for site in (PHAGOCYTOSED, INTERSTITIUM))
    end = followed(assembly, given_to(assembly, {inside: 1e-9}), [0.0, 6 * HOUR])[-1]
    assert end[inside] == pytest.approx(0.25e-9)
    assert end[outside] == pytest.approx(0.75e-9)
    still = made(PhagocyteEgress, phagocyte_egress_rate_constant=0.0)
    assert coefficient(still, places_like(PhagocyteEgress), PHAGOCYTOSED, INTERSTITIUM) == 0.0


# Elimination

FORMED = {"metabolism": ("intrinsic_clearance", METABOLISED), "hepatobiliary_excretion": ("biliary_clearance", FAECES)}


@pytest.mark.parametrize(("law", "clearance", "leaving"), [(law, *rest) for law, rest in FORMED.items()])
@pytest.mark.parametrize("intrinsic", [1e-6, 4e-5, 1e-3])
@pytest.mark.parametrize("wall", [1e2, 2e-5])
def test_flow_wall_and_enzyme_stand_in_series_as_in_the_well_stirred_liver(law, clearance, leaving, intrinsic, wall):
    """1/CL = 1/Q + 1/PS + 1/CL_int; with an open wall that is Q CL_int/(Q + CL_int), whatever the partition coefficient."""
    of_liver: dict[str, Any] = {clearance: intrinsic}
    assembly = assembled(
        ["circulation", "vascular_exchange"], in_liver=[law],
        permeability_surface_product=wall, partition_coefficient=7.0, **of_liver,
    )  # fmt: skip
    entry, arteries = at(assembly, RELEASED, "venous", BLOOD), at(assembly, RELEASED, "arterial", BLOOD)
    standing = [at(assembly, RELEASED, place, BLOOD) for place in POOLS]
    standing += [at(assembly, RELEASED, place, INTERSTITIUM) for place in ("lung", "liver")]
    seen = PLASMA / exposure(assembly, entry, arteries, left=standing)  # dose over AUC of the arterial plasma
    expected = 1.0 / (1.0 / LIVER_FLOW + 1.0 / wall + 1.0 / intrinsic)
    assert seen == pytest.approx(expected, rel=1e-7)
    if wall > 1.0:
        assert seen == pytest.approx(LIVER_FLOW * intrinsic / (LIVER_FLOW + intrinsic), rel=1e-4)
    assert assembly.layout.exits[RELEASED, leaving] not in standing


@pytest.mark.parametrize(
    ("law", "field", "leaving"),
    [(Metabolism, "intrinsic_clearance", METABOLISED), (HepatobiliaryExcretion, "biliary_clearance", CAVITY)],
)
def test_an_intrinsic_clearance_refers_to_the_plasma_that_the_tissue_would_balance(law, field, leaving):
    fields: dict[str, Any] = {field: 1e-6, "partition_coefficient": 8.0}
    filled = made(law, **fields)
    tissue = places_like(law, accessible_volume={INTERSTITIUM: 2e-3})
    assert coefficient(filled, tissue, INTERSTITIUM, leaving) == pytest.approx(1e-6 / (8.0 * 2e-3))


def test_renal_clearance_is_dose_over_exposure_of_the_kidneys_plasma():
    CL = 2e-6
    assembly = assembled(["renal_excretion"], renal_clearance=CL)
    blood = at(assembly, RELEASED, "liver", BLOOD)
    times = np.array([0.0, 30.0, 120.0])
    found = followed(assembly, given_to(assembly, {blood: 1e-6}), times)
    assert found[:, blood] == pytest.approx(1e-6 * np.exp(-CL / PLASMA * times))
    assert found[-1][assembly.layout.exits[RELEASED, URINE]] == pytest.approx(1e-6 * (1 - math.exp(-CL / PLASMA * 120.0)))
    law = made(RenalExcretion, renal_clearance=CL)
    assert coefficient(law, places_like(RenalExcretion, accessible_volume={BLOOD: 1e-3}), BLOOD, URINE) == pytest.approx(2e-3)


def test_a_prodrug_becomes_its_product_mole_for_mole_where_both_stand():
    CL, K = 1e-6, 2.0
    assembly = assembled([], in_liver=["conversion"], conversion_clearance=CL, partition_coefficient=K)
    before, after = at(assembly, RELEASED, "liver", INTERSTITIUM), at(assembly, PRODUCT, "liver", INTERSTITIUM)
    end = followed(assembly, given_to(assembly, {before: 1e-6}), [0.0, HOUR])[-1]
    left = math.exp(-CL / (K * FLUID) * HOUR)
    assert end[before] == pytest.approx(1e-6 * left)
    assert end[after] == pytest.approx(1e-6 * (1 - left))
    assert not any(acting.species == PRODUCT for acting in assembly.acting)  # SN-38 is not converted on
    law = made(Conversion, conversion_clearance=CL, partition_coefficient=K, product="sn-38")
    (only,) = law.transfers(places_like(Conversion), unstimulated())
    assert only.becomes == Species(Form.RELEASED, "sn-38")


# What rides


def test_riders_stay_with_their_carriers_wherever_those_go():
    moving = ["circulation", "vascular_exchange", "phagocytosis", "renal_excretion", "hepatobiliary_excretion"]
    moving += ["extravasation", "interstitial_transport", "langmuir_binding", "endocytosis", "fluid_phase_uptake"]
    assembly = assembled(
        moving, **UPTAKE, permeability_surface_product=1e-6, partition_coefficient=1.0,
        renal_clearance=1e-8, biliary_clearance=1e-8, vascular_permeability=1e-9, leaky_surface_density=1e4,
        wall_reflection=0.9, filtration_rate_density=1e-6, convection_hindrance=0.8, receptor_depletion_ratio=1.0,
        association_rate_constant=1e2, dissociation_rate_constant=1e-4,
        binding_places_per_tissue_volume=1e-4, internalisation_rate_constant=1e-4, nonspecific_uptake_rate_constant=1e-6,
        macrophage_uptake_rate_constant=1e-6, interstitial_diffusivity=1e-9,
    )  # fmt: skip
    carrier, cargo, label = ([at(assembly, one, "venous", BLOOD)] for one in (CARRIER, ENCAPSULATED, ATTACHED))
    start = given_to(assembly, {carrier[0]: 1e-8, cargo[0]: 1.25e-4, label[0]: 5e-9})
    end = followed(assembly, start, [0.0, 6 * HOUR])[-1]
    counted = 0
    for pool, index in assembly.layout.pools.items():
        if pool.species != CARRIER:
            continue
        for rider, each in ((ENCAPSULATED, 12500.0), (ATTACHED, 0.5)):
            held = assembly.layout.pools[pool._replace(species=rider)]
            present = index >= 0
            assert end[held[present]] == pytest.approx(each * end[index[present]], rel=1e-6)
            counted += int((end[index[present]] > 0.0).sum())
    assert counted >= 2 * 15  # plasma, tissue, phagocytes, and every site of the voxels
    assert end[assembly.layout.exits[ENCAPSULATED, URINE]] == pytest.approx(12500 * end[assembly.layout.exits[CARRIER, URINE]])
