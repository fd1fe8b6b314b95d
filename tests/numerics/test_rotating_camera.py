import math

import numpy as np
import pytest
from test_projection import disc

from janusome.numerics.rotating_camera import RotatingCamera

PIXEL = 2e-3


def camera(*, side=40, slices=3, mu=None, widths=None, views=12):
    return RotatingCamera.around(
        np.zeros((side, side)) if mu is None else mu,
        angles=np.arange(views) * 2 * math.pi / views,
        widths=np.zeros(side) if widths is None else widths,
        slices=slices,
        pixel_size=PIXEL,
        slice_size=PIXEL,
    )


def test_the_adjoint_is_the_exact_transpose():
    random = np.random.default_rng(1)
    tried = camera(mu=9.0 * disc(30e-3, count=40), widths=np.linspace(1e-3, 6e-3, 40))
    x, y = random.normal(size=(3, 40, 40)), random.normal(size=(3, 12, 40))
    assert np.vdot(tried.forward(x), y) == pytest.approx(np.vdot(x, tried.adjoint(y)), rel=1e-10)


def test_without_blur_and_tissue_the_chords_of_a_disc_are_those_of_geometry():
    found = camera(side=64).forward(np.broadcast_to(disc(50e-3, count=64), (3, 64, 64)))[1] * PIXEL
    s = (np.arange(64) - 31.5) * PIXEL
    exact = 2.0 * np.sqrt(np.maximum(50e-3**2 - s**2, 0.0))
    assert np.abs(found - exact)[:, np.abs(s) < 40e-3].max() < 0.01 * 100e-3


def test_a_spot_in_the_middle_of_a_disc_loses_what_its_radius_takes_in_every_view():
    spot = disc(8e-3, count=41)[None]
    counts = camera(side=41, slices=1, mu=14.4 * disc(30e-3, count=41)).forward(spot).sum(axis=-1) / spot.sum()
    assert counts == pytest.approx(np.full((1, 12), math.exp(-14.4 * 30e-3)), rel=0.02)


def test_a_point_is_blurred_by_its_distance_along_the_camera_and_along_the_slices():
    widths = 2e-3 + 0.05 * np.arange(41) * PIXEL
    point = np.zeros((25, 41, 41))
    point[12, 10, 20] = 1.0  # nearer to the camera at angle 0 than at pi
    tried = camera(side=41, slices=25, widths=widths, views=2).forward(point)
    places = (np.arange(41) - 20) * PIXEL
    for view, row in ((0, 10), (1, 30)):
        along_bins, along_slices = tried[:, view].sum(axis=0), tried[:, view].sum(axis=1)
        assert math.sqrt((along_bins * places**2).sum() / along_bins.sum()) == pytest.approx(widths[row], rel=0.02)
        assert math.sqrt((along_slices * ((np.arange(25) - 12) * PIXEL) ** 2).sum()) == pytest.approx(widths[row], rel=0.02)


def test_some_of_the_views_are_those_of_all():
    image = np.random.default_rng(2).uniform(size=(3, 40, 40))
    assert np.array_equal(camera().views(slice(1, None, 4)).forward(image), camera().forward(image)[:, 1::4])


def test_slices_that_are_not_square_are_refused_with_a_reason():
    with pytest.raises(ValueError, match="give square slices and a width for each row"):
        camera(mu=np.zeros((40, 30)))
