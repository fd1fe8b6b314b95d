r"""Levels of label in a lesion and around it, from the means of an image over both.

$$ \bar m_j = g_j\,\overline{S\big(c_L\,s + c_B\,(1 - s)\big)}_j + o_j, \qquad j \in \{L, B\} $$

S is what the scanner shows of label at c_L in the lesion, which takes the share s of each voxel, and at c_B elsewhere: the
same law that makes the image, solved for both levels. What leaks over the border is thus accounted for, as a geometric
transfer matrix of two regions does it (the correction for partial volume). Where tissue shows by itself an image from before
the label came is needed: of a scanner of absolute numbers it gives the offset o, of one with an unknown gain (MRI) the gain g.
Holds for label that is even within both regions, in parts (outside cells, inside, detached) that are known. Leaves out motion,
misregistration, and a third region nearby.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from janusome.model import AbstractModality, Scene

Field = Float[Array, "z y x"]
Pair = Float[Array, "2"]  # of the lesion, of what is around it

MOST_STEPS = 16
STARTS = (0.0, *(10.0 ** (0.5 * k) for k in range(-8, 6)))  # mol/m^3, of the lesion
CLOSE = 1e-9  # of the signal


class Regions(NamedTuple):
    """What an image is read over: the share of each voxel that the lesion takes, and the weights of both means.

    `parts` are the shares of the label outside cells, inside them, and detached; they add up to one.
    """

    share: Field
    lesion: Field
    background: Field
    parts: tuple[float, float, float] = (1.0, 0.0, 0.0)

    def means(self, image: Field) -> Pair:
        """Return the means of an image over the lesion and around it."""
        return jnp.stack([jnp.sum(weights * image) for weights in (self.lesion, self.background)])

    def gathered(self) -> Regions:
        """Return one voxel for each share that occurs, with the weights of all that have it: for a law without neighbours."""
        shares, which = np.unique(np.asarray(self.share), return_inverse=True)

        def added_up(weights: Field) -> Field:
            return jnp.asarray(np.bincount(which.ravel(), weights=np.asarray(weights).ravel())[:, None, None])

        return Regions(jnp.asarray(shares[:, None, None]), added_up(self.lesion), added_up(self.background), self.parts)

    def labelled(self, tissue: Scene, levels: Pair) -> Scene:
        """Return tissue with label at two levels, mol/m^3."""
        label = levels[0] * self.share + levels[1] * (1.0 - self.share)
        return tissue.with_label(*(part * label for part in self.parts))


class Solved(NamedTuple):
    """Levels of label (mol/m^3), and what the image misses by there in its unit.

    `gain` is what the image has per what the law shows: one, or as the earlier image says.
    """

    levels: Pair
    missed: Pair
    gain: Pair


@eqx.filter_jit
def seen(modality: AbstractModality, tissue: Scene, regions: Regions, levels: Pair) -> Pair:
    """Return the means that an image would show at two levels of label."""
    scene = regions.labelled(tissue, levels)
    return regions.means(modality.shown(modality.expected(scene), scene))


@eqx.filter_jit
def solved(
    modality: AbstractModality,
    tissue: Scene,
    regions: Regions,
    *,
    means: Pair,
    before: Pair | None,
    at_least: float | Array = -jnp.inf,
) -> Solved:
    """Solve for both levels by Newton's method; of several answers that nearest to none, in the lesion, is found.

    Parameters
    ----------
    tissue
        What stands there without label.
    means
        Of the image, over the lesion and around it.
    before
        The same of an image from before the label came; needed where tissue shows.
    at_least
        The lowest level in the lesion that counts as an answer, mol/m^3.
    """
    bare, push = jax.linearize(lambda levels: seen(modality, tissue, regions, levels), jnp.zeros(2))
    response = jax.vmap(push)(jnp.eye(2)).T
    if modality.linear:
        levels = jnp.linalg.solve(response, means - (bare if before is None else before))
        return Solved(levels, jnp.zeros(2), jnp.ones(2))
    gain, offset = jnp.ones(2), jnp.zeros(2)
    if before is not None:
        gain, offset = (gain, before - bare) if modality.calibrated else (before / bare, offset)

    def missed(levels: Pair) -> Pair:
        return gain * seen(modality, tissue, regions, levels) + offset - means

    close = CLOSE * jnp.max(jnp.abs(means))
    if not modality.local:  # the first step shares with `bare` what both prepare, an inverse say
        first = -jnp.linalg.solve(gain[:, None] * response, gain * bare + offset - means)
        return Solved(*_newton(missed, first, close=close), gain)
    # Where an agent brightens and darkens, the slope at none is small or of the other sign: Newton's method is thrown far off.
    starts = jnp.stack([jnp.asarray(STARTS, dtype=means.dtype), jnp.zeros(len(STARTS), dtype=means.dtype)], axis=1)
    levels, misses = jax.vmap(lambda start: _newton(missed, start, close=close))(starts)
    answers = (jnp.max(jnp.abs(misses), axis=1) <= close) & (levels[:, 0] >= at_least)
    best = jnp.argmin(jnp.where(answers, jnp.abs(levels[:, 0]), jnp.inf))
    return Solved(levels[best], misses[best], gain)


def _newton(missed: Callable[[Pair], Pair], start: Pair, *, close: Array) -> tuple[Pair, Pair]:
    """Return the levels where nothing is missed any more, or where the steps ran out, and what is missed there."""

    def going(state: tuple[Pair, Pair, Array]) -> Array:
        _, miss, step = state
        return (step < MOST_STEPS) & (jnp.max(jnp.abs(miss)) > close)

    def onward(state: tuple[Pair, Pair, Array]) -> tuple[Pair, Pair, Array]:
        levels, miss, step = state
        levels = levels - jnp.linalg.solve(jax.jacfwd(missed)(levels), miss)
        return levels, missed(levels), step + 1

    levels, miss, _ = jax.lax.while_loop(going, onward, (start, missed(start), jnp.asarray(0)))
    return levels, miss


@eqx.filter_jit
def noise_of_means(modality: AbstractModality, tissue: Scene, regions: Regions, levels: Pair) -> tuple[Pair, Array]:
    """Return the standard deviations of both means in one image with label at two levels, and that of a background voxel."""
    scene = regions.labelled(tissue, levels)
    expected = modality.expected(scene)
    both = [modality.noise_of_mean(expected, scene, weights=one) for one in (regions.lesion, regions.background)]
    voxel = jnp.sqrt(jnp.sum(regions.background * modality.noise(expected, scene) ** 2))
    return jnp.stack(both), voxel
