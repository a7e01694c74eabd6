"""A tree of nodes for one claim, in floats: distances of rows and rows themselves are split until the bound is small.

The node with the largest bound is split first: where a row moves farther than it pays for, weighted by the price, its
distance is halved; where one row differs between the contexts that use it, one of its entries is cut. Some nodes get
visit bounds of their own. The tree holds at every moment; what is open counts with its bound.
"""

import heapq
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.engine import Bench, Found, View
from certigap.bounds.modes.nodes import DistanceSplit
from certigap.bounds.modes.renewal import Renewal
from certigap.bounds.modes.sharing import shares_of_node
from certigap.bounds.modes.visits import FloatVisit, VisitBounds
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_scores import disagreement, unpaid
from certigap.floats.kernel.mode_solve import ModeSets

__all__ = ["ModeTree", "TreeNode"]

ROOT_ROUNDS = 14
ROUNDS = 8
"""Of prices at a node; they start from the parent's. Where the best prices are others, 4 rounds may bring nothing in a
child and in every node below it: -V of a random game of 20 states was open at 3,600 splits, and is closed with 12."""

RELATIVE = 1e-3
TOLERANCE = 1e-5  # of the vectors, as a share of the payoffs' span
BITS = 12  # of a cut
NARROW = 1e-4  # a distance or an entry that is known this well is not split
EDGE = 0.2  # of an entry's range: cuts stay inside


@dataclass(eq=False)
class TreeNode:
    """A node with its bound; what it needs to be split is kept while it is open."""

    lower: FloatArray  # [L]
    upper: FloatArray  # [L]
    least: FloatArray  # [n, S]
    most: FloatArray  # [n, S]
    bound: float
    rates: FloatArray  # [5, n, S] tolls for a price of 1
    shares: FloatArray  # [n, 3, S] of which the tolls are made
    known: VisitBounds | None = None  # in force, where they may be made again
    age: int = 0  # levels below the last round of them, kept or not
    visits: tuple[FloatVisit, ...] = ()  # its own
    closed: bool = False  # by them: no policy of the node is beyond the limit
    found: Found | None = None
    cut: Split | DistanceSplit | None = None  # the best one
    children: "tuple[TreeNode | None, TreeNode | None] | None" = None  # None: no policy of the ball


