r"""Interstitial fluid pressure: what the vessels filter seeps through the tissue to the lymphatics and the border.

$$ \nabla\cdot(K\nabla P) = F\,(P - P_e) + L\,(P - P_L) $$

K tissue hydraulic conductivity, m^2/(Pa s); F filtration coefficient of the vessels, 1/(Pa s); P_e effective vascular
pressure; L lymphatic filtration coefficient; P_L lymphatic pressure. Finite volumes with harmonic means of K on the faces:
what leaves a cell enters its neighbour. Holds for slow flow through a rigid tissue (Darcy) that has settled; second order
where K is smooth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import label

from janusome.errors import InputError, SolverError
from janusome.numerics.multigrid import Faces, conjugate_gradients
from janusome.numerics.shells import Shells

Array = NDArray[np.float64]

BALANCE = 1e-8  # of the fluid that crosses vessels, lymphatics and border
NOTHING = 1e-6  # of what F P_e + L P_L could move: where less than that flows, balance is judged by this share


@dataclass(frozen=True)
class Border:
    """What happens at the outer border: a conducting one is held at a pressure (Pa) half a cell beyond the last centre."""

    pressure: float = 0.0
    conducts: bool = True


CLOSED = Border(conducts=False)


@dataclass(frozen=True)
class Pressure:
    """The pressure and the flows that it drives.

    Parameters
    ----------
    pressure
        Pa, (z, y, x) or (.., shells); zero in cells that take no part.
    flows
        m^3/s through every face along each axis, toward higher index; each array has one more place than cells along its axis,
        the first and the last of them the border.
    filtered, drained
        Fluid from the vessels F (P_e - P) and into the lymphatics L (P - P_L), per tissue volume, 1/s.
    balance_error
        |filtered - drained - left through the border| over all that crosses anywhere; one number, or one for each lane.
    iterations
        Steps of the solver.
    """

    pressure: Array
    flows: tuple[Array, ...]
    filtered: Array
    drained: Array
    balance_error: Array
    iterations: int


def pressure_in_box(
    conductivity: ArrayLike,
    *,
    spacing: ArrayLike,
    filtration: ArrayLike,
    vascular: ArrayLike,
    drainage: ArrayLike = 0.0,
    lymphatic: ArrayLike = 0.0,
    border: Border = CLOSED,
    inside: NDArray[np.bool_] | None = None,
) -> Pressure:
    """Return the pressure in a box of voxels (z, y, x).

    Parameters
    ----------
    conductivity
        K, m^2/(Pa s), above zero wherever `inside`; its shape is that of the box.
    spacing
        Of the voxels along z, y, x, m.
    filtration, vascular, drainage, lymphatic
        F, P_e, L, P_L as above, one value or (z, y, x).
    border
        Of the box.
    inside
        Voxels that take part; the others are walls.

    A pressure that is not reached, or a balance worse than 1e-8, is a `SolverError`.
    """
    K = np.asarray(conductivity, float)
    if K.ndim != 3:
        raise InputError("conductivity", f"has shape {K.shape}", "give an array (z, y, x)")
    part = np.ones(K.shape, bool) if inside is None else np.asarray(inside, bool)
    h = np.asarray(spacing, float)
    if part.shape != K.shape or h.shape != (3,) or not np.all(h > 0.0):
        raise InputError(
            "inside and spacing", f"have shapes {part.shape} and {h.shape}", f"give {K.shape} and three lengths above zero"
        )
    _conducting(K[part])
    exchange = _exchange(part, filtration, vascular, drainage, lymphatic)
    volume = float(np.prod(h)) * part
    faces, rims = box_conductances(np.where(part, K, 0.0), h), _rims(np.where(part, K, 0.0), h, border)
    sinks, level = exchange.sinks * volume, exchange.level(border)
    supply = exchange.supply(level) * volume
    for axis, rim in enumerate(rims):
        for end in (0, -1):
            _at(sinks, axis, end)[...] += _at(rim, axis, end)
            _at(supply, axis, end)[...] += _at(rim, axis, end) * (border.pressure - level)
    _determined(part, sinks)
    for tolerance in (1e-9, 1e-11, 1e-13):
        found = conjugate_gradients(faces, sinks, supply, spacing=h, tolerance=tolerance)
        flows = tuple(
            _flow(face, rim, found.field, border.pressure - level, axis)
            for axis, (face, rim) in enumerate(zip(faces, rims, strict=True))
        )
        ends = [(axis, _at(flow, axis, 0), _at(flow, axis, -1)) for axis, flow in enumerate(flows)]
        left = np.array(sum(high.sum() - low.sum() for _, low, high in ends))
        crossing = np.array(sum(np.abs(high).sum() + np.abs(low).sum() for _, low, high in ends))
        result = _result(exchange, found.field, level, flows, volume, (left, crossing), axes=(0, 1, 2))
        if result.balance_error <= BALANCE:
            return replace(result, pressure=np.where(part, result.pressure, 0.0), iterations=found.iterations)
    raise SolverError(
        f"the pressure was found, but its flows balance to {float(result.balance_error):.1e}, not {BALANCE:.0e}; "
        "look for coefficients so large that little of what they exchange is left over"
    )


def pressure_in_shells(
    shells: Shells,
    *,
    conductivity: ArrayLike,
    filtration: ArrayLike,
    vascular: ArrayLike,
    drainage: ArrayLike = 0.0,
    lymphatic: ArrayLike = 0.0,
    border: Border = CLOSED,
) -> Pressure:
    """Return the pressure in shells (.., shells), by elimination; leading axes are lanes.

    The coefficients are those of `pressure_in_box`, one value, (shells,) or (.., shells); the border is the outermost face,
    and through the innermost nothing flows.
    """
    values = [np.asarray(one, float) for one in (conductivity, filtration, vascular, drainage, lymphatic)]
    shape = np.broadcast_shapes(shells.volumes.shape, *(one.shape for one in values))
    K, *others = (np.broadcast_to(one, shape) for one in values)
    _conducting(K)
    exchange = _exchange(np.ones(shape, bool), *others)
    face, rim = shells.conductances(K), border.conducts * shells.outermost(K)
    sinks, level = exchange.sinks * shells.volumes, exchange.levels(border)
    if np.any(sinks.sum(axis=-1) + rim <= 0.0):
        raise _undetermined()
    diagonal, supply = sinks.copy(), exchange.supply(level) * shells.volumes
    diagonal[..., 1:] += face
    diagonal[..., :-1] += face
    diagonal[..., -1] += rim
    supply[..., -1] += rim * (border.pressure - level[..., 0])
    field = solve_line(diagonal, -face, supply)
    out = rim * (field[..., -1] - (border.pressure - level[..., 0]))
    flows = np.concatenate([np.zeros_like(out)[..., None], -face * np.diff(field, axis=-1), out[..., None]], axis=-1)
    result = _result(exchange, field, level, (flows,), shells.volumes, (out, np.abs(out)), axes=(-1,))
    if not np.all(result.balance_error <= BALANCE):
        raise SolverError(
            f"the flows of the shells balance only to {float(np.max(result.balance_error)):.1e}; check the coefficients"
        )
    return result


def solve_line(diagonal: Array, beside: Array, right: Array) -> Array:
    """Solve symmetric tridiagonal systems (.., n) with the entries beside the diagonal (.., n - 1), by Thomas' elimination."""
    n = diagonal.shape[-1]
    pivot, value = np.array(diagonal), np.array(right)
    for k in range(1, n):
        ratio = beside[..., k - 1] / pivot[..., k - 1]
        pivot[..., k] -= ratio * beside[..., k - 1]
        value[..., k] -= ratio * value[..., k - 1]
    value[..., -1] /= pivot[..., -1]
    for k in range(n - 2, -1, -1):
        value[..., k] = (value[..., k] - beside[..., k] * value[..., k + 1]) / pivot[..., k]
    return value


