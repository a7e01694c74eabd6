"""FORMAT 15: how far best responses stray, in rows and in value, while the opponents stay near the expert's."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from cover import check_cover, tree_leaves
from game import Game, Policy, Vector, products, read_rows
from kernel import (
    LOWER,
    UPPER,
    Ask,
    Boxes,
    PairBounds,
    Rows,
    Sets,
    Step,
    check_interval,
    check_vector,
    l1,
    point_rows,
    read_radius,
    rounds,
    show,
    widest,
)
from limits import bits, longest, spend, summed, weight
from reading import TWO, ZERO, Invalid, Node
from regions import Region, distance, node_rows
from theorems import knapsack
from values import Evaluation


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
        return [min(TWO, self.spread / w, d + left / w) if w else TWO for w, d in pairs]

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        inside = self.joint(boxes)
        return inside and [ZERO] * self.game.size if j == self.i else inside


def spread_bounds(game: Game, high: Vector, low: Vector) -> PairBounds:
    """V* <= high where a deviation gains probability, V* >= low where it loses some"""
    return PairBounds(high, low, low, Vector(game.size, Node({"den": "1", "num": [0] * game.size}, "zero")))


def deviations(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> Step:
    """The state's step, once the comparison of all its actions is paid for"""
    length = game.bits + 2 * bounds.den.bit_length() + bounds.bits + sum(row.den.bit_length() for row in own)
    spend(4 * rounds(game) * game.sizes[s][i] * game.work[s] * weight(length))
    return Step(game, i, s)