class ModeTree:
    """A claim's tree.

    Args:
        view: the player's.
        kind: JOINT, OPTIMUM or VALUE.
        rates: `[5, n, S]` tolls for a price of 1.
        shares: `[n, 3, S]` of which they are made.
        row_weight: of a row's disagreement against a distance that is not paid for; 0: distances alone are split.
        benches: engines, one a thread.
        free_weight: of modes that pay nothing, when distances are split.
        visits, renewal: those of the root, and how nodes get their own; None: they get none.
    """

    def __init__(
        self,
        view: View,
        kind: int,
        rates: FloatArray,
        shares: FloatArray,
        row_weight: float,
        benches: list[Bench],
        free_weight: float = 0.0,
        visits: VisitBounds | None = None,
        renewal: Renewal | None = None,
    ) -> None:
        self.view, self.kind, self.row_weight, self.benches = view, kind, row_weight, benches
        self.free_weight, self.renewal = free_weight, renewal
        self.splits, self.visits, self.upper = 0, 0, math.inf
        self._heap: list[tuple[float, int, TreeNode]] = []
        self._resting: list[TreeNode] = []  # below the target of their time
        length, shape = len(view.center), (view.n, view.states)
        self.root = TreeNode(
            np.zeros(length),
            np.ones(length),
            np.zeros(shape),
            np.tile(view.most, (view.n, 1)),
            math.inf,
            rates,
            shares,
            visits,
        )

    def open_root(self, target: float, prices: FloatArray | None = None) -> float:
        """Bound the root."""
        self._bound(self.root, self.benches[0], target, prices, None, ROOT_ROUNDS)
        self._push(self.root, target)
        self.upper = self._top()
        return self.upper

    @property
    def leaves(self) -> int:
        """Leaves that need a proof: not those that their visits close."""
        return len(self._heap) + sum(not node.closed for node in self._resting)

    def run(self, target: float, going: Callable[[], bool], batch: int = 8) -> bool:
        """Split until the bound is at most `target`; False when `going()` said stop or nothing can be split."""
        self._reopen(target)
        with ThreadPoolExecutor(len(self.benches)) as threads:
            while self._heap and -self._heap[0][0] > target:
                if not going():
                    return False
                tops = [heapq.heappop(self._heap)[2] for _ in range(min(batch, len(self._heap)))]
                tasks = [(node, side) for node in tops for side in self._children(node)]
                if len(tasks) < 2 * len(tops):
                    for node in tops:
                        heapq.heappush(self._heap, (-node.bound, id(node), node))
                    return False
                count = len(self.benches)
                shares = [tasks[k::count] for k in range(count)]
                list(threads.map(lambda share, bench: self._share(share, bench, target, going), shares, self.benches))
                for node in tops:
                    node.found = None
                    low, high = node.children or (None, None)
                    for child in (low, high):
                        if child is not None:
                            self.visits += len(child.visits)
                            self._push(child, target)
                self.splits += len(tops)
                self.upper = self._top()
        return True

    def _share(
        self, tasks: "list[tuple[TreeNode, int]]", bench: Bench, target: float, going: Callable[[], bool]
    ) -> None:
        for parent, side in tasks:
            child = (parent.children or (None, None))[side]
            found = parent.found
            if child is None or found is None:
                continue
            holds = self._bound(child, bench, target, found.prices, found.vectors, ROUNDS)
            child.bound = min(child.bound, parent.bound)
            if holds and child.bound > target:
                self._renew(child, bench, target, going)
            if not holds:
                pair = list(parent.children or ())
                pair[side] = None
                parent.children = (pair[0], pair[1])

    def _renew(self, node: TreeNode, bench: Bench, target: float, going: Callable[[], bool]) -> None:
        """Visit bounds of the node's own, where they are due, kept where they bring enough."""
        renewal, known, found = self.renewal, node.known, node.found
        if renewal is None or known is None or found is None or not renewal.is_due(node.age):
            return
        sets = self.view.sets(node.lower, node.upper, node.least, node.most)
        if sets is None:
            return
        visits = renewal.made(known, bench, sets, node.shares, found.prices[:-1], going)
        before = node.bound, node.rates, node.shares, known, node.cut
        node.known, node.age = visits, 0
        if visits.closed:
            node.bound, node.closed = min(target, node.bound), True
        elif visits.visits:
            node.shares = shares_of_node(bench, visits, sets, node.shares, found.prices, going)
            node.rates = visits.rates(bench, node.shares)
            self._bound(node, bench, target, found.prices, found.vectors, ROUNDS)
        if renewal.is_worth(before[0], node.bound):
            node.visits = tuple(visits.visits)
        else:
            node.bound, node.rates, node.shares, node.known, node.cut = before
            node.found = found

    def _push(self, node: TreeNode, target: float) -> None:
        if node.bound > target and node.cut is not None:
            heapq.heappush(self._heap, (-node.bound, id(node), node))
        else:
            self._resting.append(node)

    def _reopen(self, target: float) -> None:
        """Take up what rests above a new target."""
        above = [node for node in self._resting if node.bound > target]
        self._resting = [node for node in self._resting if node.bound <= target]
        for node in above:
            if node.cut is None and node.found is not None:
                self._bound(node, self.benches[0], target, node.found.prices, node.found.vectors, 1)
            self._push(node, target)
        self.upper = self._top()

    def _top(self) -> float:
        return max([-self._heap[0][0] if self._heap else -math.inf, *(node.bound for node in self._resting)])

    def worst_rows(self) -> FloatArray | None:
        """`[L]` the rows of the open node with the largest bound, averaged over the contexts that use them."""
        if not self._heap:
            return None
        node, bench, view = self._heap[0][2], self.benches[0], self.view
        sets = view.sets(node.lower, node.upper, node.least, node.most)
        if sets is None or node.found is None:
            return None
        bench.bound(
            sets, self.kind, node.rates, prices=node.found.prices, vectors=node.found.vectors, rounds=1,
            tolerance=TOLERANCE,
        )  # fmt: skip
        mean, apart = np.empty(len(view.center)), np.empty(len(view.center))
        disagreement(view.arrays, bench.state, mean, apart, bench.room.rows.cells[0])
        return np.where(np.bincount(view.row_of, weights=mean)[view.row_of] > 0, mean, view.center)

    def preorder(self) -> "list[Split | DistanceSplit | TreeNode | None]":
        """The tree as certificates have it; leaves are nodes, or None where there is no policy."""
        result: list[Split | DistanceSplit | TreeNode | None] = []
        waiting: list[TreeNode | None] = [self.root]
        while waiting:
            node = waiting.pop()
            if node is None or node.children is None or node.cut is None:
                result.append(node)
            else:
                result.append(node.cut)
                waiting += reversed(node.children)
        return result

    def _bound(
        self, node: TreeNode, bench: Bench, target: float, prices: FloatArray | None, vectors: FloatArray | None,
        rounds: int,
    ) -> bool:  # fmt: skip
        """Bound a node and choose its cut; False when it holds no policy."""
        sets = self.view.sets(node.lower, node.upper, node.least, node.most)
        if sets is None:
            return False
        node.least, node.most = 2 * sets.limits[1], np.minimum(node.most, 2 * sets.limits[0])
        node.found = bench.bound(
            sets, self.kind, node.rates, prices=prices, vectors=vectors, target=target, rounds=rounds,
            relative=RELATIVE, tolerance=TOLERANCE,
        )  # fmt: skip
        node.bound = node.found.value
        if node.bound > target:
            node.cut = self._cut(node, bench, sets, node.found)
        return True

    def _cut(self, node: TreeNode, bench: Bench, sets: ModeSets, found: Found) -> Split | DistanceSplit | None:
        """Where splitting promises most."""
        view, game, state = self.view, self.view.arrays, bench.state
        scores = np.empty((view.n, view.states))
        unpaid(game, state, node.rates, view.occupancy, node.least, self.free_weight, scores)
        scores *= (found.prices[:-1] / view.unit + 1e-6)[:, None]
        scores[node.most - node.least <= NARROW] = 0.0
        j, s = (int(x) for x in np.unravel_index(int(np.argmax(scores)), scores.shape))
        best = float(scores[j, s])
        if self.row_weight:
            mean, apart = np.empty(len(view.center)), np.empty(len(view.center))
            disagreement(game, state, mean, apart, bench.room.rows.cells[0])
            place = self._row(sets, mean, apart, state.visits.sum(axis=0), best)
            if place is not None:
                return place
        if best <= 1e-13:
            return None
        middle = (node.least[j, s] + node.most[j, s]) / 2
        return DistanceSplit(j, s, _short(middle, node.least[j, s], node.most[j, s]))

    def _row(
        self, sets: ModeSets, mean: FloatArray, apart: FloatArray, visits: FloatArray, least: float
    ) -> Split | None:
        """The entry on which contexts disagree most, by no more than its range allows: relaxed rows leave their box."""
        view = self.view
        half = sets.limits[0].ravel()[view.row_of]
        low = np.maximum(sets.box[1], sets.box[0] - half)
        high = np.minimum(sets.box[2], sets.box[0] + half)
        most = (high - low) / 2 * visits[view.row_of % view.states]
        score = self.row_weight * np.minimum(apart, most) * (high - low > NARROW)
        place = int(np.argmax(score))
        if score[place] <= max(least, 1e-13):
            return None
        j, s = (int(x) for x in np.unravel_index(view.row_of[place], view.arrays.first.shape))
        span = high[place] - low[place]
        at = min(max(mean[place], low[place] + EDGE * span), high[place] - EDGE * span)
        return Split(j, s, place - int(view.arrays.first[j, s]), _short(at, low[place], high[place]))

    def _children(self, node: TreeNode) -> tuple[int, ...]:
        """Make both halves of a node."""
        cut = node.cut
        if cut is None:
            return ()
        j, s, at = cut.player, cut.state, float(cut.at)
        pair = []
        for side in (0, 1):
            lower, upper, least, most = node.lower, node.upper, node.least, node.most
            if isinstance(cut, DistanceSplit):
                least, most = least.copy(), most.copy()
                (most if side == 0 else least)[j, s] = at
            else:
                lower, upper = lower.copy(), upper.copy()
                (upper if side == 0 else lower)[int(self.view.arrays.first[j, s]) + cut.action] = at
            pair.append(
                TreeNode(lower, upper, least, most, node.bound, node.rates, node.shares, node.known, node.age + 1)
            )
        node.children = (pair[0], pair[1])
        return (0, 1)


def _short(at: float, low: float, high: float) -> Fraction:
    """A short dyadic number near `at`, strictly between the ends where it can be."""
    bits = max(BITS, 3 - math.frexp(high - low)[1])
    return Fraction(round(at * 2**bits), 2**bits)
