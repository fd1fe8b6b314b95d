"""The corona: competition for a surface, what the surface does to it, and what it does to the particle."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from janusome.files.library import Library
from janusome.particle.corona.adsorption import at_equilibrium, over_time
from janusome.particle.corona.anti_peg import RESPONSE, Response, course, faster_clearance, strength
from janusome.particle.corona.outcomes import Corona, corona_of, coronas_over_time
from janusome.particle.corona.panel import CONSTANTS, Constants, Panel, Particle
from janusome.particle.corona.surface import accessible_share, flory_radius, peg_thickness, rates_on
from janusome.simulation.corona import usual_panel
from janusome.simulation.values import ValueBook
from janusome.specification.corona import proteins
from janusome.units import to_internal

HOUR, DAY = 3600.0, 86400.0
RANDOM = np.random.default_rng(1)


@cache
def plasma(draws: int = 1) -> Panel:
    return usual_panel(proteins(Library()), "human", ValueBook(draws=draws, seed=0))


def only(**concentrations: float) -> Panel:
    """Return a plasma of a few proteins, mol/m^3."""
    panel = plasma()
    return panel.with_concentration(np.array([concentrations.get(name, 0.0) for name in panel.names]))


def particle(*, diameter=40e-9, zeta=-0.025, hydrophobicity=0.5, chain=2.0, density=0.0, draws=1) -> Particle:
    return Particle(*(np.full(draws, float(each)) for each in (diameter, zeta, hydrophobicity, chain, density)))


def of(corona: Corona, field: str) -> float:
    return float(getattr(corona, field)[0])


def coverage(corona: Corona, name: str) -> float:
    return float(corona.coverage[0, plasma().names.index(name)])


def some_rates(count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    return 10.0 ** RANDOM.uniform(-4, 1, (3, count)), 10.0 ** RANDOM.uniform(-5, -2, (3, count))


def test_one_protein_follows_langmuir():
    a, d = 0.3, 0.1
    times = np.array([0.0, 1.0, 5.0, 100.0])
    expected = a / (a + d) * (1.0 - np.exp(-(a + d) * times))
    np.testing.assert_allclose(over_time([[a]], [[d]], times)[0, :, 0], expected, rtol=1e-12)


def test_in_the_end_the_course_is_the_competitive_isotherm():
    a, d = some_rates()
    np.testing.assert_allclose(over_time(a, d, [1e9])[:, 0], at_equilibrium(a, d), rtol=1e-9)


def test_the_course_is_that_of_a_stiff_solver():
    a, d = some_rates()
    times = np.array([0.1, 10.0, 1000.0, 1e5])

    def rates(_, theta):
        return a[0] * (1.0 - theta.sum()) - d[0] * theta

    solved = solve_ivp(rates, (0.0, times[-1]), np.zeros(a.shape[1]), method="BDF", t_eval=times, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(over_time(a, d, times)[0], solved.y.T, rtol=1e-5, atol=1e-9)


def test_rates_per_second_are_never_taken_on_an_axis_in_hours():
    """The defect of a published code: constants in 1/s on a clock that counts hours, so that a corona took 3600 times as long."""
    albumin = only(albumin=0.6)
    rates = rates_on(particle(), albumin)
    k = albumin.names.index("albumin")
    halfway = np.log(2.0) / (rates.arrival[0, k] + rates.departure[0, k])
    assert halfway < 1.0  # s: 0.6 mol/m^3 times 2.4 m^3/(mol s)
    ((half,), (whole,)) = (over_time(rates.arrival, rates.departure, [t])[0, :, k] for t in (halfway, to_internal(1.0, "h")))
    assert half == pytest.approx(whole / 2.0, rel=1e-3)


def test_albumin_comes_first_and_gives_way_to_what_binds_better():
    early, late = coronas_over_time(particle(), plasma(), np.array([1.0, 1 * DAY]))
    names = plasma().names
    assert names[int(np.argmax(early.coverage[0]))] == "albumin"
    assert coverage(late, "albumin") < 0.5 * coverage(early, "albumin")
    for name in ("apolipoprotein-e", "histidine-rich-glycoprotein", "kininogen"):
        assert coverage(late, name) > 3.0 * coverage(early, name)


def test_the_surface_is_never_covered_more_than_once():
    for zeta in (-0.06, 0.0, 0.06):
        assert corona_of(particle(zeta=zeta), plasma()).coverage.sum() <= 1.0


def test_the_hard_corona_stays_for_an_hour_and_albumin_does_not():
    found = corona_of(particle(diameter=200e-9, zeta=0.0), plasma())
    hard = {name for name, stays in zip(plasma().names, found.hard[0], strict=True) if stays}
    assert {"apolipoprotein-e", "vitronectin", "clusterin"} <= hard
    assert not {"albumin", "transferrin"} & hard


@pytest.mark.parametrize(("name", "published"), [("albumin", 90), ("igg", 52)])
def test_as_many_proteins_fit_on_gold_of_24_nm_as_were_counted(name, published):
    """Sotnikov: 90 albumins and 52 IgG on citrate gold (abstract of PMC4307282)."""
    found = corona_of(particle(diameter=24e-9, zeta=0.0), only(**{name: 1.0}))
    count = found.molecules[0, plasma().names.index(name)]
    assert published / 1.5 < count < published * 1.5


@pytest.mark.parametrize("zeta", [-0.04, -0.025, 0.02])
def test_charge_collapses_to_that_of_the_proteins(zeta):
    assert -0.0115 < of(corona_of(particle(zeta=zeta), plasma()), "zeta_potential") < -0.006


def dilute() -> Constants:
    """Return the numbers with zeta potentials asked for in the dilute salt that those of bare particles are measured in."""
    return CONSTANTS._replace(medium_debye_length=CONSTANTS.debye_length / float(np.asarray(CONSTANTS.bare_zeta_share)))


def test_in_dilute_salt_without_protein_a_zeta_potential_is_the_measured_one():
    assert of(corona_of(particle(zeta=-0.03), only(), constants=dilute()), "zeta_potential") == pytest.approx(-0.03)


def test_a_covered_surface_shows_through_proteins_in_dilute_salt_more_than_in_plasma():
    """The surface's own part decays over the shift of the slipping plane with the Debye length of the salt."""
    albumin, k = only(albumin=1e6), plasma().names.index("albumin")
    for constants in (CONSTANTS, dilute()):
        plus, minus = (corona_of(particle(zeta=z), albumin, constants=constants) for z in (0.04, -0.04))
        shown = (of(plus, "zeta_potential") - of(minus, "zeta_potential")) / 0.08
        shift = constants.slip_share * plasma().diameter[0, k] / constants.medium_debye_length
        bare = constants.bare_zeta_share * constants.medium_debye_length / constants.debye_length
        assert shown == pytest.approx(bare * np.exp(-shift), rel=1e-3)