def optimal(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> list[bool]:
    """Actions over which no other may gain, against all the rows"""
    step = deviations(game, i, s, own, bounds)
    return [all(step.regret(own, bounds, best, a) <= 0 for best in step.actions) for a in step.actions]


def possible(game: Game, i: int, s: int, own: list[Rows], bounds: PairBounds) -> list[bool]:
    """Actions that may be optimal: no other gains over them against all the rows"""
    step = deviations(game, i, s, own, bounds)
    return [all(step.regret(own, bounds, a, other) >= 0 for other in step.actions) for a in step.actions]


def equal(a: int, b: int) -> int:
    return int(a == b)


def surely_visited(game: Game, i: int, rows: Sets, choices: list[list[bool]]) -> set[int]:
    """States to which every own policy among the choices comes against every policy of the rows"""
    visited = {s for s, p in enumerate(game.initial) if p}
    waiting = list(visited)
    spend(sum(work * sizes[i] * weight(widest(game, rows)) for work, sizes in zip(game.work, game.sizes)))
    for s in waiting:
        played = [[row[s].optimum(partial(equal, b), LOWER) > 0 for b in range(len(row[s].start))] for row in rows]
        reached = []
        for action in (a for a, kept in enumerate(choices[s]) if kept):
            played[i] = [a == action for a in range(len(choices[s]))]
            joint = zip(itertools.count(game.offsets[s]), itertools.product(*played))
            reached.append({t for k, sure in joint if all(sure) for t, _ in game.next[k]})
        for t in set.intersection(*reached) - visited if reached else set():
            visited.add(t)
            waiting.append(t)
    return visited


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


class Witness:
    """A policy whose opponents of player `i` are in the ball."""

    def __init__(self, game: Game, expert: Policy, i: int, radius: Fraction, mass: Evaluation, node: Node) -> None:
        self.game, self.expert, self.i, self.mass = game, expert, i, mass
        self.policy = read_rows(game, node.fields(("policy", "values", "optima"))["policy"])
        self.shown, error = Evaluation(game, self.policy, node), ZERO
        for s in range(game.size):
            there, here = ([own[s] for j, own in enumerate(who) if j != i] for who in (self.policy, expert))
            spend(4 * game.work[s] * weight(sum(map(longest, (*there, *here)))))
            apart = l1(products(there), products(here))
            spend(weight(bits(apart) + bits(mass.mass(s, UPPER))))
            error = summed((error, mass.mass(s, UPPER) * apart))
        if error > radius:
            raise Invalid(f"{node.where}: the opponents are up to {show(error)} away, the radius is {show(radius)}")

    def least(self) -> Fraction:
        """Every best response is at least that far: where it surely comes it plays what may be optimal."""
        game, i, rows = self.game, self.i, point_rows(self.policy)
        self.shown.player_gap(i, UPPER), self.shown.player_gap(i, LOWER)  # both sides of the optimum are checked
        high, low = (self.shown.kept["optima", side, game.players[i]] for side in (UPPER, LOWER))
        bounds = spread_bounds(game, high, low)
        choices = [possible(game, i, s, [r[s] for r in rows], bounds) for s in range(game.size)]
        total = ZERO
        for s in surely_visited(game, i, rows, choices):
            away = summed(p for p, may in zip(self.expert[i][s], choices[s]) if not may)
            spend(weight(bits(away) + bits(self.mass.mass(s, LOWER))))
            total = summed((total, self.mass.mass(s, LOWER) * 2 * away))
        return total

    def most(self) -> Fraction:
        """The witness's own rows are a best response, that far from the expert's."""
        if self.shown.player_gap(self.i, UPPER) > 0:
            return ZERO
        total = ZERO
        for s, (x, y) in enumerate(zip(self.policy[self.i], self.expert[self.i])):
            spend(len(x) * weight(longest(x) + longest(y) + bits(self.mass.mass(s, LOWER))))
            total = summed((total, self.mass.mass(s, LOWER) * l1(x, y)))
        return total

    def gain(self) -> Fraction:
        """kappa: by a deviation from the expert's rows"""
        return self.shown.player_gap(self.i, LOWER) if self.policy[self.i] == self.expert[self.i] else ZERO


class Straying:
    """What the proof of a claim shows for player `i`."""

    def __init__(self, game: Game, expert: Policy, radius: Fraction, proof: Node) -> None:
        self.game, self.expert, self.radius, self.proof = game, expert, radius, proof
        self.mass = Evaluation(game, expert, proof)

    def shown(self, name: str, i: int, sign: int) -> Fraction:
        """The end of `name` (delta_sel, delta_max or kappa) that the proof shows"""
        players = self.proof.fields((name,), self.proof.value)[name].fields((), self.game.players)
        member, sides = self.game.players[i], {LOWER: "lower", UPPER: "upper"}
        parts = players[member].fields((), ("lower", "upper")) if member in players else {}
        if sides[sign] not in parts:
            return ZERO if sign == LOWER else self.proof.fail(f"the {sides[sign]} end of {name} of player {member}")
        node = parts[sides[sign]]
        if sign == LOWER:
            witness = Witness(self.game, self.expert, i, self.radius, self.mass, node)
            return {"delta_sel": witness.least, "delta_max": witness.most, "kappa": witness.gain}[name]()
        mass = self.mass.occupancy(LOWER)
        region = Opponents(self.game, self.expert, i, self.radius, self.radius, mass)
        if name != "kappa":
            return (stray_least if name == "delta_sel" else stray_most)(self.game, i, region, node)
        own = node.fields(("kappa", "cover"))
        check_cover(self.game, i, region, {}, own["cover"], own["kappa"].rational())
        return own["kappa"].rational()


def claim_straying(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    names = ("delta_sel", "delta_max", "kappa")
    members = claim.fields(("kind", "expert", "radius"), names)
    proof.fields(("occupancy",), names)
    shown, words = Straying(game, ask("expert"), read_radius(members["radius"]), proof), []
    for name in (name for name in names if name in members):
        for player, node in members[name].fields((), game.players).items():
            i = game.players.index(player)
            interval = check_interval(node, partial(shown.shown, name, i))
            words.append(f"player {player}'s {name} {interval}")
    within = f"while the opponents of a player are within {show(shown.radius)} of the expert's"
    return [f"{within}: {'; '.join(words)}"] if words else claim.fail("delta_sel, delta_max or kappa")
