import numpy as np
import pytest
from sound_of_a_sphere import n_wave, smooth_sphere

from janusome.errors import InputError
from janusome.numerics.delay_and_sum import CLOSED, PLANE, Detectors, back_projected, ring
from janusome.numerics.plane_array import PlaneArray
from janusome.numerics.waves import padding, propagated, recorded

C, H = 1500.0, 0.2e-3
SPHERE = {"radius": 1e-3, "smoothing": 0.15e-3}


def distances(count, *, spacing=H):
    x = (np.arange(count) - count // 2) * spacing
    return np.sqrt(x[:, None, None] ** 2 + x[:, None] ** 2 + x**2)


def plane(depths, count, *, interval, samples, spacing=H):
    return PlaneArray(np.asarray(depths), (count, count), (spacing, spacing), C, interval, samples)


def below(depths, center, count, *, spacing=H):
    """A smooth sphere with its center at a depth, under the middle of a plane."""
    x = (np.arange(count) - count // 2) * spacing
    away = np.sqrt((np.asarray(depths)[:, None, None] - center) ** 2 + x[:, None] ** 2 + x**2)
    return smooth_sphere(away, **SPHERE)


def test_a_sphere_sends_an_n_wave():
    interval, reach = 0.5 * H / C, 10e-3
    samples = int((reach + 2e-3) / C / interval)
    depths = np.arange(int(7.5e-3 / H), int(12.5e-3 / H)) * H
    count = padding(4e-3, samples * interval, spacing=H, sound_speed=C)
    record = plane(depths, count, interval=interval, samples=samples).recorded(below(depths, reach, count))
    trace, time = record[:, count // 2, count // 2], interval * np.arange(samples)
    smooth = n_wave(time, distance=reach, sound_speed=C, **SPHERE)
    assert np.sqrt(np.mean((trace - smooth) ** 2)) < 0.01 * smooth.max()
    linear = np.abs(reach - C * time) < 0.6e-3  # inside the smoothed ends it is (r - ct)/(2r)
    wanted = (reach - C * time) / (2.0 * reach)
    assert np.sqrt(np.mean((trace - wanted)[linear] ** 2)) < 0.03 * SPHERE["radius"] / (2.0 * reach)
    assert abs(trace.sum()) < 1e-3 * np.abs(trace).sum()


def test_a_record_in_the_box_is_that_of_the_plane_and_of_the_closed_form():
    count, samples = 72, 80
    interval = 0.5 * H / C
    box = smooth_sphere(distances(count), **SPHERE)
    middle = count // 2
    traces = recorded(box, ([middle], [middle], [middle + 15]), spacing=H, sound_speed=C, interval=interval, samples=samples)
    exact = n_wave(interval * np.arange(samples), distance=15 * H, sound_speed=C, **SPHERE)
    assert np.sqrt(np.mean((traces[:, 0] - exact) ** 2)) < 0.01 * exact.max()
    once = propagated(box, spacing=H, sound_speed=C, times=[30 * interval])[0]
    assert once[middle, middle, middle + 15] == pytest.approx(traces[30, 0], abs=1e-10)


def test_sound_keeps_its_energy():
    # With p(t) = cos(ckt) p0, |p(t)|^2 - p(t - s) p(t + s) summed over space is sin^2(cks)|p0|^2 at any time t.
    start, s = np.random.default_rng(1).standard_normal((24, 20)), 1e-7
    kept = []
    for t in (2e-6, 3.7e-6, 9.1e-6):
        before, now, after = propagated(start, spacing=H, sound_speed=C, times=[t - s, t, t + s])
        kept.append(np.sum(now**2) - np.sum(before * after))
    assert kept == pytest.approx([kept[0]] * 3, rel=1e-9)


def test_what_is_sent_there_and_heard_here_is_what_is_sent_here_and_heard_there():
    def heard(source, sensor):
        start = np.zeros((20, 24, 16))
        start[source] = 1.0
        where = tuple([one] for one in sensor)
        return recorded(start, where, spacing=(H, H, 1.5 * H), sound_speed=C, interval=1e-8, samples=60)[:, 0]

    one, other = (3, 4, 5), (12, 9, 10)
    assert heard(one, other) == pytest.approx(heard(other, one), abs=1e-12)


def test_a_sheet_and_a_line_of_voxels_propagate_too():
    line = np.exp(-(((np.arange(200) - 50.0) / 5.0) ** 2))
    there = propagated(line, spacing=H, sound_speed=C, times=[30 * H / C])[0]
    assert there[80] == pytest.approx(0.5, abs=1e-3)  # half of it runs to either side
    assert there[20] == pytest.approx(0.5, abs=1e-3)
    assert propagated(np.ones((4, 5)), spacing=H, sound_speed=C, times=[1e-6]).shape == (1, 4, 5)


def test_a_plane_that_hears_all_gives_the_start_pressure_back():
    h, count = 0.25e-3, 32  # the sides repeat, so that the plane has no end
    depths = (np.arange(16) + 0.5) * h + 1e-3
    array = plane(depths, count, interval=0.6 * h / C, samples=400, spacing=h)
    start = below(depths, 3e-3, count, spacing=h)
    back = array.reconstructed(array.recorded(start))
    lifted = back - back.mean(axis=(1, 2), keepdims=True) + start.mean(axis=(1, 2), keepdims=True)
    assert np.sqrt(np.mean((lifted - start) ** 2)) < 0.03


def test_noise_of_a_plane_has_the_stated_spectrum():
    h, count, samples = 0.25e-3, 48, 200
    depths = (np.arange(24) + 0.5) * h + 3e-3
    array = plane(depths, count, interval=0.6 * h / C, samples=samples, spacing=h)
    noise = np.random.default_rng(3).standard_normal((samples, count, count))
    cut = 0.5 * np.pi / h

    def low(f):
        return (2 * np.pi * f / C < cut).astype(float)

    back = array.reconstructed(noise, response=low)
    # Over the ball |k| < K the mean of kz/|k| is 1/2: 4 c s^2 dt d^2 times half of its volume over (2 pi)^3.
    stated = 4 * C * array.interval * h**2 * 0.5 * (4 / 3 * np.pi * cut**3) / (2 * np.pi) ** 3
    assert back.var() == pytest.approx(stated, rel=0.06)


def test_back_projection_and_the_plane_show_the_same():
    h, count, samples = 0.25e-3, 72, 66  # neighbors are heard after the last sample
    depths = (np.arange(24) + 0.5) * h + 1e-3
    array = plane(depths, count, interval=0.6 * h / C, samples=samples, spacing=h)
    record = array.recorded(below(depths, 4e-3, count, spacing=h))
    inside = np.abs(np.arange(count) - count // 2) <= 20
    record = record * np.outer(inside, inside)  # a plane of 10 mm
    x = (np.arange(count) - count // 2) * h
    y, x = (one.ravel() for one in np.meshgrid(x, x, indexing="ij"))
    detectors = Detectors(np.stack([0 * y, y, x], axis=1), np.tile([1.0, 0.0, 0.0], (count**2, 1)), np.full(count**2, h**2))
    points = np.stack([depths, 0 * depths, 0 * depths], axis=1)
    given = {"sound_speed": C, "interval": array.interval, "seen_under": PLANE}
    shown = back_projected(record.reshape(samples, -1), detectors, points, **given)
    other = array.reconstructed(record)[:, count // 2, count // 2]
    inside = np.abs(depths - 4e-3) < 0.7e-3
    assert shown[inside] == pytest.approx(other[inside], abs=0.08)
    assert 0.35 < shown[inside].mean() < 0.5  # what leaves sideways misses the plane


def test_detectors_all_around_give_a_sphere_back():
    count, radius = 2000, 8e-3
    z = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    turn = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(count)
    out = np.stack([z, np.sqrt(1 - z**2) * np.sin(turn), np.sqrt(1 - z**2) * np.cos(turn)], axis=1)
    detectors = Detectors(radius * out, -out, np.full(count, 4 * np.pi * radius**2 / count))
    interval = 2e-8
    center = np.array([0.5e-3, 0.0, -1e-3])
    far = np.linalg.norm(detectors.positions - center, axis=1)
    records = n_wave(interval * np.arange(480)[:, None], distance=far, sound_speed=C, **SPHERE)
    points = center + np.array([[0.0, 0, 0], [0, 0.5e-3, 0], [1e-3, 0, 0], [0, 0, 2e-3]])
    shown = back_projected(records, detectors, points, sound_speed=C, interval=interval, seen_under=CLOSED)
    wanted = smooth_sphere(np.linalg.norm(points - center, axis=1), **SPHERE)
    assert shown == pytest.approx(wanted, abs=0.02)


def test_a_ring_finds_where_a_source_lies():
    detectors, interval = ring(64, radius=8e-3, height=1e-3), 2e-8
    center = np.array([0.0, 1e-3, 2e-3])
    far = np.linalg.norm(detectors.positions - center, axis=1)
    records = n_wave(interval * np.arange(480)[:, None], distance=far, sound_speed=C, radius=0.3e-3, smoothing=0.1e-3)
    x = np.linspace(-4e-3, 4e-3, 33)
    points = np.stack(np.broadcast_arrays(0.0, x[:, None], x[None, :]), axis=-1)
    shown = back_projected(records, detectors, points, sound_speed=C, interval=interval)
    row, column = np.unravel_index(shown.argmax(), shown.shape)
    assert (x[row], x[column]) == pytest.approx((1e-3, 2e-3), abs=0.26e-3)


@pytest.mark.parametrize("start", [np.full((4, 4), np.nan), np.ones((2, 2, 2, 2))])
def test_boxes_that_cannot_propagate_are_refused(start):
    with pytest.raises(InputError, match="initial pressure"):
        propagated(start, spacing=H, sound_speed=C, times=[0.0])


def test_records_of_other_detectors_are_refused():
    with pytest.raises(InputError, match="records"):
        back_projected(np.zeros((5, 3)), ring(4, radius=1e-2, height=1e-3), np.zeros((1, 3)), sound_speed=C, interval=1e-8)
    with pytest.raises(InputError, match="record"):
        plane([1e-3, 2e-3], 4, interval=1e-8, samples=4).reconstructed(np.zeros((3, 4, 4)))
