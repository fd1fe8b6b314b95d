"""Diffusion on a grid keeps what it spreads and converges at second order."""

import numpy as np
import pytest

from janusome.numerics.diffusion import exchange_operator, spread


def line(cells: int, *, length: float = 1.0, diffusivity: float = 1.0):
    h = length / cells
    left = np.arange(cells - 1)
    source, target = np.concatenate([left, left + 1]), np.concatenate([left + 1, left])
    return exchange_operator(source, target, np.full(2 * (cells - 1), diffusivity / h**2), size=cells), h


def cosine(cells: int, time: float) -> float:
    operator, h = line(cells)
    x = (np.arange(cells) + 0.5) * h
    start = 1.0 + np.cos(np.pi * x)
    found = start
    for _ in range(200):  # so that what is left is the error of the grid
        found = spread(operator, found, time / 200)
    exact = 1.0 + np.exp(-(np.pi**2) * time) * np.cos(np.pi * x)
    return float(np.sqrt(np.mean((found - exact) ** 2)))


def test_a_cosine_between_closed_borders_decays_as_the_analytic_solution_at_second_order():
    errors = [cosine(cells, 0.05) for cells in (16, 32, 64)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(orders > 1.9)
    assert errors[-1] < 2e-4


def test_the_method_is_of_second_order_in_time():
    operator, h = line(32)
    x = (np.arange(32) + 0.5) * h
    start = np.exp(-((x - 0.3) ** 2) / 0.02)
    fine = start
    for _ in range(4096):
        fine = spread(operator, fine, 0.02 / 4096)
    errors = []
    for steps in (4, 8, 16):
        now = start
        for _ in range(steps):
            now = spread(operator, now, 0.02 / steps)
        errors.append(np.abs(now - fine).max())
    assert np.log2(errors[0] / errors[1]) > 1.7
    assert np.log2(errors[1] / errors[2]) > 1.7


@pytest.mark.parametrize("duration", [1e-4, 1.0, 100.0])
def test_what_is_spread_is_kept_to_rounding_for_any_step(duration):
    operator, _ = line(50)
    start = np.zeros((50, 2))
    start[3, 0], start[40, 1] = 1.0, 2.0
    found = spread(operator, start, duration)
    np.testing.assert_allclose(found.sum(axis=0), [1.0, 2.0], rtol=1e-12)
    if duration == 100.0:
        np.testing.assert_allclose(found[:, 0], 1.0 / 50, rtol=1e-6)
