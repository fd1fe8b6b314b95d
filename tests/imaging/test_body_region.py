"""The body around a lesion: its outline, and what lies beyond it in an image."""

import math

import jax
import numpy as np
import pytest
from imaging_scenes import (
    ct,
    dual_energy_ct,
    mri,
    multi_echo,
    pet,
    photoacoustic,
    sphere,
    spin_echo,
    ultrasound,
)

from janusome.errors import InputError
from janusome.files.library import Library
from janusome.numerics.precision import double
from janusome.simulation.body_region import BodyRegion
from janusome.simulation.observe import tissue_scene
from janusome.simulation.run import simulate
from janusome.simulation.trajectory import Control
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

MOUSE = BodyRegion(width=25e-3, thickness=21e-3, view_depth=10.5e-3, lesion_depth=1e-3)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def nothing(*shape):
    return np.zeros(shape)


@pytest.mark.parametrize("size", [(0.4e-3, 1e-3, 0.4e-3), (3e-3, 2e-3, 1.3e-3)])
def test_the_section_of_the_body_has_the_area_of_its_ellipse(size):
    shape = (math.ceil(24e-3 / size[0]), 2, math.ceil(30e-3 / size[2]))
    section = MOUSE.share(nothing(*shape), voxel_size=size)
    area = section[:, 0].sum() * size[0] * size[2]
    assert area == pytest.approx(math.pi * 25e-3 * 21e-3 / 4, rel=2e-3)
    assert np.array_equal(section[:, 0], section[:, 1])  # it goes on from head to foot


def test_the_skin_lies_as_deep_above_the_middle_of_the_view_as_the_lesion_says():
    body = MOUSE._replace(view_depth=4.2e-3)
    column = body.share(nothing(40, 1, 1), voxel_size=(0.5e-3, 1e-3, 1e-5))[:, 0, 0]
    assert column.sum() * 0.5e-3 == pytest.approx(10e-3 + 4.2e-3, rel=1e-6)  # down to the border of the view
    assert np.flatnonzero(column)[0] == 11
    assert column[11] == pytest.approx(0.4, abs=1e-4)  # the edge is shared by air and body


def test_deep_inside_nothing_is_air():
    body = BodyRegion(width=0.345, thickness=0.196, view_depth=0.09, lesion_depth=0.08)
    assert (body.share(nothing(12, 12, 12), voxel_size=(4e-3,) * 3) == 1.0).all()


def test_a_lesion_that_reaches_out_of_the_body_is_part_of_it_with_tissue_over_it():
    lesion = nothing(40, 1, 60)
    lesion[17:23, 0, 5:55] = 1.0  # flat, 25 mm wide, and its ends in the air
    body = MOUSE._replace(view_depth=2.5e-3)
    plain = body.share(nothing(40, 1, 60), voxel_size=(0.5e-3,) * 3)
    bulging = body.share(lesion, voxel_size=(0.5e-3,) * 3)
    assert plain[20, 0, 5] == 0.0
    assert (bulging[lesion == 1.0] == 1.0).all()
    assert (bulging >= plain).all()
    assert (bulging[15:17, 0, 5] == 1.0).all()  # a millimeter of tissue over it
    assert bulging[14, 0, 5] == 0.0
    assert np.array_equal(bulging[:, 0, 30], plain[:, 0, 30])  # and where it lies inside, the body is as it was


def test_background_is_read_inside_the_body_and_off_the_skin_where_it_is_thick_enough():
    ball = np.asarray(sphere(4e-3, count=21, spacing=0.5e-3))
    region = MOUSE._replace(view_depth=3e-3)
    body = region.share(ball, voxel_size=SIZE)
    found = {n: region.background(body, ball, name="one", steps=n, voxel_size=SIZE) for n in (2, 5)}
    for around in found.values():
        assert around.any()
        assert (body[around] == 1.0).all()
        assert (ball[around] == 0.0).all()
    assert found[5].sum() < found[2].sum()
    under_the_skin = np.flatnonzero(body[:, 0, 10] == 1.0)[0]
    assert not found[2][: under_the_skin + 2, 0, 10].any()
    thin = region._replace(thickness=3e-3)
    assert thin.background(thin.share(0.0 * ball, voxel_size=SIZE), 0.0 * ball, name="one", steps=9, voxel_size=SIZE).any()


