"""Shapes on a grid: depths that do not see the voxels, shares that add up, finer voxels that keep means."""

import numpy as np
import pytest

from janusome.numerics.shapes import adding_up, continued, depth_below_surface, refined_means, share_of, signed_distance


def ball(radius: float, size: int, middle=(0.1, 0.2, 0.3)):
    """The share of each voxel in a ball off the middle of the grid, and each center's distance from the ball's."""
    fine = [(np.arange(size * 4) + 0.5) / 4 - size / 2 - shift for shift in middle]
    z, y, x = np.meshgrid(*fine, indexing="ij")
    share = (z**2 + y**2 + x**2 < radius**2).reshape(size, 4, size, 4, size, 4).mean(axis=(1, 3, 5))
    z, y, x = np.meshgrid(*(np.arange(size) + 0.5 - size / 2 - shift for shift in middle), indexing="ij")
    return share, np.sqrt(z**2 + y**2 + x**2)


@pytest.mark.parametrize("radius", [6.0, 8.0, 12.0])
@pytest.mark.parametrize("drawn", ["shares", "in or out"])
def test_depth_in_a_ball_is_known_to_a_part_of_a_voxel(radius: float, drawn: str):
    share, away = ball(radius, int(2 * radius) + 6)
    where = away < radius + 2.0
    given, spread = (share, 0.07) if drawn == "shares" else ((share >= 0.5).astype(float), 0.13)
    error = depth_below_surface(given, np.ones(3), where=where) - (radius - away[where])
    assert abs(error.mean()) < 0.07
    assert error.std() < spread
    assert np.abs(error).max() < 0.5


def test_depth_is_in_the_unit_of_the_voxels():
    share, away = ball(8.0, 22)
    where = away < 10.0
    one = depth_below_surface(share, np.full(3, 2e-3), where=where)
    assert one == pytest.approx(2e-3 * depth_below_surface(share, np.ones(3), where=where), abs=2e-5)


def test_a_single_voxel_and_a_full_box_have_a_depth():
    alone = depth_below_surface(np.ones((1, 1, 1)), np.ones(3), where=np.ones((1, 1, 1), bool))
    assert 0.0 < alone[0] < 1.0
    box = depth_below_surface(np.ones((5, 5, 5)), np.ones(3), where=np.ones((5, 5, 5), bool))
    assert box.reshape(5, 5, 5)[2, 2, 2] == pytest.approx(2.5, abs=0.35)


@pytest.mark.parametrize("count", [100.0, 733.25, 2000.0])
def test_shares_add_up_exactly_to_what_is_asked(count: float):
    _, away = ball(8.0, 24)
    share = share_of(8.0 - away, np.ones(3), count=count)
    assert share.sum() == pytest.approx(count, rel=1e-13)
    assert share.min() >= 0.0
    assert share.max() <= 1.0
    radius = (3 * count / 4 / np.pi) ** (1 / 3)
    assert np.abs(share - np.clip(0.5 + radius - away, 0, 1)).max() < 0.06


def test_slivers_go_and_the_sum_stays():
    share = np.array([0.001, 0.5, 0.999, 0.3, 0.0])
    found = adding_up(share, count=share.sum())
    assert found.sum() == pytest.approx(share.sum(), rel=1e-13)
    assert (found[0], found[2], found[4]) == (0.0, 1.0, 0.0)


def test_between_two_discs_of_thick_slices_the_radius_changes_evenly():
    y, x = np.indices((41, 41)) - 20
    inside = np.stack([np.hypot(y, x) < radius for radius in (8.0, 12.0)])
    distance = signed_distance(inside, np.array([6.0, 1.0, 1.0]))
    halfway = distance.mean(axis=0)
    area = 0.5 * ((halfway > 0.0).sum() + (halfway >= 0.0).sum())
    assert np.sqrt(area / np.pi) == pytest.approx(np.sqrt(inside.sum(axis=(1, 2)) / np.pi).mean(), abs=0.2)


def test_a_finer_field_keeps_the_mean_of_every_voxel_and_its_sign():
    field = np.random.default_rng(1).exponential(size=(4, 5, 6)) * (np.random.default_rng(2).random((4, 5, 6)) > 0.2)
    found = refined_means(field, (3, 1, 2))
    assert found.reshape(4, 3, 5, 1, 6, 2).mean(axis=(1, 3, 5)) == pytest.approx(field, rel=1e-12)
    assert found.min() >= 0.0


def test_a_uniform_field_stays_uniform_on_finer_voxels():
    assert refined_means(np.full((3, 3, 3), 2.5), (4, 2, 1)) == pytest.approx(np.full((12, 6, 3), 2.5), rel=1e-12)


def test_outside_a_shape_its_nearest_voxel_counts_even_where_nothing_is_known():
    values = np.array([[[np.nan, 3.0, np.nan, 9.0]]])
    inside = np.array([[[False, True, False, False]]])
    assert continued(values, inside, np.ones(3)).ravel() == pytest.approx([3.0] * 4)
