"""Ultrasound: speckle of tissue, and perfluorocarbon droplets before and after they vaporise. Relative only."""

from __future__ import annotations

import math
from typing import ClassVar

import jax.numpy as jnp
from jax import random
from jaxtyping import Array, Float

from janusome.imaging.acoustics.scatterers import (
    bubble_backscatter,
    bubble_radius,
    contrasts,
    droplet_backscatter,
    minnaert_frequency,
    sphere_volume,
    vaporised_share,
)
from janusome.model import AbstractModality, Scene
from janusome.numerics.blur import correlated_noise, gaussian_blur, squared_kernel, standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]
DECIBEL = 10.0 / math.log(10.0)  # dB per natural unit of power
LOG_MEAN, LOG_DEVIATION = -0.5772156649, math.pi / math.sqrt(6.0)  # of ln E, E exponential of mean one: speckle


class Ultrasound(AbstractModality):
    r"""A B-mode or contrast picture in dB above the bottom of its dynamic range; it is relative, and no concentration.

    $$ G = 10\log_{10}\left(1 + 10^{D/10}\,\frac{I}{\mu_b}\right), \quad
       I = h * \left(s\,\mu_b + \frac{cM}{\rho_d V_d}\Big[(1-\nu)\,s\,\sigma_{drop} + \nu\,\sigma_{bubble}/4\pi\Big]\right)
           + \mu_b\,e^{4\alpha f(z - z_p)} $$

    μ_b is the backscatter of tissue at the frequency, s what the mode lets through of it (one in B-mode, none in the air), D
    the dynamic range, c the perfluorocarbon that is still in droplets (attached, in or outside cells), in moles of it, M its
    molar mass, V_d the volume of a droplet. ν is the share that the pulse vaporises, by the pressure that is left at the
    depth; a bubble has the mass of its droplet. Gain makes up for attenuation, so that noise of the electronics rises with
    depth and equals tissue at z_p. h is the intensity of the pulse: axially half a wavelength over the fractional bandwidth,
    sideways the wavelength times the F-number. Speckle is fully developed: the envelope is Rayleigh's, a voxel scatters by 5.6
    dB and its mean lies 2.5 dB below that of the intensity. Detached label is dissolved and silent. The middle of the scene
    lies `view_depth` under the skin.
    Worked number: 250 nm droplets of perfluorohexane, 1 mg/mL at 7.5 MHz, scatter 50 dB less than liver.
    Holds for droplets and bubbles far below the wavelength, few enough that none shades another. Leaves out harmonics,
    shadows, motion, dissolution and coalescence of bubbles, and all borders of organs.
    """

    unit: ClassVar[str] = ""
    relative: ClassVar[bool] = True
    sources: ClassVar = ("ainslie2009",)

    view_depth: Scalar = quantity("m")
    center_frequency: Scalar = quantity("MHz")
    fractional_bandwidth: Scalar = quantity("")
    f_number: Scalar = quantity("")
    dynamic_range: Scalar = quantity("")
    penetration_depth: Scalar = quantity("m")
    peak_negative_pressure: Scalar = quantity("MPa")
    tissue_suppression: Scalar = quantity("")
    sound_speed: Scalar = quantity("m/s")
    acoustic_attenuation: Scalar = quantity("1/(cm MHz)")
    tissue_density: Scalar = quantity("kg/m^3")
    interstitial_fluid_viscosity: Scalar = quantity("mPa s")
    ambient_pressure: Scalar = quantity("kPa")
    backscatter_coefficient: Scalar = quantity("1/(m sr)")
    backscatter_reference_frequency: Scalar = quantity("MHz")
    backscatter_frequency_exponent: Scalar = quantity("")
    atomic_mass: Scalar = quantity("kg/mol")
    droplet_radius: Scalar = quantity("m")
    droplet_density: Scalar = quantity("kg/m^3")
    droplet_sound_speed: Scalar = quantity("m/s")
    vapor_density: Scalar = quantity("kg/m^3")
    polytropic_exponent: Scalar = quantity("")
    vaporisation_threshold: Scalar = quantity("MPa")
    vaporisation_reference_frequency: Scalar = quantity("MHz")
    vaporisation_frequency_exponent: Scalar = quantity("")
    vaporisation_relative_width: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """The compressed mean intensity."""
        return DECIBEL * jnp.log1p(self._above_floor(scene))

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One picture: the intensity of every voxel times an exponential, as coarse as the pulse."""
        one, other = (
            correlated_noise(each, expected.shape, width=jnp.asarray(1.0), voxel_size=scene.voxel_size / self._widths())
            for each in random.split(key)
        )
        return DECIBEL * jnp.log1p(jnp.expm1(expected / DECIBEL) * 0.5 * (one**2 + other**2))

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The mean of many pictures: a logarithm of speckle lies below that of its mean."""
        del scene
        return expected + DECIBEL * LOG_MEAN * self._visible_share(expected)

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation of speckle in every voxel."""
        del scene
        return DECIBEL * LOG_DEVIATION * self._visible_share(expected)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Logarithms of speckle hang together as far as intensities do: over the pulse narrowed by the root of two."""
        width, size = jnp.asarray(math.sqrt(0.5)), scene.voxel_size / self._widths()
        grained = (
            weights * self.noise(expected, scene) / jnp.sqrt(squared_kernel(expected.shape, width=width, voxel_size=size))
        )
        return jnp.sqrt(jnp.sum(gaussian_blur(grained, width=width, voxel_size=size) ** 2))

    def tissue_backscatter(self) -> Scalar:
        """Return the backscatter coefficient of tissue at the frequency of the scanner, 1/(m sr)."""
        ratio = self.center_frequency / self.backscatter_reference_frequency
        return self.backscatter_coefficient * ratio**self.backscatter_frequency_exponent

    def droplets(self, scene: Scene) -> Field:
        """Return droplets, or the bubbles that they became, per volume, 1/m^3."""
        mass = self.atomic_mass * (scene.attached_outside + scene.attached_inside)
        return mass / (self.droplet_density * sphere_volume(self.droplet_radius))

    def backscatter_of_one(self) -> tuple[Scalar, Scalar]:
        """Return the backscatter per solid angle, m^2, of a droplet, and of the bubble that it becomes."""
        contrast = contrasts(
            density=self.tissue_density,
            sound_speed=self.sound_speed,
            droplet_density=self.droplet_density,
            droplet_sound_speed=self.droplet_sound_speed,
        )
        radius = bubble_radius(self.droplet_radius, droplet_density=self.droplet_density, vapor_density=self.vapor_density)
        resonance = minnaert_frequency(
            radius, density=self.tissue_density, pressure=self.ambient_pressure, polytropic_exponent=self.polytropic_exponent
        )
        bubble = bubble_backscatter(
            self.center_frequency,
            radius=radius,
            resonance=resonance,
            density=self.tissue_density,
            sound_speed=self.sound_speed,
            viscosity=self.interstitial_fluid_viscosity,
        )
        droplet = droplet_backscatter(
            self.center_frequency, radius=self.droplet_radius, sound_speed=self.sound_speed, contrast=contrast
        )
        return droplet, bubble

    def _above_floor(self, scene: Scene) -> Field:
        """Return the intensity over that of the bottom of the dynamic range."""
        count = scene.detached.shape[0]
        depth = jnp.maximum(0.0, self.view_depth + (jnp.arange(count) - 0.5 * (count - 1)) * scene.voxel_size[0])
        loss = self.acoustic_attenuation * self.center_frequency
        share = vaporised_share(
            self.peak_negative_pressure * jnp.exp(-loss * depth)[:, None, None],
            self.center_frequency,
            threshold=self.vaporisation_threshold,
            reference_frequency=self.vaporisation_reference_frequency,
            frequency_exponent=self.vaporisation_frequency_exponent,
            relative_width=self.vaporisation_relative_width,
        )
        droplet, bubble = self.backscatter_of_one()
        tissue, s = self.tissue_backscatter(), self.tissue_suppression
        of_label = self.droplets(scene) * ((1.0 - share) * s * droplet + share * bubble)
        seen = gaussian_blur(
            s * scene.body + of_label / tissue,
            width=jnp.asarray(math.sqrt(0.5)),  # of the intensity, whose Gaussian is narrower than the pressure's
            voxel_size=scene.voxel_size / self._widths(),
        )
        electronics = jnp.exp(2.0 * loss * (depth - self.penetration_depth))[:, None, None] ** 2  # there and back, as power
        return 10.0 ** (self.dynamic_range / 10.0) * (seen + electronics)

    def _visible_share(self, expected: Field) -> Field:
        """Return I/(I + floor): how much of the logarithm is left near the bottom of the dynamic range."""
        return -jnp.expm1(-expected / DECIBEL)

    def _widths(self) -> Float[Array, " 3"]:
        """Return the standard deviations of the pulse's pressure along z (away from the skin), y and x, m."""
        wavelength = self.sound_speed / self.center_frequency
        axial, lateral = 0.5 * wavelength / self.fractional_bandwidth, wavelength * self.f_number
        return standard_deviation(jnp.stack([axial, lateral, lateral]))
