"""Interstitial diffusion: carriers and molecules spread through the matrix, from voxel to voxel."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    INTERSTITIUM,
    AbstractTransfer,
    Form,
    Material,
    PerLink,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class InterstitialDiffusion(AbstractTransfer):
    r"""Fickian diffusion in the accessible part of the matrix, by finite volumes.

    $$ \dot n_{i \to j} = \bar\varepsilon\, \bar D\, \frac{A}{d}\, \frac{n_i}{\varepsilon_i V_i} $$

    A/d is the area of the face between two voxels over the distance of their centres, ε the accessible fraction; the
    product εD of a face is the harmonic mean of its two sides, so that a barrier voxel blocks. Conservative face by face;
    second order in the voxel size where D is smooth. The outer border is closed.

    Holds where a voxel is many pores of the matrix wide. Leaves out: convection with interstitial fluid.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM,)
    sources: ClassVar = ("tumourcord_flexpde",)

    interstitial_diffusivity: PerPlace = quantity("m^2/s")
    face_area_over_distance: PerLink = quantity("m", per="link")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium of a voxel to that of its neighbour."""
        del stimulus
        i, j = state.links.source, state.links.target
        V = state.accessible_volume[INTERSTITIUM]
        conductivity = self.interstitial_diffusivity * V / state.tissue_volume
        here, there = conductivity[i], conductivity[j]
        face = 2.0 * here * there / (here + there) * self.face_area_over_distance
        return (Transfer(INTERSTITIUM, INTERSTITIUM, face / V[i], along_links=True),)