def test_proteins_among_the_chains_of_a_coat_show_their_charge_without_widening_the_particle():
    coated = particle(density=0.3e18, chain=5.0, zeta=0.0)
    empty, filled = (corona_of(coated, plasma(), constants=CONSTANTS._replace(coat_filling=w)) for w in (0.0, 0.4))
    assert of(filled, "zeta_potential") < 5.0 * of(empty, "zeta_potential") < 0.0
    assert of(filled, "diameter") == of(empty, "diameter")


def test_each_draw_has_numbers_of_its_own():
    draws = CONSTANTS._replace(protein_charge_share=np.array([0.0, 1.0]), slip_share=np.array([0.0, 0.5]))
    both = corona_of(particle(draws=2), plasma(2), constants=draws).zeta_potential
    assert both[0] == pytest.approx(-0.025 * CONSTANTS.bare_zeta_share)
    assert both[1] < both[0]


def test_a_positive_surface_holds_the_negative_protein_better_and_a_negative_one_the_positive():
    plus, minus = (corona_of(particle(zeta=zeta), plasma()) for zeta in (0.03, -0.03))
    assert coverage(plus, "albumin") > coverage(minus, "albumin")
    assert coverage(plus, "complement-c1q") < coverage(minus, "complement-c1q")


def test_a_hydrophobic_surface_holds_lipoproteins():
    oily, watery = (corona_of(particle(hydrophobicity=h), plasma()) for h in (0.9, 0.1))
    assert coverage(oily, "apolipoprotein-a-i") > 1.5 * coverage(watery, "apolipoprotein-a-i")


def test_curvature_makes_large_proteins_leave_sooner():
    flat, curved = (rates_on(particle(diameter=d, zeta=0.0), plasma()) for d in (1e-6, 10e-9))
    ratio = curved.departure[0] / flat.departure[0]
    names = plasma().names
    assert ratio[names.index("apolipoprotein-b")] > 1.5 * ratio[names.index("albumin")] > 1.5


def test_a_coat_is_as_thick_as_its_chains_where_they_begin_to_touch():
    chain = np.array([2.0])
    touching = 1.0 / flory_radius(chain) ** 2
    brush = peg_thickness(chain, 1.001 * touching)
    np.testing.assert_allclose(brush, peg_thickness(chain, 0.5 * touching), rtol=1e-3)
    assert peg_thickness(chain, 8.0 * touching) == pytest.approx(2.0 * float(brush[0]), rel=1e-2)


def test_without_chains_there_is_no_coat():
    bare = particle(chain=2.0, density=0.0)
    assert accessible_share(bare)[0] == 1.0
    assert peg_thickness(bare.peg_molar_mass, bare.peg_density)[0] == 0.0


