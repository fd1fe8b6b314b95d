"""Dual-energy and photon-counting CT: element maps, their noise, and what each can tell."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import dual_energy_ct, photon_counting_ct, scene, sphere

from janusome.imaging.dual_energy_ct import DualEnergyCt
from janusome.imaging.photon_counting_ct import PhotonCountingCt
from janusome.imaging.xray.acquisition import Detector, expected_signal, integrating, log_signal, noisy_signal, open_signal
from janusome.imaging.xray.channels import Channels, element_readout
from janusome.imaging.xray.decomposition import masses_along
from janusome.imaging.xray.tables import WATER, attenuation, k_edge, photon_energies
from janusome.numerics.detectability import lesion_visibility
from janusome.numerics.precision import double
from janusome.units import from_internal, to_internal

MASSES = {53: 0.12691, 64: 0.15725, 73: 0.18095, 79: 0.19697, 83: 0.2090}
IODINE, GADOLINIUM, TANTALUM, GOLD, BISMUTH = MASSES
SMALL = {  # few views and wide rays, so that an image by way of raw data takes a fraction of a second
    "number_of_views": 300.0, "ray_spacing": 1e-3, "attenuation_path": 0.12, "spatial_resolution": 3e-3,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def of(make, element, **given):
    """A scanner with a label of one element."""
    return make(atomic_number=float(element), atomic_mass=MASSES[element], **given)


def thin(*, count=33, slices=1):
    return scene(np.zeros((slices, count, count)), voxel_size=(3e-3, 0.7e-3, 0.7e-3))


def voxel_noise(modality):
    """Milligrams per milliliter in the middle of a slice."""
    where = thin()
    return float(_noise(modality, where)[0, 16, 16])


@eqx.filter_jit
def _noise(modality, where):
    return modality.noise(modality.expected(where), where)


def test_both_show_mass_of_the_element_wherever_its_label_sits():
    for modality in (of(dual_energy_ct, IODINE), of(photon_counting_ct, IODINE)):
        mixed = scene(
            np.full((3, 9, 9), 1.0 / MASSES[IODINE]), voxel_size=(1e-3,) * 3,
            inside=1.0 / MASSES[IODINE], detached=1.0 / MASSES[IODINE],
        )  # fmt: skip
        assert np.allclose(modality.expected(mixed), 3.0, rtol=1e-12)
        assert isinstance(modality, DualEnergyCt | PhotonCountingCt)


def test_two_voltages_tell_iodine_from_water_and_hardly_gold_or_bismuth():
    iodine, gold, bismuth = (voxel_noise(of(dual_energy_ct, element)) for element in (IODINE, GOLD, BISMUTH))
    assert iodine < 0.5
    assert gold > 8.0 * iodine
    assert bismuth > 8.0 * iodine


def test_counting_tells_elements_with_an_edge_in_the_beam_and_not_iodine():
    noise = {element: voxel_noise(of(photon_counting_ct, element)) for element in MASSES}
    assert all(noise[element] < 0.8 for element in (GADOLINIUM, TANTALUM, GOLD, BISMUTH))
    assert noise[IODINE] > 3.0 * max(noise[element] for element in (GADOLINIUM, TANTALUM, GOLD, BISMUTH))


def test_noise_of_gold_and_gadolinium_is_of_the_size_that_a_prototype_had():
    # 1 mg/mL stood out 1.37 (gold) and 1.67 to 2.80 (gadolinium) times the noise at 120 kV and 100 mA s (simohamed2018); the
    # size of that phantom and the blur were not read, so that a factor of two and a half is all that can be asked.
    dose = {"tube_charge": 0.1, "energy_resolution": to_internal(8.0, "keV")}
    assert 0.4 < voxel_noise(of(photon_counting_ct, GOLD, **dose)) * 1.37 < 2.5
    assert 0.4 < voxel_noise(of(photon_counting_ct, GADOLINIUM, **dose)) * 2.2 < 2.5


@pytest.mark.parametrize("make", [dual_energy_ct, photon_counting_ct])
def test_noise_falls_as_the_root_of_the_dose_and_rises_with_the_body(make):
    names = ("low_tube_charge", "high_tube_charge") if make is dual_energy_ct else ("tube_charge",)
    quiet = {"electronic_noise": 0.0} if make is dual_energy_ct else {}
    less, more = (of(make, GADOLINIUM, **dict.fromkeys(names, charge), **quiet) for charge in (0.1, 0.4))
    assert voxel_noise(less) / voxel_noise(more) == pytest.approx(2.0, rel=1e-9)
    assert voxel_noise(of(make, GADOLINIUM, attenuation_path=0.3)) > 1.5 * voxel_noise(of(make, GADOLINIUM))


def test_tin_sets_two_spectra_apart():
    without = {"tin_filtration": 0.0, "electronic_noise": 0.0}
    apart = {"electronic_noise": 0.0, "high_tube_charge": 0.5}  # for as many photons behind tin
    assert voxel_noise(of(dual_energy_ct, IODINE, **apart)) < 0.7 * voxel_noise(of(dual_energy_ct, IODINE, **without))


def test_dual_energy_takes_fat_for_less_iodine_and_counting_takes_no_tissue_for_gold():
    where = thin()
    iodine = of(dual_energy_ct, IODINE).element_map(where)
    assert float(iodine.shown_by("muscle")) == 0.0
    assert -2.0 < float(iodine.shown_by("adipose adult2")) < -0.5  # as virtual non-contrast images are known to err
    gold = of(photon_counting_ct, GOLD).element_map(where)
    for tissue in ("muscle", "blood", "liver", "adipose adult2", "cortical bone"):
        assert abs(float(gold.shown_by(tissue))) < 0.05


def test_thresholds_cut_the_photons_into_windows_that_add_up():
    sharp = of(photon_counting_ct, GOLD, energy_resolution=to_internal(0.01, "keV"))
    windows, keV = np.asarray(sharp.windows()), from_internal(photon_energies(), "keV")
    assert windows.sum(axis=0) == pytest.approx((keV > 20.0).astype(float))
    assert windows[2] == pytest.approx(((keV > 72.0) & (keV < 90.0)).astype(float))
    blurred = np.asarray(of(photon_counting_ct, GOLD).windows())
    assert (blurred.sum(axis=0)[keV > 40.0] > 0.999).all()
    assert blurred.min() >= -1e-12


@pytest.mark.parametrize(
    ("element", "energy"),
    [(GOLD, 80.725), (BISMUTH, 90.526), (GADOLINIUM, 50.239), (TANTALUM, 67.416)],
)
def test_a_threshold_at_the_k_edge_tells_an_element_best(element, energy):
    assert from_internal(k_edge(element), "keV") == pytest.approx(energy, abs=0.01)

    def noise(threshold):
        around = {"lowest": 25.0, "second": threshold - 12.0, "third": threshold, "highest": threshold + 15.0}
        thresholds = {f"{name}_energy_threshold": to_internal(at, "keV") for name, at in around.items()}
        return voxel_noise(of(photon_counting_ct, element, energy_resolution=to_internal(2.0, "keV"), **thresholds))

    at_edge = noise(energy)
    assert at_edge < noise(energy - 8.0)
    assert at_edge < noise(energy + 8.0)


def behind_body(modality):
    """A modality's channels behind its body, and its readout."""
    behind, readout = modality.element_map(thin())._readout()
    return behind, readout


