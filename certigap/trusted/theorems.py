"""FORMAT 8.1 to 8.4: theorems, each a bound for the policies with eps_bc <= radius."""

from fractions import Fraction

from game import Game, Policy, Vector
from kernel import LOWER, UPPER, Ask, Rows, Step, check_interval, check_vector, read_radius, show
from limits import bits, longest, spend, summed, weight
from reading import TWO, ZERO, Invalid, Node
from rules import ADMITTED, RULES, rule
from values import Evaluation


def largest_scale(game: Game) -> Fraction:
    """max c_i / (1 - g)^2"""
    return max(game.half_range(i) for i in range(game.n)) / (1 - game.discount) ** 2


def theorem_trivial(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    proof.fields()
    return 2 * largest_scale(game) * (1 - game.discount)


def theorem_value_gap(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    proof.fields()
    return game.n * radius * largest_scale(game)


def theorem_dse(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """Statewise dominance over the region of all policies."""
    everything = [[Rows(row, TWO) for row in own] for own in expert]
    for i, player in enumerate(game.players):
        own = proof.fields(game.players)[player].fields(("best_upper", "best_lower"))
        high, low = Vector(game.size, own["best_upper"]), Vector(game.size, own["best_lower"])
        check_vector(game, i, everything, high, Step.best_value, UPPER, own["best_upper"].where)
        check_vector(game, i, everything, low, Step.best_value, LOWER, own["best_lower"].where)
        for s in range(game.size):
            check_dominance(game, i, s, expert[i][s], high, low, proof.where)
    factor = 1 + game.discount * (game.n - 1) if measure == "bc" else min(TWO, (1 + game.discount) ** 2)
    return factor * largest_scale(game) * radius


def check_dominance(game: Game, i: int, s: int, row: list[Fraction], high: Vector, low: Vector, where: str) -> None:
    stride, count = game.strides[s][i], game.sizes[s][i]
    spend(8 * count * game.work[s] * weight(game.bits + high.bits + low.bits))
    for k in range(game.offsets[s], game.offsets[s + 1]):
        a = (k - game.offsets[s]) // stride % count
        for best in range(count) if row[a] else ():
            other = k + (best - a) * stride
            change, future = dict(game.next[other]), ZERO
            for t, w in game.next[k]:
                change[t] = change.get(t, 0) - w
            for t, w in change.items():
                future += Fraction(w, game.next_den[s]) * (high[t] if w > 0 else low[t])
            gain = Fraction(game.rewards[i][other] - game.rewards[i][k], game.reward_den[i]) + game.discount * future
            if gain > 0:
                inside = k - game.offsets[s]
                profile = [own[inside // d % len(own)] for d, own in zip(game.strides[s], game.actions[s])]
                raise Invalid(
                    f"{where}: the hypothesis fails at state {game.states[s]!r}: against the profile {profile}, player "
                    f"{game.players[i]} may gain {show(gain)} by {game.actions[s][i][best]!r}"
                )


def theorem_concentrability(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """[n eps + min(K_i, 2)] c_i / (1 - g)^2 + eta; the visits of a deviation sum to 1, distances are at most 2"""
    reach = proof.fields(("occupancy", "values", "optima", "reach"))["reach"].fields(game.players)
    shown, bounds = Evaluation(game, expert, proof), [ZERO]
    occupancy = [max(shown.occupancy(LOWER)[s], ZERO) for s in range(game.size)]
    for i, player in enumerate(game.players):
        grouped = isinstance(reach[player].value, dict)
        most = (
            rule("visits", "most")(game, expert, i, reach[player])
            if grouped
            else by_target(game, i, shown, reach[player])
        )
        moved = knapsack(most, occupancy, radius * (game.n - 1 if measure == "bc" else 1 + game.discount))
        spent = radius * (game.n if measure == "bc" else 1 - game.discount)
        bounds.append((spent + min(moved, TWO)) * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds) + shown.nash_gap(UPPER)


def by_target(game: Game, i: int, shown: Evaluation, reach: Node) -> list[Fraction]:
    """`[S]` upper bounds of M_i, from one vector a target state."""
    most, unit = [], game.discount.denominator - game.discount.numerator
    for t, node in enumerate(reach.items(game.size)):
        spend(game.pass_work)
        vector, rewards = Vector(game.size, node), [0] * game.offsets[-1]
        for k in range(game.offsets[t], game.offsets[t + 1]):
            rewards[k] = unit
        backed = (rewards, game.discount.denominator)
        check_vector(game, i, shown.rows, vector, Step.best_value, UPPER, node.where, backed)
        most.append(max(ZERO, game.at_start(vector)))
    return most


def knapsack(gains: list[Fraction], costs: list[Fraction], budget: Fraction) -> Fraction:
    """max { sum gains D : sum costs D <= budget, 0 <= D <= 2 }"""
    length = longest(gains) + longest(costs)
    spend(4 * len(gains) * len(gains).bit_length() * weight(length))
    total = summed(2 * gain for gain, cost in zip(gains, costs) if not cost)
    for gain, cost in sorted(((g, c) for g, c in zip(gains, costs) if c), key=lambda x: x[0] / x[1], reverse=True):
        spend(4 * weight(bits(total) + bits(budget) + length))
        amount = min(TWO, budget / cost)
        total, budget = total + gain * amount, budget - cost * amount
    return total


def bound_theorem(game: Game, expert: Policy, measure: str, radius: Fraction, limit: Fraction, node: Node) -> Fraction:
    """What a theorem that holds for the measure shows of every gap in the ball."""
    parts = node.fields(("name", "proof"))
    name = parts["name"].one_of(ADMITTED[measure])
    shown: Fraction = rule("theorem", name)(game, expert, radius, parts["proof"], measure)
    return shown


def claim_theorem_instance(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    name = claim.fields(("theorem",), claim.value)["theorem"].one_of(RULES["theorem"])
    key = "value_gap" if name == "value-gap" else "nash_gap"
    members = claim.fields(("kind", "theorem", "expert", "radius", key))
    members[key].fields(("upper",))
    radius = read_radius(members["radius"])
    shown = rule("theorem", name)(game, ask("expert"), radius, proof)
    words = check_interval(members[key], lambda sign: shown)
    return [f"by theorem {name}, over the policies with eps_bc <= {show(radius)}: every {key} {words}"]
