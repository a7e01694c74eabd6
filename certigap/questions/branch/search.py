"""Best-first search over boxes of rows, in floats: which tree proves the smallest bound of sup { gap_i : B_BC(eps) }?

The node with the largest bound is split at the row with the largest `score`: what a row does to the next state,
weighted by occupancy, times what is not known of the values there. The cut is the expert's entry if it lies inside
the row's range (the ball is a cone there), else the middle, rounded to a few bits. The tree, not the heap, says
what is open, so an interrupt anywhere leaves a valid cover; `covers` then proves it leaf by leaf.
"""

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.model.policy import Policy
from certigap.questions.branch.kernel import BallArrays, NodeArrays, node_bound
from certigap.questions.branch.settle import settled_leaf
from certigap.questions.branch.tree import Boxes, Cover, Leaf, Split, halves
from certigap.regions.bound import RegionEngine
from certigap.regions.kernel import Floats, SetArrays
from certigap.regions.linear import Ball

__all__ = ["MAX_ENTRIES", "BranchSearch"]

MAX_ENTRIES = 500_000
"""Of the dense transitions `[K, S]`: larger games are not branched."""

_SLACK = 1e-8
_CUT_BITS = 6
_EDGE = 1e-9


@dataclass(slots=True)
class _Node:
    """A box with its bound; `arrays` are kept while it is a leaf."""

    arrays: NodeArrays | None
    bound: float
    split: Split | None = None
    children: "tuple[_Node, _Node] | None" = None


class BranchSearch:
    """The trees of all players and the heap of their leaves.

    Args:
        engine: of the game.
        expert: the center.
        ball: the ball; its weights are a lower bound of the expert's occupancy.
    """

    def __init__(self, engine: RegionEngine, expert: Policy, ball: Ball) -> None:
        self.engine, self.expert, self.ball = engine, expert, ball
        self.game, self.nodes, self.splits = engine.game, 0, 0
        self._arrays = _ball_arrays(engine, expert, ball)
        first, center = engine.first, self._arrays.center
        room = [np.empty(len(center)) for _ in range(3)]
        self._sets = SetArrays(first, center, room[0], room[1], room[2], np.empty(first.shape), np.empty(first.shape))
        self._roots: list[_Node] = []
        self._heap: list[tuple[float, int, int, _Node]] = []

    def open_roots(self) -> None:
        """Bound the whole ball for every player."""
        for player in range(len(self.game.players)):
            arrays = _root_arrays(self.engine, player, len(self._arrays.center))
            root = _Node(arrays, self._bound(player, arrays))
            heapq.heappush(self._heap, (-root.bound, self.nodes, player, root))
            self._roots.append(root)

    @property
    def is_open(self) -> bool:
        """Every player's root has been bounded."""
        return len(self._roots) == len(self.game.players)

    @property
    def upper(self) -> float:
        """The largest bound of a leaf: no gap in the ball is larger, up to the exact check."""
        return -self._heap[0][0]

    @property
    def leaves(self) -> int:
        """Leaves of all trees, the empty ones left out."""
        return len(self._heap)

    def run(
        self,
        target: Callable[[], float],
        going: Callable[[], bool],
        visit: Callable[[int, list[Floats]], None],
    ) -> bool:
        """Split until `upper <= target()`; False when `going()` said stop.

        Args:
            target: a bound that is small enough.
            going: asked before every split.
            visit: told a policy inside the ball near the top node's middle, and whom it may hurt, now and then.
        """
        next_visit = 1
        while self.upper > (enough := target()):
            if not going():
                return False
            player, node = self._heap[0][2:]
            if node.arrays is None:
                heapq.heappop(self._heap)
                continue
            if self.splits == next_visit:
                visit(player, self._middle(node.arrays))
                next_visit *= 2
            self._split(player, node, node.arrays, enough)
            self.splits += 1
        return True

    def covers(self) -> tuple[Cover, ...]:
        """Every player's tree with exact leaves."""
        return tuple(self._cover(player, root) for player, root in enumerate(self._roots))

    def leaf_seconds(self) -> float:
        """How long the exact check of one leaf takes: both bounds of the first player's root, cold, are timed."""
        arrays = self._roots[0].arrays
        if arrays is None:
            return 0.0
        began = time.perf_counter()
        both = arrays._replace(bounds=np.array([math.inf, 0.0]))
        settled_leaf(self.engine, self.expert, self.ball, 0, {}, both)
        return time.perf_counter() - began

    def _bound(self, player: int, arrays: NodeArrays, enough: float = -math.inf) -> float:
        self.nodes += 1
        return float(node_bound(player, self.engine.arrays, self._arrays, arrays, self._sets, enough))

    def _split(self, player: int, node: _Node, arrays: NodeArrays, enough: float) -> None:
        split, place = self._choice(arrays)
        children = []
        for side in range(2):
            child = NodeArrays._make(own.copy() for own in arrays)
            (child.lower if side else child.upper)[place] = float(split.at)
            children.append(_Node(child, self._bound(player, child, enough)))
        node.split, node.children = split, (children[0], children[1])
        node.arrays = None
        heapq.heappop(self._heap)
        for child_node in node.children:
            if child_node.bound > -math.inf:
                heapq.heappush(self._heap, (-child_node.bound, self.nodes, player, child_node))
                self.nodes += 1

    def _choice(self, arrays: NodeArrays) -> tuple[Split, int]:
        """The cut of a node, and its place in the flat arrays."""
        j, s = (int(x) for x in np.unravel_index(int(np.argmax(arrays.scores)), arrays.scores.shape))
        first, size = int(self._sets.first[j, s]), self.game.layout.shapes[s][j]
        low, high = arrays.simplex[0, first : first + size], arrays.simplex[1, first : first + size]
        action = int(np.argmax(high - low))
        least, most = float(low[action]), float(high[action])
        entry = self.expert.rows[j][s].fractions()[action]
        inside = least + _EDGE < float(entry) < most - _EDGE
        return Split(j, s, action, entry if inside else _middle(least, most)), first + action

    def _middle(self, arrays: NodeArrays) -> list[Floats]:
        """The middle of a node, drawn towards the expert until it is inside the ball."""
        layout, policy = self.game.layout, []
        for j, own in enumerate(self.expert.floats()):
            first = int(self._sets.first[j, 0])
            places = slice(first, first + len(own))
            rows = (arrays.simplex[0, places] + arrays.simplex[1, places]) / 2
            owner, starts = layout.action_state[j], layout.action_offsets[j][:-1]
            rows = rows / np.add.reduceat(rows, starts)[owner]
            cost = float(self._arrays.occupancy[owner] @ np.abs(rows - own))
            factor = min(1.0, self._arrays.eps / cost) if cost > 0 else 1.0
            policy.append(own + factor * (rows - own))
        return policy

    def _cover(self, player: int, root: _Node) -> Cover:
        found: list[Split | Leaf] = []
        waiting: list[tuple[Boxes, _Node]] = [({}, root)]
        while waiting:
            boxes, node = waiting.pop()
            if node.split is not None and node.children is not None:
                found.append(node.split)
                waiting += reversed(list(zip(halves(self.expert, boxes, node.split), node.children, strict=True)))
            elif node.arrays is not None:
                found.append(settled_leaf(self.engine, self.expert, self.ball, player, boxes, node.arrays))
        return Cover(tuple(found))


