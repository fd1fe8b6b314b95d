"""Dual-energy CT: how much of an element, beside water, two tube voltages tell of."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import energies, tube_photons
from janusome.imaging.xray.channels import Channels
from janusome.imaging.xray.element_image import AbstractElementImage
from janusome.imaging.xray.element_map import ElementMap
from janusome.imaging.xray.tables import WATER
from janusome.model import Scene
from janusome.units import quantity

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class DualEnergyCt(AbstractElementImage):
    r"""Mass per volume of one element, as two tubes of unlike voltage and energy-integrating detectors tell it from water.

    $$ \rho = G * (M\,c), \qquad \rho_{read} = \sum_c W_c\,\mu_{w,c}\,\frac{HU_c}{1000} - \rho_{muscle}, \qquad
       \mathrm{var}\,A = \Big(\sum_c q_c^2/v_c\Big)^{-1} $$

    W is the weighted least-squares readout of water and the element behind the body's water (imaging.xray.channels), q what
    the element's attenuation has that water's has not, v the relative variance of a reading, A mass per area of a ray. Noise
    has the grain of filtered back-projection. Soft tissue is set to nought, as iodine maps are, so that a lesion is compared
    with what is around it in the same image, not with a scan before the label. Each channel's numbers scatter from scan to
    scan by the stability of CT numbers, independently. The second tube may have a filter of tin, which sets the spectra apart.
    Worked number: 100 and 150 kV with 0.6 mm of tin behind 23 cm have, for iodine, 0.1 mg/mL of scatter for 1 HU in both.
    Tells iodine from soft tissue; gold's attenuation falls with voltage as water's does, so that it is hardly told at all.
    Holds where the element hardens the beam little. Leaves out what Ct leaves out, the cross-scatter of two tubes, and
    tissues other than muscle: fat and bone are taken for some of the element.
    """

    sources: ClassVar = ("poludniowski2021", "xraylib", "icru46_xcist", "eatough_ctug")

    low_tube_voltage: Scalar = quantity("kV")
    high_tube_voltage: Scalar = quantity("kV")
    low_tube_charge: Scalar = quantity("mA s")
    high_tube_charge: Scalar = quantity("mA s")
    tin_filtration: Scalar = quantity("mm")
    electronic_noise: Scalar = quantity("keV")

    def element_map(self, scene: Scene) -> ElementMap:
        """Return the two scans and how they are read."""
        gantry = self.gantry()
        low = self.low_tube_charge * tube_photons(self.low_tube_voltage, aluminum=self.aluminum_filtration)
        high = self.high_tube_charge * tube_photons(
            self.high_tube_voltage, aluminum=self.aluminum_filtration, tin=self.tin_filtration
        )
        tubes = self.detector_efficiency * jnp.stack([low, high])
        photons = gantry.at_detector(tubes, slice_thickness=scene.voxel_size[0])
        channels = Channels(photons, jnp.broadcast_to(energies(), photons.shape), self.electronic_noise)
        return ElementMap(channels, gantry, self.atomic_number, beside=(WATER,))
