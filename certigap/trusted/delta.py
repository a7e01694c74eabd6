"""FORMAT 8.7 and 8.8: by how far best responses to the policies of a ball stray, in rows and in value."""

from fractions import Fraction

from cover import check_cover
from game import Game, Policy, Vector
from kernel import LOWER, UPPER, Boxes, PairBounds, Rows, Step, check_vector, read_radius, rounds
from limits import bits, spend, summed, weight
from reading import TWO, ZERO, Invalid, Node
from regions import Ball
from theorems import knapsack
from values import Evaluation


class Opponents(Ball):
    """Player `i` plays its row of the center; each opponent is within `spread / m` of its own at a state."""

    def __init__(self, game: Game, center: Policy, i: int, budget: Fraction, spread: Fraction, mass: Vector) -> None:
        super().__init__(game, center, budget, mass)
        spend(game.size * weight(bits(spread) + self.length))
        self.i, self.reach = i, [min(TWO, spread / w) if w else TWO for w in self.weights]

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        if j == self.i:
            return [ZERO] * self.game.size
        inside = super().radii(j, boxes)
        return inside and [min(x, y) for x, y in zip(inside, self.reach)]


class Limits:
    """What a ball allows: `own` and `budget` bound sum m D_j and sum m D of the opponents' joint rows, `spread` m D at
    a state; `slip` (1 - g)^-2 c_i bounds what these errors cost player `i` beside its best response's straying."""

    def __init__(self, game: Game, measure: str, radius: Fraction) -> None:
        g, others = game.discount, (game.n - 1) * radius
        self.own = radius if measure == "bc" else (1 + g) * radius
        self.budget = others if measure == "bc" else (1 + g) * radius
        self.spread = others if measure == "bc" else radius
        visits = game.n * radius if measure == "bc" else (1 - g) * radius
        self.slip = min(self.own + g * self.budget, self.budget + visits)


def theorem_delta(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """[slip + delta_i] c_i / (1 - g)^2, delta_i by the states at which the expert's actions stay optimal"""
    players = proof.fields(("occupancy", "players"))["players"].fields(game.players)
    mass, limits = Evaluation(game, expert, proof).occupancy(LOWER), Limits(game, measure, radius)
    bounds = []
    for i, player in enumerate(game.players):
        region = Opponents(game, expert, i, limits.budget, limits.spread, mass)
        stray = straying(game, i, region, players[player])
        bounds.append((limits.slip + stray) * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds)


def straying(game: Game, i: int, region: Opponents, node: Node) -> Fraction:
    """max { sum m w x : sum m safe x <= budget, 0 <= x <= 1 } + 2 (1 - sum m), at most 2"""
    own = node.fields(("best_upper", "best_lower", "safe"))
    high, low = Vector(game.size, own["best_upper"]), Vector(game.size, own["best_lower"])
    everywhere = [[rows_at(region, j, s, region.reach[s]) for s in range(game.size)] for j in range(game.n)]
    check_vector(game, i, everywhere, high, Step.best_value, UPPER, own["best_upper"].where)
    check_vector(game, i, everywhere, low, Step.best_value, LOWER, own["best_lower"].where)
    zero = Vector(game.size, Node({"den": "1", "num": [0] * game.size}, "zero"))
    bounds, gains, costs = PairBounds(high, low, low, zero), [], []
    for s, entry in enumerate(own["safe"].items(game.size)):
        row, safe = region.center[i][s], read_radius(entry)
        kept = summed(p for p, best in zip(row, optimal(game, i, region, s, region.reach[s], bounds)) if best)
        near = optimal(game, i, region, s, min(safe, region.reach[s]), bounds)
        if safe > 0 and not all(best for p, best in zip(row, near) if p):
            raise Invalid(f"{entry.where}: the expert's actions are not shown to be optimal within that radius")
        gains.append(region.weights[s] * (1 - kept))
        costs.append(region.weights[s] * safe / 2)
    return min(TWO, knapsack(gains, costs, region.budget) + 2 * (1 - sum(region.weights)))


def rows_at(region: Opponents, j: int, s: int, radius: Fraction) -> Rows:
    return Rows(region.center[j][s], ZERO if j == region.i else radius)


def optimal(game: Game, i: int, region: Opponents, s: int, radius: Fraction, bounds: PairBounds) -> list[bool]:
    """Whether no other action of player `i` may gain over it, against all rows of the opponents within the radius"""
    step, rows = Step(game, i, s), [rows_at(region, j, s, radius) for j in range(game.n)]
    length = game.bits + 2 * bounds.den.bit_length() + sum(row.den.bit_length() for row in rows)
    spend(4 * rounds(game) * len(step.actions) * game.work[s] * weight(length + bounds.bits))
    return [all(step.regret(rows, bounds, best, a) <= 0 for best in step.actions) for a in step.actions]


def theorem_value_form(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """kappa_i + slip c_i / (1 - g)^2, kappa_i by a cover of the opponents' rows"""
    players = proof.fields(("occupancy", "players"))["players"].fields(game.players)
    mass, limits = Evaluation(game, expert, proof).occupancy(LOWER), Limits(game, measure, radius)
    bounds = []
    for i, player in enumerate(game.players):
        own = players[player].fields(("kappa", "cover"))
        region = Opponents(game, expert, i, limits.budget, limits.spread, mass)
        check_cover(game, i, region, {}, own["cover"], own["kappa"].rational())
        bounds.append(own["kappa"].rational() + limits.slip * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds)
