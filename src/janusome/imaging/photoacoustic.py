"""Photoacoustics: light heats what absorbs it, and a plane of detectors hears how it expands."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from janusome.imaging.acoustics.detection import band, cone, width_response
from janusome.imaging.acoustics.records import array_over, recorded_and_back
from janusome.model import AbstractModality, Scene
from janusome.numerics.cosine_filter import (
    filtered,
    spectral_noise,
    spectral_noise_of_sum,
    spectral_variance,
    wave_numbers,
)
from janusome.numerics.mirrored_filter import box_wave_numbers, filtered_under_mirror, layers_above
from janusome.numerics.planar_light import broad_beam
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]
Waves = tuple[Field, Field, Field]
PROLONGED = 3  # heights of the scene of tissue, or of silence, above and below it


class Photoacoustic(AbstractModality):
    r"""The start pressure behind one laser pulse, as a plane of detectors on the skin sees it, in Pa.

    $$ p_0 = \Gamma\,\left(\mu_a + \ln 10\,\epsilon\,c\right)\phi(z)\,E, \qquad
       \hat p(k) = H(c_s|k|)^2\,D(k)\,e^{-\alpha f z_0}\,\hat p_0(k) $$
    $$ S(k) = 2\,c_s\cos\theta\,d^2\,\frac{\mathrm{NEP}^2}{N\,(f_2-f_1)}\,H^2\,D_{cone}^2 $$

    c is all label (attached or not), ε decadic, φ the fluence per radiant exposure E of a broad beam on the skin, by diffusion
    in uniform tissue. H is the response of the detectors, and records are filtered with it once more; D is the cone of
    directions that the plane faces and the width of its elements; α attenuates along the way from the middle of the scene.
    S is the power spectrum of the noise of an image reconstructed from a plane: detectors of spacing d, a noise-equivalent
    pressure NEP in their band and N pulses; θ is from the axis. A band without the lowest frequencies takes the mean of large
    bodies away and leaves their borders, so that pixels may be negative; sideways borders are lost beside the cone.
    The middle of the scene lies `view_depth` under the skin, which the plane presses flat; z points into the body. `acquired`
    propagates p₀ to the plane, adds noise to the records and reconstructs them; a test compares the two. What differs from the
    tissue at the corner of the scene is filtered together with its mirror image above the skin, as a plane records both alike;
    tissue in layers is not, as records begin in silence.
    Worked number: Γ = 0.2004, 20 /m, 20 mJ/cm² and φ = 1 are 802 Pa.
    Holds for labels that absorb little of the light and lie deeper than about 1 mm, in tissue of one speed of sound. Leaves
    out vessels and organs, reflections, saturation and reshaping of particles, and heat that a pulse leaves for the next.
    """

    unit: ClassVar[str] = "Pa"
    linear: ClassVar[bool] = True
    sources: ClassVar = ()

    view_depth: Scalar = quantity("m")
    radiant_exposure: Scalar = quantity("mJ/cm^2")
    grueneisen_parameter: Scalar = quantity("")
    excitation_absorption: Scalar = quantity("1/m")
    excitation_reduced_scattering: Scalar = quantity("1/m")
    border_factor: Scalar = quantity("")
    molar_absorption_coefficient: Scalar = quantity("1/(M cm)")
    sound_speed: Scalar = quantity("m/s")
    acoustic_attenuation: Scalar = quantity("1/(cm MHz)")
    lowest_frequency: Scalar = quantity("MHz")
    highest_frequency: Scalar = quantity("MHz")
    detection_aperture: Scalar = quantity("m")
    detector_pitch: Scalar = quantity("m")
    detector_width: Scalar = quantity("m")
    noise_equivalent_pressure: Scalar = quantity("Pa")
    averaged_pulses: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """What the plane shows of the start pressure, without noise."""
        tissue, count = _corner(scene), scene.detached.shape[0]
        body = self.start_pressure(scene) - self.start_pressure(tissue)
        top = self.view_depth / scene.voxel_size[0] - 0.5 * count
        above = layers_above(top, count)
        waves = box_wave_numbers(body.shape, above=above, voxel_size=scene.voxel_size)
        image = filtered_under_mirror(body, self._heard(waves, scene), above=above) + self._layers(tissue)
        return jnp.where((jnp.arange(count) + top + 0.5 > 0.0)[:, None, None], image, 0.0)

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One image with the grain of the detectors' noise."""
        return expected + spectral_noise(key, self._power(scene), voxel_size=scene.voxel_size)

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected image itself."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel."""
        del expected
        return jnp.sqrt(spectral_variance(self._power(scene), voxel_size=scene.voxel_size))

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Of a weighted sum, with all the correlation that band and cone leave."""
        del expected
        return spectral_noise_of_sum(weights, self._power(scene), voxel_size=scene.voxel_size)

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One image by way of the records of every detector."""
        array = array_over(scene, middle=float(self.view_depth), aperture=float(self.detection_aperture),
                           sound_speed=float(self.sound_speed))  # fmt: skip
        label = np.asarray(scene.label)
        p0 = array.extended(label, lambda c, depth: np.asarray(self._pressure(jnp.asarray(c), jnp.asarray(depth))))
        deviation = self.noise_equivalent_pressure * self.detector_pitch * jnp.sqrt(
            1.0 / (2.0 * self.averaged_pulses * (self.highest_frequency - self.lowest_frequency))
        )  # fmt: skip
        return jnp.asarray(
            recorded_and_back(
                p0,
                array,
                heard=lambda f: np.asarray(self._reaching(jnp.asarray(f))),
                filtered=lambda f: np.asarray(self._band(jnp.asarray(f))),
                element=float(self.detector_width),
                deviation=float(deviation),
                seed=seed,
            )
        )

    def start_pressure(self, scene: Scene) -> Field:
        """Return p₀ itself, Pa."""
        label = scene.label
        layer, count = scene.voxel_size[0], label.shape[0]
        depth = self.view_depth + (jnp.arange(count) - 0.5 * (count - 1)) * layer
        under_the_skin = jnp.clip(depth / layer + 0.5, 0.0, 1.0)[:, None, None]
        return under_the_skin * self._pressure(label, jnp.maximum(depth, 0.0)[:, None, None])

    def _pressure(self, label: Array, depth: Array) -> Array:
        phi = broad_beam(
            depth,
            absorption=self.excitation_absorption,
            reduced_scattering=self.excitation_reduced_scattering,
            border=self.border_factor,
        )
        absorption = self.excitation_absorption + math.log(10.0) * self.molar_absorption_coefficient * label
        return self.grueneisen_parameter * absorption * phi * self.radiant_exposure

    def _band(self, frequency: Array) -> Array:
        return band(frequency, lowest=self.lowest_frequency, highest=self.highest_frequency)

    def _layers(self, tissue: Scene) -> Field:
        """Return what is heard of tissue that is the same to all sides; above the skin there is silence."""
        column, beyond = _prolonged(tissue), PROLONGED * tissue.detached.shape[0]
        waves = wave_numbers(column.detached.shape, voxel_size=tissue.voxel_size)
        return filtered(self.start_pressure(column), self._heard(waves, tissue))[beyond:-beyond]

    def _cone(self, waves: Waves, scene: Scene) -> tuple[Field, Field, Field]:
        """Return frequencies, the cosine of the angle from the axis, and the share of waves that meet the plane."""
        kz, ky, kx = waves
        squares = kz**2 + ky**2 + kx**2
        k = jnp.sqrt(jnp.where(squares > 0.0, squares, 1.0 / scene.voxel_size[0] ** 2)) * (squares > 0.0)
        cosine = jnp.where(squares > 0.0, kz / jnp.where(squares > 0.0, k, 1.0 / scene.voxel_size[0]), 1.0)
        tangent = self.detection_aperture / (2.0 * self.view_depth)
        step = scene.voxel_size[0]
        shares = (cone(kz * step, side * step, greatest_tangent=tangent) for side in (ky, kx))
        return self.sound_speed * k / (2.0 * math.pi), cosine, next(shares) * next(shares)

    def _heard(self, waves: Waves, scene: Scene) -> Field:
        frequency, _, seen = self._cone(waves, scene)
        _, ky, kx = waves
        wide = width_response(ky, width=self.detector_width) * width_response(kx, width=self.detector_width)
        return self._band(frequency) * self._reaching(frequency) * seen * wide

    def _reaching(self, frequency: Array) -> Array:
        """Return what detectors hear of a frequency from the middle of the scene."""
        return self._band(frequency) * jnp.exp(-self.acoustic_attenuation * self.view_depth * frequency)

    def _power(self, scene: Scene) -> Field:
        frequency, cosine, seen = self._cone(wave_numbers(scene.detached.shape, voxel_size=scene.voxel_size), scene)
        density = self.noise_equivalent_pressure**2 / (
            self.averaged_pulses * jnp.abs(self.highest_frequency - self.lowest_frequency)
        )
        white = 2.0 * self.sound_speed * self.detector_pitch**2 * density
        return white * cosine * (self._band(frequency) * seen) ** 2


def _corner(scene: Scene) -> Scene:
    """Return a column of the tissue at the corner of a scene, which stands for all around it."""
    return _with_label(scene, lambda field: field[:, :1, :1])


def _prolonged(scene: Scene) -> Scene:
    """Return a scene that goes on above and below as its outermost layers are."""
    beyond = PROLONGED * scene.detached.shape[0]
    return _with_label(scene, lambda field: jnp.pad(field, ((beyond, beyond), (0, 0), (0, 0)), mode="edge"))


def _with_label(scene: Scene, changed: Callable[[Field], Field]) -> Scene:
    label = tuple(changed(one) for one in (scene.attached_outside, scene.attached_inside, scene.detached))
    return scene.with_label(*label)
