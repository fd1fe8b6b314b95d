"""JAX's gather and scatter on plain arrays of anything: numbers or node numbers.

The indices must be known while the law is traced; what they select may depend on the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np


def gather(operand: np.ndarray, indices: np.ndarray, *, fill: Any, **parameters: Any) -> np.ndarray:
    """Return what `lax.gather` returns; slices that leave the operand hold `fill` where the mode says so."""
    numbers, sizes = parameters["dimension_numbers"], tuple(parameters["slice_sizes"])
    batch_shape = indices.shape[:-1]
    removed = (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)
    window = tuple(size for axis, size in enumerate(sizes) if axis not in removed)
    result = np.empty(batch_shape + window, operand.dtype)
    starts = _starts(
        operand.shape,
        indices,
        numbers.start_index_map,
        numbers.operand_batching_dims,
        numbers.start_indices_batching_dims,
        sizes,
        _clips(parameters["mode"]),
    )
    for place, start in starts:
        if start is None:
            result[place] = fill
        else:
            box = tuple(slice(at, at + size) for at, size in zip(start, sizes, strict=True))
            result[place] = operand[box].reshape(window)
    return np.moveaxis(result, range(len(batch_shape), result.ndim), numbers.offset_dims)


def scatter(
    operand: np.ndarray,
    indices: np.ndarray,
    updates: np.ndarray,
    *,
    combine: Callable[[Any, Any], Any],
    **parameters: Any,
) -> np.ndarray:
    """Return what `lax.scatter` and its kin return, combining one after the other where indices repeat."""
    numbers = parameters["dimension_numbers"]
    removed = (*numbers.inserted_window_dims, *numbers.operand_batching_dims)
    updates = np.moveaxis(
        updates, numbers.update_window_dims, range(indices.ndim - 1, updates.ndim)
    )  # indices' batch axes first, then the window
    kept = iter(updates.shape[indices.ndim - 1 :])
    sizes = tuple(1 if axis in removed else next(kept) for axis in range(operand.ndim))
    result = operand.copy()
    starts = _starts(
        operand.shape,
        indices,
        numbers.scatter_dims_to_operand_dims,
        numbers.operand_batching_dims,
        numbers.scatter_indices_batching_dims,
        sizes,
        _clips(parameters["mode"]),
    )
    for place, start in starts:
        if start is not None:
            box = tuple(slice(at, at + size) for at, size in zip(start, sizes, strict=True))
            target = result[box]
            new = np.asarray(updates[place]).reshape(sizes)
            for position in np.ndindex(sizes):
                target[position] = combine(target[position], new[position])
    return result


def _clips(mode: Any) -> bool:
    """Return whether indices are moved inside; a promise of being inside needs no move, and does no harm."""
    return "FILL_OR_DROP" not in str(mode)


def _starts(
    shape: tuple[int, ...],
    indices: np.ndarray,
    index_map: tuple[int, ...],
    operand_batching: tuple[int, ...],
    indices_batching: tuple[int, ...],
    sizes: tuple[int, ...],
    clips: bool,
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...] | None]]:
    """Yield each batch position with the corner of its slice, or None where the slice leaves the operand."""
    last = tuple(extent - size for extent, size in zip(shape, sizes, strict=True))
    for place in np.ndindex(indices.shape[:-1]):
        corner = [0] * len(shape)
        for axis, index in zip(index_map, indices[place].tolist(), strict=True):
            corner[axis] = int(index)
        for axis, batch_axis in zip(operand_batching, indices_batching, strict=True):
            corner[axis] = place[batch_axis]
        if clips:
            corner = [min(max(at, 0), limit) for at, limit in zip(corner, last, strict=True)]
        inside = all(0 <= at <= limit for at, limit in zip(corner, last, strict=True))
        yield place, tuple(corner) if inside else None


def pad(operand: np.ndarray, value: Any, configuration: Any) -> np.ndarray:
    """Return what `lax.pad` returns, for edges and interiors of zero or more."""
    shape = [
        low + high + extent + max(extent - 1, 0) * interior
        for extent, (low, high, interior) in zip(operand.shape, configuration, strict=True)
    ]
    if any(low < 0 or high < 0 for low, high, _ in configuration):
        raise NotImplementedError("pad with a negative edge")
    result = np.full(shape, value, operand.dtype)
    box = tuple(
        slice(low, low + extent + max(extent - 1, 0) * interior, interior + 1)
        for extent, (low, _, interior) in zip(operand.shape, configuration, strict=True)
    )
    result[box] = operand
    return result


def box(shape: Sequence[int], corners: Sequence[int], sizes: Sequence[int]) -> tuple[slice, ...]:
    """Return the slices of a box, moved inside the shape as `lax.dynamic_slice` does."""
    inside = [min(max(at, 0), n - size) for at, n, size in zip(corners, shape, sizes, strict=True)]
    return tuple(slice(at, at + size) for at, size in zip(inside, sizes, strict=True))


def matrices(
    numbers: np.ndarray, batch: Sequence[int], contract: Sequence[int], *, contracted_last: bool
) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return an operand of a product as (batch, rows, columns) and the shape of its free axes."""
    free = [axis for axis in range(numbers.ndim) if axis not in (*batch, *contract)]
    order = (*batch, *free, *contract) if contracted_last else (*batch, *contract, *free)
    free_shape = tuple(numbers.shape[axis] for axis in free)
    sizes = [int(np.prod([numbers.shape[axis] for axis in axes])) for axes in (batch, free, contract)]
    shape = (sizes[0], sizes[1], sizes[2]) if contracted_last else (sizes[0], sizes[2], sizes[1])
    return numbers.transpose(order).reshape(shape), free_shape
