import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import camera, scene

from janusome.imaging.fluorescence import Fluorescence
from janusome.imaging.optics.two_step import Tissue, emerging_by_diffusion, emerging_by_monte_carlo
from janusome.numerics.light_diffusion import border_factor, diffuse, first_scattering
from janusome.numerics.light_sources import BroadBeam
from janusome.numerics.photons import Media, propagate
from janusome.numerics.precision import double

TISSUE = {"absorption": 20.0, "reduced_scattering": 1000.0}


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def spot(deep, *, n=24):
    label = np.zeros((n, n, n))
    label[deep, n // 2, n // 2] = 1e-3
    return label


def test_the_picture_is_that_of_two_solves_on_the_grid():
    n, h = 24, 0.5e-3
    label = spot(9, n=n)
    source = np.broadcast_to(first_scattering(**TISSUE, depth=n, spacing=h)[:, None, None] * h**2, (n, n, n))
    sides = (False, True, True)
    excitation = diffuse(source, **TISSUE, spacing=[h] * 3, mirrors=sides).fluence
    born = 0.05 * np.log(10) * 12000.0 * label * excitation * h**3
    out = diffuse(born, **TISSUE, spacing=[h] * 3, mirrors=sides).escaped[0][0] / h**2 * 1e9
    picture = np.asarray(camera(view_depth=n * h / 2).expected(scene(label, voxel_size=(h,) * 3)))[0]
    assert picture.sum() == pytest.approx(out.sum(), rel=0.05)
    assert picture[12, 12] == pytest.approx(out[12, 12], rel=0.05)


def test_deeper_label_is_dimmer_and_wider():
    view = camera(view_depth=6e-3)
    pictures = [np.asarray(view.expected(scene(spot(deep), voxel_size=(0.5e-3,) * 3)))[0] for deep in (4, 12)]
    assert pictures[0].sum() > 2 * pictures[1].sum()
    assert pictures[0].max() / pictures[0].sum() > 2 * pictures[1].max() / pictures[1].sum()


def test_a_picture_is_relative_because_depth_and_amount_cannot_be_told_apart():
    def picture(depth, concentration):
        slab = scene(np.full((1, 3, 3), concentration), voxel_size=(1e-3,) * 3)
        return np.asarray(camera(view_depth=depth).expected(slab))[0]

    shallow, deep = (picture(depth, 1e-3) for depth in (2.5e-3, 4.5e-3))
    assert picture(4.5e-3, 1e-3 * shallow[0, 0] / deep[0, 0]) == pytest.approx(shallow, rel=1e-9)
    assert Fluorescence.relative


def test_what_lies_above_the_skin_is_air_and_shines_not():
    label = np.zeros((9, 5, 5))
    label[:4] = 1e-3
    assert np.asarray(camera(view_depth=0.5e-3).expected(scene(label, voxel_size=(1e-3,) * 3))) == pytest.approx(0.0, abs=1e-6)


def test_layers_are_one_picture_and_not_many():
    where = scene(np.full((4, 3, 3), 1e-3), voxel_size=(1e-3,) * 3)
    image = camera().expected(where)
    one = float(camera().noise_of_mean(image, where, weights=jnp.full((4, 3, 3), 1 / 36)))
    assert one == pytest.approx(float(camera().noise(image, where)[0, 0, 0]) / 3.0, rel=0.01)


def label_in_a_ball(n=12):
    z, y, x = np.indices((n, n, n)) - (n - 1) / 2
    return scene(1e-5 * (z**2 + y**2 + x**2 < 9) + 1e-7, voxel_size=(0.5e-3,) * 3)


def test_pictures_by_way_of_two_solves_and_a_camera_have_the_mean_and_the_noise_of_the_model():
    where = label_in_a_ball()
    given = camera(view_depth=5e-3, autofluorescence=2e-6, filter_leakage=1e-6, border_factor=2.8)
    model = np.asarray(given.expected(where))[0]
    drawn = np.stack([np.asarray(given.acquired(where, seed=seed))[0] for seed in range(12)])
    region = (slice(3, 9), slice(3, 9))
    assert drawn.mean(axis=0)[region].mean() == pytest.approx(model[region].mean(), rel=0.05)
    assert drawn.mean(axis=0) == pytest.approx(model, rel=0.1)
    assert drawn.std(axis=0, ddof=1).mean() == pytest.approx(np.asarray(given.noise(model[None], where)).mean(), rel=0.05)


def test_a_camera_of_twelve_bits_rounds_and_a_full_pixel_shows_no_more():
    where = label_in_a_ball()
    given = camera(view_depth=5e-3, bit_depth=12.0, full_well_capacity=4096.0 * 8.0, electrons_at_full_return=1e12,
                   dark_electrons=0.0)  # fmt: skip
    picture = np.asarray(given.acquired(where, seed=1))[0]
    assert np.all(picture % 8.0 == 0.0)
    assert picture.max() == 8.0 * 4095.0 < np.asarray(given.expected(where)).max()
    coarse, fine = (camera(bit_depth=bits, full_well_capacity=1e5) for bits in (8.0, 16.0))
    dark = jnp.zeros((1, 3, 3))
    extra = np.asarray(coarse.noise(dark, where)) ** 2 - np.asarray(fine.noise(dark, where)) ** 2
    assert extra == pytest.approx((1e5 / 256) ** 2 / 12, rel=1e-3)  # variance of what rounding takes off


def test_the_light_of_no_label_drifts_as_one_and_no_pixels_average_it_away():
    where, weights = label_in_a_ball(4), jnp.full((4, 4, 4), 1 / 64)
    given = camera(autofluorescence=1e-5, background_stability=0.1)
    image = given.expected(where)
    assert float(given.noise_of_mean(image, where, weights=weights)) == pytest.approx(0.1 * 1e-5 * 1e9, rel=0.02)
    means = [np.asarray(given.acquired(where, seed=seed)).mean() for seed in range(12)]
    assert np.std(means, ddof=1) == pytest.approx(1e3, rel=0.6)


def test_a_leaking_filter_adds_what_tissue_sends_back_of_the_excitation():
    none = scene(np.zeros((8, 2, 2)), voxel_size=(0.5e-3,) * 3)
    leaking = float(np.asarray(camera(filter_leakage=1e-6).expected(none)).mean()) / 1e9
    column = Media(
        np.zeros((60, 1, 1), int), absorption=20.0, scattering=1000.0, spacing=[0.5e-3] * 3, mirrors=(False, True, True)
    )
    assert leaking / 1e-6 == pytest.approx(propagate(column, BroadBeam(), packets=20_000, seed=3).reflected, rel=0.08)


def test_two_steps_by_diffusion_and_by_monte_carlo_show_the_same_light():
    taken = np.zeros((4, 9, 9))
    taken[:, 4, 4] = 1.0
    given = {"quantum_yield": 0.1, "middle": 5e-3, "voxel_size": np.full(3, 1e-3), "excitation": Tissue(20.0, 1000.0),
             "emission": Tissue(15.0, 900.0)}  # fmt: skip
    one = emerging_by_diffusion(taken, **given, border=border_factor(1.37))
    other = emerging_by_monte_carlo(taken, **given, refractive_index=1.37, packets=60_000, seed=4)
    assert other.sum() == pytest.approx(one.sum(), rel=0.1)
    assert other[3:6, 3:6].sum() == pytest.approx(one[3:6, 3:6].sum(), rel=0.1)
