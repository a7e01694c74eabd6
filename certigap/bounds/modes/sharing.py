"""How prices are divided between modes, state by state: what a share would collect, and a step towards better shares.

A bound is convex in what every mode is charged at every state. At the best rows its slope in a share is what these
rows pay for a whole share: where one share would collect more than another, it is given more.
"""

import numpy as np

from certigap.bounds.modes.engine import JOINT, Bench, visit_rates
from certigap.exact.integers import FloatArray

__all__ = ["PARTS", "rates_of", "stepped", "whole_rates"]

PARTS = 2**7
"""Of a price: shares are so many of them."""


def whole_rates(bench: Bench, kind: int, imitator: FloatArray, deviator: FloatArray) -> FloatArray:
    """`[3, 5, n, S]` tolls for a price of 1 that is all one share, by visit bounds `[S]`."""
    view = bench.view
    shares = np.broadcast_to(np.eye(3)[:, None, :, None], (3, view.n, 3, 1))
    return np.array([visit_rates(view, kind, one, imitator, deviator) for one in shares])


def rates_of(whole: FloatArray, shares: FloatArray) -> FloatArray:
    """`[5, n, S]` tolls for a price of 1 that is divided by shares `[n, 3, S]`, or `[n, 3, 1]`."""
    return np.asarray((whole * shares.transpose(1, 0, 2)[:, None]).sum(axis=0))


def stepped(
    bench: Bench, kind: int, shares: FloatArray, whole: FloatArray, prices: FloatArray, pace: float
) -> FloatArray:
    """`[n, 3, S]` shares in whole parts: those that collect less at a state are exp(-pace) times as large there.

    Args:
        bench: its state is that of a bound with `shares` `[n, 3, S]` (or `[n, 3, 1]`).
        kind: JOINT or VALUE.
        whole: `[3, 5, n, S]` as from `whole_rates`.
        prices: `[n]` of the bound.
        pace: how far the step goes.
    """
    state = bench.state
    paid = np.einsum("kmjs,mjs,ms->jks", whole, state.excess, state.visits) * prices[:, None, None]
    most = paid.max(axis=1, keepdims=True)
    behind = np.divide(paid - most, most, out=np.zeros_like(paid), where=most > 1e-6 * most.max())
    other = np.maximum(shares * np.exp(pace * behind), 1 / PARTS)
    other[bench.view.player if kind == JOINT else slice(None), 2] = 0.0
    parts = np.floor(other / other.sum(axis=1, keepdims=True) * PARTS + 1e-9)
    largest = parts.argmax(axis=1, keepdims=True)
    rest = PARTS - parts.sum(axis=1, keepdims=True)
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, 1) + rest, 1)
    return np.asarray(parts / PARTS)
