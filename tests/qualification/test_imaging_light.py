"""Light by Monte Carlo: the section of the qualification, with fewer packets than it has."""

from janusome.qualification.imaging_light import photons


def test_light_in_slab_and_cube_is_as_published():
    section = photons(packets=100_000)
    assert len(section.findings) == 3
    assert not section.failed
