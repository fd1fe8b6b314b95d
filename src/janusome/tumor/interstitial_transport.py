"""Interstitial transport: carriers and molecules diffuse through the matrix and drift with its fluid, from voxel to voxel."""

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
from janusome.numerics.peclet import upstream_weight
from janusome.units import quantity


class InterstitialTransport(AbstractTransfer):
    r"""Diffusion and convection in the accessible part of the matrix, by finite volumes.

    $$ \dot n_{i \to j} = G\,B(-Pe)\,\frac{n_i}{\varepsilon_i V_i}, \qquad G = \overline{\varepsilon D}\,\frac{A}{d},
       \qquad Pe = \frac{f q}{G}, \qquad B(x) = \frac{x}{e^x - 1} $$

    A/d is the area of the face between two voxels over the distance of their centres, ε the accessible fraction, q the flow of
    interstitial fluid through the face and f how far the matrix holds what drifts with it back. The product εD of a face is
    the harmonic mean of its two sides, so that a barrier voxel blocks. Conservative face by face and never negative; second
    order in the voxel size where diffusion rules, first order where flow does.

    Holds where a voxel is many pores of the matrix wide. The outer border is closed to diffusion; what the fluid takes across
    it stands in `peritumoral_drainage`.
    """

    acts_in: ClassVar = (Region.TUMOR,)
    moves: ClassVar = (Form.CARRIER, Form.RELEASED, Form.DETACHED)
    sites: ClassVar = (INTERSTITIUM,)
    sources: ClassVar = ("tumourcord_flexpde", "morgenstern_martin2019")

    interstitial_diffusivity: PerPlace = quantity("m^2/s")
    convection_hindrance: PerPlace = quantity("")
    face_area_over_distance: PerLink = quantity("m", per="link")
    face_flow: PerLink = quantity("m^3/s", per="link", positive=False)

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Interstitium of a voxel to that of its neighbour."""
        del stimulus
        i, j = state.links.source, state.links.target
        V = state.accessible_volume[INTERSTITIUM]
        conductivity = self.interstitial_diffusivity * V / state.tissue_volume
        here, there = conductivity[i], conductivity[j]
        G = 2.0 * here * there / (here + there) * self.face_area_over_distance
        f = (self.convection_hindrance[i] + self.convection_hindrance[j]) / 2.0
        Pe = f * self.face_flow / G
        return (Transfer(INTERSTITIUM, INTERSTITIUM, G * upstream_weight(-Pe) / V[i], along_links=True),)
