"""Dynamic contrast: from a curve in the artery through images and back to the leak of the vessels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import mri, scene

from janusome.imaging.magnetic.series import dynamic_series, noisy_series
from janusome.imaging.relaxometry.signal_to_concentration import Acquisition, Calibration, concentration
from janusome.imaging.tracer_kinetics.arterial_curve import measured, plasma_of_blood
from janusome.imaging.tracer_kinetics.fit import fit_tracer
from janusome.imaging.tracer_kinetics.forward import tissue_curve
from janusome.imaging.tracer_kinetics.models import ExtendedTofts
from janusome.imaging.tracer_kinetics.population_inputs import ParkerInput
from janusome.numerics.precision import double
from janusome.units import to_internal

TRUE = {"exchange": 0.15 / 60.0, "interstitial_volume": 0.25, "plasma_volume": 0.04}
RELAXIVITY = 4.5


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def study(*, noise_free):
    """A lesion of 5 x 6 x 6 voxels in which a chelate comes and goes, imaged every five seconds."""
    time = np.arange(0.0, 300.0, 5.0)
    artery = measured(time, concentration=plasma_of_blood(ParkerInput().blood(time, delay=20.0), hematocrit=0.45))
    held = tissue_curve(ExtendedTofts(), TRUE, artery=artery, time=time)
    where = scene(np.zeros((5, 6, 6)), voxel_size=(2e-3,) * 3, r1=0.8, r2star=20.0)
    modality = mri(
        repetition_time=5e-3, echo_time=1e-3, flip_angle=to_internal(15.0, "deg"), reference_signal_to_noise=200.0,
        longitudinal_relaxivity=RELAXIVITY, effective_transverse_relaxivity=0.0,
    )  # fmt: skip
    label = jnp.asarray(held)[:, None, None, None] * jnp.ones((1, 5, 6, 6))
    if noise_free:
        series = dynamic_series(modality, where, label=label)
    else:
        series = noisy_series(modality, where, label=label, key=jax.random.key(4))
    return time, artery, held, np.asarray(series)


def fitted(time, artery, signal):
    scan = Acquisition(flip_angle=np.deg2rad(15.0), repetition_time=5e-3, baseline=slice(0, 4))
    found = concentration(signal, acquisition=scan, calibration=Calibration(rate_before=0.8, relaxivity=RELAXIVITY))
    return found.value, fit_tracer(ExtendedTofts(), time=time, tissue=found.value, artery=artery)


def test_a_series_without_noise_gives_the_concentrations_and_the_leak_back():
    time, artery, held, series = study(noise_free=True)
    found, fit = fitted(time, artery, series[:, 2, 3, 3])
    assert found == pytest.approx(held, abs=1e-9)
    for name, value in TRUE.items():
        assert fit.numbers[name].value == pytest.approx(value, rel=1e-4)


def test_a_noisy_series_of_a_lesion_gives_the_leak_back_within_its_interval():
    time, artery, _, series = study(noise_free=False)
    _, fit = fitted(time, artery, series.mean(axis=(1, 2, 3)))
    for name, value in TRUE.items():
        estimate = fit.numbers[name]
        assert estimate.value == pytest.approx(value, rel=0.05)
        assert abs(estimate.value - value) < 4.0 * estimate.standard_error
