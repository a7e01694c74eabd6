"""Trees of boxes that cover the ball B_BC(eps), and the proofs at their leaves (FORMAT 6.3).

A node gives rows (player j, state s) boxes l <= y <= u. With d(s) the smallest distance of the box at s to the
expert's row, a policy of the ball inside the node has its row at s within min(2, d(s) + (eps - sum_t m(t) d(t)) /
m(s)), where m <= mu of the expert (2 where m(s) = 0); the node is empty when sum_t m(t) d(t) > eps (FORMAT 6.2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.regions.linear import ErrorBudget, Expansion
from certigap.regions.region import Region

__all__ = ["Boxes", "Cover", "Leaf", "Split", "halves", "node_region", "preorder"]

Row: TypeAlias = tuple[Fraction, ...]
Boxes: TypeAlias = Mapping[tuple[int, int], tuple[Row, Row]]
"""(player, state) -> lower and upper ends of the row; rows that were never split are left out."""


@dataclass(frozen=True, slots=True, repr=False)
class Split(Brief):
    """The halves `y[action] <= at` and `y[action] >= at` of one row."""

    player: int
    state: int
    action: int
    at: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Leaf(Brief):
    """A bound of the gap on a node with its proof; `vectors` is empty when the node holds no policy.

    `vectors`: best_upper, best_lower, value_lower, gap_upper, and value_upper where there is an `expansion`; with a
    `tilt`, by states or by joint actions, V is of what the imitator is paid.
    """

    vectors: tuple[Vector, ...]
    bound: Fraction
    expansion: Expansion | None = None
    tilt: Vector | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Cover(Brief):
    """A player's tree in preorder: every split is followed by its lower half, then by its upper half."""

    nodes: tuple[Split | Leaf, ...]

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves from left to right."""
        return tuple(node for node in self.nodes if isinstance(node, Leaf))

    @property
    def upper(self) -> Fraction:
        """The player's gap is at most this on the whole ball."""
        return max(leaf.bound for leaf in self.leaves)


def halves(expert: Policy, boxes: Boxes, split: Split) -> tuple[Boxes, Boxes]:
    """The boxes of the two children."""
    size, key = len(expert.rows[split.player][split.state].weights), (split.player, split.state)
    lower, upper = boxes.get(key, ((Fraction(0),) * size, (Fraction(1),) * size))
    a = split.action
    below = (lower, (*upper[:a], split.at, *upper[a + 1 :]))
    above = ((*lower[:a], split.at, *lower[a + 1 :]), upper)
    return {**boxes, key: below}, {**boxes, key: above}


def node_region(expert: Policy, budget: ErrorBudget, boxes: Boxes) -> Region | None:
    """The row sets of a node; None when it holds no policy of the ball."""
    players, states = range(len(expert.rows)), range(len(expert.game.states))
    radii = []
    for j in players:
        least = {s: _distance(expert, j, s, box) for (k, s), box in boxes.items() if k == j}
        known = {s: d for s, d in least.items() if d is not None}
        left = budget.eps - sum((budget.weights[s] * d for s, d in known.items()), Fraction(0))
        if len(known) < len(least) or left < 0:
            return None
        radii.append(tuple(_radius(known.get(s, Fraction(0)), left, budget.weights[s], budget.share) for s in states))
    ends = [[[_end(expert, boxes, j, s, side) for s in states] for j in players] for side in (0, 1)]
    lower, upper = (tuple(tuple(own) for own in side) for side in ends)
    region = Region(expert, tuple(radii), lower, upper)
    return None if region.is_empty else region


def preorder(expert: Policy, nodes: tuple[Split | Leaf, ...]) -> Iterator[tuple[Boxes, Split | Leaf]]:
    """Every node of a tree with its boxes."""
    waiting: list[Boxes] = [{}]
    for node in nodes:
        boxes = waiting.pop()
        yield boxes, node
        if isinstance(node, Split):
            waiting += reversed(halves(expert, boxes, node))


def _radius(least: Fraction, left: Fraction, weight: Fraction, share: Fraction | None) -> Fraction:
    if weight <= 0:
        return Fraction(2)
    radius = min(Fraction(2), least + left / weight)
    return radius if share is None else min(radius, share / weight)


def _distance(expert: Policy, player: int, state: int, box: tuple[Row, Row]) -> Fraction | None:
    return _row_distance(expert.rows[player][state], *box)


@lru_cache(maxsize=4096)  # most boxes of a leaf are those of its neighbours: exact leaves take a tenth less time
def _row_distance(row: Distribution, lower: Row, upper: Row) -> Fraction | None:
    if sum(lower) > 1 or sum(upper) < 1 or any(a > b for a, b in zip(lower, upper, strict=True)):
        return None
    center = row.fractions()
    below = sum((max(a - e, Fraction(0)) for a, e in zip(lower, center, strict=True)), Fraction(0))
    above = sum((max(e - b, Fraction(0)) for b, e in zip(upper, center, strict=True)), Fraction(0))
    return 2 * max(below, above)


def _end(expert: Policy, boxes: Boxes, player: int, state: int, side: int) -> Row:
    if (player, state) in boxes:
        return boxes[player, state][side]
    return (Fraction(side),) * len(expert.rows[player][state].weights)