TISSUE = {
    "longitudinal_relaxation_rate": (0.6, 0.8),
    "transverse_relaxation_rate": (20.0, 30.0),
    "effective_transverse_relaxation_rate": (40.0, 60.0),
    "proton_density": (0.9, 0.8),
}
SIZE = (0.5e-3, 0.5e-3, 0.5e-3)


def superficial():
    """The tissue of a ball of 4 mm a millimeter under the skin of a mouse, in the body and without an end."""
    ball = sphere(4e-3, count=21, spacing=0.5e-3)
    share = MOUSE._replace(view_depth=3e-3).share(ball, voxel_size=SIZE)
    return ball, share, tissue_scene(TISSUE, ball, SIZE, body=share), tissue_scene(TISSUE, ball, SIZE)


@pytest.mark.parametrize("sequence", [mri, spin_echo, multi_echo])
def test_outside_the_skin_mri_shows_noise_alone(sequence):
    _, share, bounded, endless = superficial()
    modality = sequence(reference_signal_to_noise=40.0)
    seen, without_end = modality.expected(bounded), modality.expected(endless)
    assert (np.asarray(seen)[share == 0.0] == 0.0).all()
    assert np.array_equal(np.asarray(seen)[share == 1.0], np.asarray(without_end)[share == 1.0])
    edge = (share > 0.0) & (share < 1.0)
    assert np.asarray(seen)[edge] == pytest.approx((share * np.asarray(without_end))[edge], rel=1e-9)  # partial volume
    image = np.asarray(modality.noisy(seen, bounded, key=jax.random.key(1)))
    floor = float(modality.channel_noise(bounded)) * math.sqrt(math.pi / 2.0)
    assert image[share == 0.0].mean() == pytest.approx(floor, rel=0.03)


@pytest.mark.parametrize("make", [ct, dual_energy_ct, ultrasound, photoacoustic, pet, mri])
def test_a_lesion_deep_inside_has_the_image_of_one_in_endless_tissue(make):
    ball = sphere(4e-3, count=11, spacing=1e-3)
    deep = BodyRegion(width=0.345, thickness=0.196, view_depth=0.09, lesion_depth=0.088)
    share = deep.share(ball, voxel_size=(1e-3,) * 3)
    bounded, endless = (tissue_scene(TISSUE, ball, (1e-3,) * 3, **known) for known in ({"body": share}, {}))
    assert np.array_equal(np.asarray(make().expected(bounded)), np.asarray(make().expected(endless)))


def test_a_superficial_lesion_looks_as_in_endless_tissue_as_far_as_the_blur_does_not_reach_the_air():
    ball, _, bounded, endless = superficial()
    near, far = (np.asarray(ct(spatial_resolution=0.3e-3).expected(one)) for one in (bounded, endless))
    assert near[ball > 0.5] == pytest.approx(far[ball > 0.5], abs=0.5)
    assert near[0, 10, 10] == pytest.approx(-1000.0, abs=0.5)
    echoes = np.asarray(ultrasound(view_depth=3e-3).expected(bounded))
    assert echoes[10, 10, 10] > echoes[0, 10, 10] + 40.0


def scan_of(scanner, values):
    study = {
        "study": "under the skin",
        "formulation": "mm-302-cu64",
        "host": "mouse",
        "tumor": {"kind": "breast-her2", "volume": "60 mm^3", "voxels": 30, "values": values},
        "protocol": [
            {"at": "0 h", "dose": "3 mg/kg", "of": "doxorubicin", "route": "intravenous", "activity": "5 MBq"},
            {"at": "1 h", "scan": scanner, "frame": "10 min"},
        ],
        "controls": [],
        "outputs": {"until": "2 h", "draws": 0, "seed": 0},
    }
    simulate(resolve(Study.model_validate(study), Library()), grids={}, control=Control())


def test_a_lesion_below_the_body_is_refused_in_words():
    with pytest.raises(InputError, match=r"lesion_depth is 30 mm, and the body of the host mouse is 21 mm thick there"):
        scan_of("pet-small-animal", {"lesion_depth": "30 mm"})


def test_a_body_too_small_for_the_scanner_is_refused_in_words():
    with pytest.raises(InputError, match=r"leaves no voxel .* of the body around it, which is 3 mm wide and 3 mm thick"):
        scan_of("pet-clinical", {"body_width": "3 mm", "body_thickness": "3 mm"})
