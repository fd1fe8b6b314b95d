"""Planar near-infrared fluorescence: excitation into the tissue, emission out of it, and a camera. Relative only."""

from __future__ import annotations

import math
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax import random
from jaxtyping import Array, Float

from janusome.imaging.optics.camera import noise_of, picture_of
from janusome.imaging.optics.two_step import Tissue, emerging_by_diffusion
from janusome.model import AbstractModality, Scene
from janusome.numerics.planar_light import broad_beam, emerging
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Fluorescence(AbstractModality):
    r"""The picture of a camera above the skin, in electrons per pixel; it is relative, and no concentration.

    $$ I = N\left[f + l R_x + \sum_z G_m(z) * \left(\eta\,\ln 10\,\epsilon\,c\,\phi_x(z)\,\Delta z\right)\right], \qquad
       \sigma^2 = I + d + \sigma_r^2 + \tfrac{1}{12}(C/2^b)^2 $$

    φ_x is the fluence per irradiance of a broad beam, R_x the share of it that comes back, G_m what leaves above a source at
    depth z, all by diffusion in uniform tissue: that of the organ around the lesion. c is all label (attached or not), ε
    decadic, η the quantum yield, f the share that comes back as autofluorescence, l what the emission filter lets through of
    the excitation, N the electrons that all the excitation light on a pixel would give, d those of the dark (their mean is
    taken off), C those of a full pixel, written in b bits. What is no label varies besides from picture to picture, by
    `background_stability` of itself over a whole region: that, and no photons, decides what a bright camera can see. The
    middle of the scene lies `view_depth` under the skin, z points into the body, and what lies above the skin is air; the
    picture is the same in every layer.
    Depth, blood and quenching change it as much as the label does: compare pictures of one animal, never amounts.
    `acquired` solves for both lights on a grid, with the label's own absorption, and lets the camera count, fill up and round.
    Holds for labels that absorb little of the light and lie deeper than about 1 mm. Leaves out structure of the tissue,
    quenching, bleaching (`optics.bleaching`), the spectra of filter and label away from their peaks, and the lens.
    """

    unit: ClassVar[str] = ""
    relative: ClassVar[bool] = True
    sources: ClassVar = ("simpa",)

    view_depth: Scalar = quantity("m")
    excitation_absorption: Scalar = quantity("1/m")
    excitation_reduced_scattering: Scalar = quantity("1/m")
    emission_absorption: Scalar = quantity("1/m")
    emission_reduced_scattering: Scalar = quantity("1/m")
    border_factor: Scalar = quantity("")
    molar_absorption_coefficient: Scalar = quantity("1/(M cm)")
    quantum_yield: Scalar = quantity("")
    autofluorescence: Scalar = quantity("")
    filter_leakage: Scalar = quantity("")
    background_stability: Scalar = quantity("")
    electrons_at_full_return: Scalar = quantity("")
    dark_electrons: Scalar = quantity("")
    read_noise: Scalar = quantity("")
    full_well_capacity: Scalar = quantity("")
    bit_depth: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """Mean electrons of every pixel, repeated over the layers."""
        taken = self._taken(scene)
        layer = scene.voxel_size[0]
        depth = self.view_depth + (jnp.arange(taken.shape[0]) - 0.5 * (taken.shape[0] - 1)) * layer
        under_the_skin = jnp.clip(depth / layer + 0.5, 0.0, 1.0)[:, None, None]
        depth = jnp.maximum(depth, 0.0)
        share = emerging(
            self.quantum_yield * taken * under_the_skin * layer * self._excitation(depth)[:, None, None],
            depth,
            voxel_size=scene.voxel_size,
            absorption=self.emission_absorption,
            reduced_scattering=self.emission_reduced_scattering,
            border=self.border_factor,
        )
        return jnp.broadcast_to(self.electrons_at_full_return * (self._unlabelled() + share), taken.shape)

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
        return noise_of(expected, **self._sensor())

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Pixels are independent, layers are one picture: weights add up along z first. What is no label drifts as one."""
        drift = self.background_stability * self.electrons_at_full_return * self._unlabelled() * jnp.sum(weights)
        return jnp.sqrt(jnp.sum((jnp.sum(weights, axis=0) * self.noise(expected, scene)[0]) ** 2) + drift**2)

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One picture by two solves on a grid, and a camera that counts, fills up and rounds."""
        share = emerging_by_diffusion(
            np.asarray(self._taken(scene)),
            quantum_yield=float(self.quantum_yield),
            middle=float(self.view_depth),
            voxel_size=np.asarray(scene.voxel_size),
            excitation=Tissue(float(self.excitation_absorption), float(self.excitation_reduced_scattering)),
            emission=Tissue(float(self.emission_absorption), float(self.emission_reduced_scattering)),
            border=float(self.border_factor),
        )
        drift = 1.0 + float(self.background_stability) * np.random.default_rng([seed, 1]).standard_normal()
        light = float(self.electrons_at_full_return) * np.maximum(0.0, float(self._unlabelled()) * drift + share)
        sensor = {name: float(value) for name, value in self._sensor().items()}
        return jnp.broadcast_to(jnp.asarray(picture_of(light, **sensor, seed=seed)), scene.detached.shape)

    def _sensor(self) -> dict[str, Scalar]:
        return {"dark": self.dark_electrons, "read": self.read_noise, "full": self.full_well_capacity, "bits": self.bit_depth}

    def _taken(self, scene: Scene) -> Field:
        """Absorption coefficient of the label."""
        label = scene.label
        return math.log(10.0) * self.molar_absorption_coefficient * label

    def _excitation(self, depth: Array) -> Array:
        return broad_beam(
            depth,
            absorption=self.excitation_absorption,
            reduced_scattering=self.excitation_reduced_scattering,
            border=self.border_factor,
        )

    def _unlabelled(self) -> Scalar:
        """Share of the excitation light that the camera takes for emission where there is no label."""
        returned = self._excitation(jnp.zeros(())) / (2.0 * self.border_factor)
        return self.autofluorescence + self.filter_leakage * returned
