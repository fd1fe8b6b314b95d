"""Drawn lesions: ellipsoids, cores by volume, and vessels whose spread and correlation are as stated."""

import numpy as np
import pytest

from janusome.simulation.lesion_shapes import ball, ellipsoid, with_core, with_vessels


def second_moments(grid):
    where = np.argwhere(grid.inside) * grid.voxel_size
    middle = np.average(where, axis=0, weights=grid.shares)
    return np.average((where - middle) ** 2, axis=0, weights=grid.shares)


def test_the_axes_of_an_ellipsoid_have_the_asked_ratio():
    grid = ellipsoid(1e-6, axes=(1.0, 0.8, 0.6), voxels=5000)
    assert grid.volume == pytest.approx(1e-6, rel=1e-13)
    z, y, x = np.sqrt(second_moments(grid))
    assert y / x == pytest.approx(0.8, rel=0.01)
    assert z / x == pytest.approx(0.6, rel=0.01)


def test_cores_take_their_shares_of_the_volume_exactly_the_necrotic_one_deepest():
    grid = with_core(ellipsoid(1e-6, axes=(1.0, 0.8, 0.6), voxels=3000), necrotic=0.2, hypoxic=0.3)
    inside, depth = grid.inside, grid.depth()
    necrotic, hypoxic = (np.average(grid.maps[name][inside], weights=grid.shares) for name in ("necrotic", "hypoxic"))
    assert (necrotic, hypoxic) == (pytest.approx(0.2, rel=1e-12), pytest.approx(0.3, rel=1e-12))
    assert depth[grid.maps["necrotic"] == 1.0].min() >= depth[inside & (grid.maps["necrotic"] == 0.0)].max()
    assert (grid.maps["necrotic"] + grid.maps["hypoxic"]).max() <= 1.0 + 1e-12


def test_necrosis_has_no_vessels():
    grid = with_core(ball(1e-6, voxels=3000), necrotic=0.2, hypoxic=0.0)
    weight = grid.vessel_weight(core_to_rim=0.5, rim_thickness=1e-3)
    assert not weight[grid.maps["necrotic"][grid.inside] == 1.0].any()
    assert np.average(weight, weights=grid.shares) == pytest.approx(1.0)


def heterogeneous(*, voxels=20_000, seed=1, length=0.4e-3):
    return with_vessels(ball(1e-6, voxels=voxels), spread=0.5, correlation_length=length, seed=seed)


def test_vessel_density_is_log_normal_with_the_stated_spread_and_mean_one():
    grid = heterogeneous()
    density = grid.maps["vessel_density"][grid.inside]
    assert np.average(density, weights=grid.shares) == pytest.approx(1.0)
    log = np.log(density)
    assert log.std() == pytest.approx(0.5, rel=0.05)
    skewness = np.mean((log - log.mean()) ** 3) / log.std() ** 3
    assert abs(skewness) < 0.15


def test_vessel_density_forgets_itself_over_the_stated_length():
    length, pairs, distances = 1.0e-3, [], []
    for seed in range(8):
        grid = heterogeneous(seed=seed, length=length)
        log = np.log(grid.near_field(grid.maps["vessel_density"][grid.near]))
        step = round(length / grid.voxel_size[0])
        distances.append(step * grid.voxel_size[0])
        for axis in range(3):
            one, other = (
                np.take(log, range(*ends), axis=axis) for ends in ((log.shape[axis] - step,), (step, log.shape[axis]))
            )
            pairs.append((one[both := np.isfinite(one) & np.isfinite(other)], other[both]))
    one, other = (np.concatenate(each) for each in zip(*pairs, strict=True))
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(np.exp(-((distances[0] / length) ** 2)), abs=0.06)


def test_the_same_seed_draws_the_same_vessels_on_voxels_of_any_size():
    coarse, fine = heterogeneous(voxels=3000, length=2e-3), heterogeneous(voxels=24_000, length=2e-3)
    same = [np.average(grid.maps["vessel_density"][grid.inside] ** 2, weights=grid.shares) for grid in (coarse, fine)]
    assert same[0] == pytest.approx(same[1], rel=0.01)
    other = heterogeneous(voxels=3000, length=2e-3, seed=2)
    assert not np.allclose(other.maps["vessel_density"], coarse.maps["vessel_density"])
