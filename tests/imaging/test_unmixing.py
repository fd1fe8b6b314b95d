import numpy as np
import pytest
from scipy.integrate import solve_ivp

from janusome.errors import InputError
from janusome.imaging.optics.bleaching import left_over, mean_during
from janusome.imaging.optics.dots import SizingCurve
from janusome.imaging.optics.unmixing import emission_line, unmixed
from janusome.specification.optical_tables import sizing_curve

NM = 1e-9
CHANNELS = np.arange(520, 780, 10) * NM
PEAKS = (560, 610, 660, 710)  # first absorption of four sizes of CdTe
STOKES, WIDTH = 15, 30


def spectra():
    """Light per concentration of four dots, by their absorption, and autofluorescence that falls towards the red."""
    curve = SizingCurve(**sizing_curve("CdTe"))
    dots = [
        curve.absorption_per_concentration(peak * NM) * emission_line(CHANNELS, peak=(peak + STOKES) * NM, width=WIDTH * NM)
        for peak in PEAKS
    ]
    own = np.exp(-(CHANNELS - CHANNELS[0]) / (80 * NM))
    return np.stack([*dots, own / own.sum()], axis=-1)


def test_four_sizes_of_dots_under_autofluorescence_come_back_within_five_percent_at_snr_30():
    S = spectra()
    truth = np.array([*(1.0 / S[:, :4].max(axis=0)), 3.0])  # each line alike in height
    clean = S @ truth
    noise = clean.max() / 30
    y = clean + noise * np.random.default_rng(1).standard_normal((400, len(CHANNELS)))
    found = unmixed(y, S, noise=noise)
    error = found.amounts[:, :4] / truth[:4] - 1
    assert np.abs(error.mean(axis=0)).max() < 0.01
    assert np.sqrt((error**2).mean()) < 0.05
    assert found.amounts.std(axis=0)[:4] == pytest.approx(found.spread[:4], rel=0.15)
    assert 1.0 < found.condition_number < 5.0


def test_without_an_end_member_for_autofluorescence_the_bluest_dot_is_overrated():
    S = spectra()
    truth = np.array([*(1.0 / S[:, :4].max(axis=0)), 10.0])
    with_it, without = (unmixed(S @ truth, one, noise=0.01).amounts for one in (S, S[:, :4]))
    assert with_it == pytest.approx(truth, rel=1e-6)
    assert without[0] > 1.1 * truth[0]


def test_the_condition_number_grows_as_lines_move_together():
    def condition(apart):
        lines = [emission_line(CHANNELS, peak=(650 + k * apart) * NM, width=WIDTH * NM) for k in (0, 1)]
        return unmixed(np.zeros(len(CHANNELS)), np.stack(lines, axis=-1), noise=1.0).condition_number

    assert condition(100) == pytest.approx(1.0, abs=0.01)
    assert condition(20) < condition(10) < condition(5)
    assert condition(5) > 5


def test_amounts_are_never_below_zero():
    noise = np.random.default_rng(2).standard_normal((50, len(CHANNELS)))
    assert unmixed(noise, spectra(), noise=1.0).amounts.min() >= 0.0


def test_what_cannot_be_unmixed_is_refused_in_words():
    S = spectra()
    for readings, given, noise in (
        (np.ones(3), S, 1.0),
        (np.ones(len(CHANNELS)), S, 0.0),
        (np.full(len(CHANNELS), np.nan), S, 1.0),
        (np.ones(len(CHANNELS)), np.column_stack([S, S[:, 0]]), 1.0),
    ):
        with pytest.raises(InputError):
            unmixed(readings, given, noise=noise)
    with pytest.raises(InputError, match="none of the channels"):
        emission_line(CHANNELS, peak=3000 * NM, width=10 * NM)


def test_bleaching_is_the_solution_of_its_equation_and_a_picture_shows_its_mean():
    k, phi, T = 1e-5, 100.0, 900.0
    solved = solve_ivp(lambda t, c: -k * phi * c, (0, T), [1.0], rtol=1e-10, atol=1e-12, dense_output=True)
    given = {"rate_per_fluence": k, "fluence_rate": phi}
    assert left_over(**given, duration=T) == pytest.approx(solved.y[0, -1], rel=1e-8)
    times = np.linspace(0, T, 2001)
    assert mean_during(**given, duration=T) == pytest.approx(np.trapezoid(solved.sol(times)[0], times) / T, rel=1e-6)
    assert mean_during(**given, duration=1e-6) == pytest.approx(1.0, abs=1e-6)


def test_bleaching_depends_on_dose_of_light_and_not_on_its_rate():
    slow, fast = (left_over(rate_per_fluence=1e-5, fluence_rate=f, duration=1e5 / f) for f in (10.0, 1000.0))
    assert slow == pytest.approx(fast, rel=1e-12)
