import dataclasses
import math

import numpy as np
import pytest
from imaging_scenes import pet, scene, sphere
from scipy.constants import Avogadro

from janusome.imaging.nuclear.body import CrossSection
from janusome.imaging.nuclear.coincidences import noise_equivalent_rate, random_coincidences, reconstructed, scattered
from janusome.numerics.precision import double

HALF_LIFE, SPACING, COUNT = 6586.2, 0.8e-3, 18
LESION = sphere(8e-3, count=COUNT, spacing=SPACING)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def label(activity):
    return activity * 1e6 * HALF_LIFE / (math.log(2) * Avogadro)


def mouse(**changed):
    """A small-animal scanner about a trunk of 23 mm."""
    given = {"attenuation_path": 0.023, "spatial_resolution": 1.75e-3, "sensitivity": 0.036, "scatter_fraction": 0.06}
    return pet(**{**given, "randoms_ratio": 0.05, **changed})


def warm(ratio=4.0, *, background=50e3, spacing=SPACING):
    return scene(label(background) * (1 + (ratio - 1) * LESION), voxel_size=(spacing,) * 3)


def many(modality, where, *, draws):
    return np.stack([np.asarray(modality.acquired(where, seed=k)) for k in range(draws)])


def test_images_by_way_of_coincidences_agree_with_the_image_model_in_mean_and_noise():
    # Measured here: lesion 1.00, background 0.99 of the expected mean; noise 1.6 (lesion) and 1.0 (background) times the model's
    # with F = 3, and 1.5 for the mean of the lesion: F of these reconstructions is 3.1 to 4.7.
    modality, where = mouse(), warm()
    images = many(modality, where, draws=6)
    expected = modality.expected(where)
    around = np.asarray(sphere(15e-3, count=COUNT, spacing=SPACING)) == 0.0
    weights = LESION / LESION.sum()
    means = (images * np.asarray(weights)).sum(axis=(1, 2, 3))
    assert means.mean() == pytest.approx(float((expected * weights).sum()), rel=0.03)
    assert images.mean(axis=0)[around].mean() == pytest.approx(float(expected[around].mean()), rel=0.03)
    noise = np.asarray(modality.noise(expected, where))
    for region, bounds in ((np.asarray(LESION) > 0.9, (0.8, 2.2)), (around, (0.6, 1.7))):
        ratio = math.sqrt(images.var(axis=0, ddof=1)[region].mean() / (noise[region] ** 2).mean())
        assert bounds[0] < ratio < bounds[1]
    stated = float(modality.noise_of_mean(expected, where, weights=weights))
    assert 0.4 < means.std(ddof=1) / stated < 3.5  # six draws know a spread within a third


