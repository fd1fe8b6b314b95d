r"""What droplets and bubbles scatter, far smaller than the wavelength.

$$ \sigma = \frac{4\pi}{9}k^4a^6\left[f_\kappa^2 + \tfrac13 f_\rho^2\right], \qquad
   \left.\frac{d\sigma}{d\Omega}\right|_{back} = \frac{k^4a^6}{9}\left[f_\kappa - f_\rho\right]^2, \qquad
   f_\kappa = \frac{\kappa_d}{\kappa} - 1, \quad f_\rho = \frac{3(\rho_d-\rho)}{2\rho_d+\rho} $$
$$ \sigma_{bubble} = \frac{4\pi R^2}{\left(f_0^2/f^2 - 1\right)^2 + \delta^2}, \qquad
   f_0 = \frac{1}{2\pi R}\sqrt{\frac{3\gamma p}{\rho}}, \qquad
   \delta = \frac{f_0^2}{f^2}\,\frac{\omega R}{c} + \frac{4\eta}{\rho\,\omega R^2} $$

The first is a liquid sphere (Rayleigh, as Morse and Ingard have it; not opened here), the second a gas bubble with damping by
radiation, in the form that Ainslie and Leighton 2009 found right, and by viscosity. Doubling the frequency makes a droplet
scatter 16 times as much. Leaves out the shell, surface tension, heat exchange, and all that is not linear in pressure.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax.scipy.special import erfc
from jaxtyping import Array, Float

Scalar = Float[Array, ""] | float
SOURCES = ("ainslie2009",)
LEAST = 1e-30  # of a threshold; below that no pressure is told apart from none


def contrasts(
    *, density: Scalar, sound_speed: Scalar, droplet_density: Scalar, droplet_sound_speed: Scalar
) -> tuple[Array, Array]:
    """Return how far compressibility and density of a droplet are from those around it: f_κ and f_ρ."""
    compressibility = density * sound_speed**2 / (droplet_density * droplet_sound_speed**2)
    heavier = 3.0 * (droplet_density - density) / (2.0 * droplet_density + density)
    return jnp.asarray(compressibility - 1.0), jnp.asarray(heavier)


def droplet_scattering(frequency: Scalar, *, radius: Scalar, sound_speed: Scalar, contrast: tuple[Array, Array]) -> Array:
    """Return the scattering cross section of a liquid droplet, m^2."""
    k, (kappa, rho) = 2.0 * math.pi * frequency / sound_speed, contrast
    return jnp.asarray(4.0 * math.pi / 9.0) * k**4 * radius**6 * (kappa**2 + rho**2 / 3.0)


def droplet_backscatter(frequency: Scalar, *, radius: Scalar, sound_speed: Scalar, contrast: tuple[Array, Array]) -> Array:
    """Return what a liquid droplet sends back per solid angle, m^2."""
    k, (kappa, rho) = 2.0 * math.pi * frequency / sound_speed, contrast
    return jnp.asarray(k**4 * radius**6 / 9.0) * (kappa - rho) ** 2


def minnaert_frequency(radius: Scalar, *, density: Scalar, pressure: Scalar, polytropic_exponent: Scalar) -> Array:
    """Return the frequency at which a gas bubble rings, Hz.

    Air in water, 1 mm, in kHz:

    >>> from jax.numpy import asarray
    >>> air = {"density": asarray(998.0), "pressure": asarray(101325.0), "polytropic_exponent": asarray(1.4)}
    >>> round(float(minnaert_frequency(asarray(1e-3), **air)) / 1e3, 2)
    3.29
    """
    return jnp.sqrt(3.0 * polytropic_exponent * pressure / density) / (2.0 * math.pi * radius)


def bubble_scattering(
    frequency: Scalar, *, radius: Scalar, resonance: Scalar, density: Scalar, sound_speed: Scalar, viscosity: Scalar
) -> Array:
    """Return the scattering cross section of a gas bubble, m^2; it scatters alike in all directions."""
    omega, ratio = 2.0 * math.pi * frequency, (resonance / frequency) ** 2
    damping = ratio * omega * radius / sound_speed + 4.0 * viscosity / (density * omega * radius**2)
    return jnp.asarray(4.0 * math.pi * radius**2 / ((ratio - 1.0) ** 2 + damping**2))


def bubble_backscatter(
    frequency: Scalar, *, radius: Scalar, resonance: Scalar, density: Scalar, sound_speed: Scalar, viscosity: Scalar
) -> Array:
    """Return what a gas bubble sends back per solid angle, m^2."""
    medium = {"density": density, "sound_speed": sound_speed, "viscosity": viscosity}
    return bubble_scattering(frequency, radius=radius, resonance=resonance, **medium) / (4.0 * math.pi)


def sphere_volume(radius: Scalar) -> Array:
    """Return the volume of a sphere."""
    return jnp.asarray(4.0 * math.pi / 3.0 * radius**3)


def bubble_radius(droplet_radius: Scalar, *, droplet_density: Scalar, vapor_density: Scalar) -> Array:
    """Return the radius of the bubble that a droplet becomes: the mass stays."""
    return jnp.asarray(droplet_radius * (droplet_density / vapor_density) ** (1.0 / 3.0))


def vaporised_share(
    pressure: Array,
    frequency: Scalar,
    *,
    threshold: Scalar,
    reference_frequency: Scalar,
    frequency_exponent: Scalar,
    relative_width: Scalar,
) -> Array:
    """Return the share of droplets that a peak negative pressure vaporises; their thresholds are log-normal."""
    half = vaporisation_threshold(
        frequency, threshold=threshold, reference_frequency=reference_frequency, frequency_exponent=frequency_exponent
    )
    beyond = jnp.log(jnp.maximum(pressure / half, LEAST)) / relative_width
    return 0.5 * erfc(-beyond / math.sqrt(2.0))


def vaporisation_threshold(
    frequency: Scalar, *, threshold: Scalar, reference_frequency: Scalar, frequency_exponent: Scalar
) -> Array:
    """Return the peak negative pressure that vaporises half of the droplets at a frequency."""
    return jnp.asarray(threshold * (frequency / reference_frequency) ** frequency_exponent)
