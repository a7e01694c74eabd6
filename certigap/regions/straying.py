"""How far best responses stray from the expert while its opponents stay near it (THEORY 9): delta from above.

The opponents of player i: all policies whose joint rows satisfy sum_s m(s) D(s) <= budget and m(s) D(s) <= spread, a
box of their rows at a time. With H >= V_i^{*,pi_-i} >= B on a box and

    cbar(s, a', a) = sup_y [ r(a', y) - r(a, y) + g sum_t ( D+ H - D- B )(t) ],    D = P(.|s, a', y) - P(.|s, a, y),

`a` is *optimal* at s if cbar(s, a', a) <= 0 for all a', and *possible* unless cbar(s, a, a') < 0 for some a'.

delta^sel: let safe(s) be a radius within which all actions of the support of piE_i(.|s) are optimal. A best response
need not leave piE_i(.|s) where D(s) <= safe(s), and elsewhere need not go farther than w(s) = 2 (1 -
piE_i(optimal|s)). So

    delta^sel_i <= max { sum_s m(s) w(s) x(s) : sum_s m(s) safe(s) x(s) <= budget, 0 <= x <= 1 } + 2 (1 - sum m).

delta^max: where every best response surely comes it plays what is possible, at most 2 (1 - min piE_i(possible))
away; where it may not come it plays anything. A state is surely visited if it is a start, or if a surely visited one
leads there by every possible action whatever the opponents do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.brief import Brief
from certigap.exact.knapsack import knapsack
from certigap.exact.rounding import decimal_down
from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.regions.dominant import Split
from certigap.regions.engine import RegionEngine
from certigap.regions.greedy import RowSet, nested_infimum, nested_supremum, row_set
from certigap.regions.operators import (
    at_least,
    at_most,
    best_lower_steps,
    best_upper_steps,
    common_denominator,
    differences,
)
from certigap.regions.region import Region
from certigap.regions.short import shortened
from certigap.work.deadline import Deadline

__all__ = ["Opponents", "StrayLeaf", "StrayTree", "choices", "least_straying", "most_straying", "surely_visited"]

Boxes = dict[tuple[int, int], tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]
"""Lower and upper ends of rows, by (player, state)."""

_TWO = Fraction(2)
_STEPS = 7  # bisections of a safe radius: within 1 % of the largest, and a step costs as much as a state of a sweep
_DIGITS = 6  # of a safe radius, rounded down: it is a factor in every inequality of its state


@dataclass(frozen=True)
class Opponents:
    """The opponents of `player` near the expert's; `mass` `[S]` <= the expert's occupancy."""

    expert: Policy
    player: int
    budget: Fraction
    spread: Fraction
    mass: Vector

    def region(self, boxes: Boxes) -> Region | None:
        """The row sets of a node, the player's own row the expert's; None: it holds no policy."""
        game, players = self.expert.game, range(len(self.expert.game.players))
        mass, least = self.mass.fractions(), [Fraction(0)] * len(self.mass)
        for (j, s), (low, high) in boxes.items():
            least[s] = max(least[s], _distance(self.expert.rows[j][s].fractions(), low, high))
        left = self.budget - sum((m * d for m, d in zip(mass, least, strict=True)), Fraction(0))
        if left < 0:
            return None
        radii = tuple(
            min(_TWO, self.spread / m, d + left / m) if m > 0 else _TWO for m, d in zip(mass, least, strict=True)
        )
        own = (Fraction(0),) * len(radii)
        shapes = game.layout.shapes
        ends = [
            tuple(
                tuple(
                    boxes[j, s][k] if (j, s) in boxes else (Fraction(k),) * shape[j] for s, shape in enumerate(shapes)
                )
                for j in players
            )
            for k in (0, 1)
        ]
        all_radii = tuple(own if j == self.player else radii for j in players)
        region = Region(self.expert, all_radii, *ends) if boxes else Region(self.expert, all_radii)
        return None if boxes and region.is_empty else region


def _distance(center: Sequence[Fraction], low: Sequence[Fraction], high: Sequence[Fraction]) -> Fraction:
    below = sum((max(x - e, Fraction(0)) for x, e in zip(low, center, strict=True)), Fraction(0))
    above = sum((max(e - x, Fraction(0)) for x, e in zip(high, center, strict=True)), Fraction(0))
    return 2 * max(below, above)


@dataclass(frozen=True, slots=True, repr=False)
class StrayLeaf(Brief):
    """H, B and safe radii `[S]` of a box."""

    best_upper: Vector
    best_lower: Vector
    safe: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, repr=False)
class StrayTree(Brief):
    """Nodes in preorder that cover the opponents, and the bound that they show."""

    nodes: tuple[Split | StrayLeaf, ...]
    bound: Fraction


def least_straying(
    engine: RegionEngine, opponents: Opponents, deadline: Deadline | None = None, max_leaves: int = 1
) -> StrayTree:
    """delta^sel of the player from above, over at most `max_leaves` boxes."""
    return _Search(engine, opponents, False, deadline or Deadline(None)).tree(max_leaves)


def most_straying(
    engine: RegionEngine, opponents: Opponents, deadline: Deadline | None = None, max_leaves: int = 1
) -> StrayTree:
    """delta^max of the player from above."""
    return _Search(engine, opponents, True, deadline or Deadline(None)).tree(max_leaves)


class _Node:
    """A box; `value` bounds the straying over it."""

    def __init__(self, boxes: Boxes, leaf: StrayLeaf, value: Fraction) -> None:
        self.boxes, self.leaf, self.value = boxes, leaf, value
        self.split: Split | None = None
        self.halves: tuple[_Node, ...] = ()

    def preorder(self) -> list[Split | StrayLeaf]:
        if self.split is None:
            return [self.leaf]
        return [self.split, *(node for half in self.halves for node in half.preorder())]


class _Search:
    """The worst box is halved at the row whose width matters most to the player's values."""

    def __init__(self, engine: RegionEngine, opponents: Opponents, is_most: bool, deadline: Deadline) -> None:
        self.engine, self.opponents, self.is_most, self.deadline = engine, opponents, is_most, deadline
        self.expert, self.player, self.game = opponents.expert, opponents.player, opponents.expert.game
        states = len(self.game.states)
        nothing = Vector((0,) * states, 1)
        self.empty = StrayLeaf(nothing, nothing, (Fraction(0),) * states)

    def tree(self, max_leaves: int) -> StrayTree:
        root = self._node({})
        leaves = [root]
        while len(leaves) < max_leaves and self.deadline.going:
            worst = max(leaves, key=lambda node: node.value)
            split = self._split(worst) if worst.value > 0 else None
            if split is None:
                break
            worst.split = split
            worst.halves = tuple(self._node(boxes) for boxes in self._halved(worst.boxes, split))
            leaves.remove(worst)
            leaves += worst.halves
        slack = 2 * (1 - sum(self.opponents.mass.fractions()))
        return StrayTree(tuple(root.preorder()), min(_TWO, max(node.value for node in leaves) + slack))

    def _node(self, boxes: Boxes) -> _Node:
        region = self.opponents.region(boxes)
        if region is None:
            return _Node(boxes, self.empty, Fraction(0))
        engine, game, player = self.engine, self.game, self.player
        sets = engine.set_arrays(region)
        high = engine.best_upper(region, player, sets, None, self.deadline)
        low = engine.best_lower(region, player, sets, None, self.deadline)
        scaled = engine.scaled
        high = shortened(game, player, high, lambda x, d: at_least(x, best_upper_steps(scaled, region, player, x, d)))
        low = shortened(game, player, low, lambda x, d: at_most(x, best_lower_steps(scaled, region, player, x, d)))
        states = _states(self, region, (high, low))
        mass = self.opponents.mass.fractions()
        if self.is_most:
            kept = [state.possible(state.sets) for state in states]
            visited = surely_visited(self.expert, player, region, kept)
            limited = [may if s in visited else None for s, may in enumerate(kept)]
            farthest = [_farthest(state.own, may) for state, may in zip(states, limited, strict=True)]
            total = sum((m * w for m, w in zip(mass, farthest, strict=True)), Fraction(0))
            return _Node(boxes, StrayLeaf(high, low, self.empty.safe), total)
        weights, safe = [state.weight() for state in states], tuple(state.safe() for state in states)
        gains = [m * w / 2 for m, w in zip(mass, weights, strict=True)]
        costs = [m * x / 2 for m, x in zip(mass, safe, strict=True)]
        return _Node(boxes, StrayLeaf(high, low, safe), knapsack(gains, costs, self.opponents.budget))

    def _split(self, node: _Node) -> Split | None:
        region = self.opponents.region(node.boxes)
        if region is None:
            return None
        best, chosen = Fraction(0), None
        for j, own in enumerate(self.expert.rows):
            for s, row in enumerate(own if j != self.player else ()):
                for a, e in enumerate(row.fractions() if len(row.weights) > 1 else ()):
                    low, high = (node.boxes[j, s][k][a] if (j, s) in node.boxes else Fraction(k) for k in (0, 1))
                    reach = region.radii[j][s] / 2
                    low, high = max(low, e - reach), min(high, e + reach)
                    weight = (high - low) * self._influence(node, j, s)
                    if weight > best:
                        best, chosen = weight, Split(j, s, a, (low + high) / 2)
        return chosen

    def _influence(self, node: _Node, j: int, s: int) -> Fraction:
        """How much the player's backed-up value at a state varies with the action of another, at most."""
        state = self.engine.scaled.states[s]
        vector = node.leaf.best_upper
        values = state.backups(self.player, vector.numerators, vector.denominator)
        stride, size = state.stride(j), state.shape[j]
        spans = [
            max(values[k : k + stride * size : stride]) - min(values[k : k + stride * size : stride])
            for start in range(0, len(values), stride * size)
            for k in range(start, start + stride)
        ]
        return Fraction(max(spans), state.scale * vector.denominator)

    def _halved(self, boxes: Boxes, split: Split) -> tuple[Boxes, Boxes]:
        size = len(self.expert.rows[split.player][split.state].weights)
        place = (split.player, split.state)
        low, high = boxes.get(place, ((Fraction(0),) * size, (Fraction(1),) * size))
        a, at = split.action, split.at
        below = (low, (*high[:a], at, *high[a + 1 :]))
        above = ((*low[:a], at, *low[a + 1 :]), high)
        return boxes | {place: below}, boxes | {place: above}


