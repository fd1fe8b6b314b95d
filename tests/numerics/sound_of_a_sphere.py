"""What a sphere that was heated at once sends out, in closed form."""

import numpy as np
from scipy.special import erf


def smooth_sphere(distance, *, radius, smoothing):
    """A sphere of start pressure one, smoothed by a Gaussian of standard deviation `smoothing` in space."""
    r = np.abs(distance) + 1e-12
    q = np.sqrt(2.0) * smoothing
    inside = 0.5 * (erf((radius - r) / q) + erf((radius + r) / q))
    ends = np.exp(-((r - radius) ** 2) / q**2) - np.exp(-((r + radius) ** 2) / q**2)
    return inside - smoothing / np.sqrt(2.0 * np.pi) / r * ends


def n_wave(time, *, distance, sound_speed, radius, smoothing):
    """The pressure at a distance from its center: [(r - ct) p0(|r - ct|) + (r + ct) p0(r + ct)]/(2r)."""

    def share(at):
        return at * smooth_sphere(at, radius=radius, smoothing=smoothing)

    path = sound_speed * np.asarray(time)
    return (share(distance - path) + share(distance + path)) / (2.0 * distance)
