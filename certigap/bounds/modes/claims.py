"""Attempts at one claim in floats: of a player's gap, of V*, or of -V; what each showed, with which tree and visits.

An attempt aims at a limit L. Visit bounds hold for policies beyond L alone, so what it shows is the larger of L and its
tree's largest bound. Where the visit bounds bring nothing, the tree is the same for every L, and is taken up again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, Bench, View, plain_shares
from certigap.bounds.modes.renewal import Renewal
from certigap.bounds.modes.search import ModeTree
from certigap.bounds.modes.visits import VisitBounds
from certigap.exact.integers import FloatArray

__all__ = ["Attempt", "ClaimSearch"]

ROW_WEIGHT = {JOINT: 1.0, OPTIMUM: 0.3, VALUE: 0.2}
"""Of disagreeing rows against unpaid distances: measured on Tag and on random games of 6 to 20 states."""

VISIT_ROUNDS = 6
WORTH = 0.98  # of the root's bound: what visits bring less is not worth a round
VISIT_SHARE = 0.5  # of an attempt's time
SHARES = ((1, 0, 0), (0, 0.7, 0.3), (0, 0.4, 0.6), (0.4, 0.4, 0.2))
STEPS = (0.2, 0.1)  # by which shares are improved
IMPROVES = 1e-3  # of a bound: what improves less is no improvement


@dataclass(frozen=True)
class Attempt:
    """What was shown: the claim holds with `upper`; `tree` is None where a visit bound was below 0."""

    view: View
    kind: int
    upper: float
    limit: float
    shares: FloatArray
    visits: VisitBounds
    tree: ModeTree | None
    closed: bool


class ClaimSearch:
    """One player's claims of one kind.

    Args:
        views: the player's, one for every nesting of rows that is tried.
        kind: JOINT, OPTIMUM or VALUE.
        start: visit bounds `[S]` by group that hold without any proof.
        workers: threads.
    """

    def __init__(self, views: Sequence[View], kind: int, start: Mapping[str, FloatArray], workers: int) -> None:
        self.kind, self.start, self.workers = kind, start, workers
        plain = plain_shares(views[0], kind)
        trees = []
        for view in views:
            benches = [view.bench() for _ in range(workers)]
            visits = self._visits()
            tree = ModeTree(view, kind, visits.rates(benches[0], plain), ROW_WEIGHT[kind], benches, _free(plain))
            tree.open_root(-np.inf)
            trees.append(tree)
        tree = min(trees, key=lambda one: one.upper)
        self.view, self.benches, self._plain_tree = tree.view, tree.benches, tree
        self._live: Attempt | None = None
        self.rate, self._opening = np.inf, 0.0  # the last: seconds that visits took
        self.best = Attempt(self.view, kind, tree.upper, tree.upper, plain, self._visits(), tree, False)

    @property
    def upper(self) -> float:
        """The smallest bound shown."""
        return self.best.upper

    @property
    def plain(self) -> Attempt:
        """Without visit bounds: what is proved where the best attempt cannot be."""
        tree, shares = self._plain_tree, plain_shares(self.view, self.kind)
        return Attempt(self.view, self.kind, tree.upper, tree.upper, shares, self._visits(), tree, False)

    def _open(self, limit: float, visiting: Callable[[], bool]) -> Attempt:
        """Visit bounds for a limit, and a tree with its root."""
        bench, visits = self.benches[0], self._visits()
        plain, sets = plain_shares(self.view, self.kind), self.view.root()
        root, shares = self._best_shares(bench, visits)
        for _ in range(VISIT_ROUNDS):
            if root <= limit:
                break
            done = visits.sharpen(bench, sets, limit, [shares], visiting)
            if visits.closed:
                return Attempt(self.view, self.kind, limit, limit, shares, visits, None, True)
            before = root
            root, shares = self._best_shares(bench, visits, shares)
            if not done or root > WORTH * before:
                break
        if self.kind != OPTIMUM and np.array_equal(shares, plain):
            visits, tree = self._visits(), self._plain_tree
        else:
            renewal = Renewal(limit, shares) if self.kind == JOINT else None
            tree = ModeTree(
                self.view, self.kind, visits.rates(bench, shares), ROW_WEIGHT[self.kind], self.benches, _free(shares),
                visits, renewal,
            )  # fmt: skip
            tree.open_root(limit)
        return Attempt(self.view, self.kind, max(limit, tree.upper), limit, shares, visits, tree, tree.upper <= limit)

    def _visits(self) -> VisitBounds:
        return VisitBounds(self.kind, {group: bounds.copy() for group, bounds in self.start.items()})

    def _best_shares(
        self, bench: Bench, visits: VisitBounds, near: FloatArray | None = None
    ) -> tuple[float, FloatArray]:
        """Shares with a small bound of the root: the best of a few, or from `near` on, then improved step by step."""
        view, sets, prices = self.view, self.view.root(), None
        if self.kind == OPTIMUM:
            plain = plain_shares(view, self.kind)
            return bench.bound(sets, self.kind, visits.rates(bench, plain)).value, plain

        def value(shares: FloatArray) -> float:
            nonlocal prices
            found = bench.bound(sets, self.kind, visits.rates(bench, shares), prices=prices, relative=3e-3)
            prices = found.prices
            return found.value

        starts = [near] if near is not None else [self._mixed(*entry) for entry in SHARES]
        best, _, shares = min((value(one), place, one) for place, one in enumerate(starts))
        for step in STEPS:
            moved = True
            while moved:
                moved = False
                for other in self._neighbours(shares, step):
                    if (found := value(other)) < best - IMPROVES * abs(best):
                        best, shares, moved = found, other, True
        return best, shares

    def _mixed(self, al: float, be: float, ga: float) -> FloatArray:
        """Shares of all players; what is the deviator's goes to the imitator where it cannot be."""
        shares = np.tile([al, be, ga], (self.view.n, 1)).astype(float)
        rows = [self.view.player] if self.kind == JOINT else range(self.view.n)
        shares[rows] = [al, be + ga, 0.0]
        return shares

    def _neighbours(self, shares: FloatArray, step: float) -> Iterator[FloatArray]:
        """A part of the own price, or of all others', moved from one share to another."""
        own = np.arange(self.view.n) == self.view.player
        for rows in (own, ~own) if self.view.n > 1 else (own,):
            places = (0, 1) if rows is own or self.kind == VALUE else (0, 1, 2)
            for a in places:
                for b in places:
                    if a != b and shares[rows, a].min() >= step - 1e-9:
                        other = shares.copy()
                        other[rows, a] = np.round(other[rows, a] - step, 6)
                        other[rows, b] = np.round(other[rows, b] + step, 6)
                        yield other


def _free(shares: FloatArray) -> float:
    """Weight of the modes that pay nothing when distances are split: 1 where all is paid before a disagreement."""
    return 1.0 if shares[:, 0].min() == 1.0 else 0.0
