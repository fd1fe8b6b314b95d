import numpy as np
import pytest

from janusome.errors import InputError
from janusome.numerics.light_diffusion import diffuse, first_scattering
from janusome.numerics.light_sources import BroadBeam, Point
from janusome.numerics.photons import Media, propagate


def test_a_point_in_a_wide_medium_shines_as_the_green_function_says():
    mua, mus, h, n = 20.0, 1000.0, 0.5e-3, 65
    source = np.zeros((n, n, n))
    source[n // 2, n // 2, n // 2] = 1.0
    light = diffuse(source, absorption=mua, reduced_scattering=mus, spacing=[h] * 3)
    D = 1 / (3 * (mua + mus))
    r = np.arange(6, 17) * h  # three transport lengths and more; the border lies at 32
    wanted = np.exp(-r * np.sqrt(mua / D)) / (4 * np.pi * D * r)
    assert light.fluence[n // 2, n // 2, n // 2 + 6 : n // 2 + 17] == pytest.approx(wanted, rel=0.02)
    assert light.balance_error < 1e-9


def test_monte_carlo_and_diffusion_agree_where_light_is_diffuse():
    n, h, mua, mus = 24, 1e-3, 5.0, 1000.0
    media = Media(np.zeros((n, n, n), int), absorption=mua, scattering=10 * mus, anisotropy=0.9, spacing=[h] * 3)
    place = (n // 2 + 0.5) * h
    packets = propagate(media, Point((place, place, place)), packets=8000, seed=1)
    source = np.zeros((n, n, n))
    source[n // 2, n // 2, n // 2] = 1.0
    light = diffuse(source, absorption=mua, reduced_scattering=mus, spacing=[h] * 3)
    assert packets.absorbed.sum() == pytest.approx(light.absorbed.sum(), rel=0.05)
    k, j, i = np.indices((n, n, n)) - n // 2
    shell = np.abs(np.sqrt(k**2 + j**2 + i**2) - 6) < 1
    assert packets.absorbed[shell].mean() == pytest.approx(light.absorbed[shell].mean(), rel=0.10)


def test_a_broad_beam_falls_off_with_depth_as_in_monte_carlo_with_and_without_a_mirroring_border():
    n, h, mua, mus = 40, 0.5e-3, 20.0, 1000.0
    for index in (1.0, 1.37):
        media = Media(np.zeros((n, 1, 1), int), absorption=mua, scattering=mus, refractive_index=index,
                      spacing=[h, h, h], mirrors=(False, True, True))  # fmt: skip
        packets = propagate(media, BroadBeam(), packets=20_000, seed=2)
        source = first_scattering(reduced_scattering=mus, absorption=mua, depth=n, spacing=h)[:, None, None]
        light = diffuse(source * (1 - packets.specular), absorption=mua, reduced_scattering=mus, spacing=[h] * 3,
                        index_ratio=index, mirrors=(False, True, True))  # fmt: skip
        assert light.absorbed[6:26, 0, 0] == pytest.approx(packets.absorbed[6:26, 0, 0], rel=0.10)


def test_what_is_no_medium_is_refused_in_words():
    with pytest.raises(InputError, match="absorption"):
        diffuse(np.ones((2, 2, 2)), absorption=-1.0, reduced_scattering=1e3, spacing=[1e-3] * 3)
    with pytest.raises(InputError, match="let out"):
        diffuse(np.ones((2, 2, 2)), absorption=0.0, reduced_scattering=1e3, spacing=[1e-3] * 3, mirrors=(True, True, True))
