"""Laws of the particle against their analytic limits."""

import math
from typing import Any

import numpy as np
import pytest

from everything import ATTACHED, DETACHED, ENCAPSULATED, RELEASED, assembled, at, followed, given_to
from janusome.model import BLOOD, BOUND, DECAYED, INTERNALISED, INTERSTITIUM, PHAGOCYTOSED, Form
from janusome.numerics.precision import double
from janusome.particle.label_detachment import LabelDetachment
from janusome.particle.radioactive_decay import RadioactiveDecay
from janusome.particle.release_enzymatic import EnzymaticRelease
from janusome.particle.release_first_order import FirstOrderRelease
from janusome.particle.release_lipid_transition import LipidTransitionRelease
from janusome.particle.release_ph_triggered import PhTriggeredRelease
from janusome.particle.release_redox import RedoxRelease
from law_cases import coefficient, made, places_like, unstimulated

HOUR = 3600.0


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


# Decay


def test_half_of_a_nuclide_is_left_after_its_half_life_wherever_it_is_and_the_rest_is_booked():
    half_life = 12.7 * HOUR
    assembly = assembled(["radioactive_decay"], half_life=half_life)
    standing = [
        index
        for pool, indices in assembly.layout.pools.items()
        if pool.species in (ATTACHED, DETACHED)
        for index in indices
        if index >= 0
    ]
    start = given_to(assembly, dict.fromkeys(standing, 1e-12))
    found = followed(assembly, start, [0.0, half_life, 24 * HOUR])
    assert found[1][standing] == pytest.approx(0.5e-12)
    assert found[2][standing] == pytest.approx(1e-12 * 2 ** (-24 / 12.7))
    gone = sum(found[2][assembly.layout.exits[species, DECAYED]] for species in (ATTACHED, DETACHED))
    assert gone == pytest.approx(len(standing) * 1e-12 * (1 - 2 ** (-24 / 12.7)))
    law = made(RadioactiveDecay, half_life=half_life)
    assert coefficient(law, places_like(RadioactiveDecay), BLOOD, DECAYED) * half_life == pytest.approx(math.log(2))


# Release at one rate


def test_release_is_exponential_at_one_rate_outside_cells_and_at_another_inside():
    assembly = assembled(["release_first_order"], leak_rate_constant=1e-6, lysosomal_release_rate_constant=5e-5)
    sites = {"liver": (BLOOD, INTERSTITIUM, PHAGOCYTOSED), "voxel 1": (INTERSTITIUM, BOUND, INTERNALISED, PHAGOCYTOSED)}
    held = {(place, site): at(assembly, ENCAPSULATED, place, site) for place in sites for site in sites[place]}
    end = followed(assembly, given_to(assembly, dict.fromkeys(held.values(), 1e-9)), [0.0, 10 * HOUR])[-1]
    for (_, site), index in held.items():
        k = 5e-5 if site in (INTERNALISED, PHAGOCYTOSED) else 1e-6
        assert end[index] == pytest.approx(1e-9 * math.exp(-k * 10 * HOUR))
    leaked, digested = 1e-9 * -math.expm1(-1e-6 * 10 * HOUR), 1e-9 * -math.expm1(-5e-5 * 10 * HOUR)
    assert end[at(assembly, RELEASED, "liver", BLOOD)] == pytest.approx(leaked)
    assert end[at(assembly, RELEASED, "liver", PHAGOCYTOSED)] == pytest.approx(digested)


def test_what_leaks_from_a_carrier_on_a_cell_is_free_in_the_interstitium():
    law = made(FirstOrderRelease, leak_rate_constant=1e-6, lysosomal_release_rate_constant=5e-5)
    state = places_like(FirstOrderRelease, amount={INTERSTITIUM: 0.0, BOUND: 0.0})
    assert coefficient(law, state, BOUND, INTERSTITIUM) == pytest.approx(1e-6)
    assert all(transfer.becomes == Form.RELEASED for transfer in law.transfers(state, unstimulated()))


# Labels


def test_a_label_is_lost_at_one_rate_outside_cells_and_at_another_inside():
    law = made(LabelDetachment, detachment_rate_constant=2e-7, intracellular_detachment_rate_constant=8e-6)
    state = places_like(LabelDetachment)
    for site, k in ((BLOOD, 2e-7), (INTERSTITIUM, 2e-7), (INTERNALISED, 8e-6), (PHAGOCYTOSED, 8e-6)):
        assert coefficient(law, state, site, site) == pytest.approx(k)
    assert coefficient(law, state, BOUND, INTERSTITIUM) == pytest.approx(2e-7)
    assert all(transfer.becomes == Form.DETACHED for transfer in law.transfers(state, unstimulated()))


def test_attached_and_detached_label_decay_alike_so_that_detachment_shows_in_their_ratio_alone():
    k = 1e-5
    assembly = assembled(
        ["radioactive_decay", "label_detachment"],
        half_life=2 * HOUR,
        detachment_rate_constant=k,
        intracellular_detachment_rate_constant=k,
    )
    on, off = at(assembly, ATTACHED, "liver", BLOOD), at(assembly, DETACHED, "liver", BLOOD)
    end = followed(assembly, given_to(assembly, {on: 1e-11}), [0.0, 6 * HOUR])[-1]
    assert end[on] + end[off] == pytest.approx(1e-11 / 8)
    assert end[off] / (end[on] + end[off]) == pytest.approx(-math.expm1(-k * 6 * HOUR))


