r"""Sparse LU without pivoting, worked out once as lists of what to multiply with what.

The stages of a linearly implicit method solve $(sI - J)\,x = b$ with $s = 1/(\gamma h)$. Factored is
$N = J - sI = LDU$ with unit triangles, and kept are $R = LD$, $V = -U$ off the diagonal, $r_i = -1/D_{ii}$ and
$M_{ij} = R_{ij} r_j = -L_{ij}$, because then every inner step is an addition of a product:

$$ N_{ij} + \sum_k R_{ik} V_{kj} \text{ while factoring}, \quad
   z_i = b_i + \sum_{j<i} M_{ij} z_j, \quad x_i = r_i z_i + \sum_{j>i} V_{ij} x_j . $$

The solves go by columns, so that neighbouring additions do not wait for one another.

Without pivoting this is safe for compartmental systems, whose columns are dominated by their diagonal. It is not
safe in general: the stepper checks every lane at every step and takes a pivoted dense solve where it fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Place = tuple[int, int]


@dataclass(frozen=True)
class Factorization:
    """The pattern of L + U and, in order of elimination, the products that each entry needs."""

    order: tuple[int, ...]
    products: dict[Place, list[tuple[Place, Place]]]  # entry -> [(place in R, place in V)]
    lower: dict[int, list[int]]  # column -> rows below the pivot
    upper: dict[int, list[int]]  # column -> rows above the pivot

    @property
    def lower_entries(self) -> int:
        """Entries below the diagonal."""
        return sum(map(len, self.lower.values()))

    @property
    def multiplications(self) -> int:
        """Multiply-adds, scalings and reciprocals of one factorization."""
        return sum(map(len, self.products.values())) + len(self.products) + self.lower_entries


def factorize(size: int, pattern: Iterable[Place], order: Sequence[int]) -> Factorization:
    """Return the symbolic factorization of a matrix with the given off-diagonal pattern and a full diagonal."""
    rank = [0] * size
    for position, node in enumerate(order):
        rank[node] = position
    rows: list[set[int]] = [{i} for i in range(size)]
    columns: list[set[int]] = [{i} for i in range(size)]
    for i, j in pattern:
        rows[i].add(j)
        columns[j].add(i)
    waiting: dict[Place, list[tuple[Place, Place]]] = {}
    products: dict[Place, list[tuple[Place, Place]]] = {}
    lower: dict[int, list[int]] = {}
    upper: dict[int, list[int]] = {node: [] for node in order}
    for pivot in order:
        below = sorted((i for i in columns[pivot] if rank[i] > rank[pivot]), key=rank.__getitem__)
        right = sorted((j for j in rows[pivot] if rank[j] > rank[pivot]), key=rank.__getitem__)
        lower[pivot] = below
        entries = [(pivot, pivot), *((pivot, j) for j in right), *((i, pivot) for i in below)]
        for entry in entries:
            products[entry] = waiting.pop(entry, [])
        for j in right:
            upper[j].append(pivot)
        for i in below:
            rows[i].update(right)
            for j in right:
                columns[j].add(i)
                waiting.setdefault((i, j), []).append(((i, pivot), (pivot, j)))
    return Factorization(tuple(order), products, lower, upper)