def _middle(low: float, high: float) -> Fraction:
    """About the middle of an interval, as a short dyadic number."""
    grid = 2 ** (_CUT_BITS - math.frexp(high - low)[1])
    return Fraction(round((low + high) / 2 * grid), 1) / Fraction(grid)


def _ball_arrays(engine: RegionEngine, expert: Policy, ball: Ball) -> BallArrays:
    game = engine.game
    transitions, rows = game.transitions, game.layout.rows
    dense = np.zeros((rows, len(game.states)))
    dense[np.repeat(np.arange(rows), np.diff(transitions.offsets)), transitions.columns] = transitions.floats()
    span = max(float(game.half_range(player)) for player in range(len(game.players)))
    return BallArrays(
        center=np.concatenate(expert.floats()),
        occupancy=np.array([float(m) for m in ball.weights]),
        initial=np.array([float(p) for p in game.initial.fractions()]),
        eps=float(ball.eps),
        transitions=dense,
        slack=_SLACK * span,
    )


def _root_arrays(engine: RegionEngine, player: int, length: int) -> NodeArrays:
    game = engine.game
    n, states, rewards = len(game.players), len(game.states), game.float_rewards()[player]
    most, least = (float(x) * float(game.horizon) for x in (rewards.max(), rewards.min()))
    vectors = np.array([[most] * states, [least] * states, [least] * states, [most - least] * states, [most] * states])
    return NodeArrays(
        lower=np.zeros(length),
        upper=np.ones(length),
        vectors=vectors,
        prices=np.zeros(n),
        weights=np.zeros((2, states)),
        reference=np.zeros(states, dtype=np.int64),
        scores=np.zeros((n, states)),
        bounds=np.zeros(2),
        simplex=np.zeros((2, length)),
    )
