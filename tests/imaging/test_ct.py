import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import ct, scene, sphere

from janusome.numerics.backprojection import filtered_backprojection
from janusome.numerics.detectability import change_visibility
from janusome.numerics.grain import grain, grain_of_sum, grain_variance
from janusome.numerics.precision import double
from janusome.numerics.projection import ParallelBeam

GOLD_MASS = 0.19697  # kg/mol


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def gold(milligrams_per_milliliter):
    """Moles of gold per volume."""
    return milligrams_per_milliliter / GOLD_MASS


def uniform(concentration, *, shape=(3, 12, 12), size=(3e-3, 1e-3, 1e-3), **given):
    return scene(np.full(shape, gold(concentration)), voxel_size=size, **given)


def test_tissue_without_label_shows_the_number_of_muscle_and_gold_adds_its_slope():
    none, some = (float(ct(attenuation_path=0.2).expected(uniform(c))[1, 6, 6]) for c in (0.0, 1.0))
    assert 35.0 < none < 55.0
    assert some - none == pytest.approx(27.3, rel=0.04)


def test_ct_does_not_tell_where_a_label_sits_or_whether_it_is_still_attached():
    modality = ct()
    together = modality.expected(uniform(3.0))
    apart = modality.expected(uniform(1.0, inside=gold(1.0), detached=gold(1.0)))
    assert np.allclose(together, apart, rtol=1e-12)


def test_the_noise_of_a_body_is_that_of_the_docstring_and_falls_as_the_root_of_the_dose():
    where = uniform(0.0, shape=(2, 64, 64), size=(3e-3, 0.7e-3, 0.7e-3))

    def noise(**given):
        modality = ct(**given)
        return float(modality.noise(modality.expected(where), where)[1, 32, 32])

    assert noise() == pytest.approx(9.5, abs=0.3)
    quiet = {"electronic_noise": 0.0}
    assert noise(**quiet) / noise(tube_charge=0.8, **quiet) == pytest.approx(2.0, rel=1e-9)
    assert noise(attenuation_path=0.4) > 2.0 * noise()


def test_the_variance_of_a_fine_grid_is_the_integral_of_the_power_spectrum():
    width, scale = 1.5e-3, 1e-9
    variance = grain_variance((1, 96, 96), scale=scale, width=width, voxel_size=jnp.asarray([1e-3, 5e-4, 5e-4]))
    exact = scale * 2 * math.pi * math.sqrt(math.pi) / 4 / (2 * math.pi * width) ** 3
    assert float(variance[0, 48, 48]) == pytest.approx(exact, rel=5e-3)


def test_the_grain_is_that_of_reconstructed_noise():
    # Noise of unit variance in every ray, reconstructed with a Gaussian window of the frequency: its point spread.
    spacing, views, count, draws = 1e-3, 120, 48, 60
    width = 3e-3
    beam = ParallelBeam(np.arange(views) * math.pi / views, 101, spacing)

    sharper = math.sqrt(width**2 - spacing**2 / 6)  # interpolation between bins blurs too

    def gaussian(frequency):
        return np.exp(-2.0 * (math.pi * sharper * frequency / (2 * spacing)) ** 2)

    noise = np.random.default_rng(1).standard_normal((draws, views, 101))
    images = filtered_backprojection(noise, beam, shape=(count, count), pixel_size=spacing, window=gaussian)
    size = jnp.asarray([1.0, spacing, spacing])
    scale = math.pi * spacing / views
    stated = float(grain_variance((1, count, count), scale=scale, width=width, voxel_size=size)[0, 24, 24])
    found = images[:, 16:32, 16:32].var()
    assert found == pytest.approx(stated, rel=0.05)
    region = np.zeros((1, count, count))
    region[0, 20:28, 20:28] = 1.0 / 64.0
    of_mean = float(grain_of_sum(jnp.asarray(region), scale=scale, width=width, voxel_size=size))
    assert (images * region).sum(axis=(1, 2)).std() == pytest.approx(of_mean, rel=5 / math.sqrt(2 * draws))


def test_the_drawn_grain_has_the_stated_variance():
    given = {"scale": 1e-9, "width": 1e-3, "voxel_size": jnp.asarray([1e-3, 1e-3, 1e-3])}
    drawn = np.asarray(grain(jax.random.key(1), (400, 16, 16), **given))  # slices are independent
    stated = np.asarray(grain_variance((1, 16, 16), **given))[0]
    assert drawn.var(axis=0) / stated == pytest.approx(np.ones(stated.shape), abs=6 * math.sqrt(2 / 400))


def seen(concentration, *, diameter=10e-3, **given):
    """Whether a sphere with gold stands out from the same scan before gold."""
    lesion = sphere(diameter, count=21 if diameter < 15e-3 else 31, spacing=1e-3, fine=3)
    where = scene(gold(concentration) * lesion, voxel_size=(1e-3,) * 3)
    before = scene(0.0 * lesion, voxel_size=(1e-3,) * 3)
    modality = ct(**given)
    return change_visibility(modality, modality.expected(where), where, before=modality.expected(before), lesion=lesion)


def test_a_tenth_of_a_milligram_of_gold_per_gram_is_invisible_in_clinical_ct_and_two_are_seen():
    clinical = {"ct_number_stability": 2.5}
    faint = seen(0.1, **clinical)
    assert not faint.visible
    assert 0.0 < faint.contrast_to_noise < 0.5
    assert seen(2.0, **clinical).visible
    assert not seen(0.1, tube_charge=20.0, **clinical).visible  # a hundred times the dose does not help


