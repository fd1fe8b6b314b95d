from importlib import resources

import numpy as np
import pytest
import yaml

from janusome.errors import InputError
from janusome.imaging.optics.dots import SizingCurve
from janusome.imaging.optics.rods import depolarisation, molar_absorption_of_rods, rod
from janusome.imaging.optics.spheres import sphere
from janusome.imaging.optics.tissue import absorption, blood, power_law
from janusome.relations.quantum_dots import excitation_wavelength_of_dot, molar_absorption_coefficient_of_dot
from janusome.specification.optical_tables import absorption_at, chromophores, gold, scattering_of, sizing_curve
from janusome.units import to_internal

NM = 1e-9


def of(tissue, wavelength):
    law = {name: value for name, value in scattering_of(tissue).items() if name != "anisotropy"}
    return power_law(wavelength, **law)


def test_scattering_falls_with_the_fourth_power_and_not_with_one_ten_thousandth():
    assert of("soft tissue", 800 * NM) / 100 == pytest.approx(101.34, rel=1e-3)
    assert of("soft tissue", 1000 * NM) / 100 == pytest.approx(77.77, rel=1e-3)
    assert of("soft tissue", 1000 * NM) / 100 < 80 < 105.17  # what an exponent of 1e-4 gives
    assert power_law(1000 * NM, at_500_nm=1.0, rayleigh_fraction=1.0, mie_exponent=1.0) == pytest.approx(1 / 16)


def test_blood_absorbs_alike_at_the_isosbestic_wavelength_and_by_its_oxygen_elsewhere():
    def mua(wavelength, saturation):
        return float(absorption(wavelength, chromophores(), fractions=blood(1.0, saturation=saturation)))

    assert mua(798 * NM, 0.0) == pytest.approx(mua(798 * NM, 1.0), rel=0.05)
    assert mua(660 * NM, 0.0) > 5 * mua(660 * NM, 1.0)
    assert mua(930 * NM, 0.0) < mua(930 * NM, 1.0)
    assert mua(700 * NM, 0.5) == pytest.approx(0.5 * (mua(700 * NM, 0.0) + mua(700 * NM, 1.0)))


def test_mixtures_that_cannot_be_are_refused_in_words():
    for fractions in ({"water": 1.2}, {"water": -0.1}, {"ink": 0.1}):
        with pytest.raises(InputError, match="fractions"):
            absorption(800 * NM, chromophores(), fractions=fractions)
    with pytest.raises(InputError, match="wavelength"):
        absorption(300 * NM, chromophores(), fractions={"water": 0.7})


def test_a_tiny_sphere_scatters_as_rayleigh_and_absorbs_by_its_volume():
    m, d, wavelength = 1.5 + 0.1j, 10 * NM, 800 * NM
    k, alpha = 2 * np.pi / wavelength, 4 * np.pi * (d / 2) ** 3 * (m**2 - 1) / (m**2 + 2)
    found = sphere(diameter=d, wavelength=wavelength, index=m, medium=1.0)
    assert found.scattering == pytest.approx(k**4 / (6 * np.pi) * abs(alpha) ** 2, rel=5e-3)
    assert found.absorption == pytest.approx(k * alpha.imag, rel=5e-3)
    assert found.anisotropy == pytest.approx(0.0, abs=1e-3)


def test_a_large_sphere_takes_twice_its_shadow_out_of_the_beam():
    found = sphere(diameter=300e-6, wavelength=500 * NM, index=1.5 + 0.05j, medium=1.0)
    assert found.extinction / (np.pi * 150e-6**2) == pytest.approx(2.0, rel=0.02)


def test_a_sphere_of_glass_has_the_efficiencies_of_bohren_and_huffman():
    found = sphere(diameter=1.05e-6, wavelength=632.8 * NM, index=1.55 + 0j, medium=1.0)  # x = 5.213
    shadow = np.pi * 0.525e-6**2
    assert found.extinction / shadow == pytest.approx(3.10543, abs=2e-5)
    assert found.absorption / shadow == pytest.approx(0.0, abs=1e-9)


def gold_at(wavelength):
    known, index = gold()
    return complex(np.interp(wavelength, known, index.real), np.interp(wavelength, known, index.imag))


def test_gold_spheres_of_20_nm_in_water_peak_in_the_green():
    waves = np.arange(450, 700) * NM
    peak = waves[np.argmax([sphere(diameter=20 * NM, wavelength=w, index=gold_at(w), medium=1.33).extinction for w in waves])]
    assert 510 * NM < peak < 532 * NM


def test_a_spheroid_as_long_as_wide_is_a_small_sphere():
    w = 600 * NM
    round_one = rod(length=8 * NM, aspect_ratio=1.0, wavelength=w, index=gold_at(w), medium=1.33)
    ball = sphere(diameter=8 * NM, wavelength=w, index=gold_at(w), medium=1.33)
    assert round_one.absorption == pytest.approx(ball.absorption, rel=0.01)
    assert round_one.scattering == pytest.approx(ball.scattering, rel=0.01)


