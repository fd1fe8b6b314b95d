"""The series of a box agrees with the exponential of its matrix, loses nothing and stays above zero."""

import numpy as np
import pytest
from scipy.sparse.linalg import expm_multiply

from janusome.errors import InputError
from janusome.numerics.box import box_of, recognized
from janusome.numerics.links import links_in_box
from janusome.numerics.series import Series, coefficients
from janusome.numerics.steps import carried
from janusome.numerics.threads import Slabs

SHAPE, SPACING = (5, 6, 7), (1.0, 0.5, 0.7)
CELLS = 5 * 6 * 7


def random(low, high):
    return np.random.default_rng(1).uniform(low, high, SHAPE)


@pytest.mark.parametrize("conductivity", [np.full(SHAPE, 0.3), random(0.1, 1.0)], ids=["even", "uneven"])
@pytest.mark.parametrize("volume", [2.0, random(1.0, 3.0)], ids=["one volume", "volumes"])
@pytest.mark.parametrize("error", [1e-3, 1e-12])
def test_the_series_is_the_exponential_of_the_matrix(conductivity, volume, error):
    box = box_of(conductivity, spacing=SPACING, accessible_volume=volume)
    matrix = links_in_box(conductivity, spacing=SPACING).operator(np.broadcast_to(volume, SHAPE).ravel())
    start = np.random.default_rng(2).random((CELLS, 2))
    with Slabs(1) as slabs:
        found = Series(box, slabs).after(start, 1.7, error=error, share=1e-7)
    np.testing.assert_allclose(found, expm_multiply(matrix * 1.7, start), atol=max(2.0 * error, 1e-11))
    np.testing.assert_allclose(found.sum(axis=0), start.sum(axis=0), rtol=1e-14)


@pytest.mark.parametrize("shape", [(1, 1, 9), (1, 4, 3), (3, 4, 1), (4, 3, 5)])
def test_a_box_is_recognized_from_its_matrix(shape):
    matrix = links_in_box(np.full(shape, 2.0), spacing=(1.0, 0.5, 0.25)).operator(0.5)
    box = recognized(matrix)
    assert box is not None and box.even and box.cells == np.prod(shape)
    assert box.fastest() == pytest.approx(2.0 * np.abs(matrix.diagonal()).max())
    start = np.random.default_rng(3).random(box.cells)
    found = carried(matrix, start, 0.3, tolerance=1e-9).amounts
    np.testing.assert_allclose(found, expm_multiply(matrix * 0.3, start), atol=1e-9)


def test_what_drifts_or_has_rooms_of_several_sizes_or_ends_within_is_no_even_box():
    ones = np.ones(SHAPE)
    flows = [np.zeros(tuple(n + (a == b) for b, n in enumerate(SHAPE))) for a in range(3)]
    flows[2][2, 2, 2] = 1.0
    hole = ones > 0.0
    hole[2, 2, 2] = False
    assert recognized(links_in_box(ones, spacing=SPACING, flows=flows).operator(1.0)) is None
    assert recognized(links_in_box(ones, spacing=SPACING).operator(random(1.0, 2.0).ravel())) is None
    assert recognized(links_in_box(ones, spacing=SPACING, inside=hole).operator(1.0)) is None
    holed = recognized(links_in_box(np.where(hole, ones, 0.0), spacing=SPACING).operator(1.0))
    assert holed is not None and not holed.even


@pytest.mark.parametrize("duration", [0.01, 1.0, 100.0, 1e6])
@pytest.mark.parametrize("tolerance", [0.1, 1e-3, 1e-6])
def test_spikes_of_several_kinds_stay_above_zero_and_keep_their_totals(duration, tolerance):
    box = box_of(np.ones((12, 11, 10)), spacing=(1.0, 1.0, 1.0), accessible_volume=1.0)
    start = np.zeros((box.cells, 3))
    start[600, 0], start[0, 1], start[[5, 900], 2] = 1.0, 1e-12, 1e6
    found = carried(box, start, duration, tolerance=tolerance).amounts
    exact = carried(box, start, duration, tolerance=1e-13).amounts
    assert found.min() >= 0.0
    np.testing.assert_allclose(found.sum(axis=0), start.sum(axis=0), rtol=1e-13)
    assert np.all(np.abs(found - exact).sum(axis=0) <= tolerance * start.sum(axis=0))


def test_a_series_has_as_many_terms_as_the_root_of_the_explicit_steps():
    counts = [coefficients(a, 1e-4).size for a in (100.0, 400.0, 1600.0)]
    np.testing.assert_allclose(np.divide(counts[1:], counts[:-1]), 2.0, rtol=0.1)
    assert coefficients(1600.0, 1e-4).sum() == pytest.approx(1.0, abs=1e-14)


def test_the_numbers_are_the_same_for_any_number_of_threads():
    box = box_of(np.random.default_rng(4).uniform(0.5, 1.0, (40, 40, 40)), spacing=(1.0, 1.0, 1.0), accessible_volume=1.0)
    start = np.random.default_rng(5).random(box.cells)
    one, two = (carried(box, start, 3.0, threads=threads).amounts for threads in (1, 2))
    assert np.array_equal(one, two)


def test_a_voxel_without_room_is_refused():
    with pytest.raises(InputError, match="accessible_volume goes down to 0"):
        box_of(np.ones((1, 1, 2)), spacing=(1.0, 1.0, 1.0), accessible_volume=np.array([[[1.0, 0.0]]]))
