"""FORMAT 6.4: multipliers of the occupancy programs. For every player and policy of the ball,

V* <= nu.X + price B/(1-g)  and  V >= nu.Z + [ sum_s m(s) sum_a e(a|s) min(d(s,a), toll) - toll (1 - sum m + R) ]/(1-g).
"""

from fractions import Fraction

from game import Game, Policy, Vector
from kernel import LOWER, Step, read_radius
from limits import bits, hold, longest, products, spend, summed, weight
from reading import ONE, TWO, ZERO, Invalid, Node
from values import Evaluation


class Allowance:
    """The table of FORMAT 6.4: budget B, spread b, reach R; and the most visits M."""

    def __init__(self, game: Game, measure: str, radius: Fraction, node: Node) -> None:
        n, g = game.n, game.discount
        self.visits = most_visits(game)
        if measure == "bc":
            self.budget = (n - 1) * radius
            self.spread = (n - 1) * radius
            self.reach = n * radius / (1 - g)
        elif measure == "rho":
            self.budget = (1 + g) * radius
            self.spread = radius
            self.reach = radius
        elif measure == "mu":
            self.budget = TWO
            self.spread = TWO
            self.reach = radius
        else:
            node.fail("another proof: there are no multipliers for this measure")


def bound_occupancy(
    game: Game, expert: Policy, measure: str, radius: Fraction, limit: Fraction, node: Node
) -> Fraction:
    """The largest difference of the two bounds over the players."""
    shown = Evaluation(game, expert, node)
    mass = [shown.mass(s, LOWER) for s in range(game.size)]
    allowance = Allowance(game, measure, radius, node)
    players = node.fields(("occupancy", "players"))["players"].fields(game.players)
    gaps = [ZERO]
    for i, player in enumerate(game.players):
        own = players[player].fields(("best", "price", "value", "toll"))
        price = read_radius(own["price"])
        toll = read_radius(own["toll"])
        best = best_bound(game, i, expert, mass, allowance, price, own["best"])
        value = value_bound(game, i, expert, mass, allowance, toll, own["value"], measure == "mu")
        gaps.append(best - value)
    return max(gaps)


def backups(game: Game, i: int, s: int, vector: Vector) -> list[Fraction]:
    """q(k) = r_i(k) + g P(k).vector at the rows k of state `s`"""
    spend(4 * game.work[s] * weight(game.bits + vector.bits))
    step = Step(game, i, s)
    value = step.row_value(vector)
    return [Fraction(value(k), step.unit * vector.den) for k in range(game.offsets[s], game.offsets[s + 1])]


def best_bound(
    game: Game, i: int, expert: Policy, mass: list[Fraction], allowance: Allowance, price: Fraction, node: Node
) -> Fraction:
    """nu.X + price B/(1-g), X at least the best priced backup at every state"""
    best = Vector(game.size, node)
    for s in range(game.size):
        stride, count = game.strides[s][i], game.sizes[s][i]
        high = backups(game, i, s, best)
        others = products([[ONE] * count if j == i else expert[j][s] for j in range(game.n)])
        share = mass[s] / allowance.visits[s] if allowance.visits[s] else ZERO
        fee = 2 * price * share
        room = min(TWO, allowance.spread / mass[s]) / 2 if mass[s] else ONE
        spend(count * len(high))
        for a in range(count):
            some = [k for k in range(len(high)) if k // stride % count == a]
            if best[s] < priced([high[k] for k in some], [others[k] for k in some], room, fee):
                raise Invalid(f"{node.where}: fails at state {game.states[s]!r}")
    return game.at_start(best) + price * allowance.budget / (1 - game.discount)


def value_bound(
    game: Game,
    i: int,
    expert: Policy,
    mass: list[Fraction],
    allowance: Allowance,
    toll: Fraction,
    node: Node,
    is_least: bool,
) -> Fraction:
    """nu.Z + [..]/(1-g), no d(k) = q(k) - Z(s) below -toll; `is_least`: their least in place of each d"""
    value = Vector(game.size, node)
    kept = toll * (summed(mass) - 1 - allowance.reach)
    for s in range(game.size):
        excess = [x - value[s] for x in backups(game, i, s, value)]
        if min(excess) < -toll:
            raise Invalid(f"{node.where}: fails at state {game.states[s]!r}")
        if is_least:
            excess = [min(excess)] * len(excess)
        joint = products([row[s] for row in expert])
        spend(4 * len(joint) * weight(longest(joint) + longest(excess) + bits(toll)))
        inside = summed(p * min(d, toll) for p, d in zip(joint, excess))
        kept = summed((kept, mass[s] * inside))
    return game.at_start(value) + kept / (1 - game.discount)


def priced(values: list[Fraction], row: list[Fraction], room: Fraction, fee: Fraction) -> Fraction:
    """max of y.values - fee (mass moved from `row`), at most `room` moved"""
    length = longest(values) + longest(row)
    spend(8 * len(row) * weight(2 * length + bits(room) + bits(fee)))
    top, total = max(values), summed(p * v for p, v in zip(row, values))
    for v, p in sorted(zip(values, row)):
        spend(4 * weight(bits(total) + bits(room) + length))
        amount = min(room, p) if top - v > fee else ZERO
        total, room = total + amount * (top - v - fee), room - amount
    return total


def most_visits(game: Game) -> list[Fraction]:
    """Upper bounds M of every policy's occupancy: g^k where the first visit is after k >= 1 steps"""
    steps = {s: 0 for s, p in enumerate(game.initial) if p}
    waiting = list(steps)
    spend(game.pass_work)
    for s in waiting:
        for k in range(game.offsets[s], game.offsets[s + 1]):
            for t, _ in game.next[k]:
                if t not in steps:
                    steps[t] = steps[s] + 1
                    waiting.append(t)
    g = game.discount
    longest_power = max(steps.values()) * bits(g)
    hold(game.size, longest_power)
    spend(4 * game.size * weight(longest_power))
    return [g ** steps[s] if steps.get(s) else (1 - g) * p + g if p else ZERO for s, p in enumerate(game.initial)]
