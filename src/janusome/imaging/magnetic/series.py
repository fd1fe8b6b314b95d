"""Series in time: the images of a sequence while the label comes and goes."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.model import AbstractModality, Scene

Series = Float[Array, "times z y x"]


def dynamic_series(modality: AbstractModality, scene: Scene, *, label: Series) -> Series:
    """Return the images without noise for concentrations outside cells (mol/m^3 of tissue) at every time.

    Each image is taken at once: label does not change while k-space is filled, and magnetization is in its steady state.
    """
    return jax.lax.map(lambda now: modality.expected(eqx.tree_at(lambda s: s.attached_outside, scene, now)), label)


def noisy_series(modality: AbstractModality, scene: Scene, *, label: Series, key: Array) -> Series:
    """Return one series with noise, image by image."""
    expected = dynamic_series(modality, scene, label=label)
    keys = jax.random.split(key, len(label))
    return jnp.stack([modality.noisy(image, scene, key=one) for image, one in zip(expected, keys, strict=True)])
