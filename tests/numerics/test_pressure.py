"""Interstitial pressure on a box and on shells: analytic solutions, order, balance, and refusals in words."""

import numpy as np
import pytest

from janusome.errors import InputError, SolverError
from janusome.numerics.multigrid import conjugate_gradients
from janusome.numerics.pressure import CLOSED, Border, box_conductances, pressure_in_box, pressure_in_shells
from janusome.numerics.shells import spheres
from janusome.qualification.baxter_jain import DRAINED, HOST, MMHG, TUMOR, embedded, isolated

RADIUS = 0.002  # m


def centers(shape, spacing):
    return np.meshgrid(*((np.arange(n) + 0.5) * h for n, h in zip(shape, spacing, strict=True)), indexing="ij")


def ball(cells, width, radius=RADIUS):
    """Distance from the middle of a cube, and the share of each voxel that a ball fills."""
    h = width / cells
    r = np.sqrt(sum((x - width / 2) ** 2 for x in centers((cells,) * 3, (h,) * 3)))
    return h, r, np.clip(0.5 + (radius - r) / h, 0.0, 1.0)


def mixed(share, tumor, host):
    """Blend the coefficients of two tissues by the share that each has of a voxel."""

    def of(name):
        return share * getattr(tumor, name) + (1.0 - share) * getattr(host, name)

    filtered = share * tumor.filtration * tumor.vascular + (1.0 - share) * host.filtration * host.vascular
    return {
        "conductivity": of("conductivity"),
        "filtration": of("filtration"),
        "vascular": filtered / of("filtration"),
        "drainage": of("drainage"),
    }


def test_the_closed_form_of_the_embedded_sphere_gives_the_published_numbers():
    found = embedded(np.array([0.0, 1.0, 1.5, 3.0]) * RADIUS, RADIUS, TUMOR, HOST) / MMHG
    np.testing.assert_allclose(found, [11.494, 10.871, 7.022, 6.502], atol=6e-4)


@pytest.mark.parametrize("alpha", [0.5, 3.0, 10.0, 36.8])
def test_shells_give_the_isolated_sphere_to_a_ten_thousandth(alpha):
    shells = spheres(np.linspace(0.0, 0.01, 2001))
    found = pressure_in_shells(
        shells, conductivity=1.0, filtration=alpha**2 / 0.01**2, vascular=1.0, border=Border(pressure=0.0)
    )
    np.testing.assert_allclose(found.pressure, isolated(shells.middles, 0.01, alpha), atol=1e-4)
    assert found.balance_error < 1e-8


@pytest.mark.parametrize("host", [HOST, DRAINED], ids=["no lymphatics", "lymphatics in the host"])
def test_shells_give_the_embedded_sphere_to_a_ten_thousandth(host):
    shells = spheres(np.linspace(0.0, 5.0 * RADIUS, 2501))
    coefficients = mixed(shells.middles < RADIUS, TUMOR, host)
    found = pressure_in_shells(shells, **coefficients)
    exact = embedded(shells.middles, RADIUS, TUMOR, host)
    np.testing.assert_allclose(found.pressure, exact, atol=1e-4 * TUMOR.vascular)
    assert found.balance_error < 1e-8


@pytest.mark.parametrize("host", [HOST, DRAINED], ids=["no lymphatics", "lymphatics in the host"])
def test_voxels_give_the_embedded_sphere_within_two_percent_of_the_vascular_pressure(host):
    h, r, share = ball(41, 5.0 * RADIUS)
    found = pressure_in_box(**mixed(share, TUMOR, host), spacing=(h, h, h))
    error = np.abs(found.pressure - embedded(r, RADIUS, TUMOR, host)) / TUMOR.vascular
    assert error[r < 0.9 * RADIUS].max() < 0.02
    assert found.balance_error < 1e-8


@pytest.mark.parametrize("alpha", [3.0, 10.0, 36.8])
def test_voxels_give_the_isolated_sphere_within_two_percent_beside_a_conductor_a_thousand_times_better(alpha):
    h, r, share = ball(32, 2.2 * RADIUS)
    found = pressure_in_box(
        1.0 / (share + (1.0 - share) / 1000.0),
        spacing=(h, h, h),
        filtration=share * (alpha / RADIUS) ** 2,
        vascular=1.0,
        drainage=np.where(share == 0.0, 1e6 / RADIUS**2, 0.0),
        border=Border(pressure=0.0),
    )
    error = np.abs(found.pressure - isolated(np.minimum(r, RADIUS), RADIUS, alpha))
    assert error[r < 0.9 * RADIUS].max() < 0.02


def manufactured(cells):
    """P = cos(pi z) cos(2 pi y) cos(pi x), K = 1 + x y z / 2: the vascular pressure that makes it so, closed border."""
    shape, spacing = (cells, 2 * cells, cells), (1.0 / cells, 0.5 / cells, 1.0 / cells)
    z, y, x = centers(shape, spacing)
    cz, cy, cx = np.cos(np.pi * z), np.cos(2 * np.pi * y), np.cos(np.pi * x)
    exact, K = cz * cy * cx, 1.0 + 0.5 * x * y * z
    laplacian = -6.0 * np.pi**2 * exact
    slope = -np.pi * np.sin(np.pi * z) * cy * cx * 0.5 * x * y
    slope += -2.0 * np.pi * cz * np.sin(2 * np.pi * y) * cx * 0.5 * x * z
    slope += -np.pi * cz * cy * np.sin(np.pi * x) * 0.5 * y * z
    found = pressure_in_box(K, spacing=spacing, filtration=2.0, vascular=exact - (K * laplacian + slope) / 2.0)
    return float(np.sqrt(np.mean((found.pressure - exact) ** 2)))