@pytest.mark.parametrize(
    ("make", "element", "beside"),
    [(dual_energy_ct, IODINE, (WATER,)), (photon_counting_ct, GOLD, (WATER, "cortical bone"))],
)
def test_the_readout_is_weighted_least_squares_and_its_noise_the_bound_of_cramer_and_rao(make, element, beside):
    channels, readout = behind_body(of(make, element))
    weights = np.asarray(channels.reading * channels.photons)
    J = np.stack([(weights * attenuation(m)).sum(axis=1) / weights.sum(axis=1) for m in (*beside, element)], axis=1)
    mean = weights.sum(axis=1)
    v = ((weights * np.asarray(channels.reading)).sum(axis=1) + float(channels.electronic_noise) ** 2) / mean**2
    covariance = np.linalg.inv(J.T @ np.diag(1.0 / v) @ J)
    assert float(readout.noise) == pytest.approx(math.sqrt(covariance[-1, -1]), rel=1e-6)
    assert np.asarray(readout.weights) == pytest.approx((covariance @ J.T / v)[-1], rel=1e-6)
    assert np.asarray(readout.weights) @ J == pytest.approx([0.0] * len(beside) + [1.0], abs=1e-9)


def test_masses_that_two_channels_give_ray_by_ray_scatter_as_the_bound_says():
    keV, spectrum = from_internal(photon_energies(), "keV"), np.full(len(photon_energies()), 3e5)
    detector = Detector(np.array([(keV > 25.0) & (keV < 80.7), keV >= 80.7], dtype=float))
    masses = {WATER: np.full(3000, 100.0), GOLD: np.full(3000, 0.2)}
    drawn = noisy_signal(masses, spectrum, detector, random=np.random.default_rng(2))
    found = masses_along(log_signal(drawn, open_signal(spectrum, detector)), spectrum, detector, materials=(WATER, GOLD))[1]
    depth = 100.0 * attenuation(WATER) + 0.2 * attenuation(GOLD)
    arriving = Channels(jnp.asarray(spectrum * np.exp(-depth) * detector.reading), jnp.ones((2, len(keV))), jnp.zeros(()))
    stated = float(element_readout(arriving, atomic_number=jnp.asarray(float(GOLD)), beside=(WATER,)).noise)
    assert found.std() == pytest.approx(stated, rel=0.06)  # 3000 draws
    assert found.mean() == pytest.approx(0.2, abs=4 * stated / math.sqrt(3000))


