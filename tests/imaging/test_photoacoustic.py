import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import photoacoustic, scene, sphere

from janusome.imaging.quantification.levels import Regions
from janusome.numerics.detectability import change_visibility
from janusome.numerics.planar_light import broad_beam
from janusome.numerics.precision import double
from janusome.relations.grueneisen import grueneisen_parameter
from janusome.units import to_internal

H = 0.4e-3
WATER = {"reference_grueneisen_parameter": 0.0043, "grueneisen_temperature_slope": 0.0053, "grueneisen_reference_temperature": 273.15}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def lesion(count=22, diameter=5e-3):
    return sphere(diameter, count=count, spacing=H, fine=3)


@eqx.filter_jit
def image_of(modality, where):
    return modality.expected(where)


def with_label(concentration, share):
    return scene(concentration * share, voxel_size=(H,) * 3)


def test_the_grueneisen_parameter_of_water_at_37_degrees():
    assert grueneisen_parameter(**WATER, body_temperature=310.15) == pytest.approx(0.2004, abs=1e-9)


def test_start_pressure_is_grueneisen_times_absorption_times_fluence_in_exact_units():
    modality = photoacoustic(radiant_exposure=to_internal(20.0, "mJ/cm^2"), view_depth=2.5e-3)
    where = scene(np.full((1, 2, 2), 1e-3), voxel_size=(1e-3,) * 3)  # a micromolar dye of 120 000 /(M cm): 0.276 /cm
    tissue = {"absorption": 20.0, "reduced_scattering": 1000.0, "border": 2.9}
    phi = float(broad_beam(jnp.asarray(2.5e-3), **{name: jnp.asarray(value) for name, value in tissue.items()}))
    joules_per_cubic_centimeter = (0.2 + np.log(10.0) * 0.12) * phi * 0.02
    assert np.asarray(modality.start_pressure(where)) == pytest.approx(0.2004 * joules_per_cubic_centimeter * 1e6, rel=1e-9)


def test_one_joule_per_cubic_centimeter_is_a_megapascal():
    assert to_internal(1.0, "J/cm^3") == pytest.approx(to_internal(1.0, "MPa"), rel=1e-12)


def test_the_image_is_linear_in_the_label_and_does_not_tell_where_it_sits():
    modality, share = photoacoustic(), lesion()
    none, some, more = (np.asarray(image_of(modality, with_label(c, share))) for c in (0.0, 1e-3, 3e-3))
    assert more - none == pytest.approx(3.0 * (some - none), rel=1e-9, abs=1e-6)
    inside = scene(0.0 * share, voxel_size=(H,) * 3, detached=1e-3)
    attached = scene(0.0 * share + 1e-3, voxel_size=(H,) * 3)
    assert np.allclose(image_of(modality, inside), image_of(modality, attached), rtol=1e-12)


def test_light_falls_with_depth_and_so_does_the_image():
    share = np.asarray(lesion()) > 0.5

    def change(depth):
        modality = photoacoustic(view_depth=depth)
        return float((image_of(modality, with_label(1e-3, share)) - image_of(modality, with_label(0.0, share)))[share].mean())

    assert change(5e-3) > 2.0 * change(12e-3) > 0.0


def test_records_and_their_reconstruction_agree_with_the_image_domain():
    modality, share = photoacoustic(), lesion()
    inside = np.asarray(share) > 0.5
    after, before = with_label(1e-3, share), with_label(0.0, share)
    quiet = photoacoustic(noise_equivalent_pressure=1e-9)
    change = np.asarray(quiet.acquired(after, seed=1)) - np.asarray(quiet.acquired(before, seed=1))
    wanted = np.asarray(image_of(modality, after) - image_of(modality, before))
    assert change[inside].mean() == pytest.approx(wanted[inside].mean(), rel=0.08)
    assert np.sqrt(np.mean((change - wanted)[3:-3, 3:-3, 3:-3] ** 2)) < 0.10 * wanted.max()


