import numpy as np
import pytest
from test_projection import PIXEL, disc, parallel

from janusome.numerics.expectation import Blurred, Weighted, osem
from janusome.numerics.projection import ParallelBeam, Projector

PROJECTOR = parallel(views=60, bins=95, shape=(64, 64))
TRUTH = disc(45e-3, count=64) + 3.0 * disc(12e-3, count=64, center=(15e-3, 10e-3))


def likelihood(counts, mean):
    return float((counts * np.log(mean) - mean).sum())


def test_each_step_with_one_subset_keeps_the_counts_and_raises_the_likelihood():
    counts = np.random.default_rng(1).poisson(1e4 * PROJECTOR.forward(TRUTH)).astype(float)
    counts[:, :2] = counts[:, -2:] = 0.0  # rays that miss the slice can count nothing
    last, x = -np.inf, None
    for _ in range(6):
        x = osem(counts, PROJECTOR, iterations=1, start=x)
        mean = PROJECTOR.forward(x)
        assert mean.sum() == pytest.approx(counts.sum(), rel=1e-9)
        now = likelihood(counts[mean > 0], mean[mean > 0])
        assert now > last
        last = now


def test_a_step_with_a_background_keeps_the_counts_that_it_takes_for_the_images():
    mean = 1e3 * PROJECTOR.forward(TRUTH)
    b, y = np.full_like(mean, 0.3 * mean.mean()), mean + 0.3 * mean.mean()
    x = osem(y, PROJECTOR, background=b, iterations=2)
    share = PROJECTOR.forward(x) / (PROJECTOR.forward(x) + b)  # of each bin's counts; the rest is taken for background
    after = osem(y, PROJECTOR, background=b, iterations=1, start=x)
    assert PROJECTOR.forward(after).sum() == pytest.approx((y * share).sum(), rel=1e-9)


def test_with_a_known_background_data_without_noise_converge_to_the_truth_and_to_their_counts():
    mean = 1e3 * PROJECTOR.forward(TRUTH)
    b = np.full_like(mean, 0.3 * mean.mean())
    x = osem(mean + b, PROJECTOR, background=b, subsets=10, iterations=40)
    assert (PROJECTOR.forward(x) + b).sum() == pytest.approx((mean + b).sum(), rel=1e-3)
    within = disc(6e-3, count=64, center=(15e-3, 10e-3)) == 1.0
    around = (disc(30e-3, count=64) == 1.0) & (disc(20e-3, count=64, center=(15e-3, 10e-3)) == 0.0)
    assert x[within].mean() == pytest.approx(4e3, rel=1e-3)
    assert x[around].mean() == pytest.approx(1e3, rel=1e-3)
    assert x.min() >= 0.0


def test_attenuation_that_is_known_is_undone_and_unknown_is_not():
    survival = np.exp(-9.6 * PROJECTOR.forward(disc(50e-3, count=64)))
    counts = survival * PROJECTOR.forward(TRUTH)
    center = disc(10e-3, count=64, center=(-15e-3, -10e-3)) == 1.0
    known = osem(counts, Weighted(PROJECTOR, survival), subsets=6, iterations=15)
    assert known[center].mean() == pytest.approx(1.0, rel=0.01)
    assert osem(counts, PROJECTOR, subsets=6, iterations=15)[center].mean() < 0.6


def test_a_blur_in_the_model_recovers_what_a_small_hot_disc_has_lost():
    hot = disc(45e-3, count=64) + 3.0 * disc(8e-3, count=64)
    blurred = Blurred(PROJECTOR, (1.5, 1.5))
    counts = blurred.forward(hot)
    peak = disc(8e-3, count=64) == 1.0
    without = osem(counts, PROJECTOR, subsets=6, iterations=10)[peak].mean()
    modelled = osem(counts, blurred, subsets=6, iterations=10)[peak].mean()
    assert without < modelled
    assert without < 0.9 * 4.0
    assert modelled == pytest.approx(4.0, rel=0.08)


@pytest.mark.parametrize("wrap", [Weighted, lambda p, f: Blurred(Weighted(p, f), (1.2, 0.7))])
def test_what_is_wrapped_around_a_projector_keeps_the_transpose_exact(wrap):
    random = np.random.default_rng(2)
    model = wrap(PROJECTOR, random.uniform(0.1, 1.0, (60, 95)))
    x, y = random.normal(size=(64, 64)), random.normal(size=(60, 95))
    assert np.vdot(model.forward(x), y) == pytest.approx(np.vdot(x, model.adjoint(y)), rel=1e-10)


def test_a_point_source_comes_back_where_it_is_with_its_counts():
    image = np.zeros((64, 64))
    image[40, 22] = 1.0
    found = osem(PROJECTOR.forward(image), PROJECTOR, subsets=6, iterations=20)
    assert np.unravel_index(found.argmax(), found.shape) == (40, 22)
    assert found[38:43, 20:25].sum() == pytest.approx(1.0, abs=5e-3)


def test_a_stack_is_reconstructed_as_its_slices_are():
    small = Projector(ParallelBeam(np.arange(12) * np.pi / 12, 30, PIXEL), (20, 20), PIXEL)
    stack = np.random.default_rng(3).uniform(size=(3, 20, 20))
    counts = small.forward(stack)
    together = osem(counts, small, subsets=3, iterations=2)
    assert together[1] == pytest.approx(osem(counts[1], small, subsets=3, iterations=2), rel=1e-12)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"counts": -np.ones((60, 95))}, "the counts hold -1 or a value"),
        ({"counts": np.full((60, 95), np.nan)}, "counts are finite"),
        ({"background": -1.0}, "the background hold -1"),
        ({"subsets": 61}, "61 subsets of 60 views"),
    ],
)
def test_counts_that_cannot_be_are_refused_with_a_reason(changed, said):
    given = {"counts": np.ones((60, 95)), **changed}
    with pytest.raises(ValueError, match=said):
        osem(given.pop("counts"), PROJECTOR, **given)
