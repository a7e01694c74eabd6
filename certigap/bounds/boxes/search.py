"""Best-first search over boxes of rows, in floats: which tree proves the smallest bound of sup { gap_i : B_BC(eps) }?

The node with the largest bound is split at the row with the largest `score`: what a row does to the next state,
weighted by occupancy, times what is not known of the values there, and, as far as the linear bound rests on
best_upper, what an opponent's row does to that. The cut is the expert's entry if it lies inside
the row's range (the ball is a cone there), else the middle, rounded to a few bits. The tree, not the heap, says
what is open, so an interrupt anywhere leaves a valid cover; `covers` then proves it leaf by leaf.

Nodes are split in rounds: the top `_BATCH` of the heap together, their children bounded by threads. All of them would
be split sooner or later unless the target rises, and the size does not depend on the number of cores, so neither
does the tree.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import NamedTuple, TypeAlias

import numpy as np

from certigap.bounds.boxes.settle import settled_leaf
from certigap.bounds.boxes.tilting import Tilting
from certigap.bounds.boxes.tree import Boxes, Cover, Leaf, Split, halves
from certigap.floats.compiled import Floats
from certigap.floats.kernel.node import BallArrays, NodeArrays, NodeRoom, new_node_room, node_bound, prepare_node_bound
from certigap.floats.kernel.sweeps import Room, SetArrays, new_room
from certigap.floats.kernel.tilt import TiltRoom, prepare_tilts
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget
from certigap.work.deadline import Deadline
from certigap.work.parallel import in_processes, worker_count

__all__ = ["MAX_ENTRIES", "BranchSearch", "prepare_boxes"]

MAX_ENTRIES = 500_000
"""Of the dense transitions `[K, S]`: larger games are not branched."""

_SLACK = 1e-8  # of the rewards' span: far closer than any ratio asked for
_CUT_BITS = 6  # of a cut within its interval: short numbers in the certificate, halves within 1 %
_EDGE = 1e-9  # an expert's entry nearer to an end would cut off nothing
_BATCH = 16  # splits between two looks at the heap: work for several threads (module docstring)
_WARM_SPLITS = 128  # before threads are started: a search of a tenth of a second does not need them
_LEAST_PATIENCE = 32  # splits that any game may have before boxes are given up
_EFFORT = 2**15  # entries of transitions times splits: larger games are given up after fewer
_TIMED = 5  # leaves whose exact checks are timed: the median of the last few
_SLOWER = 1.5  # a leaf among others, on cores that are shared, than one that was timed alone
_FORK_SECONDS = 0.5  # of exact work, below which processes are not worth starting


def prepare_boxes(game: Game, tilted: bool = False) -> None:
    """Have the compiled code of a search made, where the game may be searched and it is missing; returns at once.

    Args:
        game: the game.
        tilted: for balls of occupancies.
    """
    states = len(game.states)
    if (tilted or states > 1) and game.layout.rows * states <= MAX_ENTRIES:
        prepare_node_bound()
        if tilted:
            prepare_tilts()


Entry: TypeAlias = "tuple[float, int, int, _Node]"
"""On the heap: -bound, a running number, the player, the node."""


@dataclass(slots=True)
class _Node:
    """A box with its bound; `arrays` are kept while it is a leaf."""

    arrays: NodeArrays | None
    boxes: Boxes
    bound: float
    split: Split | None = None
    children: "tuple[_Node, _Node] | None" = None


class _Bench(NamedTuple):
    """Working space of one thread."""

    sets: SetArrays
    node: NodeRoom
    sweeps: Room
    tilts: TiltRoom | None


class BranchSearch:
    """The trees of all players and the heap of their leaves.

    Args:
        engine: of the game.
        expert: the center.
        budget: of the ball; its weights are a lower bound of the expert's occupancy.
        workers: cores to use, by default as `worker_count` says.
        tilting: in balls of occupancies.
    """

    def __init__(
        self,
        engine: RegionEngine,
        expert: Policy,
        budget: ErrorBudget,
        workers: int | None = None,
        tilting: Tilting | None = None,
    ) -> None:
        self.engine, self.expert, self.budget, self.tilting = engine, expert, budget, tilting
        self.game, self.nodes, self.splits = engine.game, 0, 0
        self._arrays = _ball_arrays(engine, expert, budget, tilting is not None)
        self._workers = worker_count(workers)
        self._benches = [self._bench() for _ in range(self._workers)]
        self._upper = math.inf
        self._timed: deque[float] = deque(maxlen=_TIMED)
        self._roots: list[_Node] = []
        self._players: list[int] = []
        self._heap: list[Entry] = []

    def open_roots(self) -> None:
        """Bound the whole ball for every player."""
        for player in range(len(self.game.players)):
            tilt = np.zeros(0 if self.tilting is None else len(self.tilting.center))
            arrays = _root_arrays(self.engine, player, len(self._arrays.center), tilt)
            root = _Node(arrays, {}, self._bound(player, arrays, -math.inf, self._benches[0]))
            heapq.heappush(self._heap, (-root.bound, self.nodes, player, root))
            self._roots.append(root)
            self._players.append(player)
            if not player:
                self._time_leaf(player, root.boxes, arrays)
        self._upper = -self._heap[0][0]

    def open_at(self, player: int, boxes: Boxes, arrays: NodeArrays) -> None:
        """Begin at a node of another search of the same ball: a leaf of `open_leaves`."""
        root = _Node(arrays, boxes, float(arrays.bounds.min()))
        heapq.heappush(self._heap, (-root.bound, self.nodes, player, root))
        self._roots.append(root)
        self._players.append(player)
        self._time_leaf(player, boxes, arrays)
        self._upper = root.bound

    def open_leaves(self, enough: float) -> list[tuple[int, Boxes, NodeArrays]]:
        """Leaves whose bound is above `enough`, the largest bound first."""
        above = sorted(entry for entry in self._heap if -entry[0] > enough)
        return [(player, node.boxes, node.arrays) for _, _, player, node in above if node.arrays is not None]

    @property
    def is_open(self) -> bool:
        """Every player's root has been bounded."""
        return len(self._roots) == len(self.game.players)

    @property
    def upper(self) -> float:
        """The largest bound of a leaf: no gap in the ball is larger, up to the exact check."""
        return self._upper

    @property
    def leaves(self) -> int:
        """Leaves of all trees, the empty ones left out."""
        return len(self._heap)

    @property
    def patience(self) -> int:
        """Splits after which it shows whether boxes help: fewer in large games, whose nodes take longer.

        Zero-sum games of two states with three actions need hundreds before the bound falls.
        """
        return max(_LEAST_PATIENCE, _EFFORT // self._arrays.transitions.size)

    def run(
        self,
        target: Callable[[], float],
        going: Callable[[], bool],
        visit: Callable[[int, list[Floats]], None],
    ) -> bool:
        """Split until `upper <= target()`; False when `going()` said stop.

        Args:
            target: a bound that is small enough.
            going: asked before every node, by several threads.
            visit: told a policy inside the ball near the top node's middle, and whom it may hurt, now and then.
        """
        next_visit = 1
        with ExitStack() as stack:
            threads: ThreadPoolExecutor | None = None
            while self.upper > (enough := target()):
                if not going():
                    return False
                if self.splits >= next_visit:
                    _, _, player, node = self._heap[0]
                    if node.arrays is not None:
                        visit(player, self._middle(node.arrays))
                        self._time_leaf(player, node.boxes, node.arrays)
                    while next_visit <= self.splits:
                        next_visit *= 2
                if threads is None and self._workers > 1 and self.splits >= _WARM_SPLITS:
                    threads = stack.enter_context(ThreadPoolExecutor(self._workers))
                if not self._round(enough, going, threads):
                    return False
        return True

    def covers(self, grown: Mapping[int, tuple[Split | Leaf, ...]] | None = None) -> tuple[Cover, ...]:
        """Every root's tree with exact leaves; `grown`: subtrees in preorder, by the `id` of their leaf's arrays."""
        found: list[list[Split | Leaf | int]] = []
        open_leaves: list[tuple[int, Boxes, NodeArrays]] = []
        for player, root in zip(self._players, self._roots, strict=True):
            found.append(self._preorder(player, root, open_leaves, grown or {}))

        def settled(place: int) -> Leaf:
            return settled_leaf(self.engine, self.expert, self.budget, *open_leaves[place], self.tilting)

        many = self.leaf_seconds * len(open_leaves) > _FORK_SECONDS
        leaves = in_processes(settled, len(open_leaves), self._workers if many else 1)
        return tuple(Cover(tuple(leaves[x] if isinstance(x, int) else x for x in own)) for own in found)

    @property
    def leaf_seconds(self) -> float:
        """How long the exact check of one leaf takes, all cores at work."""
        return _SLOWER * median(self._timed) / self._workers if self._timed else 0.0

    def _time_leaf(self, player: int, boxes: Boxes, arrays: NodeArrays) -> None:
        """Both bounds of a leaf are timed."""
        both = arrays._replace(bounds=np.array([math.inf, 0.0]))
        clock = Deadline()
        settled_leaf(self.engine, self.expert, self.budget, player, boxes, both, self.tilting)
        self._timed.append(clock.spent)

    def _bench(self) -> _Bench:
        game, first, center = self.engine.arrays, self.engine.first, self._arrays.center
        room = [np.empty(len(center)) for _ in range(3)]
        sets = SetArrays(first, center, room[0], room[1], room[2], np.empty(first.shape), np.empty(first.shape))
        tilts = None if self.tilting is None else self.tilting.room()
        return _Bench(sets, new_node_room(game), new_room(game), tilts)

    def _bound(self, player: int, arrays: NodeArrays, enough: float, bench: _Bench) -> float:
        rooms = bench.sets, bench.node, bench.sweeps
        if self.tilting is not None and bench.tilts is not None:
            return self.tilting.bound(player, self._arrays, arrays, rooms, bench.tilts, enough)
        return float(node_bound(player, self.engine.arrays, self._arrays, arrays, *rooms, enough))

    def _round(self, enough: float, going: Callable[[], bool], threads: ThreadPoolExecutor | None) -> bool:
        """Split the top of the heap; False, and nothing is changed, when `going()` said stop."""
        entries: list[Entry] = []
        bounds: list[float] | None = None
        try:
            while self._heap and len(entries) < _BATCH and -self._heap[0][0] > enough:
                entries.append(heapq.heappop(self._heap))
            splits = [self._children(node) for _, _, _, node in entries]
            tasks = [(entry[2], child) for entry, (_, pair) in zip(entries, splits, strict=True) for child in pair]
            bounds = self._bounds(tasks, enough, going, threads)
        finally:
            if bounds is None:
                for entry in entries:
                    heapq.heappush(self._heap, entry)
        if bounds is None:
            return False
        for turn, ((_, _, player, node), (split, pair)) in enumerate(zip(entries, splits, strict=True)):
            known = zip(pair, halves(self.expert, node.boxes, split), bounds[2 * turn : 2 * turn + 2], strict=True)
            low, high = (_Node(*child) for child in known)
            node.split, node.children, node.arrays = split, (low, high), None
            for child in (low, high):
                self.nodes += 1
                if child.bound > -math.inf:
                    heapq.heappush(self._heap, (-child.bound, self.nodes, player, child))
        self.splits += len(entries)
        self._upper = -self._heap[0][0]
        return True

    def _bounds(
        self,
        tasks: list[tuple[int, NodeArrays]],
        enough: float,
        going: Callable[[], bool],
        threads: ThreadPoolExecutor | None,
    ) -> list[float] | None:
        """The bounds of nodes in their order; None when `going()` said stop."""
        workers = 1 if threads is None else self._workers

        def share(worker: int) -> list[float]:
            found = []
            for player, arrays in tasks[worker::workers]:
                if not going():
                    break
                found.append(self._bound(player, arrays, enough, self._benches[worker]))
            return found

        shares = [share(0)] if threads is None else list(threads.map(share, range(workers)))
        if sum(map(len, shares)) < len(tasks):
            return None
        return [shares[k % workers][k // workers] for k in range(len(tasks))]

    def _children(self, node: _Node) -> tuple[Split, tuple[NodeArrays, NodeArrays]]:
        """The cut of a leaf and its halves, not yet bounded."""
        if node.arrays is None:
            raise ValueError("_children: expected a leaf, got a node that has been split")
        split, place = self._choice(node.arrays)
        low, high = (NodeArrays._make(own.copy() for own in node.arrays) for _ in range(2))
        low.upper[place] = high.lower[place] = float(split.at)
        return split, (low, high)

    def _choice(self, arrays: NodeArrays) -> tuple[Split, int]:
        """The cut of a node, and its place in the flat arrays."""
        j, s = (int(x) for x in np.unravel_index(int(np.argmax(arrays.scores)), arrays.scores.shape))
        first, size = int(self.engine.first[j, s]), self.game.layout.shapes[s][j]
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
            first = int(self.engine.first[j, 0])
            places = slice(first, first + len(own))
            rows = (arrays.simplex[0, places] + arrays.simplex[1, places]) / 2
            owner, starts = layout.action_state[j], layout.action_offsets[j][:-1]
            rows = rows / np.add.reduceat(rows, starts)[owner]
            cost = float(self._arrays.occupancy[owner] @ np.abs(rows - own))
            factor = min(1.0, self._arrays.eps / cost) if cost > 0 else 1.0
            policy.append(own + factor * (rows - own))
        return policy

    def _preorder(
        self,
        player: int,
        root: _Node,
        leaves: list[tuple[int, Boxes, NodeArrays]],
        grown: Mapping[int, tuple[Split | Leaf, ...]],
    ) -> list[Split | Leaf | int]:
        """A player's splits, and for each leaf its place in `leaves`, where it is added."""
        found: list[Split | Leaf | int] = []
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.split is not None and node.children is not None:
                found.append(node.split)
                waiting += reversed(node.children)
            elif id(node.arrays) in grown:
                found += grown[id(node.arrays)]
            elif node.arrays is not None:
                found.append(len(leaves))
                leaves.append((player, node.boxes, node.arrays))
        return found


def _middle(low: float, high: float) -> Fraction:
    """About the middle of an interval, as a short dyadic number."""
    grid = 2 ** (_CUT_BITS - math.frexp(high - low)[1])
    return Fraction(round((low + high) / 2 * grid), 1) / Fraction(grid)


def _ball_arrays(engine: RegionEngine, expert: Policy, budget: ErrorBudget, tilted: bool) -> BallArrays:
    game, arrays = engine.game, engine.arrays
    dense = np.zeros((game.layout.rows, len(game.states)))
    dense[np.repeat(np.arange(len(dense)), np.diff(arrays.offsets)), arrays.columns] = arrays.probabilities
    span = float(np.ptp(arrays.rewards, axis=1).max()) / 2
    share = 4.0 if budget.share is None else max(float(budget.share), 1e-300)
    return BallArrays(
        center=np.concatenate(expert.floats()),
        occupancy=(weights := np.array([float(m) for m in budget.weights])),
        initial=np.array([float(p) for p in game.initial.fractions()]) * engine.units,
        eps=float(budget.eps),
        transitions=dense,
        slack=_SLACK * span,
        most=np.minimum(2.0, share / np.maximum(weights, share / 2)),
        tilted=tilted,
    )


def _root_arrays(engine: RegionEngine, player: int, length: int, tilt: Floats) -> NodeArrays:
    game = engine.game
    n, states, rewards = len(game.players), len(game.states), game.float_rewards()[player]
    most, least = (engine.in_units(float(x) * float(game.horizon), player) for x in (rewards.max(), rewards.min()))
    vectors = np.array([most, least, least, most - least, most])
    return NodeArrays(
        lower=np.zeros(length),
        upper=np.ones(length),
        vectors=vectors,
        prices=np.zeros(n),
        free=np.tile(np.concatenate([np.zeros(n), np.ones(2)]), (2, 1)),
        weights=np.zeros((2, states)),
        reference=np.zeros(states, dtype=np.int64),
        scores=np.zeros((n, states)),
        bounds=np.full(2, np.inf),
        simplex=np.zeros((2, length)),
        tilt=tilt,
    )
