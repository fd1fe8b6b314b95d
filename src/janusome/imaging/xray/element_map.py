"""A map of one element's mass per volume from images of several channels; soft tissue is set to nought."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import AIR, behind_water
from janusome.imaging.xray.channels import Channels, ElementReadout, element_readout
from janusome.imaging.xray.image_noise import ImageNoise
from janusome.imaging.xray.tomography import SOFT_TISSUE, Gantry, tomogram
from janusome.model import Scene

Field = Float[Array, "z y x"]


class ElementMap(eqx.Module):
    """The way from channels (of photons without a body) to mass per volume, kg/m^3, of an element beside other materials."""

    channels: Channels
    gantry: Gantry
    atomic_number: Float[Array, ""]
    beside: tuple[str, ...]

    def noise(self, voxel_size: Any) -> ImageNoise:
        """Return the noise of the map: of photons at its bound, and of each channel's numbers from scan to scan."""
        behind, readout = self._readout()
        drift = self.gantry.stability * jnp.sqrt(jnp.sum(readout.of_numbers(behind) ** 2))
        return self.gantry.image_noise(readout.noise, drift=drift, voxel_size=voxel_size)

    def shown_by(self, tissue: str) -> Any:
        """Return the mass per volume for which a tissue is taken, soft tissue being nought."""
        behind, readout = self._readout()
        return readout.shown_by(tissue, behind) - readout.shown_by(SOFT_TISSUE, behind)

    def shown_by_air(self) -> Any:
        """Return the mass per volume for which air is taken, soft tissue being nought."""
        behind, readout = self._readout()
        return AIR * jnp.sum(readout.of_numbers(behind)) - readout.shown_by(SOFT_TISSUE, behind)

    def acquired(self, scene: Scene, *, mass: Field, seed: int) -> Field:
        """Return a map by way of each channel's raw data and image."""
        numbers = tomogram(self.channels, self.gantry, scene, mass=mass, atomic_number=self.atomic_number, seed=seed)
        behind, readout = self._readout()
        element = jnp.tensordot(readout.of_numbers(behind), jnp.asarray(numbers), axes=1)
        return element - readout.shown_by(SOFT_TISSUE, behind)

    def _readout(self) -> tuple[Channels, ElementReadout]:
        arriving = behind_water(self.channels.photons, self.gantry.body_width)
        behind = Channels(arriving, self.channels.reading, self.channels.electronic_noise)
        return behind, element_readout(behind, atomic_number=self.atomic_number, beside=self.beside)