def _states(search: _Search, region: Region, vectors: tuple[Vector, Vector]) -> "list[_State]":
    """Every state of a node; V_hi and V_lo are brought to one denominator once for all of them."""
    denominator, (high, low) = common_denominator(*vectors)
    prices = (high, high, low, low)
    return [_State(search, region, s, prices, denominator) for s in range(len(search.game.states))]


class _State:
    """Which own actions are optimal, or possible, at one state of a node."""

    def __init__(
        self, search: _Search, region: Region, s: int, prices: Sequence[Sequence[int]], denominator: int
    ) -> None:
        scaled, self.player = search.engine.scaled, search.player
        self.own = region.center.rows[search.player][s].fractions()
        self.sets, self.shape = region.sets[s], scaled.states[s].shape
        self.deviations = scaled.deviations(search.player)[s]
        self.prices, self.denominator = prices, denominator
        self.radius = max((own[s] for j, own in enumerate(region.radii) if j != search.player), default=Fraction(0))
        self.rows = [own[s].fractions() for own in region.center.rows]
        self.ends = [
            (None, None) if region.lower is None or region.upper is None else (region.lower[j][s], region.upper[j][s])
            for j in range(len(self.rows))
        ]

    def regrets(self, sets: Sequence[RowSet]) -> list[list[int]]:
        """`[A_i][A_i]` sup of what a' gains over a, in integers of one positive scale; first a'."""
        return [
            nested_supremum(differences(rows, self.prices, self.denominator), self.player, sets, self.shape)
            for rows in self.deviations
        ]

    def optimal(self, sets: Sequence[RowSet]) -> list[bool]:
        return [max(column) <= 0 for column in zip(*self.regrets(sets), strict=True)]

    def possible(self, sets: Sequence[RowSet]) -> list[bool]:
        return [min(line) >= 0 for line in self.regrets(sets)]

    def weight(self) -> Fraction:
        kept = sum((p for p, best in zip(self.own, self.optimal(self.sets), strict=True) if best), Fraction(0))
        return 2 * (1 - kept)

    def safe(self) -> Fraction:
        """A radius, nearly the largest, at which the expert's whole support is optimal."""
        if self._is_safe(self.radius):
            return self.radius
        low, high = Fraction(0), self.radius
        for _ in range(_STEPS if self._is_safe(low) else 0):
            middle = decimal_down((low + high) / 2, _DIGITS)
            low, high = (middle, high) if self._is_safe(middle) else (low, middle)
        return low

    def _is_safe(self, radius: Fraction) -> bool:
        sets = [row_set(row, radius, *ends) for row, ends in zip(self.rows, self.ends, strict=True)]
        if any(rows.is_empty for j, rows in enumerate(sets) if j != self.player):
            return True
        pairs = zip(self.own, self.optimal(sets), strict=True)
        return all(best for p, best in pairs if p)


