r"""The body around a lesion: an elliptic cylinder that has the lesion under its skin, and beyond it air.

$$ \Big(\frac{2x}{w}\Big)^2 + \Big(\frac{2(z - z_s) - t}{t}\Big)^2 \le 1 $$

z points into the body and x runs across it; the cylinder goes on along y, from head to foot. Its skin lies at z_s over the
middle of the lesion, which stands on its midline; w and t are width and thickness of the body there. A lesion that reaches out
of it bulges: it is part of the body, with as much tissue over it as over its top, drawn to whole voxels. The geometry is that
of the median inputs in every draw, as the lesion's own is. Leaves out ends of the cylinder, limbs, and all organs but the one
around the lesion.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt

from janusome.errors import InputError
from janusome.simulation.light import Target
from janusome.simulation.values import Place, Scope, ValueBook

Array = NDArray[np.float64]

STRIPES = 32  # of each voxel, across the body
CLOSE = 1e-6  # of a voxel


class BodyRegion(NamedTuple):
    """Width and thickness of the body at a lesion, and how deep the middle of the view and the top of the lesion lie, m."""

    width: float
    thickness: float
    view_depth: float
    lesion_depth: float

    @classmethod
    def around(cls, target: Target, host: Scope, place: Place, book: ValueBook) -> BodyRegion:
        """Return the body around a lesion, from the rows of tumor and host, at the median."""
        chain = (Scope(f"tumor {target.tumor.name}", target.tumor), host)
        width, thickness, depth = (
            float(book.fill(name, chain, place)[0]) for name in ("body_width", "body_thickness", "lesion_depth")
        )
        if depth >= thickness:
            raise InputError(
                f"tumor {target.tumor.name}: lesion_depth",
                f"is {1e3 * depth:g} mm, and the body of the {host.owner} is {1e3 * thickness:g} mm thick there",
                "give the depth under the nearest skin, or the body_thickness at the lesion",
            )
        return cls(width, thickness, depth + target.half_thickness, depth)

    def share(self, lesion: Any, *, voxel_size: Any) -> Array:
        """Return the share of each voxel (z, y, x) inside the body; `lesion` is the lesion's share of each."""
        own, size = np.asarray(lesion, dtype=float), np.asarray(voxel_size, dtype=float)
        body = np.broadcast_to(self._section(own.shape, size)[:, None, :], own.shape)
        outside = own > body + CLOSE
        if outside.any():
            away = np.asarray(distance_transform_edt(~outside, sampling=size.tolist()))
            body = np.where(away <= self.lesion_depth, 1.0, body)
        return np.maximum(body, own)

    def background(self, body: Array, lesion: Any, *, name: str, steps: int, voxel_size: Any) -> NDArray[np.bool_]:
        """Return the voxels that are body throughout, some steps away from a lesion and, where that leaves any, from the air.

        Raises
        ------
        InputError
            If there are none.
        """

        def away(marked: Any) -> NDArray[np.bool_]:
            return ~np.asarray(binary_dilation(marked, iterations=steps), dtype=bool)

        inside = (body == 1.0) & away(np.asarray(lesion) > 0.0)
        around = inside & away(body < 1.0)
        if not inside.any():
            edges = " x ".join(f"{1e3 * float(edge):.3g}" for edge in voxel_size)
            raise InputError(
                f"lesion {name}",
                f"leaves no voxel ({edges} mm) of the body around it, which is {1e3 * self.width:.3g} mm wide and "
                f"{1e3 * self.thickness:.3g} mm thick",
                "choose a scanner of finer voxels and resolution, or give body_width and body_thickness at the lesion",
            )
        return around if around.any() else inside

    def _section(self, shape: tuple[int, ...], size: Array) -> Array:
        """Return the share of each voxel of a section (z, x) inside the ellipse: exact along z, in stripes across."""
        layers, _, columns = shape
        x = (np.arange(columns * STRIPES) + 0.5 - 0.5 * columns * STRIPES) * size[2] / STRIPES
        half = 0.5 * self.thickness * np.sqrt(np.maximum(0.0, 1.0 - (2.0 * x / self.width) ** 2))
        middle = 0.5 * self.thickness - self.view_depth
        edges = (np.arange(layers + 1) - 0.5 * layers) * size[0]
        low, high = np.maximum(edges[:-1, None], middle - half), np.minimum(edges[1:, None], middle + half)
        shares = (np.maximum(high - low, 0.0) / size[0]).reshape(layers, columns, STRIPES).mean(axis=2)
        return np.where(shares > 1.0 - CLOSE, 1.0, shares)  # what rounding leaves of a full voxel is full
