"""FORMAT 15: how far best responses stray from the expert's rows while the opponents stay near: trees, from above."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from cover import tree_leaves
from game import Game, Policy, Vector
from kernel import (
    LOWER,
    UPPER,
    Boxes,
    Rows,
    Sets,
    Step,
    check_vector,
    over_others,
    read_radius,
    rounds,
)
from limits import bits, longest, spend, summed, weight
from pairs import PairBounds, PairStep
from reading import TWO, ZERO, Invalid, Node
from regions import Region, distance, node_rows
from theorems import knapsack


class Opponents(Region):
    """Player `i` plays its row of the center. The opponents' joint rows are at most `budget` away in all, weighted by
    `mass`, and at most `spread` of that at a state; so is each of them alone."""

    def __init__(self, game: Game, center: Policy, i: int, budget: Fraction, spread: Fraction, mass: Vector) -> None:
        super().__init__(game, center, [])
        self.i, self.budget, self.spread = i, budget, spread
        self.weights = [max(mass[s], ZERO) for s in range(game.size)]
        self.length = longest(self.weights)

    def joint(self, boxes: Boxes) -> list[Fraction] | None:
        """How far the opponents' joint rows may be at each state of a node; `None` when it is empty."""
        least = [ZERO] * self.game.size
        for (j, s), box in boxes.items():
            apart = distance(self.center[j][s], box) if j != self.i else ZERO
            if apart is None:
                return None
            least[s] = max(least[s], apart)
        spend(len(least) * weight(longest(least) + self.length))
        left = self.budget - summed(w * d for w, d in zip(self.weights, least))
        spend(len(least) * weight(bits(left) + bits(self.spread) + self.length))
        if left < 0:
            return None
        pairs = zip(self.weights, least)
        return [min(TWO, self.spread / w, left / w + d) if w else TWO for w, d in pairs]

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        inside = self.joint(boxes)
        return inside and [ZERO] * self.game.size if j == self.i else inside


def spread_bounds(game: Game, high: Vector, low: Vector) -> PairBounds:
    """V* <= high where a deviation gains probability, V* >= low where it loses some"""
    return PairBounds(high, low, low, Vector(game.size, Node({"den": "1", "num": [0] * game.size}, "zero")))


def deviations(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> PairStep:
    """The state's step, once the comparison of all its actions is paid for"""
    length = game.bits + 2 * bounds.den.bit_length() + bounds.bits + sum(row.den.bit_length() for row in own)
    spend(4 * rounds(game) * game.sizes[s][i] * game.work[s] * weight(length))
    return PairStep(game, i, s)


def optimal(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> list[bool]:
    """Actions over which no other may gain, against all the rows"""
    step = deviations(game, i, s, own, bounds)
    return [all(step.regret(own, bounds, best, a) <= 0 for best in step.actions) for a in step.actions]


def possible(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> list[bool]:
    """Actions that may be optimal: no other gains over them against all the rows"""
    step = deviations(game, i, s, own, bounds)
    return [all(step.regret(own, bounds, a, other) >= 0 for other in step.actions) for a in step.actions]


def surely_visited(game: Game, i: int, rows: Sets, choices: list[list[bool]]) -> set[int]:
    """States to which every own policy among the choices comes against every policy of the rows"""
    visited = {s for s, p in enumerate(game.initial) if p}
    waiting = list(visited)
    for s in waiting:
        step, own = Step(game, i, s), [row[s] for row in rows]
        played = [step.first + a * step.strides[i] for a, kept in enumerate(choices[s]) if kept]
        following = {t for k in range(game.offsets[s], game.offsets[s + 1]) for t, _ in game.next[k]} - visited
        length = sum(row.den.bit_length() for row in own) + game.bits
        spend(4 * rounds(game) * len(following) * len(played) * game.work[s] * weight(length))
        for t in following:
            weights = partial(next_weight, game, t)
            if played and min(over_others(own, i, weights, k, step.strides, LOWER) for k in played) > 0:
                visited.add(t)
                waiting.append(t)
    return visited


def next_weight(game: Game, t: int, k: int) -> int:
    """The weight with which row `k` leads to state `t`"""
    return dict(game.next[k]).get(t, 0)


def leaves(game: Game, i: int, region: Opponents, node: Node) -> Iterator[tuple[Sets, Boxes, PairBounds, Node]]:
    """The leaves of a tree that hold a policy: row sets, boxes, checked bounds of V*, and the radii called safe"""
    members = node.fields(("vectors", "safe", "tree"))
    pool, safe = [Vector(game.size, v) for v in members["vectors"].items()], members["safe"].items()
    for boxes, parts, where in tree_leaves(game, {}, members["tree"]):
        high, low, radii = parts["leaf"].items(3)
        best, least = (pool[place.integer(range(len(pool)))] for place in (high, low))
        entry, rows = safe[radii.integer(range(len(safe)))], node_rows(game, region, boxes)
        if rows is not None:
            check_vector(game, i, rows, best, Step.best_value, UPPER, where)
            check_vector(game, i, rows, least, Step.best_value, LOWER, where)
            yield rows, boxes, spread_bounds(game, best, least), entry


def stray_least(game: Game, i: int, region: Opponents, node: Node) -> Fraction:
    """From above, the nearest best response's distance: max { sum m w x : sum m safe x <= budget, 0 <= x <= 1 }"""
    found = [ZERO]
    for rows, boxes, bounds, entry in leaves(game, i, region, node):
        gains, costs = [], []
        for s, radius in enumerate(entry.items(game.size)):
            row, safe, own = region.center[i][s], read_radius(radius), [r[s] for r in rows]
            kept = summed(p for p, best in zip(row, optimal(game, i, s, own, bounds)) if best)
            spend(weight(bits(kept) + bits(safe) + region.length))
            if safe > 0 and kept < 1:
                check_safe(game, region, s, safe, boxes, bounds, radius)
            gains.append(region.weights[s] * (1 - kept))
            costs.append(region.weights[s] * safe / 2)
        found.append(knapsack(gains, costs, region.budget))
    return min(TWO, max(found) + 2 * (1 - summed(region.weights)))


def check_safe(
    game: Game, region: Opponents, s: int, safe: Fraction, boxes: Boxes, bounds: PairBounds, node: Node
) -> None:
    """Against all opponents' rows within `safe` that the node holds, the expert's actions are optimal."""
    i, center = region.i, region.center
    near = [Rows(own[s], ZERO if j == i else min(safe, TWO), boxes.get((j, s))) for j, own in enumerate(center)]
    if any(row.is_empty for j, row in enumerate(near) if j != i):
        return
    best = optimal(game, i, s, near, bounds)
    if not all(good for p, good in zip(center[i][s], best) if p):
        raise Invalid(f"{node.where}: the expert's actions are not shown to be optimal within that radius")


def stray_most(game: Game, i: int, region: Opponents, node: Node) -> Fraction:
    """An upper bound of the distance to the farthest best response: only where play surely comes is it limited."""
    found = [ZERO]
    for rows, _, bounds, _ in leaves(game, i, region, node):
        choices = [possible(game, i, s, [r[s] for r in rows], bounds) for s in range(game.size)]
        visited, total = surely_visited(game, i, rows, choices), ZERO
        for s, (row, kept) in enumerate(zip(region.center[i], choices)):
            away = max(1 - p for p, may in zip(row, kept) if may or s not in visited)
            spend(weight(bits(away) + region.length))
            total = summed((total, region.weights[s] * 2 * away))
        found.append(total)
    return min(TWO, max(found) + 2 * (1 - summed(region.weights)))
