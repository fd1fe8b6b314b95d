"""Double precision, for the length of a block: nothing is configured on import, and nothing outside the block changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import jax


@contextmanager
def double() -> Iterator[None]:
    """Make JAX count in 64 bits inside a `with` block.

    Arrays that were made outside keep the precision that they have.

    >>> import jax.numpy as jnp
    >>> with double():
    ...     print(jnp.zeros(1).dtype)
    float64
    """
    with jax.enable_x64(True):
        yield
