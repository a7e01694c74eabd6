"""How prices are divided between modes: one division for all states, then one for each state.

The bound is convex in what every mode is charged at every state. At the best rows its slope in a share is what these
rows pay for a whole share: where one share would collect more than another, it is given more.
"""

from collections.abc import Iterator

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, Bench, View, plain_shares, visit_rates
from certigap.bounds.modes.visits import VisitBounds
from certigap.exact.integers import FloatArray

__all__ = ["PARTS", "best_shares"]

PARTS = 2**7
"""Of a price: shares are so many of them."""

STARTS = ((1, 0, 0), (0, 0.7, 0.3), (0, 0.4, 0.6), (0.4, 0.4, 0.2))
STEPS = (0.2, 0.1)  # by which the shares of all states are improved
IMPROVES = 1e-3  # of a bound: what improves less is no improvement
NEAR = 3e-3  # to the best prices
ROUNDS = 6  # of prices, from those before
PACE = 0.7  # of the shares of a state: exp(-PACE) times, at first, where a share collects nothing
LEAST_PACE = 0.04
LEAST = 1e-3  # of a share: none is lost for good


def best_shares(bench: Bench, visits: VisitBounds, near: FloatArray | None = None) -> tuple[float, FloatArray]:
    """A small bound of the root with shares `[n, 3, S]` that show it: the best of a few for all states or of `near`.

    Where nothing is known yet of visits, shares serve all states; V* has one share only.
    """
    root = _Root(bench, visits)
    if visits.kind == OPTIMUM:
        plain = plain_shares(bench.view, visits.kind)
        return root.value(plain), plain
    best, shares = _for_all_states(root)
    if near is not None:
        best, shares = _for_each_state(root, best, shares)
    if near is not None and near.shape[2] > 1:
        again, other = _for_each_state(root, root.value(near), near)
        shares = shares if best <= again else other
    short = _in_parts(shares)
    return root.value(short), short


class _Root:
    """The root's bound by shares; prices go on from one to the next."""

    def __init__(self, bench: Bench, visits: VisitBounds) -> None:
        self.bench, self.visits, self.sets = bench, visits, bench.view.root()
        self.prices: FloatArray | None = None

    def value(self, shares: FloatArray, rounds: int = 14) -> float:
        """With the engine left at the rows that show it."""
        rates = self.visits.rates(self.bench, shares)
        found = self.bench.bound(
            self.sets, self.visits.kind, rates, prices=self.prices, rounds=rounds, relative=NEAR
        )  # fmt: skip
        self.prices = found.prices
        return found.value

    def collected(self) -> FloatArray:
        """`[n, 3, S]` what the rows found last pay for a whole share."""
        view, state, bounds = self.bench.view, self.bench.state, self.visits.bounds
        if self.prices is None:
            raise ValueError("collected: expected a bound before")
        paid = self.prices[:-1, None, None] * (state.excess * state.visits[:, None]).transpose(1, 0, 2)  # [n, 5, S]
        whole = [
            visit_rates(view, self.visits.kind, _only(view, k), bounds["imitator"], bounds["deviator"])
            for k in range(3)
        ]
        return np.stack([(paid * rates.transpose(1, 0, 2)).sum(axis=1) for rates in whole], axis=1)


def _only(view: View, k: int) -> FloatArray:
    shares = np.zeros((view.n, 3, 1))
    shares[:, k] = 1.0
    return shares


def _for_all_states(root: _Root) -> tuple[float, FloatArray]:
    """The best of a few, improved step by step; one share for every state."""
    view, kind = root.bench.view, root.visits.kind
    starts = [_mixed(view, kind, *entry) for entry in STARTS]
    best, _, shares = min((root.value(one), place, one) for place, one in enumerate(starts))
    for step in STEPS:
        moved = True
        while moved:
            moved = False
            for other in _neighbours(view, kind, shares, step):
                if (found := root.value(other)) < best - IMPROVES * abs(best):
                    best, shares, moved = found, other, True
    return best, shares


def _for_each_state(root: _Root, best: float, shares: FloatArray) -> tuple[float, FloatArray]:
    """Shares that collect little are made smaller, state by state, in steps that shrink when they bring nothing."""
    view, pace = root.bench.view, PACE
    root.value(shares, ROUNDS)
    paid = root.collected()
    while pace > LEAST_PACE:
        other = _moved(view, root.visits.kind, shares, paid, pace)
        found = root.value(other, ROUNDS)
        if found < best - IMPROVES * abs(best):
            best, shares, paid = found, other, root.collected()
        else:
            pace /= 2
    return best, shares


def _moved(view: View, kind: int, shares: FloatArray, paid: FloatArray, pace: float) -> FloatArray:
    most = paid.max(axis=1, keepdims=True)
    behind = np.divide(paid - most, most, out=np.zeros_like(paid), where=most > 1e-6 * most.max())
    other = np.maximum(shares * np.exp(pace * behind), LEAST)
    other[view.player if kind == JOINT else slice(None), 2] = 0.0
    return np.asarray(other / other.sum(axis=1, keepdims=True))


def _in_parts(shares: FloatArray) -> FloatArray:
    """Whole parts of a price; the largest share takes the rest."""
    parts = np.floor(shares * PARTS + 1e-9)
    rest = PARTS - parts.sum(axis=1, keepdims=True)
    np.put_along_axis(
        parts, largest := parts.argmax(axis=1, keepdims=True), np.take_along_axis(parts, largest, 1) + rest, 1
    )
    return np.asarray(parts / PARTS)


def _mixed(view: View, kind: int, al: float, be: float, ga: float) -> FloatArray:
    """Shares of all players; what is the deviator's goes to the imitator where it cannot be."""
    shares = np.tile([al, be, ga], (view.n, 1)).astype(float)
    rows = [view.player] if kind == JOINT else range(view.n)
    shares[rows] = [al, be + ga, 0.0]
    return shares[:, :, None]


def _neighbours(view: View, kind: int, shares: FloatArray, step: float) -> Iterator[FloatArray]:
    """A part of the own price, or of all others', moved from one share to another."""
    own = np.arange(view.n) == view.player
    for rows in (own, ~own) if view.n > 1 else (own,):
        places = (0, 1) if rows is own or kind == VALUE else (0, 1, 2)
        for a in places:
            for b in places:
                if a != b and shares[rows, a].min() >= step - 1e-9:
                    other = shares.copy()
                    other[rows, a] = np.round(other[rows, a] - step, 6)
                    other[rows, b] = np.round(other[rows, b] + step, 6)
                    yield other