@pytest.mark.parametrize(
    ("make", "element", "given"),
    [
        (dual_energy_ct, IODINE, {"low_tube_charge": 0.01, "high_tube_charge": 0.01}),
        (photon_counting_ct, GOLD, {"tube_charge": 0.01}),
    ],
)  # fmt: skip
def test_a_map_by_way_of_raw_data_has_the_expected_mean_and_noise(make, element, given):
    modality, concentration = of(make, element, **SMALL, **given), 5.0
    lesion = np.repeat(np.asarray(sphere(10e-3, count=21, spacing=1e-3))[10:11], 8, axis=0)
    where = scene(concentration / MASSES[element] * lesion, voxel_size=(3e-3, 1e-3, 1e-3))
    away = np.concatenate([np.asarray(modality.acquired(where, seed=seed) - modality.expected(where)) for seed in (1, 2)])
    stated = float(modality.noise(modality.expected(where), where)[0, 10, 10])
    noise = (away - away.mean(axis=0))[:, 3:18, 3:18].std() * math.sqrt(len(away) / (len(away) - 1))
    assert noise == pytest.approx(stated, rel=0.08)
    region = lesion[0] == 1.0
    means = away[:, region].mean(axis=1)
    assert means.mean() == pytest.approx(0.0, abs=4 * means.std() / math.sqrt(len(means)) + 0.05 * concentration)
    around = away[:, lesion[0] == 0.0].mean(axis=1)
    assert around.mean() == pytest.approx(0.0, abs=4 * around.std() / math.sqrt(len(around)) + 0.02 * concentration)


def test_drift_of_every_channels_numbers_shifts_the_map_by_what_the_readout_makes_of_it():
    where = thin(slices=3)
    modality = of(dual_energy_ct, IODINE, ct_number_stability=1.0)
    weights = jnp.full((3, 33, 33), 1 / (3 * 33 * 33))
    drift = float(modality.noise_of_mean(modality.expected(where), where, weights=weights))
    behind, readout = behind_body(modality)
    numbers = (
        np.asarray(readout.weights) * np.asarray(behind.mean_attenuation(jnp.asarray(attenuation(WATER) * 1000.0))) / 1000.0
    )
    assert drift == pytest.approx(math.hypot(*numbers), rel=0.02)
    assert drift == pytest.approx(0.063, abs=0.005)  # mg/mL of iodine for 1 HU, by which the row of the scanner is derived


def seen(modality, element, concentration):
    """Whether a sphere of 10 mm stands out from what is around it."""
    lesion = sphere(10e-3, count=25, spacing=1e-3, fine=3)
    where = scene(concentration / MASSES[element] * lesion, voxel_size=(1e-3,) * 3)
    around = (sphere(16e-3, count=25, spacing=1e-3, fine=3) == 0.0).astype(float)
    return lesion_visibility(modality, modality.expected(where), where, lesion=lesion, background=around)


def test_gold_is_seen_by_its_edge_where_two_voltages_see_nothing():
    stable = {"ct_number_stability": 0.5}
    assert seen(of(photon_counting_ct, GOLD, **stable), GOLD, 1.0).visible
    assert not seen(of(dual_energy_ct, GOLD, **stable), GOLD, 1.0).visible
    assert seen(of(dual_energy_ct, IODINE, **stable), IODINE, 1.0).visible
    assert not seen(of(photon_counting_ct, GOLD, **stable), GOLD, 0.1).visible


def test_one_map_is_drawn_with_its_key():
    modality, where = of(photon_counting_ct, GOLD), thin(count=12)
    one, other = (modality.noisy(modality.expected(where), where, key=jax.random.key(k)) for k in (1, 2))
    assert not np.array_equal(one, other)


def test_the_quanta_of_an_integrating_detector_have_the_mean_and_variance_of_its_compound_process():
    spectrum = np.where(photon_energies() > to_internal(30.0, "keV"), 2.0, 0.0)
    masses = {WATER: np.zeros(20000)}
    mean, variance = (float(part[0, 0]) for part in expected_signal(masses, spectrum, integrating()))
    quantum, random = variance / mean, np.random.default_rng(5)
    simple = quantum * random.poisson(mean / quantum, 20000)
    compound = noisy_signal(masses, spectrum, integrating(), random=random)[0]
    for drawn in (simple, compound):
        assert drawn.mean() == pytest.approx(mean, rel=5 * math.sqrt(variance / 20000) / mean)
        assert drawn.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / 20000) + 0.01)
    third = [float(np.mean(((drawn - mean) / math.sqrt(variance)) ** 3)) for drawn in (simple, compound)]
    assert third[0] == pytest.approx(third[1], abs=0.08)
