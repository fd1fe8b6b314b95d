"""The laws of the blood-brain barrier: what crosses it by itself, by transporters, by receptors, and after ultrasound."""

import math
from itertools import pairwise

import numpy as np
import pytest

from everything import CARRIER, DETACHED, RELEASED, assembled, at, followed, given_to
from janusome.model import DEGRADED, ENDOTHELIUM, INTERSTITIUM, VESSELS
from janusome.relations.blood_brain_barrier import (
    adsorptive_permeability,
    barrier_opening_extent,
    free_diffusivity,
    free_receptor_fraction,
    opening_half_life,
    tight_junction_permeability,
    transcytosis_release_fraction,
    wall_association_rate_constant,
    wall_dissociation_rate_constant,
)
from janusome.simulation.opening import Sonication, opened, opening
from janusome.tumor.barrier_permeation import BarrierPermeation
from janusome.tumor.carrier_mediated_transport import CarrierMediatedTransport
from janusome.tumor.efflux_transport import EffluxTransport
from janusome.tumor.receptor_mediated_transcytosis import ReceptorMediatedTranscytosis
from janusome.tumor.ultrasound_opening import UltrasoundOpening
from law_cases import coefficient, made, places_like, unstimulated
from tumor_books import NM, book_of

HOUR = 3600.0
PLASMA, FLUID, TISSUE = 3e-8, 3.5e-7, 1e-6  # m^3
VOLUMES = {VESSELS: PLASMA, INTERSTITIUM: FLUID, ENDOTHELIUM: TISSUE}
S = 1.1e4  # 1/m


def voxel(law, **amount):
    return places_like(law, amount=amount, tissue_volume=TISSUE, accessible_volume={s: VOLUMES[s] for s in law.sites})


# By itself


def test_the_tight_wall_is_crossed_both_ways_and_equal_concentrations_stay_equal():
    law = made(BarrierPermeation, barrier_permeability=2e-12, barrier_surface_density=S)
    there = coefficient(law, voxel(BarrierPermeation), VESSELS, INTERSTITIUM)
    back = coefficient(law, voxel(BarrierPermeation), INTERSTITIUM, VESSELS)
    assert there == pytest.approx(2e-12 * S * TISSUE / PLASMA)
    assert there * PLASMA == pytest.approx(back * FLUID)


def test_tight_junctions_let_a_sugar_pass_and_no_antibody_and_charge_helps():
    def tight(d):
        return tight_junction_permeability(d, 1e-9, 10.0, free_diffusivity(d, 310.15, 0.9e-3))

    assert 1e-11 < tight(0.9 * NM) < 1e-8
    assert tight(10 * NM) == tight(100 * NM) == 0.0
    neutral, cationic, anionic = (adsorptive_permeability(1.8e-12, zeta, 50.0) for zeta in (0.0, 0.046, -0.046))
    assert cationic / neutral == pytest.approx(10.0, rel=0.01)
    assert neutral / anionic == pytest.approx(10.0, rel=0.01)


# By transporters


def test_a_transporter_clears_vmax_over_km_at_low_and_is_full_at_high_concentration():
    law = made(
        CarrierMediatedTransport,
        barrier_influx_capacity=1e-8,
        influx_half_saturation_concentration=0.1,
        barrier_surface_density=S,
    )
    most = 1e-8 * S * TISSUE
    for c, expected in ((0.0, most / 0.1), (0.1, most / 0.2), (100.0, most / 100.1)):
        k = coefficient(law, voxel(CarrierMediatedTransport, vessels=c * PLASMA), VESSELS, INTERSTITIUM)
        assert k * PLASMA == pytest.approx(expected)


def test_a_pump_against_passive_entry_keeps_the_brain_below_plasma_by_their_ratio():
    pump = made(
        EffluxTransport, barrier_efflux_capacity=3e-8, efflux_half_saturation_concentration=1.0, barrier_surface_density=S
    )
    passive = made(BarrierPermeation, barrier_permeability=1e-8, barrier_surface_density=S)
    leaving = coefficient(pump, voxel(EffluxTransport), INTERSTITIUM, VESSELS)
    back, there = (coefficient(passive, voxel(BarrierPermeation), *ends) for ends in (
        (INTERSTITIUM, VESSELS), (VESSELS, INTERSTITIUM)))  # fmt: skip
    ratio = there * PLASMA / ((back + leaving) * FLUID)  # unbound brain over plasma at rest
    assert ratio == pytest.approx(1e-8 / (1e-8 + 3e-8))
    saturated = coefficient(pump, voxel(EffluxTransport, interstitium=1e3 * FLUID), INTERSTITIUM, VESSELS)
    assert saturated == pytest.approx(leaving / 1001.0)


