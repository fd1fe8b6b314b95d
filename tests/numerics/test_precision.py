import jax.numpy as jnp

from janusome.numerics.precision import double


def test_double_precision_holds_inside_the_block_and_not_outside():
    assert jnp.zeros(1).dtype == jnp.float32
    with double():
        assert jnp.zeros(1).dtype == jnp.float64
    assert jnp.zeros(1).dtype == jnp.float32


def test_double_precision_ends_where_the_block_fails():
    try:
        with double():
            raise KeyError
    except KeyError:
        pass
    assert jnp.zeros(1).dtype == jnp.float32
