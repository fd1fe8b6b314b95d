import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import fluorescence_tomography, scene, sphere

from janusome.imaging.optics.transillumination import Slab, sensitivity
from janusome.numerics.cosine import from_waves, kernel_waves, to_waves
from janusome.numerics.light_diffusion import diffuse
from janusome.numerics.precision import double

H = 1.5e-3
EXPECTED = jax.jit(lambda scanner, where: scanner.expected(where))
NOISE = jax.jit(lambda scanner, seen, where: scanner.noise(seen, where))


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def ball(diameter=6e-3, concentration=1e-5, *, count=10):
    return scene(concentration * np.asarray(sphere(diameter, count=count, spacing=H)), voxel_size=(H,) * 3)


def spot(layer, *, count=10):
    label = np.zeros((count, count + 1, count + 1))
    label[layer, count // 2, count // 2] = 1e-4
    return scene(label, voxel_size=(H,) * 3)


@functools.cache
def image(layer, regularization=1e-4):
    with double():
        return np.asarray(EXPECTED(fluorescence_tomography(regularization=regularization), spot(layer)))


def width(line):
    x = np.arange(line.size) - (line.size - 1) / 2
    return float(np.sqrt((line * x**2).sum() / line.sum()))


def test_cosines_carry_an_even_kernel_as_mirrors_at_the_sides_do():
    field, kernel = np.random.default_rng(1).random((1, 5, 6)), np.random.default_rng(2).random((1, 5, 6))
    found = np.asarray(from_waves(kernel_waves(jnp.asarray(kernel)) * to_waves(jnp.asarray(field))))
    wide = np.concatenate([field, field[:, ::-1]], axis=1)
    wide = np.concatenate([wide, wide[:, :, ::-1]], axis=2)[0]
    shifted = [kernel[0, abs(y), abs(x)] * np.roll(wide, (y, x), axis=(0, 1)) for y in range(-4, 5) for x in range(-5, 6)]
    total = np.sum(shifted, axis=0)
    assert found[0] == pytest.approx(total[:5, :6], rel=1e-10)


def test_what_a_ring_sees_of_a_voxel_is_what_two_solves_on_a_grid_say():
    n, h, depth, inner = 21, 0.75e-3, 7, 1.5e-3
    optics = {"absorption": 20.0, "reduced_scattering": 1 / (1.5 * h) - 20.0}
    given = {**optics, "spacing": [h] * 3, "border": 2.76}
    source = np.zeros((20, n, n))
    source[1, n // 2, n // 2] = 1.0  # where straight light scatters first on average
    born = np.zeros_like(source)
    born[depth, n // 2, n // 2 + 2] = diffuse(source, **given).fluence[depth, n // 2, n // 2 + 2] * h**3
    out = diffuse(born, **given).escaped[0][1] / h**2
    y, x = (np.indices((n, n)) - n // 2) * h
    ring = (np.hypot(y, x) >= inner) & (np.hypot(y, x) < 2 * inner)
    both = (optics["absorption"], optics["reduced_scattering"])
    slab = Slab(20 * h, 2.76, both, both)
    light, _ = sensitivity(slab, jnp.asarray([(depth + 0.5) * h]), shape=(1, 14, 14), voxel_size=jnp.full(3, h),
                           ring_spacing=jnp.asarray(inner))  # fmt: skip
    steps = np.arange(14)
    into = np.where(steps == 0, 1.0, 2.0) / 28  # mirrors repeat after twice the voxels
    seen = np.einsum("j,k,jk->", into, into * np.cos(np.pi * 2 * steps / 14), np.asarray(light)[1, 0] / np.log(10))
    assert seen == pytest.approx(out[ring].mean() * np.pi * 3 * inner**2, rel=0.2)  # images for Robin's border, coarse voxels


def test_images_are_straight_in_the_label():
    once, twice = (np.asarray(EXPECTED(fluorescence_tomography(), ball(concentration=c))) for c in (1e-6, 2e-6))
    assert twice == pytest.approx(2 * once, rel=1e-9)


def test_a_spot_comes_back_at_its_place_sidewise_and_blurred_in_depth():
    for layer in (2, 4, 6):
        found = image(layer)
        assert np.unravel_index(found.max(axis=0).argmax(), found.shape[1:]) == (5, 5)
        depth = (found[:, 5, 5] * np.arange(10)).sum() / found[:, 5, 5].sum()
        assert depth == pytest.approx(layer, abs=2.0)
        assert width(found[:, 5, 5]) > width(found.max(axis=0)[5])


def test_resolution_is_worst_in_the_middle_of_the_slab():
    side = [width(image(layer).max(axis=0)[5]) for layer in (1, 5, 9)]
    assert side[1] > side[0]
    assert side[1] > side[2]


def test_a_stronger_penalty_shows_less_contrast_and_less_noise():
    assert image(5, 1e-2).max() < 0.7 * image(5, 1e-5).max()
    nothing, where = jnp.zeros((6, 6, 6)), ball(count=6)
    hard, soft = (np.asarray(NOISE(fluorescence_tomography(regularization=r), nothing, where)) for r in (1e-2, 1e-5))
    assert hard.mean() < soft.mean()


def test_images_from_counted_electrons_have_the_mean_and_the_noise_of_the_model():
    where, scanner, seeds = ball(count=6), fluorescence_tomography(electrons_per_source=1e10), 10
    region = np.zeros((6, 6, 6))
    region[1:5, 1:5, 1:5] = 1 / 64
    model, noise = np.asarray(EXPECTED(scanner, where)), np.asarray(NOISE(scanner, jnp.zeros((6, 6, 6)), where))
    seen = np.stack([np.asarray(scanner.acquired(where, seed=seed)) for seed in range(seeds)])
    spread, means = (
        float(scanner.noise_of_mean(jnp.asarray(model), where, weights=jnp.asarray(region))),
        (seen * region).sum(axis=(1, 2, 3)),
    )
    assert means.mean() == pytest.approx((model * region).sum(), rel=0.05)
    assert abs(means.mean() - (model * region).sum()) < 4 * spread / np.sqrt(seeds)
    assert means.std(ddof=1) == pytest.approx(spread, rel=0.6)
    assert np.sqrt((seen.var(axis=0, ddof=1) / noise**2)[model > 0.1 * model.max()].mean()) == pytest.approx(1.0, rel=0.2)


def test_noise_of_many_draws_is_what_the_model_says():
    where, scanner = ball(count=6), fluorescence_tomography()
    nothing = jnp.zeros((6, 6, 6))
    draw = jax.jit(jax.vmap(lambda key: scanner.noisy(nothing, where, key=key)))
    drawn = np.asarray(draw(jax.random.split(jax.random.key(1), 400)))
    assert drawn.std(axis=0) == pytest.approx(np.asarray(NOISE(scanner, nothing, where)), rel=0.2)


def test_nothing_is_seen_beyond_the_windows():
    thin = np.asarray(EXPECTED(fluorescence_tomography(slab_thickness=8e-3, view_depth=4e-3), ball()))
    assert thin[:2].max() == 0.0
    assert thin[-2:].max() == 0.0
    assert thin.max() > 0.0