# Release on a trigger


def acid(ph, **changed):
    fields: dict[str, Any] = {"acid_release_rate_constant": 1e-4, "release_pka": 6.0, "release_cooperativity": 2.0} | changed
    state = places_like(PhTriggeredRelease, ph={INTERNALISED: ph, BLOOD: 7.4})
    return float(coefficient(made(PhTriggeredRelease, **fields), state, INTERNALISED, INTERNALISED)[0])


def test_acid_release_is_half_open_at_the_pka_and_fully_open_far_below_it():
    assert acid(6.0) == pytest.approx(0.5e-4)
    assert acid(2.0) == pytest.approx(1e-4, rel=1e-7)
    assert acid(7.4) == pytest.approx(1e-4 / (1 + 10 ** (2 * 1.4)))


def test_two_ph_units_above_the_pka_each_unit_closes_by_ten_to_the_cooperativity():
    assert acid(8.0) / acid(9.0) == pytest.approx(100.0, rel=1e-3)
    assert acid(8.0, release_cooperativity=1.0) / acid(9.0, release_cooperativity=1.0) == pytest.approx(10.0, rel=1e-1)


def test_acid_release_reads_the_ph_of_each_site():
    assembly = assembled(["release_ph_triggered"], acid_release_rate_constant=1e-3, release_pka=5.8, release_cooperativity=2.0)
    inside, blood = at(assembly, ENCAPSULATED, "voxel 0", INTERNALISED), at(assembly, ENCAPSULATED, "liver", BLOOD)
    end = followed(assembly, given_to(assembly, {inside: 1e-9, blood: 1e-9}), [0.0, 500.0])[-1]
    endosome, plasma = (1e-3 / (1 + 10 ** (2 * (ph - 5.8))) for ph in (5.0, 7.4))
    assert end[[inside, blood]] == pytest.approx([1e-9 * math.exp(-endosome * 500.0), 1e-9 * math.exp(-plasma * 500.0)])


def melted(celsius, *, rise=0.0, width=0.5):
    law = made(
        LipidTransitionRelease, melted_release_rate_constant=0.03, transition_temperature=314.45, transition_width=width
    )
    state = places_like(LipidTransitionRelease, temperature=celsius + 273.15)
    return float(coefficient(law, state, BLOOD, BLOOD, stimulus=unstimulated(temperature_rise=rise))[0])


def test_at_the_transition_half_of_the_melted_rate_is_reached():
    assert melted(41.3) == pytest.approx(0.015)
    assert melted(43.0) == pytest.approx(0.03 / (1 + math.exp(-1.7 / 0.5)))
    assert melted(37.0) == pytest.approx(0.03 * math.exp(-4.3 / 0.5), rel=1e-3)


def test_warming_from_outside_counts_as_the_temperature_of_the_place():
    assert melted(37.0, rise=5.0) == pytest.approx(melted(42.0))
    assert melted(37.0, rise=5.0) / melted(37.0) > 1000.0


def test_warming_one_region_releases_there_and_nowhere_else():
    assembly = assembled(
        ["release_lipid_transition"], melted_release_rate_constant=0.03, transition_temperature=314.45, transition_width=0.5
    )
    warm = assembly.parameters.copy()
    warm[0, assembly.heat["lesion"]] = 5.0
    heated = type(assembly)(**{**vars(assembly), "parameters": warm})
    tumor, blood = at(heated, ENCAPSULATED, "voxel 0", INTERSTITIUM), at(heated, ENCAPSULATED, "liver", BLOOD)
    end = followed(heated, given_to(heated, {tumor: 1e-9, blood: 1e-9}), [0.0, 60.0])[-1]
    assert end[tumor] == pytest.approx(1e-9 * math.exp(-0.03 * 60.0 / (1 + math.exp((314.45 - 315.15) / 0.5))))
    assert end[blood] > 0.999e-9
    assert np.isfinite(end).all()


# Fields that trigger release


def test_an_enzyme_cuts_outside_cells_alone_at_its_specificity_times_its_concentration():
    law = made(EnzymaticRelease, enzymatic_release_rate_constant=30.0, active_enzyme_concentration=2e-5)
    carrier = places_like(EnzymaticRelease)
    assert coefficient(law, carrier, INTERSTITIUM, INTERSTITIUM) == pytest.approx(6e-4)
    assert coefficient(law, carrier, BOUND, INTERSTITIUM) == pytest.approx(6e-4)
    assert coefficient(law, carrier, INTERNALISED, INTERNALISED) == 0.0


def test_glutathione_opens_a_carrier_as_much_faster_inside_cells_as_there_is_more_of_it():
    law = made(
        RedoxRelease, reductive_release_rate_constant=1e-4,
        extracellular_glutathione_concentration=1e-3, intracellular_glutathione_concentration=2.0,
    )  # fmt: skip
    carrier = places_like(RedoxRelease)
    inside, outside = (coefficient(law, carrier, site, site) for site in (INTERNALISED, INTERSTITIUM))
    assert outside == pytest.approx(1e-7)
    assert inside / outside == pytest.approx(2000.0)