# By receptors


def wall(ligands, diameter, **changed):
    """The wall's constants for a particle with so many transferrins, by the shipped values of the library."""
    values = {"K": 2.35e-6, "k_a": 1e3, "sigma": 220e12 / 6.02214076e23, "h": 10e-9, "competing": 25e-3} | changed
    free = free_receptor_fraction(values["competing"], values["K"])
    n = max(1.0, ligands * values["h"] / diameter)
    k_d = wall_dissociation_rate_constant(values["k_a"], values["K"], n, values["sigma"], values["h"], free)
    return {
        "wall_association_rate_constant": wall_association_rate_constant(values["k_a"], ligands, diameter, values["h"], free),
        "wall_dissociation_rate_constant": k_d,
        "luminal_receptor_surface_density": values["sigma"],
        "ligands_in_contact": n,
        "transcytosis_rate_constant": 6.0 / HOUR,
        "transcytosis_release_fraction": transcytosis_release_fraction(k_d, 6.0 / HOUR),
        "wall_degradation_rate_constant": 0.0179 / HOUR,
        "barrier_surface_density": S,
    }


def brain_and_wall(ligands, diameter, *, hours=8.0):
    """What the brain and its vessel walls hold, of a thousand particles in the plasma that is given anew all the time."""
    law = made(ReceptorMediatedTranscytosis, **wall(ligands, diameter))
    state = voxel(ReceptorMediatedTranscytosis)
    k_on, k_off, k_across, k_deg = (float(coefficient(law, state, *ends)[0]) for ends in (
        (VESSELS, ENDOTHELIUM), (ENDOTHELIUM, VESSELS), (ENDOTHELIUM, INTERSTITIUM), (ENDOTHELIUM, DEGRADED)))  # fmt: skip
    k, t = k_off + k_across + k_deg, hours * HOUR
    held = k_on / k * -math.expm1(-k * t)
    return k_across * k_on / k * (t + math.expm1(-k * t) / k), held


@pytest.mark.parametrize(("diameter", "best"), [(45 * NM, 27), (80 * NM, 49)])
def test_brain_uptake_has_its_best_at_an_intermediate_number_of_ligands(diameter, best):
    """Transferrin on gold of 45 and 80 nm: intermediate amounts reach the brain, large ones stay on the wall (Wiley 2013)."""
    ligands = np.arange(1, 301)
    brain, held = np.array([brain_and_wall(n, diameter) for n in ligands]).T
    top = int(np.argmax(brain))
    assert ligands[top] == pytest.approx(best, abs=1)
    assert brain[0] < 0.2 * brain[top]
    assert brain[3 * top] < 0.1 * brain[top]
    assert held[3 * top] > 5.0 * held[top]  # strong binders stay in the wall


def test_most_of_what_binds_gets_across_if_it_lets_go_at_the_root_of_return_and_digestion():
    k_tc, k_r, k_deg = 6.0, 6.0, 0.0179
    k_d = np.geomspace(1e-3, 1e3, 6001)
    across = k_tc * transcytosis_release_fraction(k_d, np.asarray(k_r))
    share = across / (k_d + across + k_deg)
    assert k_d[np.argmax(share)] == pytest.approx(math.sqrt(k_r * k_deg), rel=3e-3)
    assert share.max() == pytest.approx(1.0 / (1.0 + (k_r + k_deg + 2.0 * math.sqrt(k_r * k_deg)) / k_tc), rel=1e-6)


def test_receptors_on_the_wall_fill_up_and_a_full_wall_takes_nothing():
    law = made(ReceptorMediatedTranscytosis, **wall(36, 45 * NM))
    receptors = 220e12 / 6.02214076e23 * S * TISSUE
    full = receptors / 8.0  # at eight ligands in contact
    empty, half, none = (
        float(coefficient(law, voxel(ReceptorMediatedTranscytosis, endothelium=x * full), VESSELS, ENDOTHELIUM)[0])
        for x in (0.0, 0.5, 1.0)
    )
    assert half == pytest.approx(empty / 2.0)
    assert none == pytest.approx(0.0, abs=1e-12 * empty)


