import csv
import os
from pathlib import Path

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.imaging.relaxometry.multi_echo import multi_echo
from janusome.imaging.relaxometry.relaxivity import fit_relaxivity, fit_second_order
from janusome.imaging.relaxometry.signal_to_concentration import Acquisition, Calibration, concentration
from janusome.imaging.relaxometry.signals import echo_decay, spoiled_gradient_echo
from janusome.imaging.relaxometry.variable_flip_angle import variable_flip_angle, variable_flip_angle_line

T1_BRAIN = Path(os.environ.get("JANUSOME_DATA", "/nowhere")) / "imaging" / "osipi" / "T1_mapping" / "t1_brain_data.csv"

IRON = np.array([0.26, 0.5, 1.0, 2.0, 4.2])  # mM, the range of Knobelsdorff-Brenkenhoff 2016
R1, R2 = 0.4 + 19.0 * IRON, 0.6 + 64.9 * IRON  # ferumoxytol in plasma at 1.5 T
ANGLES, TR = np.deg2rad([3.0, 8.0, 15.0, 25.0, 40.0, 60.0]), 5.4e-3
ECHOES = np.geomspace(1e-3, 60e-3, 16)


def tubes(*, noise, voxels):
    """Flip-angle series and echo trains of five tubes; noise is a share of the strongest signal."""
    rng = np.random.default_rng(5)
    flips = spoiled_gradient_echo(R1[:, None, None], flip_angle=ANGLES, repetition_time=TR)[0]
    train = echo_decay(R2[:, None, None], echo_time=ECHOES)[0]
    return [
        np.repeat(s, voxels, axis=1) + noise * s.max() * rng.standard_normal((5, voxels, s.shape[-1])) for s in (flips, train)
    ]


@pytest.mark.parametrize(("noise", "voxels", "near"), [(0.0, 1, 0.02), (1 / 50, 200, 0.10)])
def test_tubes_of_ferumoxytol_give_back_its_relaxivities(noise, voxels, near):
    flips, train = tubes(noise=noise, voxels=voxels)
    r1 = fit_relaxivity(IRON, rate=variable_flip_angle(flips, flip_angle=ANGLES, repetition_time=TR).rate.mean(axis=1))
    r2 = fit_relaxivity(IRON, rate=multi_echo(train, echo_time=ECHOES).rate.mean(axis=1))
    assert r1.linear == pytest.approx(19.0, rel=near)
    assert r2.linear == pytest.approx(64.9, rel=near)


@pytest.mark.parametrize("known", [True, False])
def test_intervals_of_rates_hold_the_truth_as_often_as_they_say(known):
    flips, train = tubes(noise=0.01, voxels=400)
    t1 = variable_flip_angle(flips, flip_angle=ANGLES, repetition_time=TR, noise=0.01 * NOISELESS_PEAK if known else None)
    t2 = multi_echo(train, echo_time=ECHOES, noise=0.01 * TRAIN_PEAK if known else None)
    for fit, truth in ((t1, R1), (t2, R2)):
        low, high = fit.rate_interval()
        assert 0.93 <= np.mean((low <= truth[:, None]) & (truth[:, None] <= high)) <= 0.97


NOISELESS_PEAK = spoiled_gradient_echo(R1[:, None], flip_angle=ANGLES, repetition_time=TR)[0].max()
TRAIN_PEAK = echo_decay(R2[:, None], echo_time=ECHOES)[0].max()


def test_without_noise_the_line_and_the_least_squares_agree():
    flips, _ = tubes(noise=0.0, voxels=1)
    line = variable_flip_angle_line(flips, flip_angle=ANGLES, repetition_time=TR)
    curve = variable_flip_angle(flips, flip_angle=ANGLES, repetition_time=TR)
    assert line.rate == pytest.approx(curve.rate, rel=1e-9)
    assert line.amplitude == pytest.approx(np.ones_like(line.amplitude), rel=1e-9)


def test_the_errors_of_the_line_are_those_that_repeated_scans_show():
    rng = np.random.default_rng(2)
    clean, _ = spoiled_gradient_echo(np.array(1.2), flip_angle=ANGLES, repetition_time=TR)
    line = variable_flip_angle_line(
        clean + 1e-4 * rng.standard_normal((4000, 6)), flip_angle=ANGLES, repetition_time=TR, noise=1e-4
    )
    assert line.rate_standard_error.mean() == pytest.approx(line.rate.std(), rel=0.05)
    assert line.amplitude_standard_error.mean() == pytest.approx(line.amplitude.std(), rel=0.05)


