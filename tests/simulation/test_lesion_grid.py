"""The voxels of a lesion: volume, faces, depth and shells."""

import numpy as np
import pytest

from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.lesion_shapes import ball, ellipsoid
from janusome.simulation.lesion_shells import ball_shells

ANY = LesionGrid(
    share=np.random.default_rng(0).random((4, 5, 6)),
    near=np.random.default_rng(1).random((4, 5, 6)) > 0.3,
    voxel_size=np.array([3e-4, 2e-4, 1e-4]),
)


def flows_of(grid: LesionGrid, pressure):
    """Flows down a field, face by face of the box, closed at its ends."""
    pads = [[(1, 1) if k == axis else (0, 0) for k in range(3)] for axis in range(3)]
    return [np.pad(-np.diff(pressure, axis=axis), pads[axis]) for axis in range(3)]


def test_a_face_links_its_two_voxels_both_ways_with_its_area_over_their_distance():
    faces, size = ANY.links(), ANY.voxel_size
    there = {(int(s), int(t)) for s, t in zip(faces.source, faces.target, strict=True)}
    assert there == {(t, s) for s, t in there}
    assert len(there) == faces.source.size
    places = np.argwhere(ANY.near)
    steps = places[faces.target] - places[faces.source]
    assert np.array_equal(np.abs(steps).sum(axis=1), np.ones(len(steps)))
    assert np.array_equal(np.argmax(np.abs(steps), axis=1), faces.axis)
    assert faces.area_over_distance == pytest.approx(np.prod(size) / size[faces.axis] ** 2)


def test_flows_through_the_faces_of_the_box_are_gathered_link_by_link():
    pressure = np.random.default_rng(2).random(ANY.share.shape)
    faces, held = ANY.links(), pressure[ANY.near]
    assert faces.gathered(flows_of(ANY, pressure)) == pytest.approx(held[faces.source] - held[faces.target])


def test_links_and_border_together_are_every_face_of_every_voxel_that_takes_part():
    inner, outer = ANY.links(), ANY.border()
    assert np.array_equal(np.bincount(np.concatenate([inner.source, outer.source])), np.full(int(ANY.near.sum()), 6))
    assert set(outer.target) == {-1}


def test_what_flows_out_through_links_and_border_is_what_a_voxel_loses():
    rng = np.random.default_rng(3)
    flows = [rng.normal(size=[n + (k == axis) for k, n in enumerate(ANY.share.shape)]) for axis in range(3)]
    lost = np.sum([np.diff(flow, axis=axis) for axis, flow in enumerate(flows)], axis=0)[ANY.near]
    found = np.zeros(lost.size)
    for faces in (ANY.links(), ANY.border()):
        np.add.at(found, faces.source, faces.gathered(flows))
    assert found == pytest.approx(lost)


@pytest.mark.parametrize("voxels", [1, 30, 900, 20_000])
@pytest.mark.parametrize("volume", [1e-9, 25e-6])
def test_a_ball_has_the_asked_volume_exactly_and_two_voxels_of_host_tissue_around(voxels: int, volume: float):
    grid = ball(volume, voxels=voxels)
    assert grid.volume == pytest.approx(volume, rel=1e-13)
    assert grid.share.sum() == pytest.approx(voxels, rel=0.1)
    assert np.all(grid.near[grid.inside])
    index = np.argwhere(grid.inside)
    assert np.array_equal(index.min(axis=0) >= 2, [True] * 3)
    for axis in range(3):
        assert np.all(np.roll(grid.near, 2, axis=axis)[grid.inside])
        assert np.all(np.roll(grid.near, -2, axis=axis)[grid.inside])


def test_a_stated_margin_is_kept_where_it_is_wider_than_two_voxels():
    grid = ball(1e-6, voxels=900, margin=5e-3)
    assert grid.depth()[grid.near].min() == pytest.approx(-5e-3, abs=1.5 * grid.voxel_size[0])


@pytest.mark.parametrize(("voxels", "areas", "depths"), [(5_000, 0.04, 0.12), (30_000, 0.02, 0.07)])
def test_the_shells_of_a_ball_of_voxels_are_those_of_the_ball(voxels: int, areas: float, depths: float):
    found, exact = ball(1e-6, voxels=voxels).shells(6), ball_shells(1e-6, 6)
    assert found.volumes == pytest.approx(exact.volumes, rel=2e-3)
    assert found.areas == pytest.approx(exact.areas, rel=areas)
    assert found.surface == pytest.approx(exact.surface, rel=0.03)
    assert found.mean_depths == pytest.approx(exact.mean_depths, rel=depths)
    assert found.mean_depths[1:] == pytest.approx(exact.mean_depths[1:], rel=0.05)


def test_the_shells_of_a_ball_fill_it_and_the_area_is_how_its_volume_changes_with_depth():
    shells = ball_shells(1e-6, 400)
    assert shells.volumes.sum() == pytest.approx(1e-6)
    assert np.average(shells.mean_depths) == pytest.approx((3e-6 / 4 / np.pi) ** (1 / 3) / 4, rel=1e-9)
    middle = slice(100, 200)
    assert shells.areas[middle] * shells.distances[middle] == pytest.approx(shells.volumes[:100], rel=1e-3)


def test_vessels_are_perfused_as_the_mean_over_the_volume():
    grid = ellipsoid(1e-6, axes=(1.0, 0.8, 0.6), voxels=900)
    weight = grid.vessel_weight(core_to_rim=0.35, rim_thickness=1e-3)
    assert np.average(weight, weights=grid.shares) == pytest.approx(1.0)
    depth = grid.depth()[grid.inside]
    assert weight[np.argmax(depth)] < weight[np.argmin(depth)]
    assert weight.min() / weight.max() > 0.35


def test_a_measured_ktrans_says_where_blood_comes_instead_of_the_depth():
    grid = ball(1e-6, voxels=900)
    ktrans = np.random.default_rng(0).random(grid.share.shape)
    measured = LesionGrid(grid.share, grid.near, grid.voxel_size, maps={"ktrans": ktrans, "perfusion": 1.0 - ktrans})
    weight = measured.vessel_weight(core_to_rim=0.35, rim_thickness=1e-3)
    assert weight / ktrans[grid.inside] == pytest.approx(weight[0] / ktrans[grid.inside][0])
    assert np.average(weight, weights=grid.shares) == pytest.approx(1.0)


def test_fields_put_values_where_their_voxels_are():
    values = np.arange(float(ANY.near.sum()))
    whole = ANY.near_field(values)
    assert np.array_equal(whole[ANY.near], values)
    assert np.isnan(whole[~ANY.near]).all()
