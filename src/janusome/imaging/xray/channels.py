r"""What channels of unlike energy tell of one element in a body: the best linear estimate of its mass, and that one's noise.

$$ J_{cm} = \frac{\sum_E R_c\,n_c\,(\mu/\rho)_m}{\sum_E R_c\,n_c}, \qquad
   v_c = \frac{\sum_E R_c^2\,n_c + \sigma_e^2}{(\sum_E R_c\,n_c)^2}, \qquad
   \hat A = \frac{\sum_c q_c\,p_c/v_c}{\sum_c q_c^2/v_c}, \qquad \mathrm{var}\,\hat A = \frac{1}{\sum_c q_c^2/v_c} $$

p_c is a change of -ln of the reading of channel c, J what a mass per area of material m changes of it, n_c the photons at one
element of the detector in one view. q is the part of the element's column of J that no other material imitates: what is left
of it once the others' columns are taken out, orthogonal under the weights 1/v. This is weighted least squares, and its
variance the bound of Cramér and Rao, for small changes about the body. The closer the element is to a mixture of the others,
the shorter q and the larger the noise: gold in two voltages is nearly water; across its K-edge it is itself alone.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.beam import element_attenuation_of, tissue_attenuation
from janusome.units import quantity

Spectra = Float[Array, "channel bin"]
Scalar = Float[Array, ""]


class Channels(eqx.Module):
    """Photons behind the body at one element of the detector in one view, what is read of each, and noise of electronics.

    `reading` is energy for a detector that integrates, and a share between nought and one for one that counts; electronic
    noise is in the unit of the reading.
    """

    photons: Spectra
    reading: Spectra
    electronic_noise: Scalar

    def relative_variance(self) -> Float[Array, " channel"]:
        """Return the variance of -ln of every channel's reading; infinite where nothing arrives."""
        mean = jnp.sum(self.reading * self.photons, axis=1)
        variance = jnp.sum(self.reading**2 * self.photons, axis=1) + self.electronic_noise**2
        return variance / mean**2

    def mean_attenuation(self, curve: Float[Array, " bin"]) -> Float[Array, " channel"]:
        """Return an attenuation, as every channel reads it."""
        weights = self.reading * self.photons
        return jnp.sum(weights * curve, axis=1) / jnp.sum(weights, axis=1)


class ElementReadout(eqx.Module):
    """How the channels' -ln readings add up to mass of an element per area, and the standard deviation of that, kg/m^2."""

    weights: Float[Array, " channel"] = quantity("kg/m^2")
    noise: Scalar = quantity("kg/m^2")

    def of_numbers(self, channels: Channels) -> Float[Array, " channel"]:
        """Return mass per volume (kg/m^3) per CT number of every channel's image."""
        return self.weights * channels.mean_attenuation(tissue_attenuation()) / 1000.0

    def shown_by(self, tissue: str, channels: Channels) -> Scalar:
        """Return the mass per volume of the element (kg/m^3) for which a tissue is taken."""
        return jnp.sum(self.weights * channels.mean_attenuation(tissue_attenuation(tissue)))


def element_readout(channels: Channels, *, atomic_number: Scalar, beside: tuple[str, ...]) -> ElementReadout:
    """Return how an element is read beside other materials of the library; give no more of them than channels, less one."""
    v = channels.relative_variance()
    others: list[Array] = []
    for name in beside:
        others.append(_unlike(channels.mean_attenuation(tissue_attenuation(name)), others, variance=v))
    q = _unlike(channels.mean_attenuation(element_attenuation_of(atomic_number)), others, variance=v)
    information = jnp.sum(q**2 / v)
    return ElementReadout(q / v / information, 1.0 / jnp.sqrt(information))


def _unlike(curve: Array, others: list[Array], *, variance: Array) -> Array:
    """Take out of a column what others, orthogonal to one another, can imitate."""
    for other in others:
        curve = curve - other * jnp.sum(other * curve / variance) / jnp.sum(other**2 / variance)
    return curve
