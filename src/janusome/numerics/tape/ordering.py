"""Minimum degree: the order of elimination that keeps the factors of a sparse matrix sparse.

At each step the state coupled to the fewest others is eliminated, and its neighbours become coupled.
Ties go to the lower index, so the order is the same on every machine.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable


def minimum_degree(size: int, pattern: Iterable[tuple[int, int]]) -> list[int]:
    """Return the order for the pattern of non-zero entries, taken as symmetric."""
    neighbours: list[set[int]] = [set() for _ in range(size)]
    for i, j in pattern:
        if i != j:
            neighbours[i].add(j)
            neighbours[j].add(i)
    waiting = [(len(others), node) for node, others in enumerate(neighbours)]
    heapq.heapify(waiting)
    order: list[int] = []
    done = [False] * size
    while waiting:
        degree, node = heapq.heappop(waiting)
        if done[node] or degree != len(neighbours[node]):
            continue  # an entry from before the degree changed
        done[node] = True
        order.append(node)
        front = neighbours[node]
        for other in front:
            neighbours[other] |= front
            neighbours[other] -= {node, other}
            heapq.heappush(waiting, (len(neighbours[other]), other))
    return order
