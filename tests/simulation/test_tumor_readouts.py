"""What a tumor is read out for: definitions against fields whose answers are known, and a study that reports them."""

from __future__ import annotations

import numpy as np
import pytest

from janusome.errors import InputErrors
from janusome.files.library import Library
from janusome.simulation.ensemble import Interval, NotEstimable
from janusome.simulation.findings import tumor_readouts
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.run import simulate
from janusome.simulation.trajectory import Control
from janusome.simulation.tumor_readouts import (
    area_within,
    depth_of_fall,
    layers_of,
    mean_over,
    percentile,
    relative_depth,
    share_above,
    variation,
)
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

L = 1e-3  # m, over which a profile falls to 1/e


@pytest.fixture(scope="module")
def tumor():
    """A ball of 0.5 cm^3 on voxels: shares of its volume, depths under its surface, and the edge of a voxel."""
    grid = ball(0.5e-6, voxels=4000)
    return grid.shares / grid.shares.sum(), np.maximum(grid.depth()[grid.inside], 0.0), grid.voxel_volume ** (1 / 3)


def slab(thickness=10e-3, count=2000):
    depth = (np.arange(count) + 0.5) * thickness / count
    return np.full(count, 1.0 / count), depth, thickness / 100


def test_an_even_field_has_no_variation_covers_everything_and_lies_as_deep_as_the_volume(tumor):
    share, depth, edge = tumor
    field = np.full(share.size, 3.0)
    assert variation(field, share) == pytest.approx(0.0, abs=1e-12)
    assert share_above(field, share, 0.5 * float(mean_over(field, share))) == pytest.approx(1.0, rel=1e-12)
    assert relative_depth(field, share, depth) == pytest.approx(1.0, rel=1e-12)
    assert [percentile(field, share, level) for level in (0.1, 0.9)] == [3.0, 3.0]
    assert np.isnan(depth_of_fall(layers_of(field, share, depth, thickness=edge), to=0.5))


@pytest.mark.parametrize(("where", "within"), [("slab", 1e-9), ("ball", 0.03)])
def test_an_exponential_profile_falls_to_half_and_to_1_over_e_where_it_must(where, within, tumor):
    share, depth, edge = slab() if where == "slab" else tumor
    layers = layers_of(np.exp(-depth / L), share, depth, thickness=edge)
    assert depth_of_fall(layers, to=0.5) == pytest.approx(L * np.log(2.0), rel=within)
    assert depth_of_fall(layers, to=np.exp(-1.0)) == pytest.approx(L, rel=within)


def test_an_exponential_profile_in_a_deep_slab_lies_at_its_own_length():
    share, depth, _ = slab(thickness=20e-3, count=20000)
    field = np.exp(-depth / L)
    assert relative_depth(field, share, depth) == pytest.approx(L / 10e-3, rel=1e-4)
    assert variation(field, share) == pytest.approx(np.sqrt(20.0 / 2.0 - 1.0), rel=1e-3)  # <c^2>/<c>^2 = thickness/(2 L)
    assert share_above(field, share, 0.5) == pytest.approx(L * np.log(2.0) / 20e-3, abs=1e-4)


def test_percentiles_and_coverage_weigh_by_volume_and_cells():
    field, share = np.array([1.0, 2.0, 4.0]), np.array([0.5, 0.25, 0.25])
    cells = np.array([1.0, 1.0, 8.0])
    assert share_above(field, share, 2.0) == 0.5
    assert share_above(field, cells, 2.0) == 0.9
    assert percentile(field, share, 0.25) == 1.0
    assert percentile(field, share, 0.875) == 4.0


def test_nothing_in_a_tumor_gives_no_number_but_no_warning_either():
    share, depth, edge = slab(count=50)
    nothing = np.zeros(50)
    assert np.isnan(variation(nothing, share))
    assert np.isnan(relative_depth(nothing, share, depth))
    assert np.isnan(depth_of_fall(layers_of(nothing, share, depth, thickness=edge), to=0.5))


def test_a_field_that_ends_abruptly_falls_between_two_layers():
    share, depth, edge = slab(count=1000)
    field = np.where(depth < 3e-3, 1.0, 0.0)
    assert depth_of_fall(layers_of(field, share, depth, thickness=edge), to=0.5) == pytest.approx(
        3e-3 - edge / 2, abs=edge / 2
    )


