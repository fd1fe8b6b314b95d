"""Links between cells and steps along them: exact fluxes, orders of convergence, never below zero, nothing lost."""

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.numerics.diffusion import WALK, Exchange, spread
from janusome.numerics.links import Links, bernoulli, exchange_rates, links_in_box, links_in_shells
from janusome.numerics.pressure import Border, pressure_in_box
from janusome.numerics.shells import cylinders, slabs, spheres
from janusome.numerics.steps import carried
from janusome.numerics.threads import Slabs


def through(shape, *, axis, flow):
    """The same flow through every face along one axis, in and out of the box."""
    flows = [np.zeros(tuple(n + (a == b) for b, n in enumerate(shape))) for a in range(3)]
    flows[axis][...] = flow
    return flows


def test_bernoulli_is_smooth_through_zero_and_finite_everywhere():
    x = np.array([-1e300, -1e3, -1.0, -1.1e-6, -0.9e-6, 0.0, 0.9e-6, 1.1e-6, 1.0, 1e3, 1e300])
    found = bernoulli(x)
    assert np.all(np.isfinite(found)) and np.all(found >= 0.0)
    np.testing.assert_allclose(found[3:8], 1.0 - x[3:8] / 2.0, rtol=1e-12)
    np.testing.assert_allclose(bernoulli(-x[2:9]) - found[2:9], x[2:9], atol=1e-12)


def test_without_diffusion_the_flux_is_upwind_and_without_flow_it_is_diffusion():
    forward, backward = exchange_rates([0.0, 0.0, 2.0, 1e-300], [3.0, -3.0, 0.0, 3.0])
    np.testing.assert_allclose(forward, [3.0, 0.0, 2.0, 3.0])
    np.testing.assert_allclose(backward, [0.0, 3.0, 2.0, 0.0])


@pytest.mark.parametrize("peclet", [0.01, 1.0, 50.0])
def test_steady_drift_and_diffusion_between_two_cells_is_exact(peclet):
    """The flux of C(x) = 1 + (e^(Pe x) - 1)/(e^Pe - 1) from C(0) = 1 to C(1) = 2 is Pe C - C' = Pe (1 - 1/(e^Pe - 1))."""
    forward, backward = exchange_rates(1.0, peclet)
    assert forward * 1.0 - backward * 2.0 == pytest.approx(peclet * (1.0 - 1.0 / np.expm1(peclet)), rel=1e-12)


def cosine_error(cells):
    length = 1.0
    h = length / cells
    y, x = np.meshgrid((np.arange(cells) + 0.5) * h, (np.arange(cells) + 0.5) * h, indexing="ij")
    mode = np.cos(np.pi * y) * np.cos(2 * np.pi * x)
    operator = links_in_box(np.full((1, cells, cells), 0.3), spacing=(1.0, h, h)).operator(h * h)
    found = carried(operator, (1.0 + 0.9 * mode).ravel(), 0.05, tolerance=1e-7).amounts
    exact = 1.0 + 0.9 * np.exp(-0.3 * 5.0 * np.pi**2 * 0.05) * mode
    return float(np.sqrt(np.mean((found - exact.ravel()) ** 2)))


def test_diffusion_converges_at_second_order():
    errors = np.array([cosine_error(cells) for cells in (8, 16, 32)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) >= 1.9)


def pulse_error(cells, *, diffusivity):
    h = 1.0 / cells
    x = (np.arange(cells) + 0.5) * h
    flows = through((1, 1, cells), axis=2, flow=1.0)

    def pulse(t):
        width = 0.01 + 4.0 * diffusivity * t
        return np.sqrt(0.01 / width) * np.exp(-((x - 0.35 - t) ** 2) / width)

    links = links_in_box(np.full((1, 1, cells), diffusivity), spacing=(1.0, 1.0, h), flows=flows)
    found = carried(links.operator(h), np.append(pulse(0.0) * h, 0.0), 0.2, tolerance=1e-5).amounts
    assert found.min() >= 0.0
    return float(np.abs(found[:-1] - pulse(0.2) * h).sum())


def test_drift_alone_converges_at_first_order_and_with_diffusion_faster_where_peclet_is_small():
    errors = np.array([pulse_error(cells, diffusivity=0.0) for cells in (400, 800, 1600)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) >= 0.9)
    errors = np.array([pulse_error(cells, diffusivity=0.02) for cells in (50, 100, 200)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) >= 1.8)


def bump():
    operator = links_in_box(np.ones((1, 1, 40)), spacing=(1.0, 1.0, 1.0 / 40)).operator(1.0 / 40)
    return operator, np.exp(-(((np.arange(40) + 0.5) / 40 - 0.3) ** 2) / 0.02)


