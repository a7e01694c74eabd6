"""FORMAT 5: vectors, row sets, nesting, and the one-pass inequalities at every state."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from fractions import Fraction

from game import Game, Policy, Vector
from limits import common, spend, weight
from reading import ZERO, Invalid, Node

LOWER, UPPER = -1, 1
SIDES = {LOWER: "lower", UPPER: "upper"}
Box = tuple[list[Fraction], list[Fraction]]  # lower and upper ends of a row
Boxes = dict[tuple[int, int], Box]  # by (player, state)
Weights = list[tuple[int, int]]  # (state, integer weight)
Rewards = tuple[list[int], int]  # numerators of each row, denominator
Function = Callable[[int], int]
Derive = Callable[[int], Fraction]  # side -> what the proof shows
Ask = Callable[[str], Policy]  # role -> the claim's policy


class Rows:
    """The rows y with `lower <= y <= upper`, `sum y = 1`, `||y - center||_1 <= radius`, as integers over `den`."""

    def __init__(self, center: list[Fraction], radius: Fraction = ZERO, box: Box | None = None) -> None:
        lower, upper = box or ([], [])
        radius = radius if len(center) > 1 else ZERO
        self.den = den = 2 * common((*center, *lower, *upper, radius), 6 * len(center))
        spend(8 * len(center) * weight(den.bit_length()))
        scaled = ([x.numerator * (den // x.denominator) for x in row] for row in (center, lower, upper))
        self.center, low, high = scaled if box else (next(scaled), [0] * len(center), [den] * len(center))
        self.start = [min(max(e, l), u) for e, l, u in zip(self.center, low, high)]
        self.need = self.den - sum(self.start)
        self.moved = abs(self.need) + sum(abs(y - e) for y, e in zip(self.start, self.center))
        self.spare = (int(radius * self.den) - self.moved) // 2
        room = sum(high) - self.den if self.need >= 0 else self.den - sum(low)
        self.is_empty = room < 0 or self.spare < 0 or any(l > u for l, u in zip(low, high))
        self.is_point = self.spare == 0 and self.need == 0
        self.support = [(a, w) for a, w in enumerate(self.start) if w and self.is_point]
        self.is_simplex = box is None and radius >= 2
        self.give = [y - l for y, l in zip(self.start, low)]
        self.take = [u - y for y, u in zip(self.start, high)]

    def optimum(self, value: Function, sign: int, price: int = 0) -> int:
        """`den * max over y of sum_a y[a] value(a)` for an integer-valued function; the minimum when `sign` is -1.
        With a `price` (a maximum, with a box): of the sum less `price * ||y - center||_1`.
        """
        if self.is_point:
            total = -price * self.moved
            for a, w in self.support:
                total += w * value(a)
            return total
        c = [sign * value(a) for a in range(len(self.start))]
        if self.is_simplex:
            return sign * self.den * max(c)
        worst = sorted(range(len(c)), key=c.__getitem__)
        donors = deque([c[a], self.give[a]] for a in worst if self.give[a])
        takers = deque([c[a], self.take[a]] for a in reversed(worst) if self.take[a])
        total = sum(w * x for w, x in zip(self.start, c))
        total += shift(takers, self.need) - shift(donors, -self.need) - price * self.moved
        spare = self.spare
        while spare and donors and takers and takers[0][0] - donors[0][0] > 2 * price:
            amount = min(spare, donors[0][1], takers[0][1])
            total += shift(takers, amount) - shift(donors, amount) - 2 * price * amount
            spare -= amount
        return sign * total


def shift(entries: deque[list[int]], amount: int) -> int:
    """Use `amount` of the first entries' capacities (in place); the sum of amount times coefficient."""
    total = 0
    while amount > 0:
        used = min(amount, entries[0][1])
        total += used * entries[0][0]
        amount -= used
        entries[0][1] -= used
        if not entries[0][1]:
            entries.popleft()
    return total


def point_rows(policy: Policy) -> "Sets":
    """A point a row; the same row is the same point."""
    points = {key: Rows(row) for key, row in {id(row): row for own in policy for row in own}.items()}
    return [[points[id(row)] for row in own] for own in policy]


def nest(rows: Sequence[Rows], order: list[int], value: Function, row: int, strides: list[int], sign: int) -> int:
    """FORMAT 5.3: the optimum over the players of `order`, outermost first."""
    if not order:
        return value(row)
    i, rest = order[0], order[1:]
    return rows[i].optimum(lambda a: nest(rows, rest, value, row + a * strides[i], strides, sign), sign)


def over_others(rows: Sequence[Rows], i: int, value: Function, row: int, strides: list[int], sign: int) -> int:
    """The opponents' optimum, the better bound over the rotations of their order."""
    if len(rows) == 2 and len(rows[1 - i].start) > 1:  # one order, taken at once
        return rows[1 - i].optimum(lambda a: value(row + a * strides[1 - i]), sign)
    others = [j for j in range(len(rows)) if j != i and len(rows[j].start) > 1]
    idle = math.prod(row.den for j, row in enumerate(rows) if j != i and len(row.start) == 1)
    turns = 1 if all(rows[j].is_point for j in others) else len(others)
    results = [nest(rows, others[t:] + others[:t], value, row, strides, sign) for t in range(turns)]
    return sign * min(sign * x for x in results) * idle