def test_the_error_falls_with_the_square_of_the_spacing_where_the_conductivity_is_smooth():
    errors = np.array([manufactured(cells) for cells in (10, 20, 40)])
    assert np.all(np.log2(errors[:-1] / errors[1:]) > 1.9)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 1), (2, 3, 5), (13, 17, 9), (33, 20, 31)])
def test_what_is_filtered_is_drained_or_leaves_through_the_border_for_any_shape_and_jumps_of_conductivity(shape):
    random = np.random.default_rng(1)
    found = pressure_in_box(
        10.0 ** random.uniform(-3.0, 0.0, shape),
        spacing=(3.0, 1.0, 1.0),
        filtration=random.uniform(0.0, 1e-3, shape),
        vascular=random.uniform(500.0, 2000.0, shape),
        drainage=random.uniform(0.0, 1e-3, shape),
        lymphatic=-500.0,
        border=Border(pressure=100.0),
    )
    assert found.balance_error < 1e-8
    through = sum(np.diff(flow, axis=axis) for axis, flow in enumerate(found.flows))
    net = (found.filtered - found.drained) * 3.0
    np.testing.assert_allclose(through, net, atol=1e-6 * np.abs(net).max())


def test_the_flows_of_every_voxel_balance_behind_walls_and_nothing_passes_them():
    inside = np.ones((9, 10, 11), bool)
    inside[:, :, 5] = False
    vascular = np.zeros(inside.shape)
    vascular[:, :, :5] = 1000.0
    found = pressure_in_box(np.ones(inside.shape), spacing=(1, 1, 1), filtration=0.1, vascular=vascular, inside=inside)
    np.testing.assert_allclose(found.pressure[:, :, :5], 1000.0, rtol=1e-6)
    np.testing.assert_allclose(found.pressure[:, :, 5:], 0.0, atol=1e-3)
    assert np.all(found.flows[2][:, :, 5:7] == 0.0)


def test_lanes_of_shells_give_the_same_as_one_alone():
    radii = np.linspace(0.0, 1.0, 12) * np.array([[0.001], [0.004]])
    filtration = np.array([[1e-5], [3e-5]]) * np.ones(11)
    together = pressure_in_shells(
        spheres(radii), conductivity=1e-13, filtration=filtration, vascular=1500.0, border=Border(0.0)
    )
    for lane in range(2):
        alone = pressure_in_shells(
            spheres(radii[lane]), conductivity=1e-13, filtration=filtration[lane], vascular=1500.0, border=Border(0.0)
        )
        np.testing.assert_allclose(together.pressure[lane], alone.pressure, rtol=1e-9)


def test_a_uniform_tissue_without_border_takes_the_vascular_pressure_and_nothing_flows():
    found = pressure_in_box(np.full((5, 6, 7), 1e-13), spacing=(1e-4,) * 3, filtration=1e-7, vascular=1533.0, border=CLOSED)
    np.testing.assert_allclose(found.pressure, 1533.0)
    assert found.balance_error < 1e-8
    assert max(np.abs(flow).max() for flow in found.flows) < 1e-25


def test_flat_voxels_cost_few_iterations():
    shape, spacing = (24, 48, 48), np.array([5.0, 1.0, 1.0])
    faces = box_conductances(np.ones(shape), spacing)
    right = np.random.default_rng(0).standard_normal(shape)
    assert conjugate_gradients(faces, np.full(shape, 1e-5), right, spacing=spacing).iterations < 25


def test_a_solve_that_is_not_reached_is_said():
    shape = (16, 16, 16)
    faces = box_conductances(10.0 ** np.random.default_rng(0).uniform(-6, 0, shape), np.ones(3))
    with pytest.raises(SolverError, match="conjugate gradients left"):
        conjugate_gradients(
            faces, np.full(shape, 1e-9), np.eye(16)[None] * np.ones(shape), spacing=np.ones(3), iterations_at_most=2
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"filtration": 0.0}, "not determined"),
        ({"filtration": -1.0}, "filtration goes down to -1"),
        ({"vascular": np.nan}, "vascular holds what is not a finite number"),
        ({"drainage": np.ones(3)}, "drainage has shape"),
        ({"conductivity": np.zeros((4, 4, 4))}, "conductivity is 0"),
        ({"conductivity": np.ones(4)}, "conductivity has shape"),
        ({"spacing": (1.0, 1.0)}, "three lengths"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    given = {"conductivity": np.ones((4, 4, 4)), "spacing": (1.0,) * 3, "filtration": 1.0, "vascular": 1.0} | change
    with pytest.raises(InputError, match=words):
        pressure_in_box(given.pop("conductivity"), **given)


def test_tissue_behind_a_wall_without_vessels_is_refused():
    inside = np.ones((3, 3, 7), bool)
    inside[:, :, 3] = False
    filtration = np.zeros(inside.shape)
    filtration[:, :, :3] = 1.0
    with pytest.raises(InputError, match="not determined"):
        pressure_in_box(np.ones(inside.shape), spacing=(1,) * 3, filtration=filtration, vascular=1.0, inside=inside)