def box_conductances(conductivity: Array, spacing: Array) -> Faces:
    """Return K A / d of the faces between voxels by harmonic means, with zeros at the border: one array an axis."""
    volume = float(np.prod(spacing))
    faces = []
    for axis in range(3):
        a = conductivity[_along(axis, slice(None, -1))]
        b = conductivity[_along(axis, slice(1, None))]
        both = a + b
        inner = np.divide(2.0 * a * b, both, out=np.zeros_like(both), where=both > 0.0) * (volume / spacing[axis] ** 2)
        faces.append(np.pad(inner, [(int(axis == other),) * 2 for other in range(3)]))
    return faces[0], faces[1], faces[2]


@dataclass(frozen=True)
class _Exchange:
    """F, P_e, L, P_L, voxel by voxel; F and L are zero in voxels that take no part."""

    filtration: Array
    vascular: Array
    drainage: Array
    lymphatic: Array

    @property
    def sinks(self) -> Array:
        return self.filtration + self.drainage

    def supply(self, level: ArrayLike) -> Array:
        """Return what would come in if the pressure were at a level."""
        level = np.asarray(level, dtype=np.float64)
        return self.filtration * (self.vascular - level) + self.drainage * (self.lymphatic - level)

    def level(self, border: Border) -> float:
        """Return a pressure to count from, so that small differences keep their digits."""
        total = float(self.sinks.sum())
        return float(self.supply(0.0).sum()) / total if total > 0.0 else border.pressure

    def levels(self, border: Border) -> Array:
        """Return the same for every lane, (.., 1), summed in the order of shells: a lane is the same in any company."""
        total, supply = (np.cumsum(one, axis=-1)[..., -1:] for one in (self.sinks, self.supply(0.0)))
        return np.where(total > 0.0, supply / np.where(total > 0.0, total, 1.0), border.pressure)