def test_the_area_within_a_window_is_that_of_the_exponential():
    times = np.linspace(0.0, 20.0, 41)
    found = area_within(times, np.exp(-times / 4.0)[None, :], start=1.0, stop=9.3)
    assert found[0] == pytest.approx(4.0 * (np.exp(-0.25) - np.exp(-9.3 / 4.0)), rel=2e-3)


def asked(**outputs):
    return Study.model_validate(
        {
            "study": "Doxil in a mouse",
            "formulation": "doxil",
            "host": "mouse",
            "tumor": {"kind": "breast-her2", "volume": "0.2 cm^3", "voxels": 100},
            "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],
            "controls": [],
            "outputs": {"until": "30 h", "draws": 5, "images": "none", **outputs},
        }
    )


@pytest.fixture(scope="module")
def arm():
    study = resolve(asked(thresholds={"doxorubicin": "0.01 ug/mL"}, times=["6 h"]), Library())
    return simulate(study, grids={}, control=Control(threads=1)).arms[0]


def found(arm, figure, **about):
    return [
        each.figures[figure]
        for each in tumor_readouts(arm)
        if figure in each.figures and all(each.about.get(key) == value for key, value in about.items())
    ]


def test_every_read_out_of_a_study_has_a_unit_and_what_is_known_of_draws_an_interval(arm):
    ratios = {"auc_ratio", "relative_depth", "variation", "volume_share_above", "cell_share_above"}
    spread = 0
    for each in tumor_readouts(arm):
        for figure, answer in each.figures.items():
            assert answer.unit or figure in ratios or figure.startswith("relative_concentration"), figure
            if isinstance(answer, NotEstimable):
                assert answer.reason, figure
                continue
            assert np.isfinite([answer.q05, answer.median, answer.q95]).all()
            assert answer.q05 <= answer.median <= answer.q95
            drawn = str(each.about["basis"]).startswith("ensemble")
            assert drawn or answer.q05 == answer.q95
            spread += drawn and answer.q05 < answer.q95
    assert spread > 50


def test_both_metrics_of_exposure_differ_by_the_density_of_the_tumor_and_by_its_blood(arm):
    carrier = {"species": "carrier", "to_h": 24.0}
    (volume,), (mass,), (sample,) = (
        found(arm, name, **carrier) for name in ("auc_ratio", "auc_ratio_per_mass", "auc_ratio_per_mass_with_residual_blood")
    )
    assert isinstance(volume, Interval)
    assert isinstance(mass, Interval)
    assert isinstance(sample, Interval)
    assert 0.9 < mass.median / volume.median < 1.0
    assert sample.median > mass.median
    assert {each.about["to_h"] for each in tumor_readouts(arm) if "to_h" in each.about} == {6.0, 24.0, 30.0}


def test_shells_relative_to_the_mean_have_the_mean_one_and_the_asked_threshold_is_told(arm):
    shells = [
        each.values for each in arm.readouts if each.figure.startswith("relative_concentration") and each.species == "carrier"
    ]
    assert np.mean(shells[:3], axis=0) == pytest.approx(1.0, rel=1e-9)
    told = [each for each in arm.readouts if each.above == "0.01 ug/mL" and each.time == 30 * 3600.0]
    assert [each.figure for each in told] == ["volume_share_above", "cell_share_above"]
    assert all(each.values[0] == pytest.approx(1.0) for each in told)


def test_maps_hold_pressure_and_vessels_on_the_voxels_of_the_lesion(arm):
    steady = {each.species: each for each in arm.maps if each.steady}
    assert steady["interstitial pressure"].unit == "mmHg"
    assert np.nanmax(steady["interstitial pressure"].values) < 60.0
    assert np.nanmin(steady["perfused vessels"].values) >= 0.0
    assert {each.lesion for each in arm.profiles} == {"breast-her2"}


def test_a_threshold_of_what_is_no_drug_of_the_study_is_refused():
    with pytest.raises(InputErrors, match=r"thresholds.*docetaxel.*no drug of this study.*allowed is doxorubicin"):
        resolve(asked(thresholds={"docetaxel": "1 ug/mL"}), Library())
    with pytest.raises(InputErrors, match="thresholds"):
        asked(thresholds={"doxorubicin": "1 mm"})
