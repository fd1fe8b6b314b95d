r"""The body's cross-section at a lesion: an ellipse, and how far rays go through it.

$$ L = \frac{1}{\pi}\int_0^\pi \ell(\theta)\,d\theta = \frac{w\,t}{\mathrm{agm}(w, t)} $$

ℓ is the chord through the center at an angle, w and t are width and thickness, agm their arithmetic-geometric mean. It is the
path of what turns about the middle of the body; rays beside it are shorter. Leaves out bone, lung, and arms at the side.
"""

from __future__ import annotations

from janusome.units import Q

STEPS = 5  # of the mean, each of which doubles the digits


def attenuation_path(body_width: Q, body_thickness: Q) -> Q:
    """Mean path of rays through the middle of the body, by the formula above.

    >>> round(attenuation_path(0.345, 0.196), 4), round(attenuation_path(0.2, 0.2), 4)
    (0.2549, 0.2)
    """
    one, other = body_width, body_thickness
    for _ in range(STEPS):
        one, other = 0.5 * (one + other), (one * other) ** 0.5
    return body_width * body_thickness / one  # pyright: ignore[reportReturnType]
