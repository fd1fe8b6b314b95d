import csv
from importlib.resources import files

import jax.numpy as jnp
import numpy as np
import pytest

from janusome.errors import InputError
from janusome.imaging.acoustics.unmixing import oxygen_saturation, unmixed
from janusome.numerics.planar_light import broad_beam
from janusome.numerics.precision import double

WAVELENGTHS = np.array([700, 730, 760, 780, 800, 830, 860, 900])
DEPTHS = np.array([2e-3, 5e-3, 10e-3])
SCATTERING = {"reduced_scattering": jnp.asarray(1000.0), "border": jnp.asarray(2.8)}


@pytest.fixture(scope="module")
def spectra():
    """Absorption of whole blood (per volume fraction) and of a dye (per mol/m^3), 1/m."""
    text = (files("janusome.library") / "optics" / "chromophores.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    names = [name.split("_")[0] for name in rows[0]]
    table = np.array(rows[1:], dtype=float)
    blood = {
        key: np.interp(WAVELENGTHS, table[:, 0], 100.0 * table[:, names.index(key)])
        for key in ("oxyhemoglobin", "deoxyhemoglobin")
    }
    dye = np.log(10.0) * 12000.0 * np.exp(-(((WAVELENGTHS - 780.0) / 40.0) ** 2))
    return {**blood, "dye": dye}


def light(spectra, *, fraction, saturation):
    """Γ φ E at every wavelength and depth below tissue with blood."""
    absorption = 2.0 + fraction * (saturation * spectra["oxyhemoglobin"] + (1 - saturation) * spectra["deoxyhemoglobin"])
    with double():
        phi = [np.asarray(broad_beam(jnp.asarray(DEPTHS), absorption=jnp.asarray(mua), **SCATTERING)) for mua in absorption]
    return 0.2 * 150.0 * np.array(phi)


def truth():
    return {"oxyhemoglobin": 0.042, "deoxyhemoglobin": 0.018, "dye": 2e-4}


def pressures(spectra, given):
    return given * np.sum([truth()[name] * spectra[name] for name in spectra], axis=0)[:, None]


def test_unmixing_with_the_light_gives_saturation_and_label_back(spectra):
    given = light(spectra, fraction=0.04, saturation=0.7)
    clean = pressures(spectra, given)
    found = unmixed(clean, spectra, light=given)
    for name, value in truth().items():
        assert found.amounts[name] == pytest.approx(np.full(3, value), rel=1e-6)
    assert found.residual == pytest.approx(np.zeros(3), abs=1e-6 * clean.max())
    assert oxygen_saturation(found.amounts["oxyhemoglobin"], found.amounts["deoxyhemoglobin"]) == pytest.approx(
        np.full(3, 0.7), abs=1e-6
    )
    assert found.condition > 1.0


def test_with_noise_of_a_thirtieth_the_label_comes_back_within_five_percent(spectra):
    given = light(spectra, fraction=0.04, saturation=0.7)
    clean = pressures(spectra, given)[:, :1]
    noise = clean.max() / 30.0
    drawn = clean + noise * np.random.default_rng(1).standard_normal((len(WAVELENGTHS), 400))
    found = unmixed(drawn, spectra, light=np.broadcast_to(given[:, :1], drawn.shape), noise=np.full(drawn.shape, noise))
    assert found.amounts["dye"].mean() == pytest.approx(truth()["dye"], rel=0.05)
    saturation = oxygen_saturation(found.amounts["oxyhemoglobin"].mean(), found.amounts["deoxyhemoglobin"].mean())
    assert saturation == pytest.approx(0.7, abs=0.05)


def test_without_the_light_deep_saturation_is_wrong_and_worse_the_deeper(spectra):
    given = light(spectra, fraction=0.04, saturation=0.7)
    raw = unmixed(pressures(spectra, given), spectra, light=np.ones(len(WAVELENGTHS)))
    error = np.abs(oxygen_saturation(raw.amounts["oxyhemoglobin"], raw.amounts["deoxyhemoglobin"]) - 0.7)
    assert error[2] > 0.05
    assert error[2] > error[0]


def test_amounts_are_never_negative_and_no_setting_turns_that_on_by_being_there(spectra):
    images = np.random.default_rng(2).standard_normal((len(WAVELENGTHS), 50))
    found = unmixed(images, spectra, light=np.ones(len(WAVELENGTHS)))
    assert all((amount >= 0.0).all() for amount in found.amounts.values())
    assert any((amount == 0.0).any() for amount in found.amounts.values())


def test_what_cannot_be_unmixed_is_refused(spectra):
    with pytest.raises(InputError, match="spectra"):
        unmixed(np.ones((2, 4)), {name: one[:2] for name, one in spectra.items()}, light=np.ones(2))
    with pytest.raises(InputError, match="light"):
        unmixed(np.ones((8, 4)), spectra, light=np.zeros(8))
    with pytest.raises(InputError, match="images"):
        unmixed(np.full((8, 4), np.nan), spectra, light=np.ones(8))
