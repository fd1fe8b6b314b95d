"""The fluid of a lesion in shells and on voxels: the same pressure, the same fluid, the same books."""

import numpy as np
import pytest

from doxil_in_a_woman import doxil
from janusome.simulation.arms import Site
from janusome.simulation.lesion_fluid import (
    FINE,
    SHELLS,
    effective_radius,
    in_shells,
    in_voxels,
    net_outflow,
    perfusion_of,
    shell_shares,
)
from janusome.simulation.lesion_pressure import pressure_on_grid, tissue_around, tissue_of
from janusome.simulation.lesion_shapes import ball, ellipsoid
from janusome.simulation.values import ValueBook

MOUSE = {  # of the tumor: layers in which the pressure falls are some tenths of the radius
    "volume": 2e-7,
    "radius": (3 * 2e-7 / (4 * np.pi)) ** (1 / 3),
}


@pytest.fixture(scope="module")
def book():
    return ValueBook(draws=1, seed=0)


@pytest.fixture(scope="module")
def study():
    return doxil().study


def lesion(study, grid):
    return Site("lesion", study.lesions[0].tumor, grid)


def test_shells_take_equal_shares_of_the_volume_and_their_flows_carry_what_is_filtered_within(study, book):
    found = in_shells(study, lesion(study, ball(MOUSE["volume"], voxels=1)), book)
    made = (found.filtration * found.volume)[0]
    outward = found.flow[0, : SHELLS - 1]
    assert found.volume[0] == pytest.approx(MOUSE["volume"] / SHELLS)
    assert outward == pytest.approx(np.cumsum(made)[:-1], rel=1e-9)
    assert found.outflow[0, -1] * found.volume[0, -1] == pytest.approx(made.sum(), rel=1e-9)
    assert found.outflow[0, :-1] == pytest.approx(0.0)


def test_the_pressure_is_highest_in_the_core_and_never_above_what_drives_it(study, book):
    found = in_shells(study, lesion(study, ball(MOUSE["volume"], voxels=1)), book)
    P_e = tissue_of(study, lesion(study, ball(1e-9, voxels=1)), book).vascular_pressure[0]
    assert np.all(np.diff(found.pressure[0]) < 0.0)
    assert 0.9 * P_e < found.pressure[0, 0] < P_e


@pytest.mark.parametrize(("voxels", "tolerance"), [(500, 0.12), (4000, 0.1)])
def test_voxels_filter_what_shells_filter(study, book, voxels, tolerance):
    """The two solve the same pressure by different means; on voxels the rim is as thick as the voxels allow."""
    site = lesion(study, ball(MOUSE["volume"], voxels=voxels))
    shells, grid = in_shells(study, site, book), in_voxels(study, site, book)
    filtered = [float((one.filtration * one.volume).sum()) for one in (shells, grid)]
    assert filtered[1] == pytest.approx(filtered[0], rel=tolerance)
    core = site.grid.depth()[site.grid.inside] > 0.5 * MOUSE["radius"]
    assert grid.pressure[0][core].mean() == pytest.approx(shells.pressure[0, 0], rel=0.02)


def test_fluid_on_the_box_is_balanced_voxel_by_voxel(study, book):
    """What leaves a voxel that is all tumor is what its vessels filter, and links carry it both ways alike."""
    site = lesion(study, ball(MOUSE["volume"], voxels=900))
    grid, found = site.grid, in_voxels(study, site, book)
    tumor, (core, rim) = tissue_of(study, site, book), perfusion_of(study, site, book)
    weight = grid.vessel_weight(core_to_rim=float(core[0]), rim_thickness=float(rim[0]))
    pressure, flows = pressure_on_grid(grid, tumor, tissue_around(study, site, book), weight)
    inner = grid.shares == 1.0
    by_law = tumor.filtration_coefficient[0] * weight * (tumor.vascular_pressure[0] - pressure[grid.inside])
    assert (net_outflow(flows)[grid.inside] / grid.voxel_volume)[inner] == pytest.approx(by_law[inner], rel=1e-6, abs=1e-12)
    half = len(found.flow[0]) // 2
    order = {tuple(ends): q for ends, q in zip(found.links.tolist(), found.flow[0], strict=True)}
    assert all(order[j, i] == -q for (i, j), q in list(order.items())[:half])


def test_every_voxel_belongs_to_shells_of_equal_volume(study, book):
    grid = ball(MOUSE["volume"], voxels=900)
    shares = shell_shares(grid, SHELLS)
    assert shares.sum(axis=0) == pytest.approx(1.0)
    assert shares @ grid.shares / grid.shares.sum() == pytest.approx(1.0 / SHELLS, rel=1e-9)
    assert effective_radius(grid) == pytest.approx(MOUSE["radius"], rel=0.03)
    assert len(shell_shares(grid, SHELLS * FINE)) == SHELLS * FINE


def test_a_flat_lesion_filters_more_than_a_ball_of_its_volume(study, book):
    """More surface, more rim: the depth of its voxels says so."""
    flat = lesion(study, ellipsoid(MOUSE["volume"], axes=(1.0, 1.0, 0.3), voxels=4000))
    round_ = lesion(study, ball(MOUSE["volume"], voxels=4000))
    more = [float((d.filtration * d.volume).sum()) for d in (in_shells(study, flat, book), in_shells(study, round_, book))]
    grids = [float((d.filtration * d.volume).sum()) for d in (in_voxels(study, flat, book), in_voxels(study, round_, book))]
    assert more[0] / more[1] > 1.1
    assert more[0] / more[1] == pytest.approx(grids[0] / grids[1], rel=0.15)
