"""The environment of a lesion: oxygen where vessels are, acid where oxygen is not, enzymes at the rim; means as the row says."""

import dataclasses

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.model import INTERSTITIUM
from janusome.numerics.precision import double
from janusome.particle.release_ph_triggered import PhTriggeredRelease
from janusome.simulation.arms import Site, lesion_of
from janusome.simulation.lesion_environment import environment_by_place, hypoxic_fraction, oxygen_of
from janusome.simulation.lesion_fluid import in_shells, in_voxels
from janusome.simulation.lesion_shapes import ball, with_core
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study
from law_cases import coefficient, made, places_like
from tumor_books import KINDS

MMHG = 133.322
MEDIANS = {"breast-her2": 10.0, "hcc": 6.0, "pdac": 2.7, "gbm": 13.0, "nsclc": 16.6, "prostate": 3.5, "melanoma": 11.6}


def case(kind="breast-triple-negative", *, host="mouse", volume=0.5e-6, necrotic=0.0, draws=1, enzymatic=False):
    """A study of iron oxide with doxorubicin on it, and its lesion of about 300 voxels."""
    study = resolve(
        Study.model_validate(
            {
                "study": "environment",
                "formulation": "folate-iron-oxide-doxorubicin",
                "host": host,
                "tumor": {"kind": kind, "volume": f"{volume * 1e9} mm^3"},
                "protocol": [{"at": "0 h", "dose": "5 mg/kg", "of": "doxorubicin", "route": "intravenous"}],
                "outputs": {"until": "1 d", "draws": 0},
            }
        ),
        Library(),
    )
    if enzymatic:
        assert study.carrier is not None
        carrier = study.carrier.model_copy(update={"laws": (*study.carrier.laws, "release_enzymatic")})
        study = dataclasses.replace(study, carrier=carrier)
    grid = ball(volume, voxels=300)
    grid = with_core(grid, necrotic=necrotic, hypoxic=0.0) if necrotic else grid
    (one,) = study.lesions
    return study, Site(one.name, one.tumor, grid), ValueBook(draws=draws, seed=5)


def mean(division, name):
    values = division.environment[name]
    return (values * division.volume).sum(axis=1) / np.broadcast_to(division.volume, values.shape).sum(axis=1)


@pytest.mark.parametrize("divide", [in_shells, in_voxels])
def test_the_mean_ph_is_that_of_the_row_and_acid_is_in_the_core(divide):
    division = divide(*case())
    ph, weight = division.environment["interstitial_ph"][0], division.vessel_weight[0]
    assert mean(division, "interstitial_ph") == pytest.approx(6.9)
    assert ph[np.argmin(weight)] == ph.min() < ph.max() == ph[np.argmax(weight)]


def test_in_every_draw_shells_keep_the_mean_of_their_row_and_have_oxygen():
    study, lesion, book = case(draws=40)
    division = in_shells(study, lesion, book)
    (drawn,) = [values for key, values in book.sampled.items() if key.endswith("/interstitial_ph/[]")]
    assert mean(division, "interstitial_ph") == pytest.approx(drawn)
    assert (division.environment["interstitial_oxygen_pressure"] > 0.0).all()


def test_acid_opens_carriers_faster_in_the_core_than_at_the_rim_by_the_factor_of_its_law():
    study, lesion, book = case()
    division = in_shells(study, lesion, book)
    region = lesion_of(study, lesion, book, division)
    core, rim = region.context["interstitial_ph"][0, [0, -1]]
    n, pKa = 2.0, 6.5

    def rate(ph):
        with double():
            law = made(PhTriggeredRelease, acid_release_rate_constant=1e-4, release_pka=pKa, release_cooperativity=n)
            return coefficient(law, places_like(PhTriggeredRelease, ph={INTERSTITIUM: ph}), INTERSTITIUM, INTERSTITIUM)[0]

    assert rate(core) / rate(rim) == pytest.approx((1 + 10 ** (n * (rim - pKa))) / (1 + 10 ** (n * (core - pKa))))
    assert rate(core) > rate(rim)


def test_necrotic_voxels_have_the_least_oxygen_and_still_some():
    study, lesion, book = case(necrotic=0.2)
    oxygen = in_voxels(study, lesion, book).environment["interstitial_oxygen_pressure"][0]
    dead = lesion.grid.maps["necrotic"][lesion.grid.inside] > 0.99
    assert dead.any()
    assert 0.0 < oxygen[dead].max() < oxygen[~dead].min()


def test_voxels_as_lanes_keep_their_environment():
    study, lesion, book = case()
    division = in_voxels(study, lesion, book)
    region = lesion_of(study, lesion, book, division.as_lanes())
    assert region.context["interstitial_ph"][:, 0] == pytest.approx(division.environment["interstitial_ph"][0])


@pytest.mark.parametrize(("kind", "published"), MEDIANS.items())
def test_a_lesion_of_a_millilitre_has_the_median_oxygen_that_was_measured(kind, published):
    division = in_shells(*case(kind, host="human-female", volume=1e-6))
    assert mean(division, "interstitial_oxygen_pressure") / MMHG == pytest.approx(published, rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_tumor_says_what_its_oxygen_follows_from(kind):
    assert oxygen_of(*case(kind)) is not None


def test_rings_around_vessels_average_to_the_pressure_of_their_place():
    oxygen = oxygen_of(*case("gbm"))
    assert oxygen is not None
    weight = np.array([[0.5, 1.0, 1.5]])
    assert oxygen.rings(weight).mean(axis=-1) == pytest.approx(oxygen.pressure(weight), rel=5e-3)


def test_more_of_a_tumor_lies_below_10_than_below_2_and_a_half_millimetres_and_more_in_pancreas_than_in_lung():
    def share(kind, below):
        study, lesion, book = case(kind, host="human-female", volume=1e-6)
        found = hypoxic_fraction(study, lesion, book, in_shells(study, lesion, book), below=below * MMHG)
        assert found is not None
        return float(found[0])

    assert share("pdac", 2.5) <= share("pdac", 10.0)
    assert 0.2 < share("pdac", 2.5) < 0.8
    assert share("pdac", 10.0) > share("breast-her2", 10.0) > share("nsclc", 10.0)


def test_enzymes_are_more_at_the_rim_and_as_many_as_the_row_says_where_a_law_asks_for_them():
    assert "active_enzyme_concentration" not in in_shells(*case()).environment
    division = in_shells(*case(enzymatic=True))
    inner, _, outer = division.environment["active_enzyme_concentration"][0]
    assert 1.0 < outer / inner < 2.0
    assert mean(division, "active_enzyme_concentration") == pytest.approx(10e-6)  # mol/m^3


def test_a_tumor_that_says_nothing_of_oxygen_has_one_ph():
    study, lesion, book = case()
    silent = {name: values for name, values in lesion.tumor.values.items() if name != "oxygen_consumption"}
    lesion = dataclasses.replace(lesion, tumor=lesion.tumor.model_copy(update={"values": silent}))
    one = np.ones((1, 2))
    assert environment_by_place(study, lesion, book, vessel_weight=one, volume=one, depth=one) == {}