def test_the_hosts_transferrin_leaves_one_receptor_in_ten_thousand():
    assert free_receptor_fraction(25e-3, 2.35e-6) == pytest.approx(9.4e-5, rel=0.01)
    competed, alone = (wall(36, 45 * NM, competing=c)["wall_association_rate_constant"] for c in (25e-3, 0.0))
    assert alone / competed == pytest.approx(1 + 25e-3 / 2.35e-6)


def test_riders_cross_the_wall_with_their_carrier_and_nothing_is_lost():
    assembly = assembled(["receptor_mediated_transcytosis"], **wall(36, 45 * NM))
    blood = at(assembly, CARRIER, "vessels of the lesion", "blood")
    end = followed(assembly, given_to(assembly, {blood: 1e-15}), [0.0, HOUR])[-1]
    everywhere = assembly.layout.everywhere(CARRIER)
    assert end[everywhere].sum() == pytest.approx(1e-15, rel=1e-9)
    assert end[at(assembly, CARRIER, "voxel 0", INTERSTITIUM)] > 0.0


# After ultrasound


def test_half_of_the_foci_open_at_a_mechanical_index_of_046_and_hardly_any_at_03():
    of = book_of("gbm", species="human", host="human-male")
    assert of("barrier_opening_extent", mechanical_index=0.46) == pytest.approx(0.5)
    assert of("barrier_opening_extent", mechanical_index=0.3) < 0.01
    assert barrier_opening_extent(0.6, 0.46, 0.03) > 0.99


@pytest.mark.parametrize("half_life", [600.0, 5.5 * HOUR])
def test_the_area_under_the_steps_of_the_opening_is_that_under_its_decay(half_life):
    one = Sonication(HOUR, np.array([0.4]), "lesion")
    edges = (*one.edges, 60 * 24 * HOUR)
    area = sum(
        (b - a) * float(opening(one.extent, np.array([half_life]), since=a - HOUR, until=b - HOUR)[0])
        for a, b in pairwise(edges)
    )
    assert area == pytest.approx(0.4 * half_life / math.log(2.0), rel=1e-12)


def entered(extent, diameter):
    """What entered a sonicated voxel after ten days, of what stands in a plasma that it hardly drains."""
    half_life = opening_half_life(diameter, 5.5 * HOUR, 1 * NM, 0.88)
    assembly = assembled(
        ["ultrasound_opening"], opening_half_life=half_life, opened_permeability=1e-12, barrier_surface_density=S
    )
    sonications, total = [Sonication(0.0, np.array([extent]), "lesion")], 0.0
    (acting,) = [a for a in assembly.acting if a.species == CARRIER]
    assert acting.opening is not None
    edges = (*sonications[0].edges, 10 * 24 * HOUR)
    for start, stop in pairwise(edges):
        total += (stop - start) * float(opened(assembly, sonications, start=start, stop=stop)[acting.opening][0])
    law = made(UltrasoundOpening, opened_permeability=1e-12, opening_half_life=half_life, barrier_surface_density=S)
    open_ = coefficient(law, voxel(UltrasoundOpening), VESSELS, INTERSTITIUM, stimulus=unstimulated(barrier_opening=1.0))
    shut = coefficient(law, voxel(UltrasoundOpening), VESSELS, INTERSTITIUM)
    assert shut == 0.0
    return total * float(open_[0])


def test_what_extravasates_is_linear_in_the_opening_and_falls_with_size_as_its_half_life():
    assert entered(0.8, 7 * NM) == pytest.approx(4.0 * entered(0.2, 7 * NM), rel=1e-12)
    assert entered(0.5, 7 * NM) / entered(0.5, 1 * NM) == pytest.approx(7.0**-0.88, rel=1e-9)
    assert entered(0.5, 80 * NM) < entered(0.5, 7 * NM)


def test_every_species_that_can_cross_sees_the_opening_of_its_own_half_life():
    assembly = assembled(["ultrasound_opening"])
    moved = {acting.species for acting in assembly.acting}
    assert moved == {CARRIER, RELEASED, DETACHED} | {s for s in moved if s is not None and s.form == RELEASED.form}
    controls = opened(assembly, [Sonication(0.0, np.ones(1), "another")], start=0.0, stop=60.0)
    assert len(controls) == len(assembly.acting)
    assert all(float(value[0]) == 0.0 for value in controls.values())