def test_the_denser_the_coat_the_less_adsorbs_and_large_proteins_least():
    bare, thin, dense = (corona_of(particle(density=s), plasma()) for s in (0.0, 0.02e18, 0.2e18))
    totals = [one.coverage.sum() for one in (bare, thin, dense)]
    assert totals[0] > totals[1] > totals[2] > 0.0
    kept = [coverage(dense, name) / coverage(bare, name) for name in ("albumin", "igm")]
    assert kept[1] < 0.2 * kept[0]


def test_opsonins_raise_uptake_and_dysopsonins_lower_it():
    usual = corona_of(particle(), plasma())
    more = {
        name: plasma().concentration[0, k] * (4.0 if name == "complement-c3" else 1.0) for k, name in enumerate(plasma().names)
    }
    opsonized = corona_of(particle(), only(**more))
    protected = corona_of(particle(), only(**(more | {"complement-c3": more["complement-c3"] / 4.0, "clusterin": 0.02})))
    assert of(opsonized, "uptake") > 1.2 * of(usual, "uptake") > 1.4 * of(protected, "uptake")


def test_four_of_ten_plasmas_react_to_doxil():
    """Szebeni: 4 of 10 normal sera; the threshold was set by it."""
    draws = 400
    doxil = particle(diameter=85e-9, zeta=-0.0263, hydrophobicity=0.3, density=0.09e18, draws=draws)
    assert 0.25 < corona_of(doxil, plasma(draws)).hypersensitivity.mean() < 0.55


def test_a_corona_buries_ligands_and_a_coat_keeps_it_off():
    bare, coated = (corona_of(particle(density=s), plasma()) for s in (0.0, 0.2e18))
    assert of(bare, "ligand_exposure") < 0.5 < 0.9 < of(coated, "ligand_exposure") <= 1.0


def test_many_draws_at_once_are_each_draw_alone():
    panel = plasma(4)
    together = corona_of(particle(draws=4), panel)
    for k in range(4):
        alone = corona_of(particle(), Panel(panel.names, panel.roles, *(each[k : k + 1] for each in panel[2:])))
        for name in ("coverage", "diameter", "zeta_potential", "uptake", "complement_load"):
            np.testing.assert_array_equal(getattr(together, name)[k], getattr(alone, name)[0])


def test_at_time_zero_a_particle_is_what_it_was_in_the_salt_of_plasma():
    (now,) = coronas_over_time(particle(diameter=50e-9, zeta=-0.03), plasma(), np.array([0.0]))
    assert of(now, "diameter") == pytest.approx(50e-9)
    assert of(now, "zeta_potential") == pytest.approx(-0.03 * CONSTANTS.bare_zeta_share)
    assert of(now, "ligand_exposure") == pytest.approx(1.0)


def test_the_first_dose_primes_and_the_second_is_cleared_faster_a_week_later():
    first, second = faster_clearance([0.0, 7 * DAY], [5e-12, 5e-12], covered=1.0)
    assert first == 1.0
    assert second == pytest.approx(1.0 + float(np.asarray(RESPONSE.gain)) * float(strength(5e-12) * course(7 * DAY)))


def test_antibodies_peak_within_a_week_and_are_gone_after_four():
    days = np.linspace(0.0, 40.0, 401)
    found = course(days * DAY)
    assert 5.0 <= days[int(np.argmax(found))] <= 7.0
    assert found[days >= 28.0].max() < 0.01
    assert found[0] == 0.0


def test_a_particle_without_a_coat_and_a_dose_too_large_to_prime_meet_no_antibodies():
    assert faster_clearance([0.0, 7 * DAY], [5e-12, 5e-12], covered=0.0) == (1.0, 1.0)
    assert faster_clearance([0.0, 7 * DAY], [1e-8, 1e-8], covered=1.0) == (1.0, 1.0)


def test_every_draw_has_antibodies_of_its_own():
    peaks, gains = (5.0 * DAY, 7.0 * DAY), (3.0, 30.0)
    response = Response(peak=np.array(peaks), gain=np.array(gains))
    _, second = faster_clearance([0.0, 7 * DAY], [5e-12, 5e-12], covered=1.0, response=response)
    alone = [Response(peak=peak, gain=gain) for peak, gain in zip(peaks, gains, strict=True)]
    each = [float(faster_clearance([0.0, 7 * DAY], [5e-12, 5e-12], covered=1.0, response=one)[1]) for one in alone]
    np.testing.assert_allclose(second, each, rtol=1e-12)


def test_several_doses_raise_clearance_no_more_than_its_gain():
    factors = faster_clearance([k * DAY for k in range(10)], [5e-12] * 10, covered=1.0)
    assert max(factors) == pytest.approx(1.0 + float(np.asarray(RESPONSE.gain)))


def test_the_numbers_of_the_model_are_those_of_albumin():
    """17 charges at pH 7.4, for a pI of 4.7 and a face of 7 nm."""
    assert CONSTANTS.charges_per_area * np.pi * (7e-9) ** 2 * 2.7 == pytest.approx(17.0, rel=0.02)
