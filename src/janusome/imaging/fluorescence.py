"""Planar near-infrared fluorescence: excitation into the tissue, emission out of it, and a camera. Relative only."""

from __future__ import annotations

import math
from typing import ClassVar

import jax.numpy as jnp
from jax import random
from jaxtyping import Array, Float

from janusome.model import AbstractModality, Scene
from janusome.numerics.planar_light import broad_beam, emerging
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Fluorescence(AbstractModality):
    r"""The picture of a camera above the skin, in electrons per pixel; it is relative, and no concentration.

    $$ I = N\left[f + \sum_z G_m(z) * \left(\eta\,\ln 10\,\epsilon\,c\,\phi_x(z)\,\Delta z\right)\right], \qquad
       \mathrm{var} = I + \sigma_r^2 $$

    φ_x is the fluence per irradiance of a broad beam, G_m what leaves above a source at depth z, both by diffusion in
    uniform tissue, c all label (attached or not), ε decadic, η the quantum yield, f the share that comes back as
    autofluorescence and leakage, N the electrons that all the excitation light on a pixel would give. The skin lies
    `lesion_depth` above the first layer of the scene, and z points into the body; the picture is the same in every layer.
    Depth, blood and quenching change it as much as the label does: compare pictures of one animal, never amounts.
    Holds for labels that absorb little of the light and lie deeper than about 1 mm. Leaves out structure of the tissue,
    quenching, bleaching, the lens, and quantisation.
    """

    unit: ClassVar[str] = ""
    sources: ClassVar = ()

    lesion_depth: Scalar = quantity("m")
    excitation_absorption: Scalar = quantity("1/m")
    excitation_reduced_scattering: Scalar = quantity("1/m")
    emission_absorption: Scalar = quantity("1/m")
    emission_reduced_scattering: Scalar = quantity("1/m")
    border_factor: Scalar = quantity("")
    molar_absorption_coefficient: Scalar = quantity("1/(M cm)")
    quantum_yield: Scalar = quantity("")
    autofluorescence: Scalar = quantity("")
    electrons_at_full_return: Scalar = quantity("")
    read_noise: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """Mean electrons of every pixel, repeated over the layers."""
        label = scene.attached_outside + scene.attached_inside + scene.detached
        layer = scene.voxel_size[0]
        depth = self.lesion_depth + (jnp.arange(label.shape[0]) + 0.5) * layer
        phi = broad_beam(
            depth,
            absorption=self.excitation_absorption,
            reduced_scattering=self.excitation_reduced_scattering,
            border=self.border_factor,
        )
        taken = math.log(10.0) * self.molar_absorption_coefficient * label
        share = emerging(
            self.quantum_yield * taken * layer * phi[:, None, None],
            depth,
            voxel_size=scene.voxel_size,
            absorption=self.emission_absorption,
            reduced_scattering=self.emission_reduced_scattering,
            border=self.border_factor,
        )
        return jnp.broadcast_to(self.electrons_at_full_return * (self.autofluorescence + share), label.shape)

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One picture: noise of photons and of reading, the same in every layer."""
        drawn = random.normal(key, expected.shape[1:], dtype=expected.dtype)
        return expected + self.noise(expected, scene) * drawn

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected picture itself."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation of every pixel."""
        del scene
        return jnp.sqrt(jnp.maximum(expected, 0.0) + self.read_noise**2)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Pixels are independent, layers are one picture: weights add up along z first."""
        return jnp.sqrt(jnp.sum((jnp.sum(weights, axis=0) * self.noise(expected, scene)[0]) ** 2))
