from typing import Any

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.numerics.light_sources import Beam, BroadBeam, Glow, Point
from janusome.numerics.photons import Media, propagate


def slab(*, thickness, absorption, scattering, anisotropy, index=1.0, layers=4):
    """An endless slab: mirrors stand for its sides."""
    return Media(
        np.zeros((layers, 1, 1), int),
        absorption=absorption,
        scattering=scattering,
        anisotropy=anisotropy,
        refractive_index=index,
        spacing=[thickness / layers, 1e-2, 1e-2],
        mirrors=(False, True, True),
    )


def cube60(**changed):
    given: dict[str, Any] = {
        "absorption": 5.0,
        "scattering": 1000.0,
        "anisotropy": 0.01,
        "refractive_index": 1.37,
        "surroundings": 1.37,
    }
    return Media(np.zeros((60, 60, 60), int), spacing=[1e-3] * 3, **(given | changed))


def test_the_slab_of_van_de_hulst_reflects_and_transmits_what_his_table_says():
    light = propagate(slab(thickness=2e-3, absorption=100.0, scattering=900.0, anisotropy=0.75), BroadBeam(), packets=1_000_000, seed=1)  # fmt: skip
    for found, wanted in ((light.reflected, 0.09739), (light.transmitted, 0.66096)):
        assert abs(found - wanted) < 3.0 * np.sqrt(wanted * (1 - wanted) / 1_000_000)


def test_the_cube_of_60_mm_absorbs_17_70_percent():
    light = propagate(cube60(), Beam((29e-3, 29e-3)), packets=60_000, seed=2)
    assert 100.0 * light.absorbed.sum() == pytest.approx(17.70, abs=0.3)


def test_deep_in_the_cube_of_60_mm_light_is_that_of_diffusion_in_a_half_space():
    light = propagate(cube60(), Beam((29.5e-3, 29.5e-3)), packets=150_000, seed=2)
    found = light.absorbed[15:25, 27:32, 27:32].mean(axis=(1, 2)) / (5.0 * 1e-9)
    mus = 1000.0 * (1 - 0.01)
    D = 1 / (3 * (5.0 + mus))
    kappa, enters, beyond = np.sqrt(5.0 / D), 1 / (5.0 + mus), 2 * D
    beside = np.add.outer((np.arange(-2, 3) * 1e-3) ** 2, (np.arange(-2, 3) * 1e-3) ** 2)

    def point(z, place):
        r = np.sqrt(beside + (z - place) ** 2)
        return np.exp(-kappa * r) / (4 * np.pi * D * r)

    depths = (np.arange(15, 25) + 0.5) * 1e-3
    wanted = np.array([(point(z, enters) - point(z, -2 * beyond - enters)).mean() for z in depths])
    assert (found / wanted).mean() == pytest.approx(1.0, abs=0.1)
    assert found / wanted == pytest.approx(1.0, abs=0.25)  # each depth of its own, with its noise


def test_what_is_absorbed_and_what_escapes_adds_up_to_what_was_launched():
    random = np.random.default_rng(0)
    media = Media(
        random.integers(0, 4, (7, 9, 8)),
        absorption=[0.0, 30.0, 3000.0, 1.0],
        scattering=[0.0, 2000.0, 100.0, 9000.0],
        anisotropy=[0.0, 0.9, -0.3, 0.7],
        refractive_index=[1.0, 1.4, 1.37, 1.5],
        spacing=[1e-3, 0.5e-3, 0.7e-3],
    )
    for source in (Beam((2e-3, 3e-3), radius=1e-3, direction=(1, 0.4, -0.2)), BroadBeam(), Point((3e-3, 2e-3, 2e-3))):
        light = propagate(media, source, packets=3000, seed=3)
        total = light.absorbed.sum() + sum(float(side.sum()) for pair in light.escaped for side in pair) + light.specular
        assert light.balance_error < 1e-9
        assert abs(total - 1.0) < 1e-9
        assert light.trapped == 0.0


def test_the_numbers_are_the_same_bits_for_any_number_of_threads():
    media, source = cube60(scattering=200.0, refractive_index=1.4), Beam((20e-3, 30e-3), radius=5e-3)
    one, three = (propagate(media, source, packets=3001, seed=4, threads=n, fluence=True) for n in (1, 3))
    assert np.array_equal(one.absorbed, three.absorbed)
    assert np.array_equal(one.fluence, three.fluence)
    assert all(
        np.array_equal(a, b) for p, q in zip(one.escaped, three.escaped, strict=True) for a, b in zip(p, q, strict=True)
    )
    other = propagate(media, source, packets=3001, seed=5)
    assert not np.array_equal(one.absorbed, other.absorbed)