@pytest.mark.parametrize("diameter", [4e-3, 6e-3, 8e-3, 10e-3])
def test_levels_of_bodies_of_all_sizes_come_back_by_records(diameter):
    spacing, truth = 0.5e-3, np.array([1e-3, 1e-4])
    share = sphere(diameter, count=round((diameter + 6e-3) / spacing), spacing=spacing, fine=3)
    regions = Regions(share, share / jnp.sum(share), (share == 0.0) / jnp.sum(share == 0.0))
    quiet = photoacoustic(noise_equivalent_pressure=1e-9, view_depth=0.5 * diameter + 1.5e-3)
    bare = scene(0.0 * share, voxel_size=(spacing,) * 3)
    scenes = [regions.labelled(bare, jnp.asarray(two)) for two in ((0.0, 0.0), (truth[0], 0.0), truth)]
    none, lesion, both = (np.asarray(regions.means(quiet.acquired(one, seed=1))) for one in scenes)
    images = [image_of(quiet, one) for one in scenes]
    wanted = [np.asarray(regions.means(one)) for one in images]
    assert lesion - none == pytest.approx(wanted[1] - wanted[0], abs=0.03 * float((images[1] - images[0]).max()))
    response = np.stack([(wanted[1] - wanted[0]) / truth[0], (wanted[2] - wanted[1]) / truth[1]], axis=1)
    assert np.linalg.solve(response, both - none) == pytest.approx(truth, abs=0.05 * truth[0])


def test_noise_of_reconstructed_records_is_as_stated_in_voxels_and_in_means():
    modality, share = photoacoustic(), lesion()
    weights = share / jnp.sum(share)
    where = with_label(0.0, share)
    clean = np.asarray(photoacoustic(noise_equivalent_pressure=1e-9).acquired(where, seed=0))
    noise = np.array([np.asarray(modality.acquired(where, seed=seed)) - clean for seed in range(8)])
    image = image_of(modality, where)
    stated = float(modality.noise(image, where)[11, 11, 11])
    assert noise[:, 3:-3, 3:-3, 3:-3].std() == pytest.approx(stated, rel=0.1)
    of_mean = float(modality.noise_of_mean(image, where, weights=weights))
    assert of_mean / 2.0 < np.sqrt(np.mean((noise * np.asarray(weights)).sum(axis=(1, 2, 3)) ** 2)) < 2.0 * of_mean
    drawn = np.asarray(modality.noisy(image, where, key=jax.random.key(1)) - image)
    assert drawn[3:-3, 3:-3, 3:-3].std() == pytest.approx(stated, rel=0.1)


def test_a_narrow_band_leaves_the_borders_of_a_large_body_and_takes_its_middle():
    share = lesion(30, 9e-3)
    middle, border = (15, 15, 15), (slice(2, 6), 15, 15)

    def seen(lowest):
        modality = photoacoustic(lowest_frequency=lowest)
        change = np.asarray(image_of(modality, with_label(1e-3, share)) - image_of(modality, with_label(0.0, share)))
        return change[middle] / np.abs(change[border]).max()

    narrow, broad = seen(1e6), seen(0.03e6)
    assert abs(narrow) < 0.05
    assert broad > 0.15


def test_micromolar_dye_is_seen_near_the_skin_and_nothing_is_seen_without_it():
    share = lesion()
    before = with_label(0.0, share)

    def judged(concentration, **given):
        modality, where = photoacoustic(**given), with_label(concentration, share)
        image = image_of(modality, where)
        return change_visibility(modality, image, where, before=image_of(modality, before), lesion=share)

    assert judged(1e-3).visible
    assert not judged(1e-3, view_depth=40e-3).visible
    assert not judged(0.0).visible


def test_what_lies_above_the_skin_sends_nothing():
    share, modality = lesion(), photoacoustic(view_depth=2e-3)
    p0 = np.asarray(modality.start_pressure(with_label(1e-3, share)))
    assert not p0[:6].any()
    assert p0[7:].all()
    image = np.asarray(modality.acquired(with_label(1e-3, share), seed=1))
    assert image.shape == share.shape
    assert np.isfinite(image).all()
