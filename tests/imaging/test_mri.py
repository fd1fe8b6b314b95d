import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml
from imaging_scenes import mri, scene

import janusome
from janusome.numerics.precision import double
from janusome.units import to_internal

SEVEN = [0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0]  # mM of iron


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def line(label, **changed):
    return scene(np.reshape(np.asarray(label, dtype=float), (1, 1, -1)), voxel_size=(1e-3,) * 3, **changed)


def closed_form(c, *, r1, r2, tr, te, alpha, r10=1.0, r20=30.0, m0=1.0):
    e1 = np.exp(-tr * (r10 + r1 * c))
    return m0 * np.sin(alpha) * (1 - e1) / (1 - np.cos(alpha) * e1) * np.exp(-te * (r20 + r2 * c))


def test_the_signal_is_the_closed_form_at_seven_concentrations():
    signal = np.asarray(mri().expected(line(SEVEN, proton_density=0.8)))[0, 0]
    c = np.asarray(SEVEN)
    wanted = closed_form(c, r1=19.0, r2=64.9, tr=10e-3, te=2e-3, alpha=math.radians(20), m0=0.8)
    assert signal == pytest.approx(wanted, rel=1e-9)


def test_the_signal_solves_the_bloch_equations_in_their_steady_state():
    modality, where = mri(), line([0.3])
    rate, alpha, tr = float(modality.longitudinal_rate(where)[0, 0, 0]), math.radians(20), 10e-3
    magnetisation = 1.0
    for _ in range(3000):  # tip, spoil, recover
        magnetisation = 1.0 + (magnetisation * math.cos(alpha) - 1.0) * math.exp(-tr * rate)
    decay = math.exp(-2e-3 * float(modality.effective_transverse_rate(where)[0, 0, 0]))
    assert float(modality.expected(where)[0, 0, 0]) == pytest.approx(magnetisation * math.sin(alpha) * decay, rel=1e-12)


def test_long_repetition_and_no_echo_time_show_the_proton_density():
    modality = mri(repetition_time=1e3, echo_time=0.0, flip_angle=to_internal(90.0, "deg"))
    assert float(modality.expected(line([0.0], proton_density=0.7))[0, 0, 0]) == pytest.approx(0.7, rel=1e-12)


def test_the_ernst_angle_gives_the_largest_signal():
    where = line([0.0])
    ernst = math.acos(math.exp(-10e-3 * 1.0))
    signal = [float(mri(flip_angle=ernst + d).expected(where)[0, 0, 0]) for d in (-0.01, 0.0, 0.01)]
    assert signal[1] > max(signal[0], signal[2])


def test_label_brightens_at_low_and_darkens_at_high_concentration():
    signal = np.asarray(mri().expected(line(SEVEN)))[0, 0]
    assert signal[3] > signal[0] > mri().expected(line([40.0]))[0, 0, 0]


def test_the_site_of_the_label_decides_its_relaxivity():
    modality = mri(detached_longitudinal_relaxivity=4.0, detached_effective_transverse_relaxivity=5.0)
    empty = line([0.0], r1=0.0, r2star=0.0)
    outside, inside, detached = (
        line([1.0], r1=0.0, r2star=0.0),
        line([0.0], inside=1.0, r1=0.0, r2star=0.0),
        line([0.0], detached=1.0, r1=0.0, r2star=0.0),
    )
    rates = [float(modality.longitudinal_rate(s)[0, 0, 0]) for s in (empty, outside, inside, detached)]
    assert rates == pytest.approx([0.0, 19.0, 2.0, 4.0])
    transverse = [float(modality.effective_transverse_rate(s)[0, 0, 0]) for s in (empty, outside, inside, detached)]
    assert transverse == pytest.approx([0.0, 64.9, 200.0, 5.0])


@pytest.mark.parametrize(("signal_to_noise", "tolerance"), [(None, 0.02), (50.0, 0.10)])
def test_relaxivities_are_fitted_back_from_five_tubes_of_agent(signal_to_noise, tolerance):
    tubes = np.asarray([0.0, 0.1, 0.2, 0.4, 0.8])
    where = scene(np.broadcast_to(tubes[:, None, None], (5, 20, 20)), voxel_size=(1e-3,) * 3, r1=0.7, r2star=10.0)

    def image(**sequence):
        modality = mri(reference_signal_to_noise=1e9, **sequence)
        expected = modality.expected(where)
        if signal_to_noise is None:
            return np.asarray(expected).mean(axis=(1, 2))
        brightest = float(expected.max())
        noisy = mri(reference_signal_to_noise=signal_to_noise / brightest, **sequence)
        key = jax.random.key(hash(tuple(sequence.values())) % 2**31)
        return np.asarray(noisy.noisy(expected, where, key=key)).mean(axis=(1, 2))

    angles = [math.radians(a) for a in (3.0, 10.0, 25.0)]
    signals = np.stack([image(flip_angle=a, repetition_time=15e-3, echo_time=0.5e-3) for a in angles])
    rates = []
    for tube in range(len(tubes)):  # S/sin against S/tan is a line of slope exp(-TR R1)
        slope = np.polyfit(signals[:, tube] / np.tan(angles), signals[:, tube] / np.sin(angles), 1)[0]
        rates.append(-math.log(slope) / 15e-3)
    echoes = [1e-3, 5e-3, 12e-3]
    decays = np.stack([image(flip_angle=angles[1], repetition_time=30e-3, echo_time=t) for t in echoes])
    transverse = [-np.polyfit(echoes, np.log(decays[:, tube]), 1)[0] for tube in range(len(tubes))]
    assert np.polyfit(tubes, rates, 1)[0] == pytest.approx(19.0, rel=tolerance)
    assert np.polyfit(tubes, transverse, 1)[0] == pytest.approx(64.9, rel=tolerance)


