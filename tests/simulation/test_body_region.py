"""The body around a lesion: its outline, and what lies beyond it in an image."""

import math

import numpy as np
import pytest

from janusome.simulation.body_region import BodyRegion

MOUSE = BodyRegion(width=25e-3, thickness=21e-3, view_depth=10.5e-3, lesion_depth=1e-3)


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
