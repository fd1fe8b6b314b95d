import math
from itertools import pairwise

import numpy as np
import pytest

from janusome.imaging.nuclear.gamma_camera import Spectrometer
from janusome.imaging.nuclear.windows import (
    REST_ENERGY,
    Window,
    around_line,
    beside,
    crosstalk,
    line_share,
    lines,
    scatter_share,
    separated,
    triple_window_scatter,
)
from janusome.numerics.expectation import osem
from janusome.numerics.rotating_camera import RotatingCamera
from janusome.units import to_internal

PAIR = ("in-111", "lu-177")
# Customary windows, as the models of cameras in GATE have them: 171 and 245 keV of indium, 208 keV of lutetium.
WINDOWS = tuple(
    Window(to_internal(low, "keV"), to_internal(high, "keV"))
    for low, high in ((158.45, 184.15), (226.995, 263.805), (187.2, 228.8))
)


def kev(number):
    return to_internal(number, "keV")


def test_windows_that_fill_all_energies_count_all_of_a_line_and_of_its_scatter():
    edges = [kev(e) for e in (1, 80, 140, 171, 200, 400)]
    windows = [Window(*pair) for pair in pairwise(edges)]
    for share in (line_share, scatter_share):
        assert sum(share(kev(171.3), window, resolution=0.1) for window in windows) == pytest.approx(1.0, abs=1e-9)


def test_scatter_lies_between_backscatter_and_the_line():
    energy = kev(171.3)
    lowest = energy / (1 + 2 * energy / REST_ENERGY)
    assert lowest / kev(1) == pytest.approx(102.5, abs=0.2)
    sharp = {"resolution": 1e-4}
    assert scatter_share(energy, Window(lowest, energy), **sharp) == pytest.approx(1.0, abs=1e-3)
    assert scatter_share(energy, Window(energy * 1.001, 2 * energy), **sharp) == pytest.approx(0.0, abs=1e-6)


def test_triple_windows_take_a_flat_background_exactly():
    peak = around_line(kev(171.3), share=0.2)
    sides = beside(peak, share=0.06)
    flat = 7.0  # counts per energy
    found = triple_window_scatter(flat * sides[0].width, flat * sides[1].width, peak=peak, sides=sides)
    assert float(found) == pytest.approx(flat * peak.width, rel=1e-12)
    assert sides[0].high == peak.low
    assert sides[1].low == peak.high


def test_triple_windows_take_most_of_the_scatter_and_a_little_of_the_line():
    camera = Spectrometer.on(kev(171.3), resolution=0.1, peak_share=0.2, side_share=0.06)
    raw = triple_window_scatter(*camera.scatter_beside(), peak=camera.peak, sides=camera.sides)
    assert float(raw) == pytest.approx(0.82, abs=0.01)  # of single scatter, before a camera is calibrated
    assert camera.scatter_estimate(*camera.scatter_beside()) == pytest.approx(1.0, rel=1e-12)
    assert camera.taken_from_line() == pytest.approx(0.038, abs=0.002)


def test_indium_shines_into_the_window_of_lutetium_more_than_lutetium_into_those_of_indium():
    without = crosstalk(PAIR, WINDOWS, resolution=0.1, scatter_ratio=0.0)
    scattering = crosstalk(PAIR, WINDOWS, resolution=0.1, scatter_ratio=1.0)
    into_lutetium, into_indium = without[2, 0] / without[2, 1], without[0, 1] / without[0, 0]
    assert into_lutetium > 0.3  # the lines of indium are eight times as strong, and one leaks in
    assert into_indium < 0.01
    assert (scattering > without).all()
    assert scattering[2, 0] / scattering[2, 1] > 2.0 * into_lutetium


def test_two_nuclides_at_once_are_told_apart_as_well_as_their_counts_allow():
    response = crosstalk(PAIR, WINDOWS, resolution=0.1, scatter_ratio=1.0)
    truth = np.array([4e4, 9e4])
    mean = response @ truth
    exact, _ = separated(mean, response)
    assert exact == pytest.approx(truth, rel=1e-9)
    random = np.random.default_rng(1)
    counts = random.poisson(np.broadcast_to(mean[:, None], (3, 4000))).astype(float)
    found, spread = separated(counts, response)
    assert found.mean(axis=1) == pytest.approx(truth, rel=4e-3)
    assert found.std(axis=1) == pytest.approx(spread.mean(axis=1), rel=0.05)
    alone = math.sqrt(mean[2]) / response[2, 1]
    assert 1.0 < found.std(axis=1)[1] / alone < 1.5  # what indium in its window costs lutetium


def test_reading_lutetium_without_regard_to_indium_is_wrong_by_much():
    response = crosstalk(PAIR, WINDOWS, resolution=0.1, scatter_ratio=1.0)
    counts = response @ np.array([1e4, 1e4])
    assert counts[2] / response[2, 1] > 3.0 * 1e4


def test_nuclides_that_the_windows_cannot_tell_apart_are_refused_with_a_reason():
    with pytest.raises(ValueError, match="1 windows cannot tell 2 nuclides apart"):
        separated(np.ones(1), np.ones((1, 2)))
    with pytest.raises(ValueError, match="windows on a line of each"):
        separated(np.ones(2), np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"no gamma lines of 'xx-1'; known are .*in-111"):
        lines("xx-1")


def test_two_nuclides_in_one_turn_of_the_camera_come_back_each_where_it_is():
    side = 24
    response = crosstalk(PAIR, WINDOWS, resolution=0.1, scatter_ratio=0.5)
    places = np.zeros((2, 1, side, side))
    places[0, 0, 8:13, 6:11] = 2e3
    places[1, 0, 12:17, 13:18] = 2e4
    camera = RotatingCamera.around(
        np.zeros((side, side)), angles=np.arange(30) * 2 * math.pi / 30, widths=np.full(side, 1.0), slices=1,
        pixel_size=1.0, slice_size=1.0,
    )  # fmt: skip
    random = np.random.default_rng(2)
    turns = np.tensordot(response, np.stack([camera.forward(one) for one in places]), axes=1)
    windows = np.stack([osem(random.poisson(one), camera, subsets=5, iterations=15) for one in turns])
    found, _ = separated(windows, response)
    for which in (0, 1):
        assert found[which][places[which] > 0].mean() == pytest.approx(places[which].max(), rel=0.12)  # edges come last
        elsewhere = (places[1 - which] > 0) & (places[which] == 0)
        assert abs(found[which][elsewhere].mean()) < 0.08 * places[which].max()
    lutetium_window = windows[2] / response[2, 1]
    assert lutetium_window[places[0] > 0].mean() > 0.2 * 2e4  # where there is indium only