def test_the_slopes_of_the_signals_are_their_derivatives():
    for signal in (
        lambda R: spoiled_gradient_echo(R, flip_angle=ANGLES, repetition_time=TR),
        lambda R: echo_decay(R, echo_time=ECHOES),
    ):
        numeric = (signal(np.array(2.0 + 1e-5))[0] - signal(np.array(2.0 - 1e-5))[0]) / 2e-5
        assert signal(np.array(2.0))[1] == pytest.approx(numeric, rel=1e-6)


def test_echoes_under_the_noise_floor_do_not_hide_iron():
    magnitude = np.hypot(np.exp(-400.0 * ECHOES), 0.02)
    assert multi_echo(magnitude, echo_time=ECHOES).rate < 399.0
    assert multi_echo(magnitude, echo_time=ECHOES, noise_floor=0.06).rate == pytest.approx(400.0, rel=0.01)


def test_a_voxel_that_decays_before_the_echoes_is_not_resolved():
    fit = multi_echo(np.stack([np.exp(-50.0 * ECHOES), np.full_like(ECHOES, 0.01)]), echo_time=ECHOES, noise_floor=0.03)
    assert list(fit.resolved) == [True, False]
    assert np.isinf(fit.rate_standard_error[1])


def test_a_voxel_without_signal_is_not_resolved():
    for fit in (variable_flip_angle, variable_flip_angle_line):
        found = fit(np.zeros((2, 6)), flip_angle=ANGLES, repetition_time=TR)
        assert not found.resolved.any()
        assert np.isfinite(found.rate).all()


def test_signals_become_the_concentrations_of_the_osipi_collection():
    """Four samples of its first voxel (SI2Conc_data.csv): 13°, 2 ms, T1 1.4 s, r1 4.5, baseline of the second sample."""
    found = concentration(
        [8.0, 7.0, 53.0, 70.0],
        acquisition=Acquisition(np.deg2rad(13.0), 2e-3, slice(1, 2)),
        calibration=Calibration(1 / 1.4, 4.5),
    )
    published = [0.02411300135228399, 0.0, 1.723816850668738, 2.9860012006598615]
    assert found.value == pytest.approx(published, abs=1e-5, rel=1e-5)


def test_the_error_of_a_concentration_is_that_which_repeated_series_show():
    rng, before = np.random.default_rng(9), 10
    C = np.concatenate([np.zeros(before), [0.2, 1.0, 2.0]])
    f = spoiled_gradient_echo(0.7 + 4.5 * C, flip_angle=0.35, repetition_time=4e-3)[0]
    signal = f + 1e-3 * f[0] * rng.standard_normal((4000, C.size))
    found = concentration(
        signal, acquisition=Acquisition(0.35, 4e-3, slice(0, before)), calibration=Calibration(0.7, 4.5), noise=1e-3 * f[0]
    )
    assert found.value.mean(axis=0) == pytest.approx(C, abs=2e-3)
    assert found.standard_error.mean(axis=0)[before:] == pytest.approx(found.value.std(axis=0)[before:], rel=0.05)


def test_errors_of_the_calibration_are_those_of_finite_differences():
    asked = Acquisition(0.35, 4e-3, slice(0, 1))
    given = [1.0, 3.0]

    def C(R10, r1, sR=0.0, sr=0.0):
        return concentration(given, acquisition=asked, calibration=Calibration(R10, r1, sR, sr), noise=0.0)

    by_rate = (C(0.7001, 4.5).value - C(0.6999, 4.5).value) / 2e-4
    assert C(0.7, 4.5, 0.05).standard_error == pytest.approx(np.abs(by_rate) * 0.05, abs=1e-6)
    by_relaxivity = (C(0.7, 4.501).value - C(0.7, 4.499).value) / 2e-3
    assert C(0.7, 4.5, 0.0, 0.2).standard_error == pytest.approx(np.abs(by_relaxivity) * 0.2, abs=1e-6)