def test_steps_that_keep_the_sign_are_of_second_order_in_time():
    operator, start = bump()
    with Slabs(1) as slabs_of_rows:
        exchange = Exchange(operator, slabs_of_rows, kinds=1)
        longest = 2.0 * WALK / exchange.fastest

        def reached(steps):
            now = start[:, None]
            for _ in range(steps):
                now = exchange.walk(now, 2.0 * longest / steps)
            return now

        fine = reached(1280)
        errors = np.array([np.abs(reached(steps) - fine).max() for steps in (20, 40, 80)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 1.9)


def test_the_error_of_many_steps_falls_with_the_tolerance_of_one():
    operator, start = bump()
    fine = carried(operator, start, 0.02, tolerance=1e-9).amounts
    for tolerance in (1e-2, 1e-3, 1e-4, 1e-5):
        run = carried(operator, start, 0.02, tolerance=tolerance)
        assert np.abs(run.amounts - fine).sum() / fine.sum() < 5.0 * tolerance
        assert run.steps > 2


@pytest.mark.parametrize("flow", [0.0, 1.0, 1e3, 1e8], ids=lambda flow: f"flow {flow:g}")
@pytest.mark.parametrize("tolerance", [0.1, 1e-3])
def test_a_spike_never_goes_below_zero_and_nothing_is_lost(flow, tolerance):
    shape = (7, 8, 12)
    links = links_in_box(np.ones(shape), spacing=(1.0, 1.0, 1.0), flows=through(shape, axis=2, flow=flow))
    operator = links.operator(1.0)
    start = np.zeros((len(operator.indptr) - 1, 2))
    start[12 * 8 * 3 + 12 * 4 + 1, 0], start[0, 1] = 1.0, 1e-12
    found = carried(operator, start, 50.0 / max(flow, 1.0), tolerance=tolerance)
    assert found.amounts.min() >= 0.0
    np.testing.assert_allclose(found.amounts.sum(axis=0), [1.0, 1e-12], rtol=1e-11)
    if flow > 0.0:
        assert found.amounts[-1, 0] > 0.5


@pytest.mark.parametrize("duration", [0.1, 3.0, 1000.0])
def test_spread_keeps_a_spike_in_three_dimensions_above_zero(duration):
    operator = links_in_box(np.ones((9, 9, 9)), spacing=(1.0, 1.0, 1.0)).operator(1.0)
    start = np.zeros(729)
    start[364] = 1.0
    found = spread(operator, start, duration)
    assert found.min() >= 0.0
    assert found.sum() == pytest.approx(1.0, rel=1e-12)


def test_a_uniform_concentration_stays_uniform_in_the_flow_of_a_pressure():
    """Sources of fluid dilute; without any, drift and diffusion leave equal concentrations equal."""
    shape = (5, 6, 7)
    flow = pressure_in_box(
        10.0 ** np.random.default_rng(2).uniform(-2, 0, shape),
        spacing=(1.0, 1.0, 1.0),
        filtration=np.eye(5, 7)[:, None, :] * np.ones(shape),
        vascular=1.0,
        border=Border(0.0),
    )
    links = links_in_box(np.full(shape, 0.1), spacing=(1.0, 1.0, 1.0), flows=flow.flows)
    operator = links.operator(1.0)
    changes = (operator @ np.append(np.ones(210), 0.0))[:-1].reshape(shape)
    np.testing.assert_allclose(changes, -flow.filtered, atol=1e-7 * flow.filtered.max())


def test_fluid_that_enters_brings_nothing_and_what_it_pushes_out_is_counted():
    shape = (1, 1, 5)
    links = links_in_box(np.zeros(shape), spacing=(1.0, 1.0, 1.0), flows=through(shape, axis=2, flow=2.0))
    found = carried(links.operator(1.0), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0]), 100.0).amounts
    np.testing.assert_allclose(found, [0.0, 0.0, 0.0, 0.0, 0.0, 5.0], atol=1e-6)


@pytest.mark.parametrize("around", [spheres, cylinders, slabs])
def test_shells_spread_to_equal_concentrations_and_let_out_what_flows_out(around):
    shells = around(np.linspace(0.0, 1.0, 12))
    operator = links_in_shells(shells, 1.0).operator(0.2 * shells.volumes)
    even = carried(operator, np.append(1.0, np.zeros(10)), 100.0).amounts
    np.testing.assert_allclose(even / shells.volumes, 1.0 / shells.volumes.sum(), rtol=1e-3)
    outward = shells.areas * np.linspace(0.0, 1.0, 12)
    gone = carried(links_in_shells(shells, 0.1, flows=outward).operator(0.2), np.append(1.0, np.zeros(11)), 1e3).amounts
    assert gone[-1] == pytest.approx(1.0, rel=1e-3)


def test_voxels_outside_take_no_part():
    inside = np.ones((3, 3, 3), bool)
    inside[1, 1, 1] = False
    links = links_in_box(np.ones((3, 3, 3)), spacing=(1.0, 1.0, 1.0), inside=inside)
    assert links.cells == 26
    assert len(links.first) == 54 - 6


def test_a_cell_without_room_is_refused():
    links = Links(np.array([0]), np.array([1]), np.ones(1), np.zeros(1), 2)
    with pytest.raises(InputError, match="accessible_volume goes down to 0"):
        links.operator([1.0, 0.0])
