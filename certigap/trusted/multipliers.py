"""FORMAT 6.4: multipliers of the occupancy programs."""

from fractions import Fraction

from game import Game, Policy, Vector, products
from kernel import LOWER, Step, read_radius
from reading import ONE, TWO, ZERO, Invalid, Node
from values import Evaluation


def bound_occupancy(
    game: Game, expert: Policy, measure: str, radius: Fraction, limit: Fraction, node: Node
) -> Fraction:
    """FORMAT 6.4: for every player and policy of the ball V* <= nu.X + .. and V >= nu.Z + .., by multipliers."""
    shown, g = Evaluation(game, expert, node), game.discount
    mass, visits, bounds = [shown.mass(s, LOWER) for s in range(game.size)], most_visits(game), [ZERO]
    others_error = (game.n - 1) * radius
    spread, budget = {"bc": (others_error, others_error), "rho": (radius, (1 + g) * radius), "mu": (TWO, TWO)}[measure]
    reach = radius * game.n / (1 - g) if measure == "bc" else radius
    players = node.fields(("occupancy", "players"))["players"].fields(game.players)
    for i, player in enumerate(game.players):
        own = players[player].fields(("best", "price", "value", "toll"))
        best, value = Vector(game.size, own["best"]), Vector(game.size, own["value"])
        price, toll = read_radius(own["price"]), read_radius(own["toll"])
        kept = toll * (sum(mass) - 1 - reach)
        for s in range(game.size):
            step, stride, count = Step(game, i, s), game.strides[s][i], game.sizes[s][i]
            others = products([[ONE] * count if j == i else expert[j][s] for j in range(game.n)])
            backups, fee = [step.row_value(v) for v in (best, value)], 2 * price * mass[s] / (visits[s] or ONE)
            rows = range(game.offsets[s], game.offsets[s + 1])
            high = [Fraction(backups[0](k), step.unit * best.den) for k in rows]
            low = [Fraction(backups[1](k), step.unit * value.den) - value[s] for k in rows]
            room = min(ONE, spread / (2 * mass[s])) if mass[s] else ONE
            for a in range(count):
                some = [k for k in range(len(rows)) if k // stride % count == a]
                if best[s] < priced([high[k] for k in some], [others[k] for k in some], room, fee):
                    raise Invalid(f"{own['best'].where}: fails at state {game.states[s]!r}")
            if min(low) < -toll:
                raise Invalid(f"{own['value'].where}: fails at state {game.states[s]!r}")
            joint = products([row[s] for row in expert])
            low = [min(low)] * len(low) if measure == "mu" else low
            kept += mass[s] * sum((p * min(d, toll) for p, d in zip(joint, low)), ZERO)
        bounds.append(game.at_start(best) - game.at_start(value) + (price * budget - kept) / (1 - g))
    return max(bounds)


def priced(values: list[Fraction], row: list[Fraction], room: Fraction, fee: Fraction) -> Fraction:
    """max of y.values - fee (mass moved from `row`), at most `room` moved"""
    top, total = max(values), sum((p * v for p, v in zip(row, values)), ZERO)
    for v, p in sorted(zip(values, row)):
        amount = min(room, p) if top - v > fee else ZERO
        total, room = total + amount * (top - v - fee), room - amount
    return total


def most_visits(game: Game) -> list[Fraction]:
    """Upper bounds of every policy's occupancy: g^k where the first visit is after k >= 1 steps"""
    steps = {s: 0 for s, p in enumerate(game.initial) if p}
    waiting = list(steps)
    for s in waiting:
        for k in range(game.offsets[s], game.offsets[s + 1]):
            for t, _ in game.next[k]:
                if t not in steps:
                    steps[t] = steps[s] + 1
                    waiting.append(t)
    g = game.discount
    return [g ** steps[s] if steps.get(s) else (1 - g) * p + g if p else ZERO for s, p in enumerate(game.initial)]
