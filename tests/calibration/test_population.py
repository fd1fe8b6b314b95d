"""The population of particles: conditioning against the definition, and a fit that finds what made the data."""

from dataclasses import replace

import numpy as np
import pytest

from janusome.calibration.coherence import fit_coherence
from janusome.calibration.particles import COVARIATES, KNOBS, SIZE, TISSUES, ZETA, MouseBench
from janusome.calibration.population import Linear, Points, Population, linearised, mean_of, predict
from janusome.calibration.population_fit import fit_spreads, start
from janusome.calibration.shipped import mouse_population
from janusome.files.library import Library
from janusome.simulation.bench import Bench
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

LOG_HOURS = np.log(np.geomspace(0.02, 2000.0, 30))


def linear_model():
    """A made-up model that is linear in its knobs: every tissue has its own level, slope in ln t and answer to the knobs."""
    rng = np.random.default_rng(5)
    middle = rng.normal(2.0, 0.5, (len(TISSUES), 1)) - 0.2 * LOG_HOURS
    slopes = rng.normal(0.0, 0.6, (len(KNOBS), len(TISSUES), 1)) * np.ones(LOG_HOURS.size)
    return Linear(LOG_HOURS, middle, slopes)


def grid(studies=4, particles=3, hours=(1.0, 6.0, 24.0)):
    rows = [
        (s, 100 * s + p, k, t) for s in range(studies) for p in range(particles) for k in range(len(TISSUES)) for t in hours
    ]
    study, particle, tissue, time = (np.array(column) for column in zip(*rows, strict=True))
    covariates = np.zeros((len(rows), len(COVARIATES)))
    return Points(study, particle, tissue, time.astype(float), covariates, np.zeros(len(rows)))


def drawn(points, population, linear, *, seed):
    """Draw values from the model's own definition, effect by effect."""
    rng = np.random.default_rng(seed)
    mean, slopes = mean_of(population, linear, points)
    basis = points.levels_and_slopes
    value = mean + rng.normal(0.0, population.scatter[points.tissue])
    for names, spread, covariance in (
        (points.study, population.study_spread, population.study_covariance),
        (points.particle, population.particle_spread, population.particle_covariance),
    ):
        for name in np.unique(names):
            here = names == name
            value[here] += slopes[here] @ rng.normal(0.0, spread)
            value[here] += basis[here] @ rng.multivariate_normal(np.zeros(len(covariance)), covariance)
    return replace(points, value=value)


def test_with_nothing_given_the_spread_is_that_of_draws_from_the_definition():
    linear, population, points = linear_model(), start(), grid(studies=1, particles=1)
    mean, deviation = predict(population, linear, points, given=points.of(np.zeros(0, int)))
    draws = np.stack([drawn(points, population, linear, seed=k).value for k in range(3000)])
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.12)
    assert draws.std(axis=0) == pytest.approx(deviation, rel=0.06)


def test_given_data_of_the_study_the_interval_holds_its_share_and_is_narrower():
    linear, population, points = linear_model(), start(), grid(studies=1, particles=2)
    given, wanted = np.flatnonzero(points.hours < 10), np.flatnonzero(points.hours > 10)
    inside, narrower = [], []
    _, alone = predict(population, linear, points.of(wanted), given=points.of(given[:0]))
    for seed in range(300):
        made = drawn(points, population, linear, seed=seed)
        mean, deviation = predict(population, linear, made.of(wanted), given=made.of(given))
        inside.append(np.abs(made.value[wanted] - mean) <= 1.645 * deviation)
        narrower.append((deviation < alone).all())
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)
    assert all(narrower)


def test_a_sibling_says_less_than_the_particle_itself():
    linear, population, points = linear_model(), start(), grid(studies=1, particles=2, hours=(1.0, 24.0))
    own = np.flatnonzero((points.particle == 0) & (points.hours == 24.0))
    early = np.flatnonzero((points.particle == 0) & (points.hours == 1.0))
    sibling = np.flatnonzero((points.particle == 1) & (points.hours == 1.0))
    _, by_itself = predict(population, linear, points.of(own), given=points.of(early))
    _, by_sibling = predict(population, linear, points.of(own), given=points.of(sibling))
    assert (by_itself < by_sibling).all()


def test_blood_moves_an_organ_by_the_coherence_of_the_organ():
    linear, points = linear_model(), grid(studies=1, particles=1)
    full = start()
    half = replace(full, coherence=np.array([1.0, *[0.5] * (len(TISSUES) - 1)]))
    made = drawn(points, full, linear, seed=3)
    blood, liver = made.of(made.tissue == TISSUES.index("blood")), made.of(made.tissue == TISSUES.index("liver"))
    alone, _ = predict(full, linear, liver, given=blood.of(slice(0, 0)))
    moved, half_moved = (predict(population, linear, liver, given=blood)[0] - alone for population in (full, half))
    assert half_moved == pytest.approx(0.5 * moved)
    assert np.abs(moved).max() > 0.01