def _exchange(part: NDArray[np.bool_], *coefficients: ArrayLike) -> _Exchange:
    names = ("filtration", "vascular", "drainage", "lymphatic")
    arrays = []
    for name, given in zip(names, coefficients, strict=True):
        values = np.asarray(given, float)
        if values.ndim and values.shape != part.shape:
            raise InputError(name, f"has shape {values.shape}", f"give one value or {part.shape}")
        values = np.where(part, values, 0.0)
        if not np.all(np.isfinite(values)):
            raise InputError(name, "holds what is not a finite number", "fill the voxels that take part, or mark them outside")
        if name in ("filtration", "drainage") and np.any(values < 0.0):
            raise InputError(name, f"goes down to {values.min():.3g} 1/(Pa s)", "give zero or more")
        arrays.append(values)
    return _Exchange(arrays[0], arrays[1], arrays[2], arrays[3])


def _conducting(conductivity: Array) -> None:
    if not np.all((conductivity > 0.0) & np.isfinite(conductivity)):
        worst = float(conductivity[~((conductivity > 0.0) & np.isfinite(conductivity))][0])
        raise InputError("conductivity", f"is {worst:.3g} m^2/(Pa s) somewhere", "give more than zero wherever fluid may go")


def _determined(part: NDArray[np.bool_], sinks: Array) -> None:
    pieces, count = cast(tuple[NDArray[np.int32], int], label(part))
    if count == 0 or np.any(np.bincount(pieces.ravel(), weights=sinks.ravel(), minlength=count + 1)[1:] <= 0.0):
        raise _undetermined()


def _undetermined() -> InputError:
    return InputError(
        "the pressure", "is not determined in a piece of tissue without vessels, lymphatics and conducting border",
        "give each connected piece a filtration, a drainage or a border that is held",
    )  # fmt: skip


def _rims(conductivity: Array, spacing: Array, border: Border) -> list[Array]:
    """Return the conductances from the outermost centres to the border: per axis an array with its two ends filled."""
    volume = float(np.prod(spacing))
    return [
        conductivity[_along(axis, slice(None, None, max(1, conductivity.shape[axis] - 1)))][_along(axis, [0, -1])]
        * (border.conducts * 2.0 * volume / spacing[axis] ** 2)
        for axis in range(3)
    ]


def _flow(face: Array, rim: Array, field: Array, beyond: float, axis: int) -> Array:
    flow = np.empty_like(face)
    flow[_along(axis, slice(1, -1))] = -face[_along(axis, slice(1, -1))] * np.diff(field, axis=axis)
    _at(flow, axis, 0)[...] = _at(rim, axis, 0) * (beyond - _at(field, axis, 0))
    _at(flow, axis, -1)[...] = _at(rim, axis, -1) * (_at(field, axis, -1) - beyond)
    return flow


def _result(
    exchange: _Exchange,
    field: Array,
    level: ArrayLike,
    flows: tuple[Array, ...],
    volume: Array,
    border: tuple[Array, Array],
    *,
    axes: tuple[int, ...],
) -> Pressure:
    """Join the fields; `border` is what leaves through the border, and what crosses it either way."""
    level = np.asarray(level, dtype=np.float64)
    filtered = exchange.filtration * ((exchange.vascular - level) - field)
    drained = exchange.drainage * (field - (exchange.lymphatic - level))
    left, crossing = border
    net = ((filtered - drained) * volume).sum(axis=axes) - left
    moved = ((np.abs(filtered) + np.abs(drained)) * volume).sum(axis=axes) + crossing
    most = exchange.filtration * np.abs(exchange.vascular) + exchange.drainage * np.abs(exchange.lymphatic)
    size = np.maximum(moved, NOTHING * (most * volume).sum(axis=axes))
    error = np.divide(np.abs(net), size, out=np.zeros_like(size), where=size > 0.0)
    return Pressure(field + level, flows, filtered, drained, error, 1)


def _at(values: Array, axis: int, end: int) -> Array:
    return values[_along(axis, end)]


def _along(axis: int, which: slice | int | list[int]) -> tuple:
    return tuple(which if other == axis else slice(None) for other in range(3))
