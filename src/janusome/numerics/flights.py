"""The compiled loop of the Monte Carlo of light: one packet after another, from launch to its end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics import compiled

Array = NDArray[np.float64]
Tally = NDArray[np.int64]

FAST: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp", "nnan", "ninf"}}  # sums keep their order
COMPILED, INNER = compiled.COMPILED | FAST, compiled.INNER | FAST

LINES_AT_MOST = 2**12  # lines in a row without scattering or absorption, after which a packet counts as trapped
WHOLE = 1e-4  # of its launched weight, below which a packet is absorbed whole or not at all
TINY = 1e-30
STEP = np.uint64(0x9E3779B97F4A7C15)  # SplitMix64: odd increment and the multipliers of its hash
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
B30, B27, B31, B11, B32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)
HALF, WHOLE_BITS = 2.0**-32, 2.0**-53
TRACK = 2.0**-12  # tracks are counted in 2^12 units of weight times the shortest side of a voxel


@njit(**INNER)
def _hash(state: np.uint64) -> np.uint64:
    z = (state ^ (state >> B30)) * FIRST
    z = (z ^ (z >> B27)) * SECOND
    return z ^ (z >> B31)


@njit(**INNER)
def _uniform(bits: np.uint64) -> float:
    """Return a number above zero and up to one."""
    return (np.float64(np.int64(bits >> B11)) + 1.0) * WHOLE_BITS


@njit(**INNER)
def _two(bits: np.uint64) -> tuple[float, float]:
    """Return two numbers between zero and one."""
    return (np.float64(np.int64(bits & LOW_HALF)) + 0.5) * HALF, (np.float64(np.int64(bits >> B32)) + 0.5) * HALF


@njit(**INNER)
def _circle(turns: float) -> tuple[float, float]:
    """Return cosine and sine of so many turns (0 to 1) to 1e-10, by their series within an eighth of a turn."""
    quarter = np.int64(4.0 * turns + 0.5)
    x = (4.0 * turns - np.float64(quarter)) * (0.5 * math.pi)
    q = x * x
    c = 1.0 - q * (1 / 2 - q * (1 / 24 - q * (1 / 720 - q * (1 / 40320 - q * (1 / 3628800)))))
    s = x * (1.0 - q * (1 / 6 - q * (1 / 120 - q * (1 / 5040 - q * (1 / 362880 - q * (1 / 39916800))))))
    if quarter & 1:
        c, s = -s, c
    return (-c, -s) if quarter & 2 else (c, s)


@njit(**INNER)
def _absorbed_share(x: float) -> float:
    """Return 1 - exp(-x)."""
    if x < 0.01:
        return x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0))))
    return 1.0 - math.exp(-x)


@njit(**INNER)
def _turned(uz: float, uy: float, ux: float, g: float, bits: np.uint64) -> tuple[float, float, float]:
    """Return the direction after scattering by Henyey and Greenstein."""
    chance, turns = _two(bits)
    if abs(g) < 1e-6:
        cosine = 2.0 * chance - 1.0
    else:
        ratio = (1.0 - g * g) / (1.0 - g + 2.0 * g * chance)
        cosine = max(-1.0, min(1.0, (1.0 + g * g - ratio * ratio) * (0.5 / g)))
    sine = math.sqrt(1.0 - cosine * cosine)
    a, b = _circle(turns)
    a, b = a * sine, b * sine
    sign = 1.0 if uz >= 0.0 else -1.0  # two unit vectors across u: no root is needed, and no case is singular
    slope = -1.0 / (sign + uz)
    mixed = ux * uy * slope
    nz, ny, nx = (
        cosine * uz - a * sign * ux - b * uy,
        cosine * uy + a * sign * mixed + b * (sign + uy * uy * slope),
        cosine * ux + a * (1.0 + sign * ux * ux * slope) + b * mixed,
    )
    keep = 1.5 - 0.5 * (nz * nz + ny * ny + nx * nx)  # one step of Newton to length one: rounding must not pile up
    return nz * keep, ny * keep, nx * keep


@njit(**INNER)
def fresnel(before: float, behind: float, cosine: float) -> tuple[float, float]:
    """Return the share of unpolarised light that is reflected, and the cosine of what is refracted."""
    sine2 = (before / behind) ** 2 * (1.0 - cosine * cosine)
    if sine2 >= 1.0:
        return 1.0, 0.0
    onward = math.sqrt(1.0 - sine2)
    s = (before * cosine - behind * onward) / (before * cosine + behind * onward)
    p = (before * onward - behind * cosine) / (before * onward + behind * cosine)
    return 0.5 * (s * s + p * p), onward


@njit(**INNER)
def _rim(axis: int, high: bool, at: int, depth: int, height: int, width: int) -> int:
    """Return where the border place of a voxel of the padded box stands in the tally of what escapes."""
    wide, tall = width + 2, height + 2
    k, j, i = at // (tall * wide) - 1, (at // wide) % tall - 1, at % wide - 1
    if axis == 0:
        return (high * height + j) * width + i
    before = 2 * height * width
    if axis == 1:
        return before + (high * depth + k) * width + i
    return before + 2 * depth * width + (high * depth + k) * height + j


@njit(**INNER)
def _place(shares: Array, chance: float) -> int:
    """Return the first index whose cumulative share reaches a chance."""
    low, high = 0, shares.size - 1
    while low < high:
        middle = (low + high) // 2
        if shares[middle] < chance:
            low = middle + 1
        else:
            high = middle
    return low


@njit(**INNER)
def _start(
    state: np.uint64, start: Array, shares: Array, spacing: Array, height: int, width: int
) -> tuple[np.uint64, float, float, float]:
    """Return where a packet starts, in voxels from the corner of the box, and the state of the random numbers."""
    z, y, x = start[0], start[1], start[2]
    if shares.size > 0:
        state += STEP
        voxel = _place(shares, _uniform(_hash(state)))
        z, y, x = voxel // (height * width) + 0.5, (voxel // width) % height + 0.5, voxel % width + 0.5
    state += STEP
    one, other = _two(_hash(state))
    if start[6] > 0.0:
        r = start[6] * math.sqrt(one)
        c, s = _circle(other)
        return state, z, y + r * s / spacing[1], x + r * c / spacing[2]
    y, x = y + start[4] * (2.0 * one - 1.0), x + start[5] * (2.0 * other - 1.0)
    if start[3] > 0.0:
        state += STEP
        z += start[3] * (2.0 * _uniform(_hash(state)) - 1.0)
    return state, z, y, x


@njit(**INNER)
def _within(u: float, left: float, share: float) -> float:
    """Return where in its voxel (zero to one) a packet stands that has a length left to the next face."""
    return 1.0 - left * share if u >= 0.0 else left * share


@njit(**COMPILED)
def fly(
    first: int,
    past: int,
    seed: np.uint64,
    unit: int,
    shape: tuple[int, int, int],
    labels: NDArray[np.int32],
    table: Array,
    spacing: Array,
    border: Array,
    start: Array,
    shares: Array,
    absorbed: Tally,
    escaped: Tally,
    apart: Tally,
    tracks: Tally,
) -> None:
    """Follow the packets from `first` up to `past` and add to the tallies where their weight goes.

    `labels`, `absorbed` and `tracks` are flat and have a layer around the box of `shape`, where labels are -1. `border` holds
    the refractive index beyond the box, and whether z, y, x have mirrors; `start` and `shares` are a source's description.
    `apart` gets what was reflected before it entered, and what is trapped.
    """
    depth, height, width = shape
    step_z, step_y = (height + 2) * (width + 2), width + 2
    hz, hy, hx = spacing[0], spacing[1], spacing[2]
    per_z, per_y, per_x = 1.0 / hz, 1.0 / hy, 1.0 / hx
    shortest, surroundings, counting = min(hz, hy, hx), border[0], tracks.size > 0
    whole = WHOLE * unit
    stream = _hash(_hash(seed + STEP) ^ STEP)
    for packet in range(first, past):
        state = _hash(stream + np.uint64(packet) * STEP)
        state, pz, py, px = _start(state, start, shares, spacing, height, width)
        k, j, i = min(int(pz), depth - 1), min(int(py), height - 1), min(int(px), width - 1)
        at = (k + 1) * step_z + (j + 1) * step_y + i + 1
        pz, py, px = pz - k, py - j, px - i  # from here on within the voxel, from zero to one
        row = labels[at]
        weight = np.float64(unit)  # whole numbers below 2^53 are exact
        uz, uy, ux = start[7], start[8], start[9]
        if start[10] > 0.0:
            state += STEP
            uz, uy, ux = _turned(1.0, 0.0, 0.0, 0.0, _hash(state))
        elif table[row, 3] != surroundings:
            within = table[row, 3]
            share, onward = fresnel(surroundings, within, uz)
            back = np.floor(share * unit + 0.5)
            apart[0] += np.int64(back)
            weight -= back
            uy, ux, uz = uy * surroundings / within, ux * surroundings / within, onward
        state += STEP
        free = -math.log(_uniform(_hash(state)))  # optical depth to the next scattering
        doom = -1.0  # optical depth to absorption as a whole, once the weight is small
        alive, lines = weight > 0.0, 0
        while alive:  # one straight line after another
            lines += 1
            if lines > LINES_AT_MOST:
                apart[1] += np.int64(weight)
                break
            wz, wy, wx = max(abs(uz), TINY), max(abs(uy), TINY), max(abs(ux), TINY)
            az, ay, ax = hz / wz, hy / wy, hx / wx  # lengths from face to face, and up to the next face
            tz = (1.0 - pz if uz >= 0.0 else pz) * az
            ty = (1.0 - py if uy >= 0.0 else py) * ay
            tx = (1.0 - px if ux >= 0.0 else px) * ax
            sz, sy, sx = (step_z if uz >= 0.0 else -step_z), (step_y if uy >= 0.0 else -step_y), (1 if ux >= 0.0 else -1)
            mua, mus = table[row, 0], table[row, 1]
            gone = 0.0  # length along this line up to where the packet stands
            while True:  # one voxel after another
                face = min(tz, ty, tx)
                length = face - gone
                scatters = mus * length >= free
                if scatters:
                    lines = 0
                    length = free / mus
                # --- absorb ---
                passed = weight * length
                if mua > 0.0:
                    lines = 0
                    if weight > whole:
                        taken = np.floor(weight * _absorbed_share(mua * length) + 0.5)
                        weight -= taken
                        passed = taken / mua
                        absorbed[np.uint64(at)] += np.int64(taken)
                        if weight <= whole:
                            state += STEP
                            doom = -math.log(_uniform(_hash(state)))
                    else:
                        if doom < 0.0:
                            state += STEP
                            doom = -math.log(_uniform(_hash(state)))
                        doom -= mua * length
                        if doom <= 0.0:
                            passed += weight * doom / mua
                            absorbed[np.uint64(at)] += np.int64(weight)
                            weight = 0.0
                if counting:
                    tracks[np.uint64(at)] += np.int64(passed / shortest * TRACK + 0.5)
                if weight == 0.0:
                    alive = False
                    break
                if scatters:
                    gone += length
                    pz = _within(uz, tz - gone, wz * per_z)
                    py = _within(uy, ty - gone, wy * per_y)
                    px = _within(ux, tx - gone, wx * per_x)
                    state += STEP
                    uz, uy, ux = _turned(uz, uy, ux, table[row, 2], _hash(state))
                    state += STEP
                    free = -math.log(_uniform(_hash(state)))
                    break
                free -= mus * length
                gone = face
                # --- cross ---
                over_z = tz <= ty and tz <= tx
                over_y = not over_z and ty <= tx
                there = at + (sz if over_z else sy if over_y else sx)
                ahead = labels[np.uint64(there)]
                if ahead == row:  # more of the same
                    at = there
                    az_, ay_, ax_ = (az if over_z else 0.0), (ay if over_y else 0.0), (0.0 if over_z or over_y else ax)
                    tz, ty, tx = tz + az_, ty + ay_, tx + ax_
                    continue
                outside, here = ahead < 0, table[row, 3]
                axis = 0 if over_z else 1 if over_y else 2
                cosine = abs(uz) if over_z else abs(uy) if over_y else abs(ux)
                behind = surroundings if outside else table[ahead, 3]
                turns, onward = outside and border[1 + axis] > 0.0, cosine
                if not turns and behind != here:
                    share, onward = fresnel(here, behind, cosine)
                    turns = share >= 1.0
                    if not turns:
                        state += STEP
                        turns = _uniform(_hash(state)) <= share
                if outside and not turns:
                    high = (uz if over_z else uy if over_y else ux) > 0.0
                    escaped[_rim(axis, high, at, depth, height, width)] += np.int64(weight)
                    alive = False
                    break
                if not turns:
                    at, row = there, ahead
                    if behind == here:  # straight on into another medium
                        mua, mus = table[row, 0], table[row, 1]
                        if over_z:
                            tz += az
                        elif over_y:
                            ty += ay
                        else:
                            tx += ax
                        continue
                # --- reflected or refracted: a new line from the face ---
                pz = _within(uz, tz - gone, wz * per_z)
                py = _within(uy, ty - gone, wy * per_y)
                px = _within(ux, tx - gone, wx * per_x)
                bend = 1.0 if turns else here / behind
                sent = -cosine if turns else onward
                if over_z:
                    uz, uy, ux = (sent if uz >= 0.0 else -sent), uy * bend, ux * bend
                    pz = 0.0 if uz >= 0.0 else 1.0
                elif over_y:
                    uz, uy, ux = uz * bend, (sent if uy >= 0.0 else -sent), ux * bend
                    py = 0.0 if uy >= 0.0 else 1.0
                else:
                    uz, uy, ux = uz * bend, uy * bend, (sent if ux >= 0.0 else -sent)
                    px = 0.0 if ux >= 0.0 else 1.0
                break