def test_a_saturated_signal_tells_no_concentration():
    found = concentration(
        [1.0, 1.0, 900.0], acquisition=Acquisition(0.3, 4e-3, slice(0, 2)), calibration=Calibration(0.7, 4.5)
    )
    assert list(found.resolved) == [True, True, False]
    assert np.isinf(found.value[2])


def test_a_second_order_in_blood_is_fitted_and_inverted():
    C = np.array([0.0, 0.26, 0.5, 1.0, 2.0, 3.0, 4.2])
    rng = np.random.default_rng(1)
    made = fit_second_order(C, rate=0.6 + 18.0 * C - 1.2 * C**2 + 0.05 * rng.standard_normal(C.size))
    assert (made.without_agent, made.linear, made.quadratic) == pytest.approx((0.6, 18.0, -1.2), abs=0.15)
    found, error = made.concentration(made.rate(np.array([0.3, 1.5, 4.0])))
    assert found == pytest.approx([0.3, 1.5, 4.0], rel=1e-9)
    assert np.all((error > 0.0) & (error < 0.02))
    line = fit_relaxivity(C, rate=made.rate(C))
    assert abs(line.concentration(made.rate(np.array([2.0])))[0][0] - 2.0) > 0.1  # what a line would have said


SERIES = {"flip_angle": ANGLES, "repetition_time": TR}
SCAN = {"acquisition": Acquisition(0.3, 4e-3, slice(0, 2)), "calibration": Calibration(0.7, 4.5)}


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: variable_flip_angle([1.0, np.nan, 1.0, 1.0, 1.0, 1.0], **SERIES), "not finite"),
        (lambda: variable_flip_angle([1.0, 2.0], flip_angle=[0.1, 0.2], repetition_time=TR), "at least 3"),
        (lambda: variable_flip_angle([1.0] * 3, flip_angle=[0.1, 0.1, 0.2], repetition_time=TR), "3 different"),
        (lambda: variable_flip_angle([1.0] * 3, flip_angle=[2.0, 5.0, 12.0], repetition_time=TR), "radians"),
        (lambda: variable_flip_angle([1.0] * 6, flip_angle=ANGLES, repetition_time=0.0), "above zero"),
        (lambda: multi_echo([1.0, 0.5], echo_time=[0.01, 0.02]), "at least 3"),
        (lambda: multi_echo([1.0] * 3, echo_time=[0.01, 0.03, 0.02]), "sort the times"),
        (lambda: fit_relaxivity([0.0, 1.0], rate=[1.0, 2.0]), "at least 3"),
        (lambda: fit_second_order([0.0, 1.0, 1.0, 0.0], rate=[1.0] * 4), "4 different"),
        (lambda: fit_relaxivity(IRON, rate=R1).concentration(1e3), "fitted up to 4.2 mM"),
        (lambda: fit_relaxivity(IRON, rate=-R1).concentration(1.0), "does not rise"),
        (lambda: concentration([0.0, 0.0, 1.0], **SCAN), "without signal"),
        (lambda: concentration([1.0, np.inf, 1.0], **SCAN), "not finite"),
        (lambda: concentration([1.0, 2.0], acquisition=Acquisition(0.3, 4e-3, slice(5, 9)), calibration=Calibration(0.7, 4.5)),
         "holds no sample"),
        (lambda: concentration([1.0, 2.0], acquisition=Acquisition(20.0, 4e-3, slice(0, 1)), calibration=Calibration(0.7, 4.5)),
         "radians"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(refused, words):
    with pytest.raises(InputError, match=words):
        refused()


@pytest.mark.data
@pytest.mark.skipif(not T1_BRAIN.exists(), reason="JANUSOME_DATA does not name a folder with imaging/osipi")
@pytest.mark.parametrize("fit", [variable_flip_angle, variable_flip_angle_line])
def test_the_brain_of_osipi_is_within_its_tolerance(fit):
    with T1_BRAIN.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    signal = np.array([row["s"].split() for row in rows], dtype=float)
    angles, TRs = (np.array(rows[0][name].split(), dtype=float) for name in ("FA", "TR"))
    found = fit(signal, flip_angle=np.deg2rad(angles), repetition_time=float(TRs[0]))
    published = np.array([float(row["R1"]) for row in rows])
    assert np.all(np.abs(found.rate - published) <= 0.05 + 0.05 * published)
