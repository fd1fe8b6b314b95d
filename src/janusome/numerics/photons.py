r"""Monte Carlo of light in a box of voxels: packets are absorbed, scattered, reflected and refracted until nothing is left.

A packet flies a free path of optical depth $-\ln u$ through the voxels that it meets; each takes $1 - e^{-\mu_a l}$ of its
weight. It scatters by the phase function of Henyey and Greenstein, and is reflected by Fresnel's share where the refractive
index changes on a face. Below `WHOLE` of its weight a packet is absorbed whole or not at all, with the same probability,
which ends it without bias and without roulette.

Weights are whole numbers of a unit, so that what is absorbed and what escapes add up to what was launched exactly, in any
order. Random numbers are a hash of seed, packet and draw. Hence the numbers are the same bits for any number of threads.

Holds for unpolarised light of one wavelength and faces of voxels as surfaces: a slanted surface between indices is a
staircase, whose reflection is wrong in angle. Leaves out interference, time of flight and saturation.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.flights import fly
from janusome.numerics.light_sources import Source
from janusome.numerics.threads import processors

Array = NDArray[np.float64]

UNIT_BITS = 40  # a packet weighs 2^40 units, or fewer where very many are launched
TRACK_BITS = 12  # tracks, which one packet may leave many times over, are counted more coarsely by so many bits
PACKETS_AT_MOST = 2**40
WORTH_A_THREAD = 500  # packets


@dataclass(frozen=True)
class Media:
    """A box of voxels (z, y, x): which medium each is of, and what the media are.

    Parameters
    ----------
    labels
        Index of a medium for every voxel.
    absorption, scattering
        Coefficients, 1/m, one for each medium.
    anisotropy
        Mean cosine of the scattering angle.
    refractive_index
        Of each medium; `surroundings` is that of what lies beyond the box.
    spacing
        Of the voxels along z, y, x, m.
    mirrors
        Whether both borders along z, y, x are planes of symmetry, which send all light back.
    """

    labels: NDArray[np.integer]
    absorption: ArrayLike
    scattering: ArrayLike
    spacing: ArrayLike
    anisotropy: ArrayLike = 0.0
    refractive_index: ArrayLike = 1.0
    surroundings: float = 1.0
    mirrors: tuple[bool, bool, bool] = (False, False, False)

    def table(self) -> Array:
        """Return μa, μs, g, n, one medium a row; a value that cannot be is an `InputError`."""
        given = (self.absorption, self.scattering, self.anisotropy, self.refractive_index)
        rows = np.ascontiguousarray(np.stack(np.broadcast_arrays(*(np.atleast_1d(one) for one in given)), axis=-1), float)
        limits = {
            "absorption": (0.0, 1e9),
            "scattering": (0.0, 1e9),
            "anisotropy": (-0.9999, 0.9999),
            "refractive_index": (1, 10),
        }
        for column, (name, (low, high)) in enumerate(limits.items()):
            wrong = ~((rows[:, column] >= low) & (rows[:, column] <= high))
            if wrong.any():
                raise InputError(name, f"is {rows[wrong][0, column]:g} in one medium", f"give {low:g} to {high:g}")
        labels, h = np.asarray(self.labels), np.asarray(self.spacing, float)
        if labels.ndim != 3 or labels.size == 0 or labels.min() < 0 or labels.max() >= len(rows):
            raise InputError("labels", f"do not fit {len(rows)} media", "give a box (z, y, x) of indices from 0")
        if h.shape != (3,) or not np.all((h > 0.0) & np.isfinite(h)):
            raise InputError("spacing", f"is {h}", "give three lengths above zero, in m")
        if not self.surroundings >= 1.0:
            raise InputError("surroundings", f"is {self.surroundings:g}", "give a refractive index of 1 or more")
        return rows


@dataclass(frozen=True)
class Light:
    """Where the light went, as shares of what was launched.

    Parameters
    ----------
    absorbed
        Share absorbed in every voxel.
    escaped
        For z, y, x the shares that left through the low and the high border, each a map over the other two axes.
    specular
        Share that was reflected before it entered.
    trapped
        Share given up after 4096 reflections in a row where nothing absorbs or scatters.
    fluence
        Per launched energy and area, 1/m^2: the length of tracks per volume; of no size if it was not asked for.
    balance_error
        |absorbed + escaped + specular + trapped - launched| over launched.
    """

    absorbed: Array
    escaped: tuple[tuple[Array, Array], ...]
    specular: float
    trapped: float
    fluence: Array
    balance_error: float

    @property
    def reflected(self) -> float:
        """Share that came back through the face at z = 0 after entering."""
        return float(self.escaped[0][0].sum())

    @property
    def transmitted(self) -> float:
        """Share that left through the face opposite."""
        return float(self.escaped[0][1].sum())


def propagate(
    media: Media, source: Source, *, packets: int, seed: int, threads: int | None = None, fluence: bool = False
) -> Light:
    """Launch packets of light from a source and return where they went.

    Parameters
    ----------
    packets
        How many; the relative error of a share p is about sqrt((1 - p) / (p packets)) or less.
    seed
        Of the random numbers.
    threads
        How many work; it changes nothing else.
    fluence
        Whether tracks are counted too; where voxels absorb, `absorbed` over μa and volume tells as much.
    """
    if not 0 < packets <= PACKETS_AT_MOST:
        raise InputError("packets", f"is {packets}", f"give 1 to {PACKETS_AT_MOST}")
    table, labels = media.table(), np.asarray(media.labels)
    spacing, (depth, height, width) = np.asarray(media.spacing, float), labels.shape
    shape, padded = (depth, height, width), np.pad(labels.astype(np.int32), 1, constant_values=-1)
    start, shares = source.described(shape, spacing)
    unit = 2 ** min(UNIT_BITS, 62 - math.ceil(math.log2(packets + 1)))
    workers = max(1, min(threads or processors(), packets // WORTH_A_THREAD))
    edges = [packets * k // workers for k in range(workers + 1)]
    rims = 2 * sum(labels.size // n for n in shape)
    border = np.array([media.surroundings, *media.mirrors], float)

    def work(k: int) -> tuple[NDArray[np.int64], ...]:
        absorbed, tracks = np.zeros(padded.size, np.int64), np.zeros(padded.size if fluence else 0, np.int64)
        escaped, apart = np.zeros(rims, np.int64), np.zeros(2, np.int64)
        fly(edges[k], edges[k + 1], np.uint64(seed % 2**64), unit, shape, padded.ravel(), table, spacing, border, start,
            shares, absorbed, escaped, apart, tracks)  # fmt: skip
        inner = [each.reshape(padded.shape)[1:-1, 1:-1, 1:-1] if each.size else each for each in (absorbed, tracks)]
        return inner[0], escaped, apart, inner[1]

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(work, range(workers)))
    return _light(tuple(np.sum(each, axis=0) for each in zip(*parts, strict=True)), packets * unit, spacing)


def _light(tallies: tuple[NDArray[np.int64], ...], launched: int, spacing: Array) -> Light:
    absorbed, escaped, apart, tracks = tallies
    booked = sum(int(each.sum(dtype=np.int64)) for each in (absorbed, escaped, apart))
    maps, at = [], 0
    for axis in range(3):
        rest = tuple(n for other, n in enumerate(absorbed.shape) if other != axis)
        size = rest[0] * rest[1]
        pair = escaped[at : at + 2 * size].reshape(2, *rest) / launched
        maps.append((pair[0], pair[1]))
        at += 2 * size
    per_area = 2.0**TRACK_BITS * float(spacing.min()) / float(np.prod(spacing)) / launched
    return Light(
        absorbed=absorbed / launched,
        escaped=tuple(maps),
        specular=float(apart[0]) / launched,
        trapped=float(apart[1]) / launched,
        fluence=np.asarray(tracks * per_area, float),
        balance_error=abs(booked - launched) / launched,
    )