def test_without_scattering_light_dies_as_beer_and_lambert_say():
    media = slab(thickness=4e-3, absorption=500.0, scattering=0.0, anisotropy=0.0)
    light = propagate(media, BroadBeam(), packets=10, seed=6)
    assert light.transmitted == pytest.approx(np.exp(-2.0), rel=1e-9)
    share = np.exp(-0.5 * np.arange(4)) * (1 - np.exp(-0.5))
    assert light.absorbed.ravel() == pytest.approx(share, rel=1e-9)


def test_packets_that_die_whole_do_not_bias_what_lies_deep():
    light = propagate(slab(thickness=16e-3, absorption=1000.0, scattering=0.0, anisotropy=0.0), BroadBeam(), packets=200_000, seed=7)  # fmt: skip
    assert light.absorbed.ravel()[2:].sum() == pytest.approx(np.exp(-8.0), rel=0.05)
    assert light.absorbed.ravel()[3] == pytest.approx(np.exp(-12.0) - np.exp(-16.0), rel=0.5)


def test_a_clear_plate_of_glass_reflects_by_fresnel_with_all_its_echoes():
    light = propagate(slab(thickness=1e-3, absorption=0.0, scattering=0.0, anisotropy=0.0, index=1.5), BroadBeam(), packets=50_000, seed=8)  # fmt: skip
    once = ((1.5 - 1.0) / (1.5 + 1.0)) ** 2
    assert light.specular == pytest.approx(once, rel=1e-9)
    assert light.specular + light.reflected == pytest.approx(2 * once / (1 + once), abs=4e-3)


def test_light_is_refracted_by_snell_between_voxels_and_at_the_border():
    media = Media(np.array([[[0] * 400], [[1] * 400]]), absorption=[0.0, 1e6], scattering=0.0, refractive_index=[1.3, 1.6],
                  spacing=[10e-3, 1.0, 0.1e-3])  # fmt: skip
    light = propagate(media, Beam((0.5, 5e-3), direction=(1.0, 0.0, 1.0)), packets=2000, seed=9)
    place = 5e-3 + 10e-3 * np.tan(np.arcsin(np.sqrt(0.5) / 1.3))
    hit = np.average(np.arange(400) + 0.5, weights=light.absorbed[1, 0]) * 0.1e-3
    assert hit == pytest.approx(place, abs=0.1e-3)


def test_light_that_total_reflection_holds_in_a_clear_box_is_counted_as_trapped():
    media = Media(np.zeros((3, 3, 3), int), absorption=0.0, scattering=0.0, refractive_index=1.5, spacing=[1e-3] * 3)
    light = propagate(media, Point((1e-3, 1.5e-3, 2e-3)), packets=1000, seed=10)
    cone = 3.0 * (1.0 - np.sqrt(1.0 - 1.0 / 1.5**2))  # share of directions that may leave through three pairs of faces
    assert light.trapped == pytest.approx(1.0 - cone, abs=0.06)
    assert light.balance_error < 1e-9


def test_tracks_and_absorption_tell_the_same_fluence():
    media = cube60(absorption=20.0)
    light = propagate(media, Glow(np.ones((60, 60, 60))), packets=3000, seed=12, fluence=True)
    assert light.fluence == pytest.approx(light.absorbed / (20.0 * 1e-9), rel=0.02, abs=0.01 * light.fluence.max())


def test_an_empty_box_has_the_fluence_of_the_beam():
    media = Media(np.zeros((5, 4, 4), int), absorption=0.0, scattering=0.0, spacing=[1e-3] * 3)
    light = propagate(media, BroadBeam(), packets=100_000, seed=13, fluence=True)
    assert light.fluence.mean() == pytest.approx(1.0 / (4e-3) ** 2, rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"absorption": -1.0}, "absorption"),
        ({"scattering": np.nan}, "scattering"),
        ({"anisotropy": 1.0}, "anisotropy"),
        ({"refractive_index": 0.5}, "refractive_index"),
    ],
)
def test_media_that_cannot_be_are_refused_in_words(changed, words):
    with pytest.raises(InputError, match=words):
        propagate(cube60(**changed), BroadBeam(), packets=10, seed=0)


def test_sources_outside_the_box_are_refused_in_words():
    for source in (Beam((1.0, 0.0)), Beam((0.03, 0.03), direction=(-1, 0, 0)), Point((1, 0, 0)), Glow(np.zeros((60, 60, 60)))):
        with pytest.raises(InputError):
            propagate(cube60(), source, packets=10, seed=0)
