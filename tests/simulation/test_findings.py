"""What a run says about each arm, on records made from closed forms."""

import numpy as np
import pytest

from janusome.simulation import findings
from janusome.simulation.ensemble import Interval, NotEstimable
from janusome.simulation.record import Arm, Course, DoseGiven
from synthetic import DAY, HOUR, record

RECORD = record(draws=12)
TREATED, FREE, UNTREATED = RECORD.arms


def median(answer):
    assert isinstance(answer, Interval), answer
    return answer.median


def course(
    times,
    values,
    *,
    organ="plasma",
    site="blood",
    quantity="concentration per plasma volume",
    unit="umol/L",
    species="drug",
    form="released",
):
    return Course(species, form, organ, site, quantity, unit, np.atleast_2d(values))


def arm(times, courses, *, doses=(), name="treated"):
    return Arm(name, "x", tuple(doses), times, tuple(courses), (), (), 0.0, None)


def dose(time, mol, *, duration=0.0):
    return DoseGiven(time, duration, "intravenous", "some", {name: np.full(1, amount) for name, amount in mol.items()})


def test_clearance_comes_in_litres_an_hour_whatever_the_units_of_the_course():
    times = np.linspace(0, 50 * HOUR, 500)
    curve = np.exp(-0.2 * times / HOUR)
    given = [dose(0.0, {"released drug": 4e-6})]
    in_micromolar = arm(times, [course(times, 2.0 * curve)], doses=given)  # 4 umol into 2 L
    in_moles = arm(times, [course(times, 2e-6 * 1e3 * curve, unit="mol/m^3")], doses=given)
    for each in (in_micromolar, in_moles):
        figures = findings.plasma_exposure(each)[0].figures
        assert figures["clearance"].unit == "L/h"
        assert median(figures["clearance"]) == pytest.approx(0.4, rel=1e-3)
        assert median(figures["volume_at_steady_state"]) == pytest.approx(2.0, rel=1e-3)


def test_a_mass_concentration_needs_the_molar_mass_that_the_run_used():
    figures = {each.about["species"]: each.figures for each in findings.plasma_exposure(FREE, RECORD.values)}["doxorubicin"]
    area = figures["auc_to_infinity"]
    assert median(figures["clearance"]) == pytest.approx(51.0 / median(area), rel=0.05)
    without = findings.plasma_exposure(FREE)[0].figures["clearance"]
    assert isinstance(without, NotEstimable)


def test_total_drug_was_given_and_released_drug_was_not():
    found = {
        each.about["form"]: each.figures
        for each in findings.plasma_exposure(TREATED, RECORD.values)
        if each.about["species"] == "doxorubicin"
    }
    assert isinstance(found["total"]["clearance"], Interval)
    assert isinstance(found["released"]["clearance"], NotEstimable)
    assert "forms from another" in found["released"]["clearance"].reason


def test_only_the_first_dose_is_analysed():
    hours = np.concatenate([np.linspace(0, 30, 301), np.linspace(30, 60, 301)])
    curve = 3.0 * np.exp(-0.3 * (hours % 30.0000001))
    curve[301:] = 3.0 * np.exp(-0.3 * (hours[301:] - 30)) + 3.0 * np.exp(-0.3 * hours[301:])
    doses = [dose(0.0, {"released drug": 3e-6}), dose(30 * HOUR, {"released drug": 3e-6})]
    found = findings.plasma_exposure(arm(hours * HOUR, [course(hours, curve)], doses=doses))[0]
    assert found.about["dose"] == "1 of 2: some"
    assert median(found.figures["last_time"]) < 30.0
    assert median(found.figures["clearance"]) == pytest.approx(0.3, rel=1e-3)


def test_a_dose_later_than_the_start_counts_time_from_itself():
    hours = np.linspace(0, 60, 601)
    curve = np.where(hours >= 10, np.exp(-0.2 * (hours - 10)), 0.0)
    found = findings.plasma_exposure(
        arm(hours * HOUR, [course(hours, curve)], doses=[dose(10 * HOUR, {"released drug": 1e-6})])
    )
    assert median(found[0].figures["time_of_peak"]) == 0.0
    assert median(found[0].figures["volume_at_steady_state"]) == pytest.approx(1.0, rel=1e-3)


def test_organ_contents_are_those_of_the_course_at_the_asked_time():
    found = findings.biodistribution(TREATED, [24.0, 9999.0])
    assert {each.about["time_h"] for each in found} == {24.0}
    liver = next(each for each in found if each.about["organ"] == "liver" and each.about["species"] == "carrier")
    original = next(c for c in TREATED.courses if c.organ == "liver" and c.species == "carrier" and c.unit == "%")
    exact = [np.interp(24 * HOUR, TREATED.times, draw) for draw in original.values]
    assert median(liver.figures["injected_dose"]) == pytest.approx(np.median(exact))
    assert liver.figures["injected_dose_per_mass"].unit == "%/g"


def test_a_tumor_that_grows_exponentially_doubles_after_ln_2_over_its_rate():
    times = np.linspace(0, 40 * DAY, 81)
    growing = course(
        times,
        5.0 * np.exp(0.05 * times / DAY),
        species="tumor cells",
        form="all",
        organ="tumor",
        site="whole",
        quantity="volume",
        unit="cm^3",
    )
    figures = findings.response(arm(times, [growing]))[0].figures
    assert median(figures["time_to_doubling"]) == pytest.approx(np.log(2) / 0.05, rel=1e-9)
    assert median(figures["change_at_lowest"]) == 0.0
    assert median(figures["change_at_end"]) == pytest.approx(100 * (np.e**2 - 1))


def test_a_tumor_that_never_doubles_says_so():
    times = np.linspace(0, 10 * DAY, 11)
    level = course(
        times,
        np.full((3, 11), 5.0),
        species="tumor cells",
        form="all",
        organ="tumor",
        site="whole",
        quantity="volume",
        unit="cm^3",
    )
    doubling = findings.response(arm(times, [level]))[0].figures["time_to_doubling"]
    assert doubling == NotEstimable("not reached within 10 d", "d")


def test_treated_lesions_are_set_against_untreated_ones_draw_by_draw():
    figures = findings.response(TREATED, UNTREATED)[0].figures
    assert median(figures["ratio_to_untreated_at_end"]) < 1
    assert "ratio_to_untreated_at_end" not in findings.response(UNTREATED, UNTREATED)[0].figures


def test_visibility_gives_the_share_of_draws_in_which_the_lesion_is_seen():
    pet, mri = findings.visibility(TREATED)
    assert pet.about["visible_at_median_inputs"] == "yes"
    assert mri.about["visible_at_median_inputs"] == "no"
    assert 0.9 <= float(pet.about["visible_share_of_draws"]) <= 1.0


def test_an_arm_against_itself_has_ratios_of_one():
    found = findings.against(TREATED, TREATED)
    assert found
    for each in found:
        for answer in each.figures.values():
            assert isinstance(answer, Interval)
            assert (answer.q05, answer.median, answer.q95) == (1.0, 1.0, 1.0)
