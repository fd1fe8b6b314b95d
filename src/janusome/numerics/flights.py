"""The compiled loop of the Monte Carlo of light: one packet after another, from launch to its end."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from janusome.numerics.compiled import COMPILED as C_, INNER as I_
COMPILED, INNER = C_, I_

Array = NDArray[np.float64]
Tally = NDArray[np.int64]

WHOLE = 1e-4  # of its launched weight, below which a packet is absorbed whole or not at all
TINY = 1e-300
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
def _rim(axis: int, high: bool, k: int, j: int, i: int, depth: int, height: int, width: int) -> int:
    """Return where a border place stands in the tally of what escapes."""
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


@njit(**COMPILED)
def fly(
    first: int,
    past: int,
    seed: np.uint64,
    unit: int,
    labels: NDArray[np.int32],
    table: Array,
    spacing: Array,
    border: Array,
    start: Array,
    shares: Array,
    absorbed: Tally,
    escaped: Tally,
    specular: Tally,
    tracks: Tally,
) -> None:
    """Follow the packets from `first` up to `past` and add to the tallies where their weight goes.

    `border` holds the refractive index beyond the box, and whether z, y, x have mirrors.
    """
    depth, height, width = labels.shape
    hz, hy, hx = spacing[0], spacing[1], spacing[2]
    per_z, per_y, per_x = 1.0 / hz, 1.0 / hy, 1.0 / hx
    shortest, surroundings, counting = min(hz, hy, hx), border[0], tracks.size > 0
    whole = WHOLE * unit
    stream = _hash(_hash(seed + STEP) ^ STEP)
    for packet in range(first, past):
        state = _hash(stream + np.uint64(packet) * STEP)
        # --- launch -------------------------------------------------------------------------------------------------
        cz, cy, cx = start[0], start[1], start[2]
        state += STEP
        bits = _hash(state)
        if shares.size > 0:
            voxel = _place(shares, _uniform(bits))
            cz, cy, cx = voxel // (height * width) + 0.5, (voxel // width) % height + 0.5, voxel % width + 0.5
            state += STEP
            bits = _hash(state)
        one, other = _two(bits)
        pz, py, px = cz, cy + start[4] * (2.0 * one - 1.0), cx + start[5] * (2.0 * other - 1.0)
        if start[3] > 0.0:
            state += STEP
            pz += start[3] * (2.0 * _uniform(_hash(state)) - 1.0)
        if start[6] > 0.0:
            r = start[6] * math.sqrt(one)
            c, s = _circle(other)
            py, px = cy + r * s / hy, cx + r * c / hx
        k, j, i = min(int(pz), depth - 1), min(int(py), height - 1), min(int(px), width - 1)
        weight = np.float64(unit)  # whole numbers below 2^53 are exact
        uz, uy, ux = start[7], start[8], start[9]
        if start[10] > 0.0:
            state += STEP
            uz, uy, ux = _turned(1.0, 0.0, 0.0, 0.0, _hash(state))
        elif table[labels[k, j, i], 3] != surroundings:
            within = table[labels[k, j, i], 3]
            share, onward = fresnel(surroundings, within, uz)
            back = np.floor(share * unit + 0.5)
            specular[0] += np.int64(back)
            weight -= back
            uy, ux, uz = uy * surroundings / within, ux * surroundings / within, onward
        # --- fly ----------------------------------------------------------------------------------------------------
        state += STEP
        free = -math.log(_uniform(_hash(state)))  # optical depth to the next scattering
        doom = -1.0  # optical depth to absorption as a whole, once the weight is small
        alive = weight > 0.0
        while alive:  # one straight line after another
            az, ay, ax = hz / max(abs(uz), TINY), hy / max(abs(uy), TINY), hx / max(abs(ux), TINY)
            dz, dy, dx = (1 if uz >= 0.0 else -1), (1 if uy >= 0.0 else -1), (1 if ux >= 0.0 else -1)
            tz = max(0.0, (k + 1 - pz) if uz >= 0.0 else (pz - k)) * az
            ty = max(0.0, (j + 1 - py) if uy >= 0.0 else (py - j)) * ay
            tx = max(0.0, (i + 1 - px) if ux >= 0.0 else (px - i)) * ax
            row = labels[k, j, i]
            mua, mus, here = table[row, 0], table[row, 1], table[row, 3]
            gone = 0.0  # length along this line up to where the packet stands
            while True:  # one voxel after another
                face = min(tz, ty, tx)
                length = face - gone
                scatters = mus * length >= free
                if scatters:
                    length = free / mus
                # --- absorb ---
                if mua > 0.0:
                    if weight > whole:
                        taken = np.floor(weight * _absorbed_share(mua * length) + 0.5)
                        weight -= taken
                        absorbed[k, j, i] += np.int64(taken)
                        if weight <= whole:
                            state += STEP
                            doom = -math.log(_uniform(_hash(state)))
                    else:
                        if doom < 0.0:
                            state += STEP
                            doom = -math.log(_uniform(_hash(state)))
                        doom -= mua * length
                        if doom <= 0.0:
                            absorbed[k, j, i] += np.int64(weight)
                            weight = 0.0
                if counting:
                    tracks[k, j, i] += np.int64(weight * length / shortest * TRACK + 0.5)
                if weight == 0.0:
                    alive = False
                    break
                if scatters:
                    gone += length
                    pz += gone * uz * per_z
                    py += gone * uy * per_y
                    px += gone * ux * per_x
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
                over_x = not over_z and not over_y
                k_next, j_next, i_next = k + over_z * dz, j + over_y * dy, i + over_x * dx
                outside = not (0 <= k_next < depth and 0 <= j_next < height and 0 <= i_next < width)
                ahead = row if outside else labels[k_next, j_next, i_next]
                if ahead == row and not outside:  # more of the same
                    k, j, i = k_next, j_next, i_next
                    tz, ty, tx = tz + over_z * az, ty + over_y * ay, tx + over_x * ax
                    continue
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
                    escaped[_rim(axis, high, k, j, i, depth, height, width)] += np.int64(weight)
                    alive = False
                    break
                if not turns and behind == here:  # straight on into another medium
                    k, j, i, row = k_next, j_next, i_next, ahead
                    mua, mus = table[row, 0], table[row, 1]
                    tz, ty, tx = tz + over_z * az, ty + over_y * ay, tx + over_x * ax
                    continue
                # --- reflected or refracted: a new line from the face ---
                pz += gone * uz * per_z
                py += gone * uy * per_y
                px += gone * ux * per_x
                bend = 1.0 if turns else here / behind
                sent = -cosine if turns else onward
                if over_z:
                    pz = np.float64(max(k, k_next))
                    uz, uy, ux = sent * dz, uy * bend, ux * bend
                elif over_y:
                    py = np.float64(max(j, j_next))
                    uz, uy, ux = uz * bend, sent * dy, ux * bend
                else:
                    px = np.float64(max(i, i_next))
                    uz, uy, ux = uz * bend, uy * bend, sent * dx
                if not turns:
                    k, j, i = k_next, j_next, i_next
                break
