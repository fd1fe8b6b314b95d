"""Work in slabs: compiled loops that hold no lock, run side by side on all processors where the work is worth it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

WORTH_SHARING = 40_000  # cells in a loop; below that, handing work to another thread takes longer than doing it


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Slabs:
    """Runs `loop(first, past_last, *arguments)` over ranges that together are `range(count)`.

    Every range writes to places of its own, so that the numbers are the same bits for any number of threads.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or processors()
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def __enter__(self) -> Slabs:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def over(self, loop: Callable[..., Any], count: int, cells: int, *arguments: Any) -> None:
        """Run a loop over all slabs; `cells` is how much work that is."""
        if self._pool is None or cells < WORTH_SHARING or count < self.threads:
            loop(0, count, *arguments)
            return
        edges = [count * k // self.threads for k in range(self.threads + 1)]
        others = [self._pool.submit(loop, edges[k], edges[k + 1], *arguments) for k in range(1, self.threads)]
        try:
            loop(edges[0], edges[1], *arguments)
        finally:
            wait(others)
        for other in others:
            other.result()
