"""Spin echo, inversion recovery, balanced and multi-echo images: closed forms, Bloch equations, and the label in them."""

import math
from pathlib import Path
from typing import get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import yaml
from imaging_scenes import balanced, inversion_recovery, mri, multi_echo, scene, spin_echo
from scipy.optimize import curve_fit

import janusome
from janusome.imaging.mri_balanced import MriBalanced
from janusome.imaging.mri_inversion_recovery import MriInversionRecovery
from janusome.imaging.mri_multi_echo import LONGEST, MriMultiEcho
from janusome.imaging.mri_spin_echo import MriSpinEcho
from janusome.imaging.quantification.levels import Regions, seen, solved
from janusome.imaging.relaxometry.multi_echo import multi_echo as map_of_echoes
from janusome.imaging.relaxometry.relaxivity import fit_relaxivity
from janusome.numerics.precision import double
from janusome.simulation.camera import modalities
from janusome.specification.rows import MriSequence

SEVEN = np.array([0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0])  # mM of iron
SEQUENCES = {MriSpinEcho: spin_echo, MriInversionRecovery: inversion_recovery, MriBalanced: balanced, MriMultiEcho: multi_echo}
each_sequence = pytest.mark.parametrize("made", SEQUENCES.values(), ids=lambda made: made.__name__)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def line(label, **changed):
    return scene(np.reshape(np.asarray(label, dtype=float), (1, 1, -1)), voxel_size=(1e-3,) * 3, **changed)


def signal(modality, label, **changed):
    return np.asarray(modality.expected(line(label, **changed)))[0, 0]


def rates(c):
    return 1.0 + 19.0 * c, 20.0 + 64.9 * c


# Closed forms written out here once more, with the numbers of `imaging_scenes`.
def closed_spin_echo(R1, R2):
    return (1 - 2 * np.exp(-(2.0 - 0.02) * R1) + np.exp(-2.0 * R1)) * np.exp(-0.04 * R2)


def closed_inversion_recovery(R1, R2):
    upright = 1 - 2 * np.exp(-0.9 * R1) + 2 * np.exp(-(3.0 - 0.005) * R1) - np.exp(-3.0 * R1)
    return np.abs(upright) * np.exp(-0.01 * R2)


def closed_balanced(R1, R2):
    E1, E2, a = np.exp(-4e-3 * R1), np.exp(-4e-3 * R2), math.radians(45)
    return math.sin(a) * (1 - E1) / (1 - (E1 - E2) * math.cos(a) - E1 * E2) * np.exp(-2e-3 * R2)


def closed_multi_echo(R1, R2):
    return (1 - np.exp(-(3.0 - 0.1) * R1)) * np.exp(-0.04 * R2)


CLOSED = [
    (spin_echo, closed_spin_echo), (inversion_recovery, closed_inversion_recovery),
    (balanced, closed_balanced), (multi_echo, closed_multi_echo),
]  # fmt: skip


@pytest.mark.parametrize(("made", "closed"), CLOSED, ids=lambda one: one.__name__)
def test_the_signal_is_the_closed_form_at_seven_concentrations(made, closed):
    wanted = 0.8 * closed(*rates(SEVEN))
    assert signal(made(), SEVEN, proton_density=0.8) == pytest.approx(wanted, rel=1e-9)


# Bloch equations, pulse by pulse, until nothing changes: transverse magnetization is lost before the next excitation, but in
# the balanced sequence.
def waited(m, time, R1, R2):
    return np.array([m[0] * math.exp(-time * R2), m[1] * math.exp(-time * R2), 1 + (m[2] - 1) * math.exp(-time * R1)])


