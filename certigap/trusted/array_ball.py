"""FORMAT 16: the balls B_BC(eps) and B_rho(eps) of an array game: the expert's occupancy, and how far a policy is."""

import math
from fractions import Fraction
from typing import NamedTuple

from arrays import ArrayGame, Container, PolicyRows
from limits import spend

BITS = 28
ONE = 1 << BITS  # of the units of shares and of mass that moves
UNIT = 1 << 61  # of an occupancy's


def share(part: int, whole: int) -> int:
    """part/whole in units of 2^-28, rounded down, at most 4; 0 where there is nothing."""
    return min((part << BITS) // whole, 4 * ONE) if whole > 0 else 0


def up(number: int, shares: int) -> int:
    """number times shares, rounded up."""
    return -(-number * shares >> BITS)


class Ball(NamedTuple):
    """The expert, m, m - slack <= mu, what m lacks of mu in all, the slack, the largest error and its measure."""

    expert: PolicyRows
    mass: list[int]
    lower: list[int]
    missing: Fraction
    slack: int
    radius: Fraction
    measure: str

    def rooms(self, players: int) -> list[int]:
        """The mass that a joint row may move, min(1, spread / (2 m)), rounded up."""
        spread = self.radius * (players if self.measure == "bc" else 1)
        most = min(math.ceil(spread * UNIT), 2 * UNIT)
        return [min(share(most, 2 * m) + 1, ONE) if m > 0 else ONE for m in self.lower]

    def budget(self, players: int, g: Fraction) -> Fraction:
        """The distance of the joint rows of so many players, expected over mu, is at most this."""
        return self.radius * (players if self.measure == "bc" else 1 + g)


def passes(game: ArrayGame, count: int) -> None:
    """Pay for passes over the game."""
    spend(8 * count * len(game.scales) * (len(game.columns) + 4 * len(game.denominators)))


def masses_of(game: ArrayGame, file: Container, name: str) -> list[int]:
    mass = list(file.arrays[name])
    if len(mass) != len(game.own) or min(mass) < 0 or sum(mass) > UNIT:
        file.fail("an occupancy at every state, its sum at most 2^61")
    return mass


def occupancy(game: ArrayGame, expert: PolicyRows, mass: list[int]) -> tuple[int, Fraction]:
    """By how much m may be above mu at a state, and how much of mu is above m in all."""
    top, bottom = game.discount.numerator, game.discount.denominator
    after, weight = [0] * len(mass), sum(game.initial)
    passes(game, 1)
    for s, sizes in enumerate(game.own):
        parts = [mass[s]]
        for j in range(len(sizes)):
            *row, den = expert[j][s]
            parts = [part * w // den for part in parts for w in row]
        for k, part in enumerate(parts, game.first[s]):
            for e in range(game.offsets[k], game.offsets[k + 1]):
                after[game.columns[e]] += part * game.weights[e] // game.denominators[k]
    starts = [(w * UNIT // weight) * (bottom - top) // bottom for w in game.initial]
    change = [start + top * new // bottom - old for start, new, old in zip(starts, after, mass)]
    rounding = len(game.scales) * len(game.denominators) + len(game.columns) + 3 * len(mass)
    below, above = -sum(min(d, 0) for d in change), sum(max(d, 0) for d in change) + rounding
    horizon = 1 / (1 - game.discount)
    return math.ceil(below * horizon), Fraction(above, UNIT) * horizon


def moves(ours: PolicyRows, theirs: PolicyRows) -> list[list[int]]:
    """`[n][S]` distances of rows, in units of 2^-28, rounded up; 0 where they are equal."""
    result = []
    for own, others in zip(ours, theirs):
        result.append([])
        for (*row, den), (*other, size) in zip(own, others):
            apart = sum(abs(w * den - v * size) for v, w in zip(row, other))
            result[-1].append(share(apart, den * size) + 1 if apart else 0)
    return result


def error(game: ArrayGame, ball: Ball, policy: PolicyRows, mass: list[int]) -> Fraction:
    """The error of a policy is at most this; for rho, by an occupancy `mass` of it."""
    moved = moves(ball.expert, policy)
    if not any(map(any, moved)):
        return Fraction(0)
    if ball.measure == "bc":
        return max(
            Fraction(sum(map(up, ball.mass, own)), UNIT) + ball.missing * Fraction(max(own), ONE) for own in moved
        )
    slack, missing = occupancy(game, policy, mass)
    joint = [min(sum(own), 2 * ONE) for own in zip(*moved)]
    seen = sum(abs(a - b) + up(min(a, b), far) for a, b, far in zip(ball.mass, mass, joint))
    return Fraction(seen + ball.slack + slack, UNIT) + ball.missing + missing
