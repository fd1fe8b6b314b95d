"""Problems that several tests of the tape engine share."""

import jax.numpy as jnp
import numpy as np

from janusome.numerics.tape import Segment, translate

CHAIN_RATES = np.array([2.0, 0.5])


def chain_law(y, p):
    """Mother decays into daughter, daughter into nothing."""
    return jnp.stack([-p[0] * y[0], p[0] * y[0] - p[1] * y[1]])


def chain():
    return translate(chain_law, states=["mother", "daughter"], parameters=["k1", "k2"], name="decay chain")


def chain_exact(t, start=(1.0, 0.0), rates=CHAIN_RATES):
    """Return Bateman's solution."""
    k1, k2 = rates
    t = np.asarray(t, float)
    mother = start[0] * np.exp(-k1 * t)
    daughter = start[1] * np.exp(-k2 * t) + start[0] * k1 / (k2 - k1) * (np.exp(-k1 * t) - np.exp(-k2 * t))
    return np.stack([mother, daughter], -1)


def whole(stop, **more):
    return [Segment(0.0, stop, **more)]


ORGANS = 6


def body_law(y, p, xp=jnp):
    """A small whole body: venous pool, organs with saturable uptake, excretion; the sum of all states is constant."""
    flow, volume, uptake = p[:ORGANS], p[ORGANS : 2 * ORGANS], p[2 * ORGANS : 3 * ORGANS]
    half, pool, clearance = p[18], p[19], p[20]
    venous, organs = y[0], y[1 : 1 + ORGANS]
    concentration = organs / volume
    inflow, outflow = flow * venous / pool, flow * concentration
    taken = uptake * concentration / (half + concentration)
    eliminated = clearance * venous / pool
    return xp.concatenate(
        [
            xp.stack([xp.sum(outflow) - xp.sum(inflow) - eliminated]),
            inflow - outflow - taken,
            taken,
            xp.stack([eliminated]),
        ]
    )


def body():
    return translate(body_law, states=2 + 2 * ORGANS, parameters=21, name="small body")


def body_parameters(lanes, seed=3):
    random = np.random.default_rng(seed)
    middle = np.concatenate([np.geomspace(500, 5, ORGANS), np.geomspace(0.2, 5, ORGANS), np.full(ORGANS, 4.0), [2, 1, 3]])
    return middle * np.exp(0.3 * random.standard_normal((lanes, len(middle))))


def body_dose():
    dose = np.zeros(2 + 2 * ORGANS)
    dose[0] = 100.0
    return dose
