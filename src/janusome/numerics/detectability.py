r"""Whether a lesion can be seen in an image: the contrast against the noise, and the criterion of Rose.

$$ k = \frac{|\bar m_1 - \bar m_0|}{\sqrt{(\sigma_1^2 + \sigma_0^2)/2}} $$

m̄ is what the image shows on average over the lesion with the lesion present (1) and absent (0), σ the standard deviation of
that average, with all the correlation of the noise in it. Rose: a lesion is seen from k = 5. Where two images are compared,
both are noisy and their variances add. A darkened lesion is as visible as
a bright one, hence the magnitude. Five clinical PET systems agree with Rose for spheres of 4 to 15 mm (Adler 2017).
Leaves out what is not noise: the texture of tissue and shading of the coil, so that a large and very faint lesion counts as
visible sooner than a reader would call it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.model import AbstractModality, Scene

SOURCES = ("adler2017", "ct_minimum_snr")
ROSE_THRESHOLD = 5.0  # standard deviations above the background (abstract of both sources)

Field = Float[Array, "z y x"]


class Reading(NamedTuple):
    """What an image says of one region, in the unit of the image."""

    mean: Array
    voxel_noise: Array  # root mean square over the region
    mean_noise: Array


class Visibility(NamedTuple):
    """How a lesion stands out.

    `contrast_to_noise` is against the noise of one voxel, as read off an image; `rose_ratio` against the noise of an average
    over the lesion, and it decides. Both are signed: below zero the lesion is darker.
    """

    contrast_to_noise: float
    rose_ratio: float
    visible: bool
    criterion: str = f"Rose: contrast at least {ROSE_THRESHOLD:g} standard deviations of an average over the lesion"


def read(modality: AbstractModality, expected: Field, scene: Scene, *, region: Field) -> Reading:
    """Read a region, given as the share of every voxel that belongs to it, off an image as it will be shown on average."""
    weights = region / jnp.sum(region)
    variance = jnp.sum(weights * modality.noise(expected, scene) ** 2)
    return Reading(
        mean=jnp.sum(weights * modality.shown(expected, scene)),
        voxel_noise=jnp.sqrt(variance),
        mean_noise=modality.noise_of_mean(expected, scene, weights=weights),
    )


class Comparison(NamedTuple):
    """The region as it is and as it would be without the lesion, or as it was before; `images` is how many were taken."""

    present: Reading
    absent: Reading
    images: int


def against_background(
    modality: AbstractModality, expected: Field, scene: Scene, *, lesion: Field, background: Field
) -> Comparison:
    """Read a lesion, and what stood in its place if it were as the background of the same image.

    Regions hold the share of every voxel that belongs to them.
    """
    level = jnp.sum(background * expected) / jnp.sum(background)
    present = read(modality, expected, scene, region=lesion)
    return Comparison(present, read(modality, jnp.full_like(expected, level), scene, region=lesion), images=1)


def against_before(modality: AbstractModality, expected: Field, scene: Scene, *, before: Field, lesion: Field) -> Comparison:
    """Read a lesion, and the same in an image `before` of the same scanner and place; both are noisy."""
    present = read(modality, expected, scene, region=lesion)
    return Comparison(present, read(modality, before, scene, region=lesion), images=2)


def lesion_visibility(
    modality: AbstractModality, expected: Field, scene: Scene, *, lesion: Field, background: Field
) -> Visibility:
    """Tell whether a lesion stands out from a background region of the same image."""
    _require(lesion=lesion, background=background)
    return judged(against_background(modality, expected, scene, lesion=lesion, background=background))


def change_visibility(
    modality: AbstractModality, expected: Field, scene: Scene, *, before: Field, lesion: Field
) -> Visibility:
    """Tell whether a lesion differs from what an image `before` showed."""
    _require(lesion=lesion)
    return judged(against_before(modality, expected, scene, before=before, lesion=lesion))


def rose_ratio(comparison: Comparison) -> Array:
    """Return the contrast in standard deviations of an average over the lesion; zero where there is none."""
    present, absent, images = comparison
    contrast = present.mean - absent.mean
    of_mean = jnp.sqrt(0.5 * images * (present.mean_noise**2 + absent.mean_noise**2))
    return jnp.where(contrast == 0.0, 0.0, contrast / jnp.where(of_mean > 0.0, of_mean, 1.0))


def judged(comparison: Comparison) -> Visibility:
    """Judge by the criterion of Rose."""
    present, absent, images = comparison
    contrast = float(present.mean - absent.mean)
    per_voxel = math.sqrt(0.5 * images * float(present.voxel_noise**2 + absent.voxel_noise**2))
    if contrast == 0.0:
        return Visibility(contrast_to_noise=0.0, rose_ratio=0.0, visible=False)
    ratio = float(rose_ratio(comparison))
    return Visibility(contrast_to_noise=contrast / per_voxel, rose_ratio=ratio, visible=abs(ratio) >= ROSE_THRESHOLD)


def _require(**regions: Field) -> None:
    for name, region in regions.items():
        if not float(jnp.sum(region)) > 0.0:
            raise ValueError(
                f"the {name} region holds no voxels; give a larger field of view, or a lesion that lies inside it"
            )
