"""Branch and bound over the vertices of one opponent's ball: two players, more vertices than can be listed.

For player i and a deviation a', the gain F(x, y) = u_i(a', y) - u_i(x, y) over y = f - z + h 1_r (receiver r, donors
0 <= z <= f, sum z = h) is convex in z, so at most one donor p is partial. A node fixes a', r, perhaps p, and for some
donors whether they are emptied or kept; the others are relaxed to 0 <= z_k <= f_k. Its bound nests the greedy: outer
over x, and for each own action a a z of its own. Where every donor but p is decided, z is one point and the bound is
the gap itself: the tree ends, at the exact maximum.

The same code serves floats (the search) and integers (the decision, `certigap.bounds.vertices.decide`).
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.exact.knapsack import dearest

__all__ = ["Nodes", "VertexTree", "node_bounds"]

FREE, KEPT, EMPTIED = 0, 1, 2
_BATCH = 64  # nodes at a time: arrays long enough for NumPy, short enough to follow the best bound
_NONE = -1

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Nodes:
    """N nodes: deviation `[N]`, receiver `[N]`, partial donor `[N]` (-1: any), states of the donors `[N, B]`."""

    deviation: npt.NDArray[np.int64]
    receiver: npt.NDArray[np.int64]
    partial: npt.NDArray[np.int64]
    states: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.deviation)

    def take(self, places: Any) -> "Nodes":
        """Some of the nodes."""
        return Nodes(self.deviation[places], self.receiver[places], self.partial[places], self.states[places])

    @staticmethod
    def join(parts: "Sequence[Nodes]") -> "Nodes":
        """All nodes of the parts."""
        return Nodes(
            np.concatenate([p.deviation for p in parts]),
            np.concatenate([p.receiver for p in parts]),
            np.concatenate([p.partial for p in parts]),
            np.concatenate([p.states for p in parts]),
        )


def node_bounds(
    table: Numbers, own: Numbers, other: Numbers, halves: tuple[Any, Any], nodes: Nodes
) -> tuple[Numbers, Numbers]:
    """Upper bounds `[N]` of the gain, and which nodes hold a vertex at all.

    Args:
        table: `[A, B]` the player's payoffs.
        own: `[A]` its center over a unit of its own; `other`: `[B]` the opponent's.
        halves: the mass that may move, over the player's and over the opponent's unit.
        nodes: the nodes.

    Returns:
        Bounds over the product of the units, and `[N]` booleans.
    """
    places, half = np.arange(len(nodes)), halves[1]
    give = np.where(nodes.states == FREE, other, 0 * other)
    emptied = np.where(nodes.states == EMPTIED, other, 0 * other)
    give[places, nodes.receiver] = 0
    total = np.minimum(half, other.sum() - other[nodes.receiver])
    left = total - emptied.sum(axis=1)
    holds = (left >= 0) & (left <= give.sum(axis=1))
    row = other - emptied
    row[places, nodes.receiver] += total
    gains = table[nodes.deviation][:, None, :] - table[None, :, :]  # [N, a, b]
    inner = (gains * row[:, None, :]).sum(axis=2) + dearest(-gains, give[:, None, :], left[:, None, None])
    outer = (inner * own).sum(axis=1) + dearest(inner.max(axis=1, keepdims=True) - inner, own, halves[0])
    return outer, holds


class VertexTree:
    """The float search for one player: open nodes by bound, closed ones kept for the exact decision."""

    def __init__(self, table: Numbers, own: Numbers, other: Numbers, half: float) -> None:
        self.table, self.own, self.other, self.half = table, own, other, half
        self.order = np.argsort(-other, kind="stable")
        self.heap: list[tuple[float, int, Nodes]] = []
        self.closed: list[Nodes] = []
        self.pending = [self._roots()]  # taken from the heap and not yet replaced: an interrupt must not lose them
        self.count = 0

    @property
    def upper(self) -> float:
        """The largest bound of an open node."""
        return -self.heap[0][0] if self.heap else -math.inf

    def open_roots(self, target: float) -> None:
        """A node for every deviation and receiver; those with a bound of at most `target` are closed."""
        self._add(self.pending[0], target)
        self.pending = []

    def step(self, target: float) -> None:
        """Divide the open nodes with the largest bounds."""
        self.pending = [entry[2] for entry in heapq.nsmallest(_BATCH, self.heap)]
        popped = [heapq.heappop(self.heap)[2] for _ in self.pending]
        children = [child for node in popped if (child := self._children(node)) is not None]
        if children:
            self._add(Nodes.join(children), target)
        self.pending = []

    def leaves(self) -> Nodes:
        """Closed and open nodes: together they hold every vertex, after an interrupt too."""
        return Nodes.join([*self.closed, *self.pending, *(entry[2] for entry in self.heap)])

    def _roots(self) -> Nodes:
        rows, columns = self.table.shape
        deviation, receiver = (part.ravel() for part in np.indices((rows, columns)))
        none = np.full(len(deviation), _NONE)
        return Nodes(deviation, receiver, none, np.zeros((len(none), columns), dtype=np.int8))

    def _add(self, nodes: Nodes, target: float) -> None:
        for start in range(0, len(nodes), 4 * _BATCH):
            part = nodes.take(slice(start, start + 4 * _BATCH))
            bounds, holds = node_bounds(self.table, self.own, self.other, (self.half, self.half), part)
            done = (bounds <= target) | ~holds  # rounding may call a node empty: the exact check sees it again
            self.closed.append(part.take(np.flatnonzero(done)))
            for place in np.flatnonzero(~done):
                self.count += 1
                heapq.heappush(self.heap, (-float(bounds[place]), self.count, part.take(slice(place, place + 1))))

    def _children(self, node: Nodes) -> Nodes | None:
        """One child for every partial donor; then the largest free donor emptied or kept. None: a single point."""
        free = [k for k in self.order if self.other[k] > 0 and node.states[0, k] == FREE and k != node.receiver[0]]
        if not free:
            self.closed.append(node)
            return None
        if node.partial[0] == _NONE:
            children = Nodes.join([node] * len(free))
            return Nodes(children.deviation, children.receiver, np.array(free), children.states)
        free = [k for k in free if k != node.partial[0]]
        if not free:
            self.closed.append(node)
            return None
        children = Nodes.join([node, node])
        states = children.states.copy()
        states[:, free[0]] = KEPT, EMPTIED
        return Nodes(children.deviation, children.receiver, children.partial, states)