def test_longer_gold_rods_absorb_further_in_the_red():
    waves = np.arange(550, 1100, 2) * NM

    def peak(ratio):
        found = [rod(length=40 * NM, aspect_ratio=ratio, wavelength=w, index=gold_at(w), medium=1.33) for w in waves]
        return waves[np.argmax([one.extinction for one in found])] / NM

    two, three, four = (peak(ratio) for ratio in (2.0, 3.0, 4.0))
    assert two < three < four
    assert 730 < four < 830
    assert sum(depolarisation(4.0)) + depolarisation(4.0)[1] == pytest.approx(1.0)


@pytest.mark.parametrize(("peak", "diameter"), [(500, 2.345), (550, 3.0403), (600, 4.5831)])
def test_cadmium_selenide_has_the_diameters_of_yu_and_peng(peak, diameter):
    curve = SizingCurve(**sizing_curve("CdSe"))
    assert curve.diameter(peak * NM) / NM == pytest.approx(diameter, abs=1e-3)
    assert curve.peak(diameter * NM) / NM == pytest.approx(peak, abs=0.05)


def test_small_dots_are_not_sized_by_brus_whose_peak_for_3_nm_lies_at_388():
    curve = SizingCurve(**sizing_curve("CdSe"))
    assert curve.peak(3.0403 * NM) / NM == pytest.approx(550, abs=0.1)
    with pytest.raises(InputError, match="first absorption peak"):
        curve.diameter(388 * NM)


@pytest.mark.parametrize("material", ["CdSe", "CdTe", "CdS"])
def test_larger_dots_absorb_further_in_the_red_and_more(material):
    curve = SizingCurve(**sizing_curve(material))
    peaks = np.linspace(*curve.peaks, 100) * NM
    assert np.all(np.diff([curve.diameter(one) for one in peaks]) > 0)
    assert np.all(np.diff([curve.absorption_per_concentration(one) for one in peaks]) > 0)


@pytest.mark.parametrize("material", ["CdSe", "CdTe", "CdS"])
def test_the_relation_from_diameter_to_color_inverts_the_sizing_curve(material):
    given = sizing_curve(material)
    curve = SizingCurve(**given)
    powers = [1e27, 1e18, 1e9, 1.0, 1e-9]
    a, b, c, d, e = (np.asarray(one * power) for one, power in zip(given["polynomial"], powers, strict=True))
    peaks = np.linspace(*curve.peaks, 50) * NM
    diameters = np.array([curve.diameter(one) for one in peaks])
    found = excitation_wavelength_of_dot(diameters, a, b, c, d, e, np.asarray(curve.peaks[1] * NM))
    assert found == pytest.approx(peaks, rel=1e-9)
    at, exponent = (np.asarray(one) for one in (curve.extinction[0] / 10, curve.extinction[1]))
    absorption = molar_absorption_coefficient_of_dot(diameters, np.asarray(NM), at, exponent)
    expected = np.array([curve.absorption_per_concentration(one) for one in peaks])
    assert np.log(10) * absorption == pytest.approx(expected, rel=1e-9)


def value_of(label, name):
    row = yaml.safe_load(resources.files("janusome").joinpath("library", "labels", f"{label}.yaml").read_text("utf-8"))
    return to_internal(row["values"][name]["value"], row["values"][name]["unit"])


def test_the_dot_of_the_library_has_the_curve_of_its_material():
    names = ("quartic", "cubic", "quadratic", "slope", "constant")
    a, b, c, d, e = (value_of("cdte-dot", f"sizing_{name}") for name in names)
    peak = excitation_wavelength_of_dot(value_of("cdte-dot", "dot_diameter"), a, b, c, d, e, 740 * NM)
    assert SizingCurve(**sizing_curve("CdTe")).diameter(peak) == pytest.approx(6.5 * NM, rel=1e-9)
    assert peak / NM == pytest.approx(709, abs=1)


def test_the_gold_rods_of_the_library_absorb_as_gans_says_of_a_batch():
    found = molar_absorption_of_rods(
        4.2, spread=0.5, wavelength=808 * NM, index=gold_at(808 * NM), medium=1.33, molar_volume=1.0206e-5
    )
    assert value_of("gold-nanorod-core", "molar_absorption_coefficient") == pytest.approx(found, rel=0.02)
    alike = molar_absorption_of_rods(
        4.0, spread=1e-6, wavelength=770 * NM, index=gold_at(770 * NM), medium=1.33, molar_volume=1.0206e-5
    )
    assert alike > 2 * found


def test_spectra_are_read_at_the_wavelength_of_each_draw_and_refused_beyond():
    found = absorption_at(np.array([660 * NM, 800 * NM]), called="excitation")
    assert found["excitation_water_absorption"].shape == (2,)
    assert found["excitation_deoxyhemoglobin_absorption"][0] > 3 * found["excitation_deoxyhemoglobin_absorption"][1]
    with pytest.raises(InputError, match="emission_wavelength is 1100 nm"):
        absorption_at(np.array([1100 * NM]), called="emission")