def turned(m, angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([m[0], m[1] * c - m[2] * s, m[1] * s + m[2] * c])


def spoiled(m):
    return np.array([0.0, 0.0, m[2]])


def steady(cycle, times=400):
    m, read = np.array([0.0, 0.0, 1.0]), 0.0
    for _ in range(times):
        m, read = cycle(m)
    return read


def test_a_spin_echo_solves_the_bloch_equations_in_their_steady_state():
    R1, R2 = rates(0.1)

    def cycle(m):
        m = waited(turned(m, math.pi / 2), 0.02, R1, R2)
        echo = waited(turned(m, math.pi), 0.02, R1, R2)
        return spoiled(waited(echo, 2.0 - 0.04, R1, R2)), abs(echo[1])

    assert signal(spin_echo(), [0.1])[0] == pytest.approx(steady(cycle), rel=1e-12)


def test_inversion_recovery_solves_the_bloch_equations_in_their_steady_state():
    R1, R2 = rates(0.02)

    def cycle(m):
        m = spoiled(waited(turned(m, math.pi), 0.9, R1, R2))
        m = waited(turned(m, math.pi / 2), 0.005, R1, R2)
        echo = waited(turned(m, math.pi), 0.005, R1, R2)
        return spoiled(waited(echo, 3.0 - 0.9 - 0.01, R1, R2)), abs(echo[1])

    assert signal(inversion_recovery(), [0.02])[0] == pytest.approx(steady(cycle), rel=1e-12)


def test_a_balanced_sequence_solves_the_bloch_equations_in_their_steady_state():
    (R1, R2), angle = rates(0.1), math.radians(45)

    def cycle(m):  # two pulses of alternating sign
        m = waited(turned(m, angle), 4e-3, R1, R2)
        after = turned(m, -angle)
        echo = waited(after, 2e-3, R1, R2)
        return waited(after, 4e-3, R1, R2), abs(echo[1])

    assert signal(balanced(), [0.1])[0] == pytest.approx(steady(cycle, times=5000), rel=1e-10)


def test_tissue_is_dark_at_the_null_of_an_inversion():
    null = math.log(2.0)
    modality = inversion_recovery(repetition_time=100.0, inversion_time=1.0)
    at_null, beside = signal(modality, [0.0], r1=null)[0], signal(modality, [0.0], r1=1.2 * null)[0]
    assert at_null == pytest.approx(0.0, abs=1e-12)
    assert beside > 0.05


def test_a_balanced_image_of_short_repetition_shows_t2_over_t1():
    modality = balanced(repetition_time=1e-5, echo_time=0.0, flip_angle=math.pi / 2)
    assert signal(modality, [0.0], r1=1.0, r2=20.0)[0] == pytest.approx(1.0 / (20.0 + 1.0), rel=1e-3)


def test_an_echo_of_exact_refocusing_decays_with_r2_and_hides_static_dephasing():
    where = {"r2": 20.0, "r2star": 300.0}
    first, fourth = (signal(multi_echo(echo_number=n), [0.0], **where)[0] for n in (1.0, 4.0))
    assert math.log(first / fourth) / 0.03 == pytest.approx(20.0, rel=1e-9)


def test_weak_refocusing_lengthens_the_t2_that_is_fitted():
    times = 10e-3 * np.arange(1, 11)

    def fitted(angle):
        train = multi_echo(refocusing_angle=math.radians(angle)).train(line([0.0]), echoes=10)
        return 1.0 / float(map_of_echoes(np.moveaxis(np.asarray(train), 0, -1), echo_time=times).rate[0, 0, 0])

    assert fitted(180) == pytest.approx(0.05, rel=1e-6)
    assert fitted(120) > 1.1 * 0.05


def test_a_t2_map_of_a_train_gives_the_relaxivity_back():
    times = 10e-3 * np.arange(1, 11)
    train = multi_echo().train(line(SEVEN[:5]), echoes=10)
    found = map_of_echoes(np.moveaxis(np.asarray(train), 0, -1), echo_time=times).rate[0, 0]
    assert np.polyfit(SEVEN[:5], found, 1)[0] == pytest.approx(64.9, rel=1e-6)


def shipped_ferumoxytol(name):
    """Relaxivity of ferumoxytol in plasma at 1.5 T, as the library has it."""
    row = yaml.safe_load(
        (Path(janusome.__file__).parent / "library/formulations/ferumoxytol.yaml").read_text(encoding="utf-8")
    )
    found = row["labels"]["iron-oxide-core"]["values"][name]
    (value,) = (each["value"] for each in found if each["conditions"]["field"] == "1.5 T")
    return value


@pytest.mark.parametrize(("signal_to_noise", "tolerance"), [(1e7, 0.02), (50.0, 0.10)])
def test_five_tubes_of_ferumoxytol_give_back_19_0_and_64_9_at_one_and_a_half_tesla(signal_to_noise, tolerance):
    iron = np.array([0.0, 0.2, 0.4, 0.8, 1.2])
    tubes = scene(np.broadcast_to(iron[:, None, None], (5, 12, 12)), voxel_size=(1e-3,) * 3, r1=0.4, r2=5.0)
    agent = {
        "longitudinal_relaxivity": shipped_ferumoxytol("longitudinal_relaxivity"),
        "transverse_relaxivity": shipped_ferumoxytol("transverse_relaxivity"),
        "reference_signal_to_noise": signal_to_noise,
    }
    inversions, echoes = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0]), 6e-3 * np.arange(1, 11)

    def read(modality, seed):
        return np.asarray(modality.acquired(tubes, seed=seed)).mean(axis=(1, 2))

    recovery = [
        read(inversion_recovery(**agent, inversion_time=t, repetition_time=15.0, echo_time=1e-3), k)
        for k, t in enumerate(inversions)
    ]
    train = [read(multi_echo(**agent, echo_spacing=6e-3, echo_number=n, repetition_time=15.0), 100 + n) for n in range(1, 11)]
    R2 = map_of_echoes(np.transpose(train), echo_time=echoes, noise_floor=3.0 / signal_to_noise).rate
    R1 = [
        curve_fit(lambda t, m, r: np.abs(m * (1 - 2 * np.exp(-r * t))), inversions, tube, p0=(1.0, 0.4 + 15.0 * c))[0][1]
        for c, tube in zip(iron, np.transpose(recovery), strict=True)
    ]
    assert fit_relaxivity(iron, rate=R1).linear == pytest.approx(19.0, rel=tolerance)
    assert fit_relaxivity(iron, rate=R2).linear == pytest.approx(64.9, rel=tolerance)