def test_that_verdict_rests_on_how_well_numbers_repeat_and_not_on_photons_alone():
    # 20 mm, 25 cm of water, 1 mm slices: photons alone would show 0.1 mg/mL, with a scatter of 0.35 HU or more nothing does.
    thick = {"diameter": 20e-3, "attenuation_path": 0.25}
    assert seen(0.1, **thick, ct_number_stability=0.0).rose_ratio > 10.0
    assert seen(0.1, **thick, ct_number_stability=0.25).visible
    assert not seen(0.1, **thick, ct_number_stability=0.4).visible
    assert not seen(0.1, **thick, ct_number_stability=0.4, tube_charge=20.0).visible
    small = seen(0.1, attenuation_path=0.25, ct_number_stability=0.0)  # 10 mm: photons alone leave it at the edge
    assert 3.0 < small.rose_ratio < 7.0
    published = seen(0.1, **thick, ct_number_stability=1.0)  # the lowest that the row allows, a third of the published 2.5
    assert published.rose_ratio < 2.0


def test_without_label_nothing_is_visible():
    none = seen(0.0, ct_number_stability=2.5)
    assert (none.rose_ratio, none.visible) == (0.0, False)


def test_what_calibration_leaves_adds_to_the_noise_of_a_mean_and_not_of_a_voxel():
    where = uniform(0.0)
    weights = jnp.full((3, 12, 12), 1 / 432)
    quiet, drifting = ct(), ct(ct_number_stability=2.5)
    image = quiet.expected(where)
    assert np.array_equal(quiet.noise(image, where), drifting.noise(image, where))
    apart = float(drifting.noise_of_mean(image, where, weights=weights)) ** 2
    apart -= float(quiet.noise_of_mean(image, where, weights=weights)) ** 2
    assert math.sqrt(apart) == pytest.approx(2.5, rel=1e-9)


def test_what_calibration_leaves_shifts_a_drawn_image_as_a_whole():
    where = uniform(0.0)
    quiet, drifting = ct(), ct(ct_number_stability=40.0)
    image = quiet.expected(where)
    shift = drifting.noisy(image, where, key=jax.random.key(3)) - quiet.noisy(image, where, key=jax.random.key(3))
    assert np.ptp(shift) == pytest.approx(0.0, abs=1e-9)
    assert 1.0 < abs(float(shift[0, 0, 0])) < 160.0


SMALL = {  # few views and wide rays, so that an image by way of raw data takes a fraction of a second
    "number_of_views": 300.0, "ray_spacing": 1e-3, "attenuation_path": 0.12, "spatial_resolution": 3e-3, "tube_charge": 2e-3,
}  # fmt: skip


def acquired(modality, where, *, seeds):
    """Slices of images by way of raw data, one seed after another, and how they differ from the expected image."""
    return np.concatenate([np.asarray(modality.acquired(where, seed=seed) - modality.expected(where)) for seed in seeds])


@pytest.mark.parametrize("concentration", [0.0, 5.0])
def test_an_image_by_way_of_raw_data_has_the_expected_mean_and_noise(concentration):
    lesion = np.repeat(np.asarray(sphere(10e-3, count=25, spacing=1e-3))[12:13], 10, axis=0)  # a rod along z
    where, modality = scene(gold(concentration) * lesion, voxel_size=(3e-3, 1e-3, 1e-3)), ct(**SMALL)
    away = acquired(modality, where, seeds=range(4))
    stated = float(modality.noise(modality.expected(where), where)[0, 12, 12])
    inner = (slice(None), slice(4, 21), slice(4, 21))
    noise = (away - away.mean(axis=0))[inner].std() * math.sqrt(len(away) / (len(away) - 1))
    assert noise == pytest.approx(stated, rel=0.04)
    region = lesion[0] == 1.0
    weights = np.zeros(lesion.shape)
    weights[0] = region / region.sum()
    of_mean = float(modality.noise_of_mean(modality.expected(where), where, weights=jnp.asarray(weights)))
    means = away[:, region].mean(axis=1)
    assert means.std(ddof=1) == pytest.approx(of_mean, rel=4 / math.sqrt(2 * len(means)))
    contrast = 27.0 * concentration
    assert means.mean() == pytest.approx(0.0, abs=4 * of_mean / math.sqrt(len(means)) + 0.02 * contrast + 1.0)


def test_raw_data_of_one_seed_are_the_same_and_of_another_are_not():
    where, modality = uniform(1.0, shape=(1, 8, 8)), ct(**SMALL)
    one, again, other = (np.asarray(modality.acquired(where, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_source_inside_the_body_is_refused_with_a_reason():
    with pytest.raises(ValueError, match=r"the body is 0\.12 m wide and the source 0\.05 m from its center"):
        ct(**SMALL, source_distance=0.05).acquired(uniform(0.0, shape=(1, 8, 8)), seed=1)


@pytest.mark.parametrize("half", [(slice(None), slice(0, 12)), (slice(0, 3),)])
def test_air_has_a_thousand_below_water_by_either_way(half):
    body = np.ones((6, 25, 25))
    body[half] = 0.0
    where, modality = scene(np.zeros(body.shape), voxel_size=(3e-3, 1e-3, 1e-3), body=body), ct(**SMALL)
    seen = np.asarray(modality.expected(where))
    deep_in_air = seen[0, 3, 12]
    assert deep_in_air == pytest.approx(-1000.0, abs=1.0)
    assert seen[5, 20, 12] == pytest.approx(float(modality.expected(uniform(0.0, shape=(2, 2, 2)))[0, 0, 0]), abs=1.0)
    made = np.mean([np.asarray(modality.acquired(where, seed=seed)) for seed in (1, 2)], axis=0)
    for place in ((0, slice(3, 7), slice(6, 19)), (5, slice(17, 22), slice(6, 19))):
        assert made[place].mean() == pytest.approx(seen[place].mean(), abs=15.0)
