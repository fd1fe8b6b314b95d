"""Echo trains by phase graphs, against a sum of spins that knows nothing of orders."""

import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.phase_graphs import BLOCK, echo_train, one_echo
from janusome.numerics.precision import double

ESP, ECHOES = 0.01, 32


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def train(R1, R2, angle, echoes=ECHOES):
    found = echo_train(jnp.asarray(R1), R2=jnp.asarray(R2), refocusing_angle=angle, echo_spacing=ESP, echoes=echoes)
    return np.asarray(found)


def isochromats(R1, R2, angle, *, spins=400):
    """The mean of spins that the crushers turn by as many angles, with all that recovers between the pulses."""
    phase = 2 * np.pi * (np.arange(spins) + 0.5) / spins
    x, y, z = np.ones(spins), np.zeros(spins), np.zeros(spins)
    echoes = []
    for _ in range(ECHOES):
        for pulse_next in (True, False):
            x, y = x * np.cos(phase) - y * np.sin(phase), x * np.sin(phase) + y * np.cos(phase)
            x, y = x * np.exp(-ESP / 2 * R2), y * np.exp(-ESP / 2 * R2)
            z = 1 + (z - 1) * np.exp(-ESP / 2 * R1)
            if pulse_next:
                y, z = y * np.cos(angle) - z * np.sin(angle), y * np.sin(angle) + z * np.cos(angle)
        echoes.append(x.mean() + 1j * y.mean())
    return np.array(echoes)


@pytest.mark.parametrize("angle", [180, 150, 120, 90, 60, 20])
@pytest.mark.parametrize(("R1", "R2"), [(1.3, 15.0), (20.0, 90.0), (0.0, 0.0)])
def test_every_echo_is_that_of_a_sum_of_spins(R1, R2, angle):
    assert np.abs(train(R1, R2, np.radians(angle)) - isochromats(R1, R2, np.radians(angle))).max() < 1e-6


@pytest.mark.parametrize("angle", np.radians([180, 150, 90, 30]))
def test_the_first_echo_without_relaxation_is_the_sine_of_half_the_angle_squared(angle):
    assert train(0.0, 0.0, angle, echoes=1)[0] == pytest.approx(np.sin(angle / 2) ** 2, rel=1e-12)


def test_exact_refocusing_leaves_an_exponential_of_r2():
    assert train(2.0, 30.0, np.pi) == pytest.approx(np.exp(-30.0 * ESP * np.arange(1, ECHOES + 1)), rel=1e-12)


def test_echoes_do_not_depend_on_how_many_follow():
    assert train(1.0, 20.0, 2.0, echoes=7) == pytest.approx(train(1.0, 20.0, 2.0)[:7], rel=1e-12)


def test_a_field_of_voxels_is_its_voxels():
    R1, R2 = np.array([[0.5, 1.0], [3.0, 9.0]]), np.array([[10.0, 20.0], [30.0, 90.0]])
    together = train(R1, R2, 2.2)
    assert together[:, 1, 0] == pytest.approx(train(3.0, 30.0, 2.2), rel=1e-12)


def test_one_echo_of_many_voxels_is_that_of_the_train():
    random = np.random.default_rng(3)
    R1, R2 = random.uniform(0.5, 5.0, (3, BLOCK)), random.uniform(5.0, 90.0, (3, BLOCK))
    R1, R2 = R1[:, : BLOCK - 7], R2[:, : BLOCK - 7]  # no whole number of blocks
    found = one_echo(
        jnp.asarray(R1), R2=jnp.asarray(R2), refocusing_angle=2.2, echo_spacing=ESP, number=jnp.asarray(5), longest=12
    )
    assert np.allclose(found, train(R1, R2, 2.2, echoes=12)[4], rtol=1e-12)
