import math

import numpy as np
import pytest

from janusome.numerics.backprojection import filtered_backprojection, hann
from janusome.numerics.projection import FanBeam, ParallelBeam, Projector

PIXEL, RADIUS = 2e-3, 60e-3


def turn(views, *, part=1.0):
    return np.arange(views) * part * math.pi / views


def disc(radius, *, count=128, pixel=PIXEL, center=(0.0, 0.0), fine=8):
    """Share of each pixel inside a disc."""
    x = (np.arange(count * fine) - (count * fine - 1) / 2) * pixel / fine
    inside = (x[:, None] - center[1]) ** 2 + (x[None, :] - center[0]) ** 2 <= radius**2
    return inside.reshape(count, fine, count, fine).mean(axis=(1, 3))


def parallel(*, views=180, bins=185, shape=(128, 128), part=1.0):
    return Projector(ParallelBeam(turn(views, part=part), bins, PIXEL), shape, PIXEL)


def fan(*, views=360, bins=300, shape=(128, 128)):
    return Projector(FanBeam(turn(views, part=2.0), bins, PIXEL, 0.54), shape, PIXEL)


def distances(projector):
    """How far from the center each ray passes."""
    point, way = projector.beam.rays()
    return np.abs(point[..., 0] * way[..., 1] - point[..., 1] * way[..., 0])


@pytest.mark.parametrize("projector", [parallel(), fan()], ids=["parallel", "fan"])
def test_chords_of_a_disc_are_those_of_geometry(projector):
    s = distances(projector)
    exact = 2.0 * np.sqrt(np.maximum(RADIUS**2 - s**2, 0.0))
    inner = s < 0.8 * RADIUS
    error = np.abs(projector.forward(disc(RADIUS)) - exact)[inner].max()
    assert error < 0.006 * 2 * RADIUS


@pytest.mark.parametrize("projector", [parallel(), fan()], ids=["parallel", "fan"])
def test_an_off_center_disc_shows_where_it_is(projector):
    center = np.array([25e-3, -40e-3])
    point, way = projector.beam.rays()
    apart = np.abs((point - center)[..., 0] * way[..., 1] - (point - center)[..., 1] * way[..., 0])
    exact = 2.0 * np.sqrt(np.maximum((20e-3) ** 2 - apart**2, 0.0))
    error = np.abs(projector.forward(disc(20e-3, center=center)) - exact)[apart < 16e-3]
    assert error.max() < 0.04 * 40e-3
    assert error.mean() < 0.006 * 40e-3


@pytest.mark.parametrize("shape", [(128, 128), (37, 90)])
@pytest.mark.parametrize("make", [parallel, fan])
def test_the_adjoint_is_the_exact_transpose(make, shape):
    projector, random = make(shape=shape), np.random.default_rng(1)
    x = random.normal(size=shape)
    y = random.normal(size=projector.forward(x).shape)
    assert np.vdot(projector.forward(x), y) == pytest.approx(np.vdot(x, projector.adjoint(y)), rel=1e-10)


def test_a_ray_along_a_column_sums_it():
    projector, random = Projector(ParallelBeam(np.array([0.0, math.pi / 2]), 9, 1.0), (9, 9), 1.0), np.random.default_rng(2)
    image = random.normal(size=(9, 9))
    assert projector.forward(image)[0] == pytest.approx(image.sum(axis=0))
    assert projector.forward(image)[1] == pytest.approx(image.sum(axis=1))


def test_a_stack_of_slices_is_projected_slice_by_slice():
    projector, random = parallel(views=20, bins=60, shape=(40, 44)), np.random.default_rng(3)
    stack = random.normal(size=(5, 40, 44))
    sinograms = projector.forward(stack)
    for one, sinogram in zip(stack, sinograms, strict=True):
        assert np.array_equal(projector.forward(one), sinogram)
    assert np.array_equal(projector.adjoint(sinograms)[3], projector.adjoint(sinograms[3]))


def test_the_numbers_are_the_same_bits_for_any_number_of_threads(monkeypatch):
    projector, random = parallel(), np.random.default_rng(4)
    image, sinogram = random.normal(size=(128, 128)), random.normal(size=(180, 185))
    found = []
    for threads in (1, 3):
        monkeypatch.setattr("janusome.numerics.threads.processors", lambda threads=threads: threads)
        found.append((projector.forward(image), projector.adjoint(sinogram)))
    assert np.array_equal(found[0][0], found[1][0])
    assert np.array_equal(found[0][1], found[1][1])


def test_some_of_the_views_are_those_of_all():
    projector = parallel()
    image = disc(30e-3)
    assert np.array_equal(projector.views(slice(3, None, 10)).forward(image), projector.forward(image)[3::10])


def test_a_source_inside_the_slice_is_refused_with_a_reason():
    with pytest.raises(ValueError, match=r"inside the slice, whose corners are 0\.181"):
        Projector(FanBeam(turn(4), 10, 1e-3, 0.1), (128, 128), PIXEL)


@pytest.mark.parametrize("projector", [parallel(), parallel(views=360, part=2.0), fan()], ids=["half turn", "full", "fan"])
def test_filtered_backprojection_gives_a_disc_back_within_half_a_percent(projector):
    truth = disc(RADIUS)
    sinogram = 2.0 * np.sqrt(np.maximum(RADIUS**2 - distances(projector) ** 2, 0.0))  # exact, not Joseph's
    image = filtered_backprojection(sinogram, projector.beam, shape=(128, 128), pixel_size=PIXEL)
    inner, outer = disc(0.9 * RADIUS) == 1.0, disc(1.1 * RADIUS) == 0.0
    assert image[inner].mean() == pytest.approx(1.0, abs=5e-3)
    assert image[disc(0.3 * RADIUS) == 1.0].mean() == pytest.approx(1.0, abs=5e-3)
    assert np.abs(image[inner] - 1.0).max() < 0.02
    assert abs(image[outer].mean()) < 5e-3
    assert np.sqrt(np.mean((image - truth)[inner] ** 2)) < 5e-3


def test_a_window_trades_sharpness_for_noise():
    projector, random = parallel(), np.random.default_rng(5)
    noise = random.normal(size=(180, 185))
    spread = [
        filtered_backprojection(noise, projector.beam, shape=(128, 128), pixel_size=PIXEL, **given).std()
        for given in ({}, {"window": hann})
    ]
    assert spread[1] < 0.5 * spread[0]
    point = np.zeros((128, 128))
    point[64, 64] = 1.0
    sharp, soft = (
        filtered_backprojection(projector.forward(point), projector.beam, shape=(128, 128), pixel_size=PIXEL, **given)
        for given in ({}, {"window": hann})
    )
    assert sharp[64, 64] > 1.3 * soft[64, 64] > 0.1
