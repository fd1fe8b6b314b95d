import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import scene

from janusome.imaging.fluorescence import Fluorescence
from janusome.numerics.light_diffusion import diffuse, first_scattering
from janusome.numerics.precision import double

TISSUE = {"absorption": 20.0, "reduced_scattering": 1000.0}


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def camera(**changed):
    values = {
        "lesion_depth": 0.0,
        "excitation_absorption": 20.0,
        "excitation_reduced_scattering": 1000.0,
        "emission_absorption": 20.0,
        "emission_reduced_scattering": 1000.0,
        "border_factor": 1.0,
        "molar_absorption_coefficient": 12000.0,
        "quantum_yield": 0.05,
        "autofluorescence": 0.0,
        "electrons_at_full_return": 1e9,
        "read_noise": 5.0,
    }
    return Fluorescence(**{name: jnp.asarray(value) for name, value in (values | changed).items()})


def spot(deep, *, n=24):
    label = np.zeros((n, n, n))
    label[deep, n // 2, n // 2] = 1e-3
    return label


def test_the_picture_is_that_of_two_solves_on_the_grid():
    n, h = 24, 0.5e-3
    label = spot(9, n=n)
    source = np.broadcast_to(first_scattering(**TISSUE, depth=n, spacing=h)[:, None, None] * h**2, (n, n, n))
    sides = (False, True, True)
    excitation = diffuse(source, **TISSUE, spacing=[h] * 3, mirrors=sides).fluence
    born = 0.05 * np.log(10) * 12000.0 * label * excitation * h**3
    out = diffuse(born, **TISSUE, spacing=[h] * 3, mirrors=sides).escaped[0][0] / h**2 * 1e9
    picture = np.asarray(camera().expected(scene(label, voxel_size=(h,) * 3)))[0]
    assert picture.sum() == pytest.approx(out.sum(), rel=0.05)
    assert picture[12, 12] == pytest.approx(out[12, 12], rel=0.05)


def test_deeper_label_is_dimmer_and_wider():
    pictures = [np.asarray(camera().expected(scene(spot(deep), voxel_size=(0.5e-3,) * 3)))[0] for deep in (4, 12)]
    assert pictures[0].sum() > 2 * pictures[1].sum()
    assert pictures[0].max() / pictures[0].sum() > 2 * pictures[1].max() / pictures[1].sum()


def test_a_picture_is_relative_because_depth_and_amount_cannot_be_told_apart():
    shallow, deep = (np.asarray(camera(lesion_depth=d).expected(scene(np.full((1, 3, 3), c), voxel_size=(1e-3,) * 3)))[0]
                     for d, c in ((2e-3, 1e-3), (4e-3, 1e-3)))  # fmt: skip
    more = 1e-3 * shallow[0, 0] / deep[0, 0]
    again = np.asarray(camera(lesion_depth=4e-3).expected(scene(np.full((1, 3, 3), more), voxel_size=(1e-3,) * 3)))[0]
    assert again == pytest.approx(shallow, rel=1e-9)
    assert "relative" in (Fluorescence.__doc__ or "")


def test_layers_are_one_picture_and_not_many():
    where = scene(np.full((4, 3, 3), 1e-3), voxel_size=(1e-3,) * 3)
    image = camera().expected(where)
    one = float(camera().noise_of_mean(image, where, weights=jnp.full((4, 3, 3), 1 / 36)))
    assert one == pytest.approx(float(camera().noise(image, where)[0, 0, 0]) / 3.0, rel=0.01)