@each_sequence
def test_label_inside_cells_and_off_its_carrier_has_a_relaxivity_of_its_own(made):
    modality = made(detached_transverse_relaxivity=5.0)
    found = [
        float(modality.transverse_rate(line([out], inside=inside, detached=off))[0, 0, 0])
        for out, inside, off in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
    ]
    assert found == pytest.approx([20.0, 84.9, 70.0, 25.0])


@each_sequence
def test_noise_falls_with_the_root_of_the_averages(made):
    one, four = (float(made(number_of_averages=n).channel_noise(line([0.0]))) for n in (1.0, 4.0))
    assert one / four == pytest.approx(2.0)


@each_sequence
def test_the_image_is_differentiable_in_every_parameter(made):
    where = line(SEVEN)
    slopes = jax.grad(lambda modality: modality.noise(modality.expected(where), where).sum())(made())
    assert all(bool(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(slopes))


@pytest.mark.parametrize("made", [mri, spin_echo, balanced, multi_echo], ids=lambda made: made.__name__)
def test_iron_darkens_what_is_weighted_by_t2_all_the_way(made):
    weighted = made(longitudinal_relaxivity=0.0)
    assert np.all(np.diff(signal(weighted, np.linspace(0.0, 5.0, 40))) < 0.0)


@pytest.mark.parametrize("made", [mri, *SEQUENCES.values()], ids=lambda made: made.__name__)
def test_images_through_k_space_have_the_mean_and_the_noise_that_are_stated(made):
    where = scene(np.full((6, 10, 8), 0.1), voxel_size=(2e-3, 1e-3, 1e-3))
    modality = made(reference_signal_to_noise=12.0)  # from the floor, in the train, to well above it
    expected, images = modality.expected(where), np.stack([modality.acquired(where, seed=seed) for seed in range(30)])
    noise, shown = np.asarray(modality.noise(expected, where)), np.asarray(modality.shown(expected, where))
    count = images.size
    assert abs((images.mean() - shown.mean()) / noise.mean()) < 4 / math.sqrt(count)
    assert images.std() / noise.mean() == pytest.approx(1.0, abs=4 / math.sqrt(2 * count))


# With long repetitions iron only darkens; an inversion is read where it only brightens.
ONE_WAY = {
    "spin_echo": (spin_echo(repetition_time=10.0), 0.2),
    "balanced": (balanced(), 0.2),
    "multi_echo": (multi_echo(repetition_time=10.0), 0.2),
    "inversion_recovery": (inversion_recovery(repetition_time=10.0), 0.05),
}


@pytest.mark.parametrize("name", ONE_WAY)
def test_the_level_that_made_an_image_is_found_in_it(name):
    modality, level = ONE_WAY[name]
    share = np.zeros((6, 8, 8))
    share[2:4, 2:6, 2:6] = 1.0
    lesion, around = (jnp.asarray(weight / weight.sum()) for weight in (share, 1.0 - share))
    regions, truth = Regions(jnp.asarray(share), lesion, around, (1.0, 0.0, 0.0)), jnp.asarray([level, 0.005])
    tissue = scene(np.zeros(share.shape), voxel_size=(1e-3,) * 3)
    before, means = (seen(modality, tissue, regions, levels) for levels in (jnp.zeros(2), truth))
    found = solved(modality, tissue, regions, means=3.0 * means, before=3.0 * before)
    np.testing.assert_allclose(found.levels, truth, rtol=1e-6)


def test_a_short_repetition_makes_two_levels_of_one_signal():
    signals = signal(spin_echo(repetition_time=1.0), np.linspace(0.0, 2.0, 200))
    assert signals[0] < signals.max() > signals[-1]


def test_every_sequence_that_a_row_may_name_is_a_modality():
    (literal, _) = get_args(MriSequence.model_fields["modality"].annotation)
    named = set(get_args(literal))
    assert named == {name for name in modalities() if name.split("_")[0] == "mri"}


def test_the_longest_train_is_what_a_row_may_name():
    from janusome.specification.vocabulary import vocabulary

    assert vocabulary()["echo_number"].high == vocabulary()["echo_train_length"].high == LONGEST