def test_many_images_have_the_stated_mean_and_noise_from_the_floor_to_far_above_it():
    draws = 20000
    modality = mri(reference_signal_to_noise=100.0, repetition_time=1e3, echo_time=0.0, flip_angle=math.pi / 2)
    where = line(np.zeros(5), proton_density=jnp.asarray([[[0.0, 0.01, 0.02, 0.1, 1.0]]]))
    expected = modality.expected(where)
    keys = jax.random.split(jax.random.key(6), draws)
    images = np.asarray(jax.vmap(lambda key: modality.noisy(expected, where, key=key))(keys))
    noise = np.asarray(modality.noise(expected, where))
    assert np.abs((images.mean(axis=0) - modality.shown(expected, where)) / noise).max() < 5 / math.sqrt(draws)
    assert images.std(axis=0) / noise == pytest.approx(np.ones(noise.shape), abs=5 / math.sqrt(draws))
    assert noise[0, 0, 0] / 0.01 == pytest.approx(0.6551, abs=1e-4)
    assert float(modality.shown(expected, where)[0, 0, 0]) / 0.01 == pytest.approx(1.2533, abs=1e-4)


def test_the_signal_to_noise_ratio_is_proportional_to_the_voxel_volume():
    def signal_to_noise(size):
        modality = mri(repetition_time=1e3, echo_time=0.0, flip_angle=math.pi / 2)
        where = scene(np.zeros((1, 1, 1)), voxel_size=size)
        expected = modality.expected(where)
        return float((expected / modality.noise(expected, where))[0, 0, 0])

    assert signal_to_noise((1e-3, 1e-3, 1e-3)) == pytest.approx(500.0, rel=1e-5)
    assert signal_to_noise((4e-3, 1e-3, 1e-3)) == pytest.approx(2000.0, rel=1e-5)


def test_the_noise_of_a_mean_falls_as_the_square_root_of_the_voxels():
    where = scene(np.zeros((4, 5, 5)), voxel_size=(1e-3,) * 3)
    expected = mri().expected(where)
    weights = jnp.full((4, 5, 5), 0.01)
    noise = float(mri().noise_of_mean(expected, where, weights=weights))
    assert noise == pytest.approx(float(mri().noise(expected, where)[0, 0, 0]) / 10.0, rel=1e-12)


def test_the_image_does_not_depend_on_the_units_of_length_and_time():
    length, time = 3.0, 5.0
    here = line(SEVEN)
    there = scene(
        np.reshape(SEVEN, (1, 1, -1)) / length**3, voxel_size=(1e-3 * length,) * 3, r1=1.0 / time, r2star=30.0 / time
    )
    per_amount = length**3 / time
    other = mri(
        repetition_time=10e-3 * time,
        echo_time=2e-3 * time,
        reference_voxel_volume=1e-9 * length**3,
        longitudinal_relaxivity=19.0 * per_amount,
        effective_transverse_relaxivity=64.9 * per_amount,
    )
    assert np.allclose(other.expected(there), mri().expected(here), rtol=1e-12)
    expected = mri().expected(here)
    assert np.allclose(other.noise(expected, there), mri().noise(expected, here), rtol=1e-12)


def test_the_image_is_differentiable_in_every_parameter():
    where = line(SEVEN)
    slopes = jax.grad(lambda modality: modality.noise(modality.expected(where), where).sum())(mri())
    assert all(bool(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(slopes))


HOSTS = sorted((Path(janusome.__file__).parent / "library" / "hosts").glob("*.yaml"))


@pytest.mark.parametrize("path", HOSTS, ids=lambda path: path.stem)
def test_blood_at_7_tesla_relaxes_in_about_two_seconds_and_not_in_the_0_437_of_a_peer(path):
    values = yaml.safe_load(path.read_text(encoding="utf-8"))["organs"]["venous"]["values"]["longitudinal_relaxation_time"]
    (at_7_tesla,) = (value for value in values if value["conditions"]["field"] == "7 T")
    assert 1.9 <= to_internal(at_7_tesla["value"], at_7_tesla["unit"]) <= 2.4