class Step:
    """One state's backups for player `i`: integers over `unit * vector.den`, rows of the state being `first ..`."""

    def __init__(self, game: Game, i: int, s: int, reward: Rewards | None = None) -> None:
        self.game, self.i, self.s = game, i, s
        self.rewards, self.reward_den = reward or (game.rewards[i], game.reward_den[i])
        self.paid = self.rewards  # to the player; `rewards` to who deviates
        self.top, self.bottom = game.discount.numerator, game.discount.denominator
        self.unit = self.reward_den * self.bottom * game.next_den[s]
        self.first, self.strides = game.offsets[s], game.strides[s]
        self.actions = range(game.sizes[s][i])

    def row_value(self, vector: Vector) -> Function:
        """Row k -> reward + discount * next . vector"""
        fixed, moving = self.bottom * self.game.next_den[self.s] * vector.den, self.reward_den * self.top
        rewards, following, num = self.rewards, self.game.next, vector.num

        def value(k: int) -> int:
            future = 0
            for t, w in following[k]:
                future += w * num[t]
            return rewards[k] * fixed + moving * future

        return value

    def policy_value(self, rows: Sequence[Rows], vector: Vector, sign: int) -> int:
        """Own row outermost (FORMAT 5.4)."""
        value, stride = self.row_value(vector), self.strides[self.i]
        return rows[self.i].optimum(
            lambda a: over_others(rows, self.i, value, self.first + a * stride, self.strides, sign), sign
        )

    def best_value(self, rows: Sequence[Rows], vector: Vector, sign: int) -> int:
        """Best own action; for a lower bound also the center's own row, before the opponents choose (FORMAT 5.5)."""
        value, i, stride = self.row_value(vector), self.i, self.strides[self.i]
        result = max(over_others(rows, i, value, self.first + a * stride, self.strides, sign) for a in self.actions)
        if sign > 0 or len(self.actions) == 1:
            return result * rows[i].den

        def centred(k: int) -> int:
            return sum(w * value(k + a * stride) for a, w in enumerate(rows[i].center) if w)

        return max(result * rows[i].den, over_others(rows, i, centred, self.first, self.strides, sign))


Sets = list[list[Rows]]  # [n][S]
Backup = Callable[[Step, Sequence[Rows], Vector, int], int]


def rounds(game: Game) -> int:
    """Orders of nesting that the opponents of a player have, at most."""
    return max(1, game.n - 1)


def widest(game: Game, rows: Sets) -> int:
    """Bits of the denominators of a state's rows together, at most."""
    return max(sum(own[s].den.bit_length() for own in rows) for s in range(game.size))


def check_vector(
    game: Game, i: int, rows: Sets, vector: Vector, backup: Backup, sign: int, what: str, reward: Rewards | None = None
) -> None:
    """`vector >= backup(vector)` at every state (`<=` when `sign` is -1): it bounds the fixed point from that side."""
    spend(2 * rounds(game) * game.pass_work * weight(game.bits + vector.bits + widest(game, rows)))
    for s in range(game.size):
        step, own = Step(game, i, s, reward), [row[s] for row in rows]
        left = vector.num[s] * step.unit * math.prod(row.den for row in own)
        if sign * (left - backup(step, own, vector, sign)) < 0:
            raise Invalid(f"{what}: {SIDES[sign]} vector of player {game.players[i]} fails at state {game.states[s]!r}")


def show(x: Fraction, sign: int = LOWER) -> str:
    """A number in a message: itself when short, else six digits, rounded down, or up for an upper end."""
    if max(x.numerator.bit_length(), x.denominator.bit_length()) < 40:
        return str(x)
    power = (abs(x.numerator).bit_length() - x.denominator.bit_length()) * 30103 // 100000
    while Fraction(10) ** power > abs(x):
        power -= 1
    while Fraction(10) ** (power + 1) <= abs(x):
        power += 1
    unit = Fraction(10) ** (power - 5)
    digits = -(-x // unit) if sign == UPPER else x // unit
    return f"about {'-' if digits < 0 else ''}{abs(digits) // 10**5}.{abs(digits) % 10**5:05}e{power:+d}"


def check_interval(node: Node, derive: Derive) -> str:
    """Check a claimed interval against what the proof shows for either side; in words."""
    sides, words = node.fields((), ("lower", "upper")), []
    for sign, side in SIDES.items():
        if side in sides:
            claimed, shown = sides[side].rational(), derive(sign)
            if sign * (claimed - shown) < 0:
                raise Invalid(f"{node.where}: claims {side} {show(claimed)}, the proof shows {show(shown)}")
            words.append(f"{'>=' if sign == LOWER else '<='} {show(claimed, sign)}")
    if not words:
        node.fail("lower, upper or both")
    same = len(words) == 2 and sides["lower"].value == sides["upper"].value
    return f"= {words[0][3:]}" if same else " and ".join(words)


def read_radius(node: Node) -> Fraction:
    return node.rational() if node.rational() >= 0 else node.fail("a radius >= 0")