def choices(engine: RegionEngine, opponents: Opponents, vectors: tuple[Vector, Vector]) -> list[list[bool]]:
    """`[S][A_i]` what may be optimal against one policy of the others (a budget of 0), V* between the vectors."""
    region = opponents.region({})
    if region is None:
        raise ValueError("opponents: expected a policy, got none")
    search = _Search(engine, opponents, True, Deadline(None))
    return [state.possible(state.sets) for state in _states(search, region, vectors)]


def surely_visited(expert: Policy, player: int, region: Region, kept: list[list[bool]]) -> set[int]:
    """States to which every own policy among the `kept` actions `[S][A_i]` comes, whatever the rows of the region."""
    game = expert.game
    layout, transitions = game.layout, game.transitions
    visited = {s for s, weight in enumerate(game.initial.weights) if weight}
    waiting = list(visited)
    for s in waiting:
        rows = [transitions.row(k) for k in range(int(layout.row_offsets[s]), int(layout.row_offsets[s + 1]))]
        scale = math.lcm(*(p.denominator for row in rows for p in row.values()))
        for t in set().union(*rows) - visited:
            weights = [int(row.get(t, Fraction(0)) * scale) for row in rows]
            least = nested_infimum(weights, player, region.sets[s], layout.shapes[s])
            if all(x > 0 for x, may in zip(least, kept[s], strict=True) if may):
                visited.add(t)
                waiting.append(t)
    return visited


def _farthest(own: Sequence[Fraction], may: list[bool] | None) -> Fraction:
    """2 (1 - the least probability among the possible actions); None: anything is possible."""
    return 2 * max(1 - p for a, p in enumerate(own) if may is None or may[a])
