"""FORMAT 19: an interval around the largest gap in a ball of policies of a game that ends.

Upper ends: two theorems; or for every player either the pair bound of 5.6, step by step, or the difference of two
bounds by coupling, of V* from above and of V from below, for which the others (everybody) play as the expert until they
first do not: together with it, apart after it.
"""

import math
from fractions import Fraction

from course import Course, RowSets, Vectors, check_backward, largest_distances, read_vectors
from game import Policy
from horizon import FiniteGame, Timed, rows_finite
from kernel import LOWER, UPPER, Ask, Rows, Sets, Step, read_radius, rounds, widest
from limits import bits, hold, longest, products, spend, summed, weight
from multipliers import backups
from pairs import PairBounds, PairStep
from reading import ONE, TWO, ZERO, Invalid, Node
from theorems import check_dominance
from worst_case import claim_worst_case

GRID = 1 << 64  # of bounds of visits, rounded up


def finite_worst_case(game: FiniteGame, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return claim_worst_case(game, claim, proof, ask, BOUNDS, (rows_finite, Course, largest_distances))


class Ball:
    """The policies whose error is at most `radius` at every step."""

    def __init__(self, game: FiniteGame, expert: Timed, measure: str, radius: Fraction, mass: Vectors) -> None:
        self.game, self.expert, self.measure, self.radius = game, expert, measure, radius
        self.mass = mass  # [H] at most the expert's occupancy

    def joint(self, t: int, players: int) -> tuple[Fraction, Fraction]:
        """B and b: sum_s mu_t D <= B, and mu_t(s) D(s) <= b at each, D the distance of so many players' joint rows."""
        if self.measure == "bc":
            return players * self.radius, players * self.radius
        if self.measure == "rho":
            return self.radius * (2 if t else 1), self.radius
        return TWO, TWO

    def within(self, t: int, s: int, spread: Fraction) -> Fraction:
        """The largest D(s) at step t that the spread allows."""
        mass = self.mass[t][s]
        return min(TWO, spread / mass) if mass > 0 and self.measure != "mu" else TWO

    def sets(self) -> RowSets:
        """`[H][n][S]` the rows that the ball allows, each alone."""

        def make(t: int) -> Sets:
            radii = [self.within(t, s, self.radius) for s in range(self.game.size)]
            return [[Rows(row, radius) for row, radius in zip(own, radii)] for own in self.expert[t]]

        return RowSets(self.game.horizon, make)


def theorem(game: FiniteGame, expert: Timed, measure: str, radius: Fraction, limit: Fraction, node: Node) -> Fraction:
    """`trivial`: 2 max c_i N_H; `dse`: max c_i eps sum_t g^t [ n N_(H-t) - (n-1) ], if the expert is dominant."""
    members = node.fields(("name", "proof"))
    scale = max(game.half_range(i) for i in range(game.n))
    if members["name"].one_of(("trivial", "dse") if measure == "bc" else ("trivial",)) == "trivial":
        members["proof"].fields()
        return 2 * scale * game.worth(game.horizon)
    everything = RowSets(game.horizon, lambda t: [[Rows(row, TWO) for row in own] for own in expert[t]])
    for i, player in enumerate(game.players):
        own = members["proof"].fields(game.players)[player].fields(("best_upper", "best_lower"))
        high, low = (read_vectors(game, own[side]) for side in ("best_upper", "best_lower"))
        check_backward(game, i, everything, high, Step.best_value, UPPER, own["best_upper"].where)
        check_backward(game, i, everything, low, Step.best_value, LOWER, own["best_lower"].where)
        for step, up, down in zip(expert, [*high[1:], game.end], [*low[1:], game.end]):
            for s in range(game.size):
                check_dominance(game, i, s, step[i][s], up, down, members["proof"].where)
    costs = summed(w * (game.n * game.worth(game.horizon - t) - game.n + 1) for t, w in enumerate(powers(game)))
    return scale * radius * costs


def powers(game: FiniteGame) -> list[Fraction]:
    """`[H]` g^t"""
    hold(game.horizon, game.horizon * bits(game.factor) if game.factor not in (0, 1) else 1)
    result = [ONE]
    for _ in range(1, game.horizon):
        spend(weight(bits(result[-1])))
        result.append(result[-1] * game.factor)
    return result


def steps(game: FiniteGame, expert: Timed, measure: str, radius: Fraction, limit: Fraction, node: Node) -> Fraction:
    """The largest bound over the players."""
    players = node.fields(("occupancy", "players"))["players"].fields(game.players)
    ball = Ball(game, expert, measure, radius, Course(game, expert, node).masses(LOWER))
    sets, bounds = ball.sets(), [ZERO]
    for i, player in enumerate(game.players):
        if "pair" in players[player].fields((), ("pair", "optimum", "value")):
            bounds.append(pair(ball, i, sets, players[player].fields(("pair",))["pair"]))
            continue
        own = players[player].fields(("optimum", "value"))
        bounds.append(optimum(ball, i, sets, own["optimum"]) - value(ball, i, sets, own["value"]))
    return max(bounds)


def pair(ball: Ball, i: int, sets: RowSets, node: Node) -> Fraction:
    """nu.X_0 for four timelines H, B, L, X: 5.5, 5.5, 5.4 and 5.6 at every step."""
    game = ball.game
    high, best, low, up = (read_vectors(game, part) for part in node.items(4))
    check_backward(game, i, sets, high, Step.best_value, UPPER, node.where)
    check_backward(game, i, sets, best, Step.best_value, LOWER, node.where)
    check_backward(game, i, sets, low, Step.policy_value, LOWER, node.where)
    ends = ([*vectors[1:], game.end] for vectors in (high, best, low, up))
    deviations = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    for t, (rows, now, *later) in enumerate(zip(sets, up, *ends)):
        known = PairBounds(*later)
        length = game.bits + known.den.bit_length() + known.bits + now.bits + widest(game, rows)
        spend(4 * rounds(game) * deviations * weight(length))
        for s in range(game.size):
            step, own = PairStep(game, i, s), [row[s] for row in rows]
            left = now.num[s] * known.den * step.unit * math.prod(row.den for row in own)
            if left < now.den * step.gap_value(own, known):
                raise Invalid(f"{node.where}: gap vector fails at step {t}, state {game.states[s]!r}")
    return game.at_start(up[0])


def optimum(ball: Ball, i: int, sets: RowSets, node: Node) -> Fraction:
    """An upper bound of nu.V*: timelines apart (5.5) and together, and a price a step."""
    game, visits = ball.game, most_visits(ball.game, i, ball.expert)
    apart, together, prices = coupled(game, node)
    check_backward(game, i, sets, apart, Step.best_value, UPPER, node.where)
    shown = game.at_start(together[0])
    ends = zip(ball.expert, together, [*together[1:], game.end], [*apart[1:], game.end], prices, visits, powers(game))
    for t, (step, now, later, moved, price, visit, weighed) in enumerate(ends):
        budget, spread = ball.joint(t, game.n - 1)
        for s in range(game.size):
            stride, count = game.strides[s][i], game.sizes[s][i]
            kept, gone = backups(game, i, s, later), backups(game, i, s, moved)
            others = products([[ONE] * count if j == i else step[j][s] for j in range(game.n)])
            fee = 2 * price * max(ball.mass[t][s], ZERO) / visit[s] if visit[s] else ZERO
            for a in range(count):
                some = [k for k in range(len(kept)) if (k // stride) % count == a]
                row, q0, q1 = ([part[k] for k in some] for part in (others, kept, gone))
                if now[s] < strayed(row, q0, q1, ball.within(t, s, spread) / 2, fee):
                    raise Invalid(f"{node.where}: fails at step {t}, state {game.states[s]!r}")
        shown = summed((shown, weighed * price * budget))
    return shown


def value(ball: Ball, i: int, sets: RowSets, node: Node) -> Fraction:
    """A lower bound of nu.V: the same from below, everybody straying; over rho the expert's less c_i N_H eps."""
    game = ball.game
    if ball.measure == "rho":
        node.fields(("values",))
        drift = game.half_range(i) * game.worth(game.horizon) * ball.radius
        return Course(game, ball.expert, node).value(i, LOWER) - drift
    apart, together, prices = coupled(game, node)
    check_backward(game, i, sets, apart, Step.policy_value, LOWER, node.where)
    shown = game.at_start(together[0])
    ends = zip(ball.expert, together, [*together[1:], game.end], [*apart[1:], game.end], prices, powers(game))
    for t, (step, now, later, moved, price, weighed) in enumerate(ends):
        budget, spread = ball.joint(t, game.n)
        for s in range(game.size):
            kept, gone = ([-x for x in backups(game, i, s, part)] for part in (later, moved))
            joint = products([own[s] for own in step])
            if -now[s] < strayed(joint, kept, gone, ball.within(t, s, spread) / 2, 2 * price):
                raise Invalid(f"{node.where}: fails at step {t}, state {game.states[s]!r}")
        shown = summed((shown, -weighed * price * budget))
    return shown


def coupled(game: FiniteGame, node: Node) -> tuple[Vectors, Vectors, list[Fraction]]:
    members = node.fields(("apart", "together", "prices"))
    prices = [read_radius(price) for price in members["prices"].items(game.horizon)]
    return read_vectors(game, members["apart"]), read_vectors(game, members["together"]), prices


def strayed(row: list[Fraction], q0: list[Fraction], q1: list[Fraction], room: Fraction, fee: Fraction) -> Fraction:
    """max of the kept mass times q0 and the moved mass, at most `room`, times the best q1 less the fee"""
    length = longest(q0) + longest(q1) + longest(row)
    spend(16 * len(row) * weight(2 * length + bits(room) + bits(fee)))
    best, total = max(q1) - fee, summed(p * x for p, x in zip(row, q0))
    for gain, p in sorted(((best - x, p) for p, x in zip(row, q0) if p), reverse=True):
        amount = min(room, p) if gain > 0 else ZERO
        total, room = total + amount * gain, room - amount
    return total


def most_visits(game: FiniteGame, i: int, expert: Timed) -> list[list[Fraction]]:
    """`[H][S]` upper bounds of where player `i` alone can bring the game by step t, the others playing the expert."""
    now, result = game.initial, []
    for step in expert:
        result.append(now)
        following = [ZERO] * game.size
        for s in range(game.size):
            if now[s]:
                for t, most in farthest(game, i, step, s).items():
                    spend(4 * weight(bits(following[t]) + bits(now[s]) + bits(most)))
                    following[t] += now[s] * most
        now = [min(ONE, Fraction(math.ceil(x * GRID), GRID)) for x in following]
    return result


def farthest(game: FiniteGame, i: int, step: Policy, s: int) -> dict[int, Fraction]:
    """For every next state the largest probability over the own actions."""
    stride, count = game.strides[s][i], game.sizes[s][i]
    others = products([[ONE] * count if j == i else step[j][s] for j in range(game.n)])
    chances: list[dict[int, Fraction]] = [{} for _ in range(count)]
    spend(4 * game.work[s] * weight(longest(others) + bits(game.next_den[s])))
    for k, p in enumerate(others):
        own = chances[k // stride % count]
        for t, w in game.next[game.offsets[s] + k] if p else ():
            own[t] = own.get(t, ZERO) + p * Fraction(w, game.next_den[s])
    return {t: max(own.get(t, ZERO) for own in chances) for t in {t for own in chances for t in own}}


BOUNDS = {"theorem": theorem, "steps": steps}  # of an upper end