def test_one_seed_gives_one_image_and_another_seed_another():
    one, again, other = (np.asarray(mouse().acquired(warm(), seed=k)) for k in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one.min() >= -1e-6 * one.max()  # the likelihood allows no negative activity


def test_more_counts_mean_less_noise_by_the_square_root():
    where = warm()
    region = np.asarray(LESION) > 0.9
    short, long = (many(mouse(frame_duration=t), where, draws=3) for t in (60.0, 960.0))
    ratio = math.sqrt(short.var(axis=0, ddof=1)[region].mean() / long.var(axis=0, ddof=1)[region].mean())
    assert ratio == pytest.approx(4.0, rel=0.25)


def test_attenuation_that_the_reconstruction_does_not_know_dims_the_middle():
    modality = mouse(attenuation_path=0.03)
    body = CrossSection.around(np.full((3, 18, 18), 1e12), voxel_size=np.full(3, SPACING), diameter=0.03, slices_beyond=2)
    ring = modality._ring()
    mean = ring.prompts(body.activity, ring.projector(body), body=body)
    blind = dataclasses.replace(ring, attenuation_coefficient=0.0)
    counts = mean.trues + mean.background
    right, wrong = (
        reconstructed(counts, each.projector(body), background=mean.background)[body.scene][1, 6:12, 6:12].mean()
        for each in (ring, blind)
    )
    assert right == pytest.approx(1e12, rel=0.02)
    assert 0.85 * math.exp(-9.6 * 0.03) < wrong / right < math.exp(-9.6 * 0.03)  # the middle looks emptier than one ray says


def test_the_prompts_are_what_sensitivity_attenuation_scatter_and_randoms_say():
    modality = mouse(scatter_fraction=0.3, randoms_ratio=0.2, attenuation_coefficient=0.0)
    body = CrossSection.around(np.full((8, 18, 18), 2e9), voxel_size=np.full(3, SPACING), diameter=0.023, slices_beyond=4)
    mean = modality._ring().prompts(body.activity, modality._ring().projector(body), body=body)
    decays = body.activity[5:-5].sum() * SPACING**3  # far from the ends, where the blur loses none
    assert mean.trues[5:-5].sum() == pytest.approx(0.036 * decays, rel=0.01)
    assert mean.scatter.sum() / (mean.scatter.sum() + mean.trues.sum()) == pytest.approx(0.3, rel=1e-9)
    assert mean.randoms.sum() / mean.trues.sum() == pytest.approx(0.2, rel=1e-9)


# Row P6: what is left behind 20 cm of water at 511 and at 140.5 keV.
@pytest.mark.parametrize(("coefficient", "energy"), [(9.600, 511.0), (15.37, 140.5)])
def test_attenuation_through_20_cm_of_water_is_that_of_published_coefficients(coefficient, energy):
    import xraylib

    assert 100.0 * xraylib.CS_Total_CP("Water, Liquid", energy) == pytest.approx(coefficient, rel=5e-3)
    body = CrossSection.around(np.ones((1, 10, 10)), voxel_size=np.full(3, 2e-3), diameter=0.2, slices_beyond=0)
    middle = body.water.shape[0] // 2
    path = body.water[middle].sum() * body.pixel_size
    assert math.exp(-coefficient * path) == pytest.approx(math.exp(-coefficient * 0.2), rel=5e-3)


def test_scatter_is_broad_and_reaches_rays_that_meet_no_activity():
    trues = np.zeros((1, 1, 101))
    trues[..., 45:56] = 1.0
    found = scattered(trues, reach=20.0, fraction=0.4)
    assert found.sum() == pytest.approx(trues.sum() * 0.4 / 0.6)
    assert found[0, 0, 10] > 0.1 * found.max()
    assert not scattered(np.zeros((1, 1, 9)), reach=2.0, fraction=0.4).any()


def test_randoms_grow_as_the_square_of_the_activity_so_that_the_noise_equivalent_rate_levels_off():
    def rate(activity):
        trues, singles = 10.0 * activity, 1e4 * activity
        return noise_equivalent_rate(
            trues=trues, scatter=0.5 * trues, randoms=random_coincidences(singles, singles, window=2e-9)
        )

    assert rate(2e-3) / rate(1e-3) == pytest.approx(2.0, rel=1e-3)
    assert rate(2e4) / rate(1e4) < 1.01
    assert rate(1e6) == pytest.approx(10.0**2 / (2 * 2e-9 * 1e4**2), rel=1e-3)


def test_the_body_around_a_scene_holds_what_its_border_holds():
    field = np.full((4, 10, 10), 3.0)
    field[:, 4:6, 4:6] = 50.0
    body = CrossSection.around(field, voxel_size=np.full(3, 1e-3), diameter=0.03, slices_beyond=2)
    assert np.array_equal(body.activity[body.scene], field)
    outside = body.water.astype(bool).copy()
    outside[body.scene[1:]] = False
    assert body.activity[3][outside & (body.water == 1.0)] == pytest.approx(3.0)
    assert body.water.sum() * 1e-6 == pytest.approx(math.pi * 0.015**2, rel=0.01)


def test_a_scene_without_activity_gives_an_empty_image():
    image = np.asarray(mouse().acquired(scene(np.zeros((4, 8, 8)), voxel_size=(SPACING,) * 3), seed=1))
    assert not image.any()


def test_a_body_too_large_for_the_voxels_and_oblong_pixels_are_refused_with_a_reason():
    with pytest.raises(ValueError, match=r"the body is 629 pixels of 0\.0004 m across; up to 512"):
        mouse(attenuation_path=0.25).acquired(scene(np.zeros((2, 4, 4)), voxel_size=(4e-4,) * 3), seed=1)
    with pytest.raises(ValueError, match="raw data need square ones"):
        mouse().acquired(scene(np.zeros((2, 4, 4)), voxel_size=(1e-3, 1e-3, 2e-3)), seed=1)


def test_a_sphere_by_way_of_coincidences_has_the_contrast_of_the_image_model():
    where = warm(ratio=4.0, background=500e3)
    modality = mouse()
    image, expected = np.asarray(modality.acquired(where, seed=3)), np.asarray(modality.expected(where))
    inside = np.asarray(LESION) == 1.0
    around = np.asarray(sphere(15e-3, count=COUNT, spacing=SPACING)) == 0.0
    one, other = (100.0 * (each[inside].mean() / each[around].mean() - 1.0) / 3.0 for each in (image, expected))
    assert one == pytest.approx(other, abs=6.0)
