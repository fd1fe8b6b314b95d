"""Photon-counting CT: how much of an element its K-edge tells of, beside all that has none in the beam."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import energies, tube_photons
from janusome.imaging.xray.channels import Channels
from janusome.imaging.xray.element_image import AbstractElementImage
from janusome.imaging.xray.element_map import ElementMap
from janusome.imaging.xray.tables import WATER
from janusome.model import Scene
from janusome.numerics.blur import standard_deviation
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class PhotonCountingCt(AbstractElementImage):
    r"""Mass per volume of one element with a K-edge, from photons that are counted in four windows of energy.

    $$ \rho = G * (M\,c), \qquad R_c(E) = \Phi\Big(\frac{E - T_c}{\sigma_E}\Big) - \Phi\Big(\frac{E - T_{c+1}}{\sigma_E}\Big)
       ,\qquad \mathrm{var}\,A = \Big(\sum_c q_c^2/v_c\Big)^{-1} $$

    R_c is the chance that a photon of energy E is counted between two thresholds by a detector of energy resolution σ_E.
    q is what the element's attenuation has that no mixture of water and bone has (imaging.xray.channels): its K-edge, where a
    threshold is near enough. v is one over the counts of a window, A mass per area of a ray. The map is the weighted
    least-squares readout of the windows' images, its noise has the grain of filtered back-projection, and soft tissue is set
    to nought, so that a lesion is compared with what is around it in the same image. Each window's numbers scatter from scan
    to scan by the stability of CT numbers, independently. Electronic noise stays below the lowest threshold.
    Holds for small masses and quiet count rates. Leaves out pile-up and charge sharing, which blur the windows much more than
    σ_E does, what Ct leaves out, and other elements with an edge in the beam.
    """

    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    tube_voltage: Scalar = quantity("kV")
    tube_charge: Scalar = quantity("mA s")
    lowest_energy_threshold: Scalar = quantity("keV")
    second_energy_threshold: Scalar = quantity("keV")
    third_energy_threshold: Scalar = quantity("keV")
    highest_energy_threshold: Scalar = quantity("keV")
    photon_energy_width: Scalar = quantity("keV")

    def element_map(self, scene: Scene) -> ElementMap:
        """Return the windows and how they are read."""
        gantry = self.gantry()
        tube = self.tube_charge * tube_photons(self.tube_voltage, aluminum=self.aluminum_filtration)
        counted = self.detector_efficiency * tube * self.windows()
        photons = gantry.at_detector(counted, slice_thickness=scene.voxel_size[0])
        channels = Channels(photons, jnp.ones_like(photons), jnp.zeros(()))
        return ElementMap(channels, gantry, self.atomic_number, beside=(WATER, "cortical bone"))

    def windows(self) -> Float[Array, "window bin"]:
        """Return the chance that a photon of each energy is counted in each window."""
        thresholds = jnp.stack(
            [
                self.lowest_energy_threshold,
                self.second_energy_threshold,
                self.third_energy_threshold,
                self.highest_energy_threshold,
            ]
        )
        above = norm.cdf((energies() - thresholds[:, None]) / standard_deviation(self.photon_energy_width))
        return above - jnp.concatenate([above[1:], jnp.zeros_like(above[:1])])
