"""How prices are divided between the modes: one division for all states, then one for each state.

A bound is convex in what every mode is charged at every state. At the best rows its slope in a share is what these
rows pay for a whole share: where one share would collect more than another, it is given more.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, Bench, View, plain_shares, visit_rates
from certigap.bounds.modes.visits import VisitBounds
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_solve import ModeSets

__all__ = ["PARTS", "best_shares", "shares_of_node"]

PARTS = 2**7
"""Of a price: shares are so many of them."""

STARTS = ((128, 0, 0), (0, 90, 38), (0, 52, 76), (52, 52, 24))  # parts
STEPS = (26, 13)  # parts by which the shares of all states are improved
IMPROVES = 1e-3  # of a bound: what improves less is no improvement
NEAR = 3e-3  # to the best prices
ROUNDS = 6  # of prices, from those before
PACE = 0.7  # of the first step; halved where a step brings nothing
LEAST_PACE = 0.04


Going: TypeAlias = Callable[[], bool]


def best_shares(
    bench: Bench, visits: VisitBounds, going: Going, near: FloatArray | None = None
) -> tuple[float, FloatArray]:
    """A small bound of the root with shares `[n, 3, S]` that show it: the best of a few for all states or of `near`.

    Where nothing is known yet of visits, shares serve all states; V* has one share only.

    Args:
        bench: the engine.
        visits: in force.
        going: asked before every bound but the first.
        near: shares to start from, too.
    """
    root = _Shared(bench, visits, bench.view.root())
    if visits.kind == OPTIMUM:
        plain = plain_shares(bench.view, visits.kind)
        return root.value(plain), plain
    best, shares = _for_all_states(root, going)
    if near is not None:
        best, shares = _for_each_state(root, best, shares, going)
    if near is not None and near.shape[2] > 1 and going():
        again, other = _for_each_state(root, root.value(near), near, going)
        if again < best:
            best, shares = again, other
    return best, shares


def shares_of_node(
    bench: Bench, visits: VisitBounds, sets: ModeSets, shares: FloatArray, prices: FloatArray, going: Going
) -> FloatArray:
    """Shares for a node, from those of the node above on; V* has one share only."""
    if visits.kind == OPTIMUM:
        return shares
    node = _Shared(bench, visits, sets, prices)
    return _for_each_state(node, node.value(shares, ROUNDS), shares, going)[1]


class _Shared:
    """The bound of row sets by shares; prices go on from one to the next."""

    def __init__(self, bench: Bench, visits: VisitBounds, sets: ModeSets, prices: FloatArray | None = None) -> None:
        self.bench, self.visits, self.sets, self.prices = bench, visits, sets, prices
        self.whole = _whole_rates(bench, visits.kind, visits.bounds["imitator"], visits.bounds["deviator"])

    def value(self, shares: FloatArray, rounds: int = 14) -> float:
        """With the engine left at the rows that show it."""
        rates = _rates_of(self.whole, shares)
        found = self.bench.bound(
            self.sets, self.visits.kind, rates, prices=self.prices, rounds=rounds, relative=NEAR
        )  # fmt: skip
        self.prices = found.prices
        return found.value

    def stepped(self, shares: FloatArray, pace: float) -> FloatArray:
        """A step from the shares of the last bound."""
        if self.prices is None:
            raise ValueError("stepped: expected a bound before")
        return _stepped(self.bench, self.visits.kind, shares, self.whole, self.prices[:-1], pace)


def _for_all_states(root: _Shared, going: Going) -> tuple[float, FloatArray]:
    """The best of a few, improved step by step; one share for every state."""
    view, kind = root.bench.view, root.visits.kind
    best, shares = np.inf, plain_shares(view, kind)
    for entry in STARTS:
        if best == np.inf or going():
            found = root.value(start := _mixed(view, kind, *entry))
            best, shares = min((best, shares), (found, start), key=lambda one: one[0])
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for other in _neighbours(view, kind, shares, step / PARTS):
                if going() and (found := root.value(other)) < best - IMPROVES * abs(best):
                    best, shares, moved = found, other, True
    return best, shares


def _for_each_state(root: _Shared, best: float, shares: FloatArray, going: Going) -> tuple[float, FloatArray]:
    """Shares that collect little are made smaller, state by state, in steps that shrink when they bring nothing."""
    pace = PACE
    other = root.stepped(shares, pace)
    while pace > LEAST_PACE and going():
        found = root.value(other, ROUNDS)
        if found < best - IMPROVES * abs(best):
            best, shares = found, other
        else:
            pace /= 2
            root.value(shares, ROUNDS)
        other = root.stepped(shares, pace)
    return best, shares


def _mixed(view: View, kind: int, al: int, be: int, ga: int) -> FloatArray:
    """Shares of all players; what is the deviator's goes to the imitator where it cannot be."""
    shares = np.tile([al, be, ga], (view.n, 1)) / PARTS
    rows = [view.player] if kind == JOINT else range(view.n)
    shares[rows] = np.array([al, be + ga, 0]) / PARTS
    return np.asarray(shares[:, :, None])


def _neighbours(view: View, kind: int, shares: FloatArray, step: float) -> Iterator[FloatArray]:
    """A part of the own price, or of all others', moved from one share to another."""
    own = np.arange(view.n) == view.player
    for rows in (own, ~own) if view.n > 1 else (own,):
        places = (0, 1) if rows is own or kind == VALUE else (0, 1, 2)
        for a in places:
            for b in places:
                if a != b and shares[rows, a].min() >= step:
                    other = shares.copy()
                    other[rows, a] -= step
                    other[rows, b] += step
                    yield other


def _whole_rates(bench: Bench, kind: int, imitator: FloatArray, deviator: FloatArray) -> FloatArray:
    """`[3, 5, n, S]` tolls for a price of 1 that is all one share, by visit bounds `[S]`."""
    view = bench.view
    shares = np.broadcast_to(np.eye(3)[:, None, :, None], (3, view.n, 3, 1))
    return np.array([visit_rates(view, kind, one, imitator, deviator) for one in shares])


def _rates_of(whole: FloatArray, shares: FloatArray) -> FloatArray:
    """`[5, n, S]` tolls for a price of 1 that is divided by shares `[n, 3, S]`, or `[n, 3, 1]`."""
    return np.asarray((whole * shares.transpose(1, 0, 2)[:, None]).sum(axis=0))


def _stepped(
    bench: Bench, kind: int, shares: FloatArray, whole: FloatArray, prices: FloatArray, pace: float
) -> FloatArray:
    """`[n, 3, S]` shares in whole parts: those that collect less at a state are exp(-pace) times as large there.

    Args:
        bench: its state is that of a bound with `shares` `[n, 3, S]` (or `[n, 3, 1]`).
        kind: JOINT or VALUE.
        whole: `[3, 5, n, S]` as from `_whole_rates`.
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
