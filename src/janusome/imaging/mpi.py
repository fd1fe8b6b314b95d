"""Magnetic particle imaging: iron in magnetic cores, blurred by gradient, core and lag, with no tissue behind it."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax import random
from jaxtyping import Array, Float

from janusome.imaging.magnetism.cores import brownian_time, neel_time, sizes, turning_strength
from janusome.imaging.magnetism.drive import Drive, Tracer, x_space_image
from janusome.imaging.magnetism.point_spread import gridded_spread, lag_spread, magnetization_spread, mean_slew
from janusome.model import AbstractModality, Scene
from janusome.units import from_internal, quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class Mpi(AbstractModality):
    r"""The native x-space image of a magnetic tracer, in iron per volume; tissue has no signal of its own.

    $$ I = \sum_d w_d\,R_d *_x K_d *_{xyz} (M\,c_{attached}), \qquad
       K_d = \frac{\beta G}{2} L'(\beta G x), \quad R_d = \frac{1}{2\ell}e^{-|x|/\ell}, \quad
       \beta = \frac{M_s \pi d^3}{6\,kT}, \quad \ell = \frac{16\,A f\,\tau}{3\,G} $$
    $$ \frac{1}{\tau} = \frac{1}{\tau_N} + \frac{1}{\tau_B}, \qquad
       \sigma = \frac{c_{limit}}{n}\sqrt{\frac{V_{limit}}{V}} $$

    w_d is the share of the iron in cores of diameter d (log-normal by number), M the molar mass of iron, A and f amplitude and
    frequency of the drive field, whose mean slew is 16/3 A f. Label inside cells cannot turn as a whole: it lags by Néel's
    time alone. Detached iron, in ferritin and transferrin, does not show. σ is that of every voxel by itself: a sample of
    volume V_limit with the least concentration that the scanner finds has n times its noise. Worked number: cores of 25 nm
    with 0.6 T at 294 K have β = 962 /T and half the signal within 4.32 mT, 1.73 mm at 2.5 T/m.
    Holds for dilute tracers, for scans as long as that of the limit. The same spread is taken along all three axes: a
    field-free point driven along one axis sees twice as far across it, which several drive directions amend. Leaves out
    interaction of cores, the field's share in τ, deconvolution (a system matrix sharpens the image and grains its noise), the
    noise of recovering the mean (some 15 % more), and background of the instrument.
    """

    unit: ClassVar[str] = "mg/mL"
    linear: ClassVar[bool] = True
    sources: ClassVar = ("tay2017", "graeser2017", "openmpidata")

    magnetic_core_diameter: Scalar = quantity("m")
    core_size_spread: Scalar = quantity("")
    saturation_magnetization: Scalar = quantity("A/m")
    anisotropy_constant: Scalar = quantity("J/m^3")
    attempt_time: Scalar = quantity("s")
    rotating_diameter: Scalar = quantity("m")
    atomic_mass: Scalar = quantity("kg/mol")
    interstitial_fluid_viscosity: Scalar = quantity("Pa s")
    body_temperature: Scalar = quantity("K")
    selection_gradient: Scalar = quantity("T/m")
    axial_selection_gradient: Scalar = quantity("T/m")
    drive_amplitude: Scalar = quantity("T")
    drive_frequency: Scalar = quantity("1/s")
    detection_limit: Scalar = quantity("kg/m^3")
    detection_volume: Scalar = quantity("m^3")
    detection_signal_to_noise: Scalar = quantity("")

    def expected(self, scene: Scene) -> Field:
        """Iron per volume as the native image draws it."""
        seen = 0.0
        for tracer, iron in self._tracers(scene):
            seen = seen + self._along(self._across(iron, tracer, scene), tracer, scene)
        return from_internal(seen, self.unit)

    def noisy(self, expected: Field, scene: Scene, *, key: Array) -> Field:
        """One image."""
        return expected + self.noise(expected, scene) * random.normal(key, expected.shape, dtype=expected.dtype)

    def shown(self, expected: Field, scene: Scene) -> Field:
        """The expected image itself: the noise has no bias."""
        del scene
        return expected

    def noise(self, expected: Field, scene: Scene) -> Field:
        """Standard deviation in every voxel, the same everywhere."""
        repeats = jnp.sqrt(self.detection_volume / jnp.prod(scene.voxel_size))
        one = self.detection_limit / self.detection_signal_to_noise * repeats
        return jnp.broadcast_to(from_internal(one, self.unit), expected.shape)

    def noise_of_mean(self, expected: Field, scene: Scene, *, weights: Field) -> Scalar:
        """Voxels are independent of one another."""
        return jnp.sqrt(jnp.sum((weights * self.noise(expected, scene)) ** 2))

    def acquired(self, scene: Scene, *, seed: int) -> Field:
        """One image by way of the voltage of the coil: drive field, lag, noise, loss of the fundamental, gridding."""
        drive = Drive(float(self.selection_gradient), float(self.drive_amplitude), float(self.drive_frequency))
        tracers = [(tracer, np.asarray(self._across(iron, tracer, scene))) for tracer, iron in self._tracers(scene)]
        noise = float(self.noise(scene.detached, scene).ravel()[0])
        spacing = float(scene.voxel_size[2])
        found = x_space_image(tracers, drive, spacing=spacing, noise=noise, random=np.random.default_rng(seed))
        return jnp.asarray(from_internal(found, self.unit))

    def _tracers(self, scene: Scene) -> list[tuple[Tracer, Field]]:
        """Return every size of core, free to turn and held in cells, with the iron that it is."""
        temperature, found = self.body_temperature, []
        brown = brownian_time(self.rotating_diameter, viscosity=self.interstitial_fluid_viscosity, temperature=temperature)
        for diameter, share in sizes(self.magnetic_core_diameter, spread=self.core_size_spread):
            beta = turning_strength(diameter, saturation_magnetization=self.saturation_magnetization, temperature=temperature)
            neel = neel_time(
                diameter,
                anisotropy_constant=self.anisotropy_constant,
                attempt_time=self.attempt_time,
                temperature=temperature,
            )
            iron = share * self.atomic_mass
            found.append((Tracer(beta, neel * (brown / (neel + brown))), iron * scene.attached_outside))
            found.append((Tracer(beta, neel), iron * scene.attached_inside))
        return found

    def _across(self, iron: Field, tracer: Tracer, scene: Scene) -> Field:
        """Blur across the way of the field-free point."""
        gradients = (self.axial_selection_gradient, self.selection_gradient)
        for axis, gradient in enumerate(gradients):
            step = tracer.turning_strength * gradient * scene.voxel_size[axis]
            iron = _applied(magnetization_spread(iron.shape[axis], step=step), iron, axis=axis)
        return iron

    def _along(self, iron: Field, tracer: Tracer, scene: Scene) -> Field:
        """Blur along its way, with the lag."""
        count, edge, gradient = iron.shape[2], scene.voxel_size[2], self.selection_gradient
        slew = mean_slew(self.drive_amplitude, self.drive_frequency)
        ideal = gridded_spread(count, step=tracer.turning_strength * gradient * edge)
        return _applied(lag_spread(count, step=edge * gradient / (slew * tracer.lag)) @ ideal, iron, axis=2)


def _applied(matrix: Array, field: Field, *, axis: int) -> Field:
    return jnp.moveaxis(jnp.tensordot(matrix, field, axes=(1, axis)), 0, axis)
