"""FORMAT 8.5 and 8.6: games of one state, by the vertices of the balls."""

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from game import Game, Policy, matrix
from kernel import LOWER, UPPER, Rows, read_radius
from limits import Limit, hold, longest, spend, weight
from reading import TWO, ZERO, Invalid, Node

MAX_VERTICES = 200_000  # of a ball of rows
MAX_NODES = 500_000  # of a search over vertices


def theorem_vertices(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """One state: each gap is convex in every row, so all players but one go through vertices, that one greedily."""
    if game.size != 1:
        proof.fail("a game of one state")
    balls, left_out = [Rows(own[0], min(radius, TWO)) for own in expert], proof.fields(game.players)
    unit, shown = math.prod(ball.den for ball in balls), ZERO
    for i, player in enumerate(game.players):
        k = game.players.index(left_out[player].one_of(game.players))
        enumerated = [ball_vertices(ball, proof) if j != k else [ball.start] for j, ball in enumerate(balls)]
        profiles = math.prod(map(len, enumerated))
        spend(2 * profiles * game.pass_work * weight(game.bits + unit.bit_length()))
        best = max(vertex_gap(game, i, k, balls[k], profile) for profile in itertools.product(*enumerated))
        shown = max(shown, Fraction(best, unit * game.reward_den[i]))
    return shown / (1 - game.discount)


def ball_vertices(ball: Rows, proof: Node) -> list[list[int]]:
    """Rows whose hull is the ball: one receiver, a set of emptied donors, at most one partial donor."""
    found: list[list[int]] = []
    for receiver in range(len(ball.center)):
        masses = [0 if a == receiver else w for a, w in enumerate(ball.center)]
        for gift in gifts(masses, min(ball.spare, sum(masses))):
            if len(found) == MAX_VERTICES:
                raise Limit(f"{proof.where}: expected a ball of at most {MAX_VERTICES} vertices")
            spend(4 * len(masses))
            hold(len(found) * len(masses), ball.den.bit_length())
            found.append([w - x for w, x in zip(ball.center, gift)])
            found[-1][receiver] += sum(gift)
    return found


def gifts(masses: list[int], total: int, taken: tuple[int, ...] = (), partial: int = 0) -> Iterator[list[int]]:
    """All z <= masses of that sum, every entry 0 or its mass, but for one at most (`partial`: the largest kept)."""
    k = len(taken)
    if total == 0:
        yield [*taken, *[0] * (len(masses) - k)]
    elif k == len(masses):
        for j, mass in enumerate(masses):
            if not taken[j] and mass > total:
                yield [*taken[:j], total, *taken[j + 1 :]]
    elif sum(masses[k:]) + partial >= total:
        if 0 < masses[k] <= total:
            yield from gifts(masses, total - masses[k], (*taken, masses[k]), partial)
        yield from gifts(masses, total, (*taken, 0), max(partial, masses[k]))


def vertex_gap(game: Game, i: int, k: int, ball: Rows, profile: Sequence[list[int]]) -> int:
    """Player `i`'s largest gain, the row of `k` any of its ball, the others as in the profile; over all dens."""
    strides, sizes = game.strides[0], game.sizes[0]
    weights = [(0, 1)]
    for j, row in enumerate(profile):
        if j not in (i, k):
            weights = [(at + b * strides[j], p * w) for at, p in weights for b, w in enumerate(row) if w]

    def payoff(at: int) -> int:
        return sum(p * game.rewards[i][at + b] for b, p in weights)

    if k == i:
        q = [payoff(a * strides[i]) for a in range(sizes[i])]
        return max(q) * ball.den - ball.optimum(q.__getitem__, LOWER)
    table = [[payoff(a * strides[i] + b * strides[k]) for b in range(sizes[k])] for a in range(sizes[i])]
    own = [sum(w * row[b] for w, row in zip(profile[i], table)) for b in range(sizes[k])]
    gains = [[sum(profile[i]) * x - y for x, y in zip(row, own)] for row in table]
    return max(ball.optimum(row.__getitem__, UPPER) for row in gains)


def theorem_vertex_search(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """Two players, one state: no vertex of the opponent's ball has a larger gap than `bound`, by branch and bound."""
    if game.n != 2 or game.size != 1:
        proof.fail("a game of two players and one state")
    bound, steps = read_radius(proof.fields(("bound",))["bound"]), counted(proof, MAX_NODES)
    balls = [Rows(own[0], min(radius, TWO)) for own in expert]
    for i, player in enumerate(game.players):
        own, other = balls[i], balls[1 - i]
        table = matrix(game, i) if i == 0 else [list(column) for column in zip(*matrix(game, i))]
        limit = bound * (1 - game.discount) * own.den * other.den * game.reward_den[i]
        spend(4 * len(table) * game.pass_work * len(table[0]) * weight(game.bits))
        for best in table:
            gains = [[u - v for u, v in zip(best, line)] for line in table]
            for receiver in range(len(best)):
                if not VertexSearch(own, other, gains, receiver, limit, steps).is_bounded():
                    raise Invalid(f"{proof.where}: a policy of the ball has a larger gap of player {player}")
    return bound


def counted(node: Node, count: int) -> Iterator[int]:
    """So many steps; then it is too much work."""
    yield from range(count)
    raise Limit(f"{node.where}: expected a search of at most {count} nodes")


class VertexSearch:
    """The gap of a deviation over the opponent's rows center - z + (sum z) at the receiver, one z partial at most."""

    def __init__(
        self, own: Rows, other: Rows, gains: list[list[int]], receiver: int, limit: Fraction, steps: Iterator[int]
    ) -> None:
        self.own, self.gains, self.limit, self.steps = own, gains, limit, steps
        self.orders = [sorted(range(len(line)), key=line.__getitem__) for line in gains]
        self.masses = [0 if b == receiver else w for b, w in enumerate(other.center)]
        self.total, self.row = min(other.spare, sum(self.masses)), list(other.center)
        self.row[receiver] += self.total
        self.weight = weight(own.den.bit_length() + other.den.bit_length() + max(map(longest, gains)))

    def is_bounded(self) -> bool:
        free = sorted((b for b, mass in enumerate(self.masses) if mass), key=lambda b: -self.masses[b])
        if self.bound(self.row, free, self.total) <= self.limit:
            return True
        return bool(free) and all(self.divide(self.row, [b for b in free if b != p], self.total, p) for p in free)

    def divide(self, row: list[int], free: list[int], left: int, partial: int) -> bool:
        """The vertices that empty or keep the free donors, `partial` giving the rest of `left`"""
        room = [partial, *free]
        if not 0 <= left <= sum(self.masses[b] for b in room) or self.bound(row, room, left) <= self.limit:
            return True
        if not free:
            return False
        emptied = list(row)
        emptied[free[0]] -= self.masses[free[0]]
        rest = left - self.masses[free[0]]
        return self.divide(row, free[1:], left, partial) and self.divide(emptied, free[1:], rest, partial)

    def bound(self, row: list[int], room: list[int], left: int) -> int:
        """Own row outermost; for each of its actions the `left` is taken where it costs least."""
        next(self.steps)
        spend(len(self.gains) * (len(row) + 2) * self.weight)
        give = {b: self.masses[b] for b in room}

        def value(a: int) -> int:
            gains, rest = self.gains[a], left
            total = sum(w * x for w, x in zip(row, gains))
            for b in self.orders[a]:
                moved = min(rest, give.get(b, 0))
                total, rest = total - moved * gains[b], rest - moved
            return total

        return self.own.optimum(value, UPPER)