def test_belief_in_blood_is_withdrawn_where_the_organ_has_nothing_to_do_with_it():
    linear, truth = linear_model(), start()
    made = drawn(grid(studies=40, particles=2), truth, linear, seed=2)
    liver = made.tissue == TISSUES.index("liver")
    own = np.random.default_rng(4).normal(0.0, 1.0, made.study.max() + 1)  # a level of the liver that nothing else shares
    shuffled = replace(made, value=np.where(liver, mean_of(truth, linear, made)[0] + own[made.study], made.value))
    assert fit_coherence(made, truth, linear).coherence[TISSUES.index("liver")] > 0.7
    assert fit_coherence(shuffled, truth, linear).coherence[TISSUES.index("liver")] < 0.7


def test_the_fit_finds_the_scatter_and_the_levels_that_made_the_data():
    linear, truth = linear_model(), start()
    truth = replace(truth, scatter=np.full(len(TISSUES), 0.2), study_covariance=4.0 * truth.study_covariance)
    made = drawn(grid(studies=60, particles=3), truth, linear, seed=11)
    found = fit_spreads(made, start(), linear, sweeps=25)
    assert found.scatter == pytest.approx(truth.scatter, rel=0.15)
    levels = np.sqrt(np.diag(found.study_covariance))[::2]
    assert levels == pytest.approx(np.sqrt(np.diag(truth.study_covariance))[::2], rel=0.35)
    assert found.study_spread[0] == pytest.approx(truth.study_spread[0], rel=0.4)


def test_linearising_a_linear_model_gives_it_back():
    exact = linear_model()

    def responses(knobs):
        return exact.middle + np.einsum("lk,kot->lot", knobs, exact.slopes)

    found = linearised(responses, LOG_HOURS, middle=np.zeros(len(KNOBS)), spread=np.full(len(KNOBS), 0.5), lanes=20_000)
    assert found.middle == pytest.approx(exact.middle, abs=1e-9)
    assert np.abs(found.slopes - exact.slopes).max() < 0.12


def test_the_shipped_population_belongs_to_the_shipped_row():
    population = mouse_population()
    assert (population.middle == 0.0).all()
    assert (population.middle_error > 0.0).all()


def test_size_and_charge_move_the_row_as_they_move_the_population():
    row = Library().row("carrier", "nanoparticle")
    population = mouse_population()
    uptake = population.coefficients[0]
    (size,), (charge,) = row.find("clearance_size_exponent"), row.find("clearance_zeta_sensitivity")
    assert size.value == pytest.approx(uptake[COVARIATES.index(SIZE)], abs=5e-3)
    assert charge.value * 20.0 == pytest.approx(uptake[COVARIATES.index(ZETA)], abs=5e-3)


def test_a_smaller_particle_leaves_tumor_vessels_faster_and_more_of_them_fit_a_phagocyte():
    def values(diameter):
        carrier = {"from": "nanoparticle", "values": {"hydrodynamic_diameter": f"{diameter} nm"}}
        study = Study.model_validate(
            {
                "study": "a particle", "formulation": {"name": "own", "carrier": carrier}, "host": "mouse",
                "tumor": {"kind": "breast-triple-negative", "volume": "0.3 cm^3", "voxels": 1},
                "protocol": [{"at": "0 h", "dose": "1e9 particle", "of": "carrier", "route": "intravenous"}],
                "outputs": {"until": "4 h", "draws": 0},
            }
        )  # fmt: skip
        courses = Bench(resolve(study, Library())).solve({}, [0.0, 4 * 3600.0], lanes=1)
        return next(c for c in courses if c.organ == "breast-triple-negative" and c.quantity == "injected dose").values[0, -1]

    assert values(20) > 1.5 * values(100)


def test_a_population_of_other_knobs_is_refused():
    data = mouse_population().plain() | {"knobs": ["one"]}
    with pytest.raises(ValueError, match="fitted to other knobs"):
        Population.of(data)


def test_more_phagocytic_uptake_empties_the_blood_and_fills_the_liver():
    bench = MouseBench()
    knobs = np.zeros((2, len(KNOBS)))
    knobs[1, 0] = 1.0
    found = bench.responses(knobs)
    day = int(np.argmin(np.abs(bench.log_hours - np.log(24.0))))
    assert found[1, TISSUES.index("blood"), day] < found[0, TISSUES.index("blood"), day]
    early = int(np.argmin(np.abs(bench.log_hours - np.log(0.5))))
    assert found[1, TISSUES.index("liver"), early] > found[0, TISSUES.index("liver"), early]
