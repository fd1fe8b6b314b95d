"""Fields over time and space: a Zarr store that xarray opens.

Format 2, because format 3 does not specify yet how text is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import xarray


class Field(NamedTuple):
    """One array with the names of its axes, its unit and what it is."""

    axes: tuple[str, ...]
    values: Any
    unit: str
    title: str = ""


def write_fields(
    path: Path, fields: Mapping[str, Field], *, coordinates: Mapping[str, Field], attributes: Mapping[str, str] | None = None
) -> None:
    """Write fields on shared coordinates into a new store."""
    import xarray

    def variables(given: Mapping[str, Field]) -> dict[str, Any]:
        return {name: (each.axes, each.values, {"units": each.unit, "long_name": each.title}) for name, each in given.items()}

    dataset = xarray.Dataset(variables(fields), variables(coordinates), dict(attributes or {}))
    dataset.to_zarr(path, mode="w-", zarr_format=2, consolidated=True)


def read_fields(path: Path) -> xarray.Dataset:
    """Open a store that `write_fields` wrote."""
    import xarray

    return xarray.open_zarr(path, consolidated=True, chunks=None)
