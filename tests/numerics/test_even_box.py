"""The even box is the exponential of its matrix: it converges at second order, loses nothing and stays above zero."""

from math import fsum

import numpy as np
import pytest
from scipy.sparse.linalg import expm_multiply

from janusome.errors import InputError
from janusome.numerics.even_box import EvenBox
from janusome.numerics.links import links_in_box
from janusome.numerics.steps import carried
from janusome.numerics.transport import transport

SPACING = (1.0, 0.5, 0.7)


def matrix(shape, *, diffusivity, accessible_fraction=1.0):
    links = links_in_box(np.full(shape, accessible_fraction * diffusivity), spacing=SPACING)
    return links.operator(accessible_fraction * np.prod(SPACING))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 9), (1, 4, 3), (3, 4, 1), (4, 3, 5)])
@pytest.mark.parametrize("accessible_fraction", [1.0, 0.2])
@pytest.mark.parametrize("duration", [0.0, 1e-9, 0.3, 30.0])
def test_an_even_box_is_the_exponential_of_its_matrix(shape, accessible_fraction, duration):
    start = np.random.default_rng(3).random((np.prod(shape), 2))
    found = EvenBox(shape, 0.3, SPACING).after(start, duration)
    exact = expm_multiply(matrix(shape, diffusivity=0.3, accessible_fraction=accessible_fraction) * duration, start)
    np.testing.assert_allclose(found, exact, atol=1e-12)
    alone = EvenBox(shape, 0.3, SPACING).after(start[:, 0], duration)
    np.testing.assert_allclose(found[:, 0], alone, rtol=1e-14)


@pytest.mark.parametrize("duration", [1e-12, 0.01, 1.0, 100.0, 1e9])
def test_spikes_of_several_kinds_stay_above_zero_and_keep_their_totals(duration):
    box = EvenBox((12, 11, 10), 1.0, 1.0)
    start = np.zeros((box.rows, 3))
    start[600, 0], start[0, 1], start[[5, 900], 2] = 1.0, 1e-12, 1e6
    found = box.after(start, duration)
    assert found.min() >= 0.0
    np.testing.assert_allclose([fsum(one) for one in found.T], start.sum(axis=0), rtol=1e-14)
    if duration == 1e9:
        np.testing.assert_allclose(found, np.broadcast_to(start.mean(axis=0), found.shape), rtol=1e-12)


def test_ten_thousand_steps_keep_the_total_and_do_what_one_does():
    box = EvenBox((5, 6, 7), 0.01, SPACING)
    start = np.random.default_rng(1).random(box.rows)
    now = start
    for _ in range(10_000):
        now = box.after(now, 1e-3)
    assert now.sum() == pytest.approx(start.sum(), rel=1e-12)
    np.testing.assert_allclose(now, box.after(start, 10.0), rtol=1e-11)


def test_a_decaying_mode_and_a_spreading_blob_converge_at_second_order_to_the_analytic_solution():
    def error(cells):
        x, t, v = (np.arange(cells) + 0.5) / cells, 0.01, 0.01
        wave = np.cos(np.pi * x)[:, None, None] * np.cos(2 * np.pi * x)[:, None] * np.ones(cells)
        before, after = (  # a blob at the corner: its images lie at the border
            sum(np.exp(-((x - k) ** 2) / (2 * s)) for k in range(-4, 6, 2)) * np.sqrt(v / s) for s in (v, v + 2 * t)
        )
        box = EvenBox((cells,) * 3, 1.0, 1.0 / cells)
        mode = box.after(2.0 + wave.ravel(), t) - 2.0 - np.exp(-5 * np.pi**2 * t) * wave.ravel()
        start, end = (one[:, None, None] * one[:, None] * one for one in (before, after))
        return np.array([np.sqrt(np.mean(one**2)) for one in (mode, box.after(start.ravel(), t) - end.ravel())])

    errors = np.array([error(cells) for cells in (8, 16, 32)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 1.9)
    assert np.all(errors[-1] < 2e-3)


def test_an_even_box_may_stand_for_its_matrix_in_carrying_and_in_transport():
    shape = (4, 3, 5)
    start = np.random.default_rng(2).random((60, 2))
    box, same = EvenBox(shape, 0.3, SPACING), matrix(shape, diffusivity=0.3)
    np.testing.assert_allclose(carried(box, start, 2.0).amounts, carried(same, start, 2.0, tolerance=1e-9).amounts, rtol=1e-6)

    def binding(n, p):
        return np.array([-1.0, 1.0]) * p[0] * n[0]

    by_box, by_matrix = (
        transport(start, operators=[one, None], kinetics=binding, parameters=[0.5], times=[1.0], tolerance=1e-5, conserved=[[1, 1]])
        for one in (box, same)
    )  # fmt: skip
    np.testing.assert_allclose(by_box.amounts, by_matrix.amounts, rtol=1e-4)
    assert by_box.ledger_error is not None and by_box.ledger_error < 1e-12


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (((1, 1, 4096), 1.0, 1.0), "shape is"),
        (((0, 1, 1), 1.0, 1.0), "shape is"),
        (((1, 1, 2), -1.0, 1.0), "diffusivity is -1"),
        (((1, 1, 2), np.nan, 1.0), "diffusivity is nan"),
        (((1, 1, 2), 1.0, (1.0, 0.0, 1.0)), "spacing is"),
        (((1, 1, 2), 1.0, (1.0, 1.0)), "spacing is"),
    ],
)
def test_a_box_that_cannot_be_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        EvenBox(*given)


@pytest.mark.parametrize(("amounts", "duration", "said"), [(3, 1.0, "amounts are 3"), (2, -1.0, "duration is -1")])
def test_amounts_of_another_box_and_times_below_zero_are_refused(amounts, duration, said):
    with pytest.raises(InputError, match=said):
        EvenBox((1, 1, 2), 1.0, 1.0).after(np.ones(amounts), duration)
