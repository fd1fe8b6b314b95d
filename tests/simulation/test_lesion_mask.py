"""From a mask to voxels: volume exactly, no steps from thick slices, the same tumor however it was scanned."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from janusome.simulation.lesion_mask import grid_of_mask


def ellipsoid(shape, size, semi):
    """The mask (z, y, x) of an ellipsoid in the middle, which holds the voxels whose centers lie in it."""
    points = (np.indices(shape).reshape(3, -1).T - (np.array(shape) - 1) / 2) * size
    return ((points / semi) ** 2).sum(axis=1).reshape(shape) <= 1.0


def turn(degrees: float):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


SEMI = np.array([9e-3, 7e-3, 5e-3])


def test_a_mask_on_nearly_cubic_voxels_stays_as_it_was_drawn():
    size = np.array([1e-3, 0.9e-3, 0.9e-3])
    mask = ellipsoid((22, 20, 16), size, np.array([10e-3, 8e-3, 7e-3]))
    grid = grid_of_mask(mask, size)
    assert set(np.unique(grid.share)) == {0.0, 1.0}
    assert grid.count == mask.sum()
    assert grid.volume == pytest.approx(mask.sum() * np.prod(size), rel=1e-13)
    assert grid.notes == ()


def test_a_turned_mask_has_the_same_volume_and_shells_to_a_hundredth():
    size, shape = np.full(3, 0.5e-3), (48, 48, 48)
    straight = ellipsoid(shape, size, SEMI)
    matrix, middle = turn(30.0), (np.array(shape) - 1) / 2
    resampled = affine_transform(straight.astype(float), matrix, tuple(middle - matrix @ middle), order=1) >= 0.5  # pyright: ignore[reportArgumentType]
    one, other = grid_of_mask(straight, size), grid_of_mask(resampled, size)
    assert other.volume == pytest.approx(one.volume, rel=0.01)
    a, b = one.shells(5), other.shells(5)
    assert b.volumes == pytest.approx(a.volumes, rel=0.01)
    assert b.surface == pytest.approx(a.surface, rel=0.02)
    assert b.areas == pytest.approx(a.areas, rel=0.03)
    assert b.mean_depths[1:] == pytest.approx(a.mean_depths[1:], rel=0.02)


def test_thick_slices_leave_no_steps_in_the_surface():
    """A ball on slices eight pixels thick: the surface lies where the ball's does, and is no larger than the ball's."""
    size, radius = np.array([6.5e-3, 0.8e-3, 0.8e-3]), 16e-3
    mask = ellipsoid((9, 50, 50), size, np.full(3, radius))
    grid = grid_of_mask(mask, size)
    assert grid.volume == pytest.approx(mask.sum() * np.prod(size), rel=1e-13)
    assert max(grid.voxel_size) / min(grid.voxel_size) < 1.1
    exact = (3 * grid.volume / 4 / np.pi) ** (1 / 3)
    where = (np.argwhere(grid.near) - (np.array(grid.share.shape) - 1) / 2) * grid.voxel_size
    away, depth = np.linalg.norm(where, axis=1), grid.depth()[grid.near]
    surface = np.abs(depth) < grid.voxel_size[1]
    error = away[surface] + depth[surface] - exact
    assert error.std() < 0.6e-3  # steps of whole slices: 1.5 mm
    assert grid.shells(4).surface == pytest.approx(4 * np.pi * exact**2, rel=0.05)
    stairs = np.repeat(mask, 8, axis=0)
    steps = 0.8e-3**2 * sum(np.abs(np.diff(np.pad(stairs, 1).astype(int), axis=axis)).sum() for axis in range(3))
    assert steps > 1.3 * 4 * np.pi * exact**2
    assert (
        "thick slices (6.5 x 0.8 x 0.8 mm); its outline is interpolated onto voxels of 0.812 x 0.8 x 0.8 mm" in grid.notes[0]
    )


def test_a_tumor_in_one_thick_slice_is_rounded_off_and_keeps_its_volume():
    size = np.array([5e-3, 0.5e-3, 0.5e-3])
    mask = ellipsoid((1, 30, 30), size, np.full(3, 6e-3))
    grid = grid_of_mask(mask, size)
    assert grid.volume == pytest.approx(mask.sum() * np.prod(size), rel=1e-13)
    layers = grid.share.sum(axis=(1, 2))
    assert np.array_equal(np.diff(layers[: len(layers) // 2]) >= 0, [True] * (len(layers) // 2 - 1))


def test_a_large_mask_is_averaged_onto_larger_voxels_and_keeps_volume_and_map():
    size = np.full(3, 0.25e-3)
    mask = ellipsoid((80, 60, 44), size, SEMI)
    uptake = np.random.default_rng(0).random(mask.shape)
    grid = grid_of_mask(mask, size, most=5000, maps={"uptake": uptake})
    assert grid.volume == pytest.approx(mask.sum() * np.prod(size), rel=1e-12)
    assert grid.share.sum() == pytest.approx(5000, rel=1e-6)
    assert np.average(grid.maps["uptake"], weights=grid.share) == pytest.approx(uptake[mask].mean(), rel=1e-12)
    assert "has more than 5,000 voxels of tumor; it is averaged onto voxels of 0.64" in grid.notes[0]
    whole = grid_of_mask(mask, size)
    assert grid.shells(4).mean_depths[1:] == pytest.approx(whole.shells(4).mean_depths[1:], rel=0.03)


def test_a_small_mask_is_refined_until_its_radius_has_eight_voxels():
    size = np.full(3, 1e-3)
    mask = ellipsoid((7, 7, 7), size, np.full(3, 3.2e-3))
    grid = grid_of_mask(mask, size)
    assert grid.volume == pytest.approx(mask.sum() * np.prod(size), rel=1e-13)
    assert (3 * grid.share.sum() / 4 / np.pi) ** (1 / 3) >= 8.0
    assert "is drawn on few voxels for its size (1 x 1 x 1 mm)" in grid.notes[0]


def test_a_single_voxel_is_a_tumor():
    grid = grid_of_mask(np.ones((1, 1, 1), bool), np.full(3, 2e-3))
    assert grid.volume == pytest.approx(8e-9, rel=1e-13)
    assert np.isfinite(grid.vessel_weight(core_to_rim=0.3, rim_thickness=1e-3)).all()


def test_several_pieces_are_kept_and_told():
    mask = np.zeros((20, 20, 40), bool)
    mask[4:15, 4:15, 4:15] = mask[4:15, 4:15, 25:36] = True
    grid = grid_of_mask(mask, np.full(3, 1e-3))
    assert grid.count == 2 * 11**3
    assert grid.notes == ("has 2 separate pieces; they are kept as one lesion",)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("flips", [(), (0,), (1, 2)])
def test_the_order_and_sense_of_the_axes_change_nothing(order, flips):
    size = np.array([4e-3, 0.8e-3, 0.8e-3])
    mask = ellipsoid((7, 24, 20), size, np.array([10e-3, 8e-3, 7e-3]))
    mask[4:, 14:, 12:] = False  # like none of its mirror images
    ktrans = np.random.default_rng(0).random(mask.shape)
    one = grid_of_mask(mask, size, maps={"ktrans": ktrans})
    turned, map_turned = (np.flip(np.transpose(each, order), flips) for each in (mask, ktrans))
    other = grid_of_mask(turned, size[list(order)], maps={"ktrans": map_turned})
    assert other.share == pytest.approx(np.flip(np.transpose(one.share, order), flips), abs=1e-9)
    expected = np.flip(np.transpose(np.where(one.inside, one.maps["ktrans"], 0.0), order), flips)
    assert np.where(other.inside, other.maps["ktrans"], 0.0) == pytest.approx(expected, abs=1e-9)
    assert other.shells(4).areas == pytest.approx(one.shells(4).areas, rel=2e-3)
    assert other.near.sum() == one.near.sum()


def test_maps_go_along_onto_finer_voxels_with_their_mean_over_the_tumor():
    size = np.array([5e-3, 1e-3, 1e-3])
    mask = ellipsoid((6, 24, 24), size, np.full(3, 11e-3))
    ktrans = np.where(mask, np.random.default_rng(0).random(mask.shape), np.nan)
    grid = grid_of_mask(mask, size, maps={"ktrans": ktrans})
    held = grid.maps["ktrans"]
    assert np.average(held, weights=grid.share) == pytest.approx(ktrans[mask].mean(), rel=1e-12)
    assert np.isfinite(held).all()
    assert held.min() >= 0.0
    assert held.shape == grid.share.shape
