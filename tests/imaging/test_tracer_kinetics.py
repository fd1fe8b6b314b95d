import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from janusome.errors import InputError
from janusome.imaging.tracer_kinetics.arterial_curve import measured, plasma_of_blood
from janusome.imaging.tracer_kinetics.fit import fit_tracer
from janusome.imaging.tracer_kinetics.forward import tissue_curve
from janusome.imaging.tracer_kinetics.models import (
    ExtendedTofts,
    Patlak,
    Tofts,
    TwoCompartmentExchange,
    TwoCompartmentUptake,
)
from janusome.imaging.tracer_kinetics.population_inputs import GeorgiouInput, McGrathInput, ParkerInput

OSIPI = Path(os.environ.get("JANUSOME_DATA", "/nowhere")) / "imaging" / "osipi"
needs_osipi = pytest.mark.skipif(not OSIPI.exists(), reason="JANUSOME_DATA does not name a folder with imaging/osipi")

TIME = np.concatenate([np.arange(0.0, 60.0, 0.7), np.arange(60.0, 400.0, 4.0)])  # uneven on purpose
ARTERY = measured(TIME, concentration=plasma_of_blood(ParkerInput().blood(TIME, delay=8.0), hematocrit=0.45))
PS, F, VP, VE = 0.12 / 60, 0.5 / 60, 0.07, 0.2
CASES = {
    Tofts(): {"exchange": PS, "interstitial_volume": VE},
    ExtendedTofts(): {"exchange": PS, "interstitial_volume": VE, "plasma_volume": VP},
    Patlak(): {"exchange": PS, "plasma_volume": VP},
    TwoCompartmentUptake(): {"exchange": PS, "plasma_flow": F, "plasma_volume": VP},
    TwoCompartmentExchange(): {"exchange": PS, "plasma_flow": F, "plasma_volume": VP, "interstitial_volume": VE},
}
EVERY = pytest.mark.parametrize("model", CASES, ids=lambda model: type(model).__name__)


def curve(model, **numbers):
    return tissue_curve(model, numbers, artery=ARTERY, time=TIME)


def test_two_compartments_are_their_differential_equations():
    def change(t, c):
        arterial = np.interp(t, ARTERY.time, ARTERY.concentration)
        return [(F * (arterial - c[0]) - PS * (c[0] - c[1])) / VP, PS * (c[0] - c[1]) / VE]

    solved = solve_ivp(change, (0.0, TIME[-1]), [0.0, 0.0], t_eval=TIME, rtol=1e-10, atol=1e-12, max_step=0.35)
    found = curve(TwoCompartmentExchange(), exchange=PS, plasma_flow=F, plasma_volume=VP, interstitial_volume=VE)
    assert found == pytest.approx(VP * solved.y[0] + VE * solved.y[1], abs=1e-7)


def test_patlak_is_extended_tofts_without_a_way_back():
    one = curve(Patlak(), exchange=PS, plasma_volume=VP)
    assert curve(ExtendedTofts(), exchange=PS, plasma_volume=VP, interstitial_volume=1e12) == pytest.approx(one, rel=1e-9)


def test_fast_flow_makes_exchange_extended_tofts_and_an_empty_plasma_makes_it_tofts():
    fast = {"exchange": PS, "interstitial_volume": VE, "plasma_flow": 1e4}
    extended = curve(ExtendedTofts(), exchange=PS, interstitial_volume=VE, plasma_volume=VP)
    assert curve(TwoCompartmentExchange(), plasma_volume=VP, **fast) == pytest.approx(extended, abs=1e-5)
    tofts = curve(Tofts(), exchange=PS, interstitial_volume=VE)
    assert curve(TwoCompartmentExchange(), plasma_volume=1e-7, **fast) == pytest.approx(tofts, abs=1e-5)


