import math

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.numerics.heterogeneous_waves import Tissue, stepped
from janusome.numerics.waves import recorded

C, H = 1500.0, 0.1e-3
WATER = Tissue(C, 1000.0)


def pulse(count, center, width=6.0):
    return np.exp(-(((np.arange(count) - center) / width) ** 2))


def test_in_a_uniform_fluid_the_steps_are_exact():
    x = np.arange(40)
    start = np.exp(-((x[:, None] - 20) ** 2 + (x - 18) ** 2) / 9.0)
    sensors = ([5, 12, 30], [7, 22, 33])
    given = {"spacing": H, "interval": 0.3 * H / C, "samples": 90}
    exact = recorded(start, sensors, sound_speed=C, **given)
    assert stepped(start, sensors, WATER, **given, layer=0) == pytest.approx(exact, abs=1e-6)


def test_the_border_takes_waves_in():
    given = {"spacing": H, "interval": 0.3 * H / C, "samples": 900}
    heard = stepped(pulse(200, 100), ([60],), WATER, **given)[:, 0]
    assert heard.max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(heard[300:]).max() < 5e-3


def test_a_step_of_impedance_reflects_as_it_must():
    count, at = 512, 300
    c, rho = np.where(np.arange(count) < at, 1500.0, 1800.0), np.where(np.arange(count) < at, 1000.0, 1200.0)
    given = {"spacing": H, "interval": 0.3 * H / 1800.0, "samples": 760}
    before = stepped(pulse(count, 180), ([240],), Tissue(c, rho), **given)[:, 0]
    beyond = stepped(pulse(count, 180), ([380],), Tissue(c, rho), **given)[:, 0]
    passed = int(90 / 0.3 * 1.2)  # samples until the pulse is past the first sensor
    one, two = 1500.0 * 1000.0, 1800.0 * 1200.0
    assert before[passed:].max() == pytest.approx(0.5 * (two - one) / (two + one), rel=0.03)
    assert beyond.max() == pytest.approx(0.5 * 2.0 * two / (one + two), rel=0.02)


@pytest.mark.parametrize("power", [1.3, 1.5, 1.9])
def test_a_plane_pulse_is_absorbed_by_the_power_of_its_frequency(power):
    alpha = 30.0 / (2.0 * math.pi * 1e6) ** power  # 30 Np/m at 1 MHz
    tissue = Tissue(C, 1000.0, alpha, power)
    near, far = 330, 430
    heard = stepped(pulse(768, 256, 4.0), ([near, far],), tissue, spacing=H, interval=0.1 * H / C, samples=3500)
    waves = np.abs(np.fft.rfft(heard, axis=0))
    frequency = np.fft.rfftfreq(len(heard), 0.1 * H / C)
    some = (frequency > 0.5e6) & (frequency < 1.5e6)
    found = np.log(waves[some, 0] / waves[some, 1]) / ((far - near) * H)
    assert found == pytest.approx(alpha * (2.0 * math.pi * frequency[some]) ** power, rel=0.08)


def test_what_cannot_be_stepped_is_refused():
    given = {"spacing": H, "samples": 3}
    with pytest.raises(InputError, match="interval"):
        stepped(pulse(32, 16), ([4],), WATER, **given, interval=H / C)
    with pytest.raises(InputError, match="power"):
        stepped(pulse(32, 16), ([4],), Tissue(C, 1000.0, 1e-9, 1.0), **given, interval=1e-9)
    with pytest.raises(InputError, match="tissue"):
        stepped(pulse(32, 16), ([4],), Tissue(-C, 1000.0), **given, interval=1e-9)
