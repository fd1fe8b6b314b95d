"""Monte Carlo of light beside two published cases, at a million packets each: a slab, and the cube of 60 mm.

The slab is van de Hulst's, as the manual of MCML tables it; the cube is the benchmark of MCX with a matched border.
"""

from __future__ import annotations

import math

import numpy as np

from janusome.numerics.light_sources import Beam, BroadBeam
from janusome.numerics.photons import Media, propagate
from janusome.qualification.section import Finding, Section

PACKETS = 1_000_000
REFLECTED, TRANSMITTED = 0.09739, 0.66096
ABSORBED, WITHIN = 17.70, 0.15  # %


def slab() -> Media:
    """Return 2 mm of albedo 0.9, optical depth 2 and anisotropy 0.75 with no step of refractive index; sides are mirrors."""
    return Media(
        np.zeros((4, 1, 1), int),
        absorption=100.0,
        scattering=900.0,
        anisotropy=0.75,
        spacing=[0.5e-3, 1e-2, 1e-2],
        mirrors=(False, True, True),
    )


def cube() -> Media:
    """Return the cube of 60 voxels of 1 mm, in surroundings of its own refractive index."""
    return Media(
        np.zeros((60, 60, 60), int),
        absorption=5.0,
        scattering=1000.0,
        anisotropy=0.01,
        refractive_index=1.37,
        surroundings=1.37,
        spacing=[1e-3] * 3,
    )


def photons(*, packets: int = PACKETS) -> Section:
    """Return what a slab reflects and transmits, and what the cube absorbs, beside what was published."""
    through = propagate(slab(), BroadBeam(), packets=packets, seed=1)
    absorbed = 100.0 * float(propagate(cube(), Beam((29e-3, 29e-3)), packets=packets, seed=2).absorbed.sum())
    return Section(
        key="light",
        title="Light by Monte Carlo: a slab and a cube",
        text=(f"{packets} packets each. The slab has albedo 0.9, optical depth 2, anisotropy 0.75; the cube is 60 mm wide.",),
        findings=(
            _of_slab("reflected", through.reflected, REFLECTED, packets),
            _of_slab("transmitted", through.transmitted, TRANSMITTED, packets),
            Finding(
                "absorbed in the cube of 60 mm",
                absorbed,
                unit="%",
                target=f"{ABSORBED:.2f} within {WITHIN:g}",
                met=abs(absorbed - ABSORBED) <= WITHIN,
            ),
        ),
    )


def _of_slab(what: str, found: float, wanted: float, packets: int) -> Finding:
    spread = math.sqrt(wanted * (1.0 - wanted) / packets)  # of packets that leave whole; of ours, which fade, it is less
    return Finding(
        f"{what} by the slab",
        found,
        target=f"{wanted:.5f} within three standard deviations, {3.0 * spread:.5f}",
        met=abs(found - wanted) <= 3.0 * spread,
    )