def test_a_large_interstitium_makes_exchange_uptake():
    uptake = curve(TwoCompartmentUptake(), exchange=PS, plasma_flow=F, plasma_volume=VP)
    numbers = {"exchange": PS, "plasma_flow": F, "plasma_volume": VP, "interstitial_volume": 1e9}
    assert curve(TwoCompartmentExchange(), **numbers) == pytest.approx(uptake, rel=1e-6)


def test_without_exchange_two_compartments_are_flow_through_plasma():
    numbers = {"exchange": 0.0, "plasma_flow": F, "plasma_volume": VP}
    alone = curve(TwoCompartmentUptake(), **numbers)
    assert curve(TwoCompartmentExchange(), interstitial_volume=VE, **numbers) == pytest.approx(alone, rel=1e-12)


@EVERY
@pytest.mark.parametrize("delay", [0.0, 4.3])
def test_curves_without_noise_give_their_numbers_back(model, delay):
    numbers = CASES[model]
    tissue = tissue_curve(model, numbers, artery=ARTERY, time=TIME, delay=delay)
    fit = fit_tracer(model, time=TIME, tissue=tissue, artery=ARTERY, delay_between=(-10.0, 10.0) if delay else (0.0, 0.0))
    assert {name: fit.numbers[name].value for name in numbers} == pytest.approx(numbers, rel=2e-4)
    assert fit.fitted == pytest.approx(tissue, abs=1e-5)
    if delay:
        assert fit.numbers["delay"].value == pytest.approx(delay, abs=2e-3)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng, held, draws = np.random.default_rng(11), 0, 60
    model, numbers = next((model, numbers) for model, numbers in CASES.items() if isinstance(model, ExtendedTofts))
    clean = curve(model, **numbers)
    for _ in range(draws):
        fit = fit_tracer(model, time=TIME, tissue=clean + 0.02 * rng.standard_normal(TIME.size), artery=ARTERY)
        held += sum(e.low <= numbers[name] <= e.high for name, e in fit.numbers.items())
    assert 0.90 <= held / (3 * draws) <= 0.99


def test_noise_of_the_artery_widens_intervals_until_they_hold_the_truth():
    rng, model, draws = np.random.default_rng(4), Patlak(), 40
    truth = {"exchange": PS, "plasma_volume": VP}
    clean = curve(model, **truth)
    held = {0.0: 0, 0.4: 0}
    for _ in range(draws):
        plasma = ARTERY.concentration + 0.4 * rng.standard_normal(TIME.size)
        tissue = clean + 0.002 * rng.standard_normal(TIME.size)
        for noise in held:
            fit = fit_tracer(model, time=TIME, tissue=tissue, artery=measured(TIME, concentration=plasma, noise=noise))
            held[noise] += sum(e.low <= truth[name] <= e.high for name, e in fit.numbers.items())
    assert held[0.4] / (2 * draws) >= 0.9
    assert held[0.0] < held[0.4]


def test_a_number_on_its_bound_is_told():
    fit = fit_tracer(ExtendedTofts(), time=TIME, tissue=np.zeros_like(TIME), artery=ARTERY)
    assert {"exchange", "plasma_volume"} <= set(fit.at_bounds)


@pytest.mark.parametrize("model", [ParkerInput(), GeorgiouInput(), McGrathInput()], ids=lambda model: type(model).__name__)
def test_an_arterial_input_is_zero_before_it_arrives_and_moves_with_its_delay(model):
    late = model.blood(TIME, delay=20.0)
    assert not late[TIME < 20.0].any()
    assert np.all(late[TIME > 25.0] > 0.0)
    assert late[TIME >= 20.0] == pytest.approx(model.blood(TIME[TIME >= 20.0] - 20.0), rel=1e-12)


