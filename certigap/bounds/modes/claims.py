"""Attempts at one claim in floats: of a player's gap, of V*, or of -V; what each showed, with which tree and visits.

An attempt aims at a limit L. Visit bounds hold for policies beyond L alone, so what it shows is the larger of L and its
tree's largest bound. Where the visit bounds bring nothing, the tree is the same for every L, and is taken up again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, View, plain_shares
from certigap.bounds.modes.renewal import Renewal
from certigap.bounds.modes.search import ModeTree
from certigap.bounds.modes.sharing import best_shares
from certigap.bounds.modes.visits import VisitBounds
from certigap.exact.integers import FloatArray

__all__ = ["Attempt", "ClaimSearch"]

ROW_WEIGHT = {JOINT: 1.0, OPTIMUM: 0.3, VALUE: 0.2}
"""Of disagreeing rows against unpaid distances: measured on Tag and on random games of 6 to 20 states."""

VISIT_ROUNDS = 6
WORTH = 0.98  # of the root's bound: what visits bring less is not worth a round
VISIT_SHARE = 0.5  # of an attempt's time


@dataclass(frozen=True)
class Attempt:
    """What was shown: the claim holds with `upper`; `tree` is None where a visit bound was below 0."""

    view: View
    kind: int
    upper: float
    limit: float
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
            tree = ModeTree(view, kind, visits.rates(benches[0], plain), plain, ROW_WEIGHT[kind], benches, _free(plain))
            tree.open_root(-np.inf)
            trees.append(tree)
        tree = min(trees, key=lambda one: one.upper)
        self.view, self.benches, self._plain_tree = tree.view, tree.benches, tree
        self._live: Attempt | None = None
        self.best = Attempt(self.view, kind, tree.upper, tree.upper, self._visits(), tree, False)

    @property
    def upper(self) -> float:
        """The smallest bound shown."""
        return self.best.upper

    @property
    def plain(self) -> Attempt:
        """Without visit bounds: what is proved where the best attempt cannot be."""
        tree = self._plain_tree
        return Attempt(self.view, self.kind, tree.upper, tree.upper, self._visits(), tree, False)

    def _open(self, limit: float, visiting: Callable[[], bool]) -> Attempt:
        """Visit bounds for a limit, and a tree with its root."""
        bench, visits = self.benches[0], self._visits()
        plain, sets = plain_shares(self.view, self.kind), self.view.root()
        root, shares = best_shares(bench, visits, visiting)
        for _ in range(VISIT_ROUNDS):
            if root <= limit:
                break
            done = visits.sharpen(bench, sets, limit, shares, visiting)
            if visits.closed:
                return Attempt(self.view, self.kind, limit, limit, visits, None, True)
            before = root
            root, shares = best_shares(bench, visits, visiting, shares)
            if not done or root > WORTH * before:
                break
        if self.kind != OPTIMUM and np.array_equal(shares, plain):
            visits, tree = self._visits(), self._plain_tree
        else:
            tree = ModeTree(
                self.view, self.kind, visits.rates(bench, shares), shares, ROW_WEIGHT[self.kind], self.benches,
                _free(shares), visits, Renewal(limit),
            )  # fmt: skip
            tree.open_root(limit)
        return Attempt(self.view, self.kind, max(limit, tree.upper), limit, visits, tree, tree.upper <= limit)

    def _visits(self) -> VisitBounds:
        return VisitBounds(self.kind, {group: bounds.copy() for group, bounds in self.start.items()})


def _free(shares: FloatArray) -> float:
    """Weight of the modes that pay nothing when distances are split: 1 where all is paid before a disagreement."""
    return 1.0 if shares[:, 0].min() == 1.0 else 0.0
