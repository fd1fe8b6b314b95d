"""Fluorescence tomography: concentration of label between two windows, by diffusion, Born and a regularized inverse."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax import random
from jaxtyping import Array, Float

from janusome.imaging.optics.transillumination import Inverse, Slab, inverse, reconstructed, sensitivity
from janusome.model import AbstractModality, Scene
from janusome.numerics.cosine import from_waves, squared_waves, to_waves
from janusome.units import from_internal, quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class FluorescenceTomography(AbstractModality):
    r"""A reconstructed image of the label's concentration in a body held between two windows.

    $$ F_r(s) = N\,\eta\ln 10\,\epsilon \sum_v \phi_x(s, v)\,G_m(v, r)\,c_v\,\Delta V, \qquad
       \hat c = \arg\min \sum_{s,r} \frac{(F_r - A c)^2}{\sigma_r^2} + \lambda \sum_v (c_v/w_v)^2 $$

    A source lights one window at s, every voxel beside the other; a camera behind the other gathers rings r around the point
    opposite. φ_x and G_m are of a slab of uniform tissue, that of the organ around the lesion. Divided by the excitation X_r
    that comes through, F_r is the normalized Born ratio: the weighted inverse is the same, since X_r stands in both. σ_r² is
    of the light without label, X_r (f + l), and of reading; w makes every layer weigh alike; λ is `regularization`.
    The slab being uniform, cosines over the window make the inverse exact: resolution, loss of contrast and noise with depth
    are those of the reconstruction itself, no kernel that was put in. Noise is that of the inverse under photon noise
    averaged over the window; `acquired` draws every measurement and solves by LSQR.
    Holds for label that absorbs little of the light, a millimeter and more away from the windows. Leaves out bones, lungs
    and skin, whose optics the inverse would have to know (in practice they, not photons, limit FMT to some tens of percent),
    the curved surface of a body, and label outside of the field of view. Undershoots are shown as nothing.
    """

    unit: ClassVar[str] = "nmol/L"
    sources: ClassVar = ("simpa",)

    view_depth: Scalar = quantity("m")
    slab_thickness: Scalar = quantity("m")
    ring_spacing: Scalar = quantity("m")
    excitation_absorption: Scalar = quantity("1/m")
    excitation_reduced_scattering: Scalar = quantity("1/m")
    emission_absorption: Scalar = quantity("1/m")
    emission_reduced_scattering: Scalar = quantity("1/m")
    border_factor: Scalar = quantity("")
    molar_absorption_coefficient: Scalar = quantity("1/(M cm)")
    quantum_yield: Scalar = quantity("")
    autofluorescence: Scalar = quantity("")
    filter_leakage: Scalar = quantity("")
    electrons_per_source: Scalar = quantity("")
    read_noise: Scalar = quantity("")
    regularization: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """Reconstruction of data without noise."""
        label = scene.label
        way = self._inverse(scene)
        image = from_waves(jnp.einsum("zrjk,rwjk,wjk->zjk", way.back, way.seen, to_waves(label)))
        return from_internal(jnp.maximum(image, 0.0), self.unit)

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One image: noise of the measurements, carried through the inverse."""
        way = self._inverse(scene)
        white = random.normal(key, way.back.shape[1:], dtype=expected.dtype)
        noise = from_waves(jnp.einsum("zrjk,r,rjk->zjk", way.back, self._spread(scene, way), white))
        return expected + from_internal(noise, self.unit)

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected image itself."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel; more inside the slab than at its windows."""
        del expected
        way = self._inverse(scene)
        variance = jnp.einsum("zrjk,r->zjk", way.back**2, self._spread(scene, way) ** 2)
        return from_internal(jnp.sqrt(jnp.maximum(squared_waves(variance), 0.0)), self.unit)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Of a weighted sum, by the same inverse."""
        del expected
        way = self._inverse(scene)
        carried = jnp.einsum("zjk,zrjk,r->rjk", to_waves(weights), way.back, self._spread(scene, way))
        return from_internal(jnp.sqrt(jnp.sum(carried**2)), self.unit)

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One image by way of counted electrons of every source and ring, and LSQR."""
        label = np.asarray(scene.label)
        image = reconstructed(label, self._inverse(scene), read=float(self.read_noise), seed=seed,
                              regularization=float(self.regularization))  # fmt: skip
        return jnp.asarray(from_internal(image, self.unit))

    def _inverse(self, scene: Scene) -> Inverse:
        shape, size = scene.detached.shape, scene.voxel_size
        depth = self.view_depth + (jnp.arange(shape[0]) - 0.5 * (shape[0] - 1)) * size[0]
        slab = Slab(
            thickness=self.slab_thickness,
            border=self.border_factor,
            excitation=(self.excitation_absorption, self.excitation_reduced_scattering),
            emission=(self.emission_absorption, self.emission_reduced_scattering),
        )
        light, through = sensitivity(slab, depth, shape=shape, voxel_size=size, ring_spacing=self.ring_spacing)
        per_label = self.electrons_per_source * self.quantum_yield * self.molar_absorption_coefficient
        unlabelled = self.electrons_per_source * through * (self.autofluorescence + self.filter_leakage)
        return inverse(per_label * light, unlabelled, read=self.read_noise, regularization=self.regularization)

    def _spread(self, scene: Scene, way: Inverse) -> Float[Array, " rings"]:
        """Standard deviation of the data over that without label, by the mean light of the label in each ring."""
        label = scene.label
        mean_light = jnp.einsum("rz,z->r", way.seen[:, :, 0, 0], jnp.mean(label, axis=(1, 2))) * way.spread
        return jnp.sqrt(1.0 + mean_light / way.spread**2)