def test_the_georgiou_input_is_the_published_curve():
    """Points of the curve of Georgiou 2018 as the OSIPI collection stores it: min, mM."""
    published = {
        0.05: 1.85516,
        0.125: 8.64545,
        0.2: 5.10636,
        0.34: 1.14384,
        0.49: 2.01563,
        0.8: 1.5160,
        1.0: 1.2766,
        1.9: 1.0246,
    }
    found = GeorgiouInput().blood(60.0 * np.array([*published]))
    assert found == pytest.approx([*published.values()], rel=0.003)


def bad(**changed):
    given = {"time": TIME, "tissue": np.ones_like(TIME), "artery": ARTERY} | changed
    return lambda: fit_tracer(Tofts(), **given)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (bad(tissue=np.where(TIME > 30.0, np.nan, 1.0)), "not finite"),
        (bad(time=TIME[:3], tissue=np.ones(3)), "at least 4"),
        (bad(tissue=np.ones(5)), "beside"),
        (bad(time=TIME[::-1]), "sort the times"),
        (bad(tissue=np.ones((2, TIME.size))), "one curve"),
        (bad(tissue=["a"] * TIME.size), "no number"),
        (bad(delay_between=(3.0, -3.0)), "smaller first"),
        (lambda: measured(TIME, concentration=np.zeros_like(TIME)), "nowhere above zero"),
        (lambda: measured(TIME, concentration=np.full_like(TIME, np.inf)), "not finite"),
        (lambda: measured(TIME, concentration=np.ones_like(TIME), noise=-1.0), "standard deviation"),
        (lambda: plasma_of_blood(1.0, hematocrit=1.0), "share of red cells"),
        (lambda: curve(Tofts(), exchange=PS), "lacks"),
        (lambda: curve(Tofts(), exchange=-PS, interstitial_volume=VE), "zero or above"),
        (lambda: curve(Tofts(), Ktrans=PS), "none of Tofts"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(refused, words):
    with pytest.raises(InputError, match=words):
        refused()


def rows(name):
    before = csv.field_size_limit(10_000_000)
    try:
        with (OSIPI / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
    finally:
        csv.field_size_limit(before)


def cell(row, name):
    return np.array(row[name].split(), dtype=float)


@pytest.mark.data
@needs_osipi
@pytest.mark.parametrize("late", [0, 5])
@pytest.mark.parametrize(
    ("file", "model"), [("dce_DRO_data_tofts.csv", Tofts()), ("dce_DRO_data_extended_tofts.csv", ExtendedTofts())]
)
def test_the_reference_objects_of_osipi_are_within_its_tolerances(file, model, late):
    for row in rows(f"DCEmodels/{file}"):
        t, tissue = cell(row, "t"), cell(row, "C")
        fit = fit_tracer(
            model,
            time=t,
            tissue=np.concatenate([np.zeros(late), tissue[: t.size - late]]),
            artery=measured(cell(row, "ta"), concentration=cell(row, "ca")),
            delay_between=(-10.0, 10.0) if late else (0.0, 0.0),
        )
        Ktrans = float(row["Ktrans"])
        assert 60.0 * fit.numbers["exchange"].value == pytest.approx(Ktrans, abs=0.005 + 0.1 * Ktrans)
        assert fit.numbers["interstitial_volume"].value == pytest.approx(float(row["ve"]), abs=0.05)
        if "vp" in row:
            assert fit.numbers["plasma_volume"].value == pytest.approx(float(row["vp"]), abs=0.025)
        if late:
            assert fit.numbers["delay"].value == pytest.approx(t[late], abs=1.0)


@pytest.mark.data
@needs_osipi
@pytest.mark.parametrize("file", ["ParkerAIF_ref.csv", "ParkerAIF_ref_with_delay.csv"])
def test_the_parker_input_is_that_of_osipi_at_every_time_and_delay(file):
    for row in rows(f"PopulationAIF_DCE/{file}"):
        found = ParkerInput().blood(np.array([60.0 * float(row["time"])]), delay=float(row["delay"]))
        assert found[0] == pytest.approx(float(row["Cb"]), abs=1e-4, rel=0.01)
