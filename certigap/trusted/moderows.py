"""FORMAT 6.5: rows with kept and moved mass, and tree nodes that also bound a row's distance from the expert's."""

import math
from collections.abc import Sequence
from fractions import Fraction
from operator import mul
from typing import NamedTuple

from cover import split
from game import Game
from kernel import Box, Boxes
from limits import bits, common, longest, spend, summed, weight
from reading import ONE, TWO, ZERO, Node
from regions import Region, distance

GRID = 1 << 32  # of radii (rounded up) and of rates (rounded down)


class ModeRows:
    """The rows y with `l <= y <= u` and `||y - e||_1 >= low`, in integers over `den`."""

    def __init__(self, center: list[Fraction], box: Box | None, low: Fraction) -> None:
        lower, upper = box or ([ZERO] * len(center), [ONE] * len(center))
        self.den = den = common((*center, *lower, *upper, low, Fraction(1, 2 * GRID)), 10 * len(center)) * 2
        spend(16 * len(center) * weight(den.bit_length()))
        self.center, l, u = ([int(x * den) for x in row] for row in (center, lower, upper))
        self.kept = [min(e, y) for e, y in zip(self.center, u)]  # the most that is kept
        self.give = [k - min(e, y) for k, e, y in zip(self.kept, self.center, l)]
        self.got = [max(y - e, 0) for e, y in zip(self.center, l)]  # the least that is moved
        self.take = [max(y - e, 0) - m for e, y, m in zip(self.center, u, self.got)]
        self.lost = [e - k for e, k in zip(self.center, self.kept)]
        self.givers, self.takers = ([c for c, x in enumerate(row) if x] for row in (self.give, self.take))
        self.receivers = [r for r, (e, y) in enumerate(zip(self.center, u)) if y > e]
        self.donors = [c for c in range(len(center)) if self.lost[c] or self.give[c]]
        self.swaps = bool(self.donors) and all(any(r != c for r in self.receivers) for c in self.donors)
        self.cap = den - min((self.center[r] for r in self.receivers), default=den)
        self.need = den - sum(self.kept) - sum(self.got)  # what even the most kept and the least moved mass lacks
        self.least = sum(self.got) + max(self.need, 0)
        self.is_cut = any(self.lost) or any(self.got)
        self.low, self.free, self.half = low, int(low * den) // 2, den // GRID // 2

    def bound(self, q0: Sequence[int], q1: Sequence[int], price: int, most: int) -> int:
        """`den * row(q0, q1)` where at most `most` is moved, for a price of one unit of distance over `den`."""
        most = most if most < self.cap else self.cap
        filled, may_swap = self.fill(q0, q1, 2 * price, most)
        return min(filled, self.swap(q0, q1, 2 * price, most)) if may_swap and q0 is not q1 else filled

    def fill(self, q0: Sequence[int], q1: Sequence[int], fee: int, most: int) -> tuple[int, bool]:
        """R1: mass moves from the smallest q0 to the largest q1. R2 is as large unless an action gives to itself."""
        give, take, total, moved = self.give, self.take, sum(map(mul, self.kept, q0)), self.least
        if not moved and not self.free and max(q1) - min(q0) <= fee and not self.need:
            return total, False
        donors = sorted(self.givers, key=q0.__getitem__)
        takers = sorted(self.takers, key=q1.__getitem__, reverse=True)
        may_swap = self.swaps and self.is_cut
        if moved or self.need:
            give, less = used(donors, give, q0, -self.need)
            take, more = used(takers, take, q1, self.need)
            total += sum(map(mul, self.got, q1)) + more - less
        following, room, best, taker = iter(takers), 0, 0, -1
        free = self.free if self.free < most else most
        for c in donors:
            amount, value = give[c], q0[c]
            while amount:
                if not room:
                    taker = next(following, -1)
                    if taker < 0:
                        break
                    room, best = take[taker], q1[taker]
                    continue
                gain = best - value
                left = (most if gain > fee else free if gain > 0 else 0) - moved
                if left <= 0:
                    break
                some = min(amount, room, left)
                total, moved, amount, room = total + some * gain, moved + some, amount - some, room - some
                may_swap = may_swap or c == taker
            if amount:  # nobody takes it, or it does not pay
                break
        return total - fee * max(0, moved - self.free), may_swap

    def swap(self, q0: Sequence[int], q1: Sequence[int], fee: int, most: int) -> int:
        """R2: every donor gives to the best receiver but itself; up to `least` in any case."""
        *_, second, first = self.receivers[:1] + sorted(self.receivers, key=q1.__getitem__)
        gains = [q1[first if c != first else second] - q0[c] for c in self.donors]
        moved, least, free = sum(self.lost), sum(self.got), min(self.free, most)
        total: int = sum(map(mul, self.center, q0)) + sum(gain * self.lost[c] for gain, c in zip(gains, self.donors))
        for gain, amount in sorted(((gain, self.give[c]) for gain, c in zip(gains, self.donors)), reverse=True):
            limit = most if gain > fee else free if gain > 0 else 0
            some = max(min(amount, max(limit, least) - moved), 0)
            total, moved = total + some * gain, moved + some
            if some < amount:
                break
        return total - fee * max(0, moved - self.free)


def used(order: list[int], amounts: list[int], q: Sequence[int], need: int) -> tuple[list[int], int]:
    """The first amounts in the order, `need` together: what is left of all, and what those are worth."""
    left, total = [*amounts], 0
    for c in order if need > 0 else ():
        some = min(need, left[c])
        left[c], need, total = left[c] - some, need - some, total + some * q[c]
    return left, total


RowSet = tuple[ModeRows, int]  # with the largest mass that moves
ModeSets = list[list[RowSet]]  # [n][S]
Axis = tuple[int, list[int], int, int]  # a player; where its actions begin in a table, their span and stride
Around = list[tuple[ModeRows, int, int, Axis]]  # row set, largest mass, price and place, the innermost first


def axes(sizes: Sequence[int], order: Sequence[int], kept: int | None) -> list[Axis]:
    """How a table of joint actions, row-major, loses the players' axes one by one, the last of the order first."""
    left, result = [*sizes], list[Axis]()
    for j in reversed(order):
        if j != kept and sizes[j] > 1:
            stride, span = math.prod(left[j + 1 :]), math.prod(left[j:])
            starts = [first + k for first in range(0, math.prod(left), span) for k in range(stride)]
            result.append((j, starts, span, stride))
            left[j] = 1
    return result


def sup(around: Around, kept: list[int], moved: list[int]) -> list[int]:
    """The first part of sup[q0|q1], a number for every joint action of the players that are not around."""
    for place, (rows, most, price, (_, starts, span, stride)) in enumerate(around, 1):
        others = [moved[k : k + span : stride] for k in starts]
        own = others if kept is moved else [kept[k : k + span : stride] for k in starts]
        kept = [rows.bound(q0, q1, price, most) for q0, q1 in zip(own, others)]
        if own is others:
            moved = kept
        elif place < len(around):
            moved = [rows.bound(q1, q1, price, most) for q1 in others]
    return kept


class Held(NamedTuple):
    """What a node says of a row: its set (`None`: it has no row), box and largest distance; the mass that may move."""

    rows: ModeRows | None
    box: Box | None
    far: Fraction
    most: int  # half the largest distance over `rows.den`, as far as the row alone bounds it; -1 where no row is left


Change = tuple[int, int, Held]  # player, state, and what a half makes of this row


class Part:
    """The present node of a tree: `[n][S]` what is held of the rows, and `[n]` the least that they cost.

    A half changes one row; `enter` puts back what the halves on the way to another part of the tree have changed.
    """

    def __init__(self, region: Region, boxes: Boxes) -> None:
        self.region, self.path = region, list[tuple[int, int, Held, Fraction]]()
        self.mass, self.length = [(m.numerator, m.denominator) for m in region.mass], longest(region.mass)
        self.held: list[list[Held]] = []
        for j, own in enumerate(region.center):
            found = ((boxes.get((j, s)), s) for s in range(len(own)))
            self.held.append([self.hold(j, s, mode_rows(own[s], box, ZERO), box, TWO) for box, s in found])
        self.paid = [summed(m * low for m, low in zip(region.mass, self.lows(j)) if low) for j in range(len(self.held))]
        self.voids = sum(held.most < 0 for own in self.held for held in own)

    def hold(self, j: int, s: int, rows: ModeRows | None, box: Box | None, far: Fraction) -> Held:
        """A row set whose rows are at most `far` from the expert's."""
        if rows is None:
            return Held(rows, box, far, -1)
        reach = min(far, self.region.alone(j, s)) if len(rows.center) > 1 else ZERO
        return Held(rows, box, far, math.ceil(reach * GRID) * rows.half if rows.low <= reach else -1)

    def enter(self, depth: int, half: Change | None) -> None:
        """Go back to the node at that depth, and from there into a half."""
        while len(self.path) > depth:
            self.set(*self.path.pop())
        if half is not None:
            j, s, held = half
            before, mass = self.held[j][s], self.region.mass[s]
            self.path.append((j, s, before, self.paid[j]))
            more = (held.rows.low if held.rows else ZERO) - (before.rows.low if before.rows else ZERO)
            spend(weight(bits(more) + bits(mass)))
            self.set(j, s, held, summed((self.paid[j], mass * more)))

    def set(self, j: int, s: int, held: Held, paid: Fraction) -> None:
        self.voids += (held.most < 0) - (self.held[j][s].most < 0)
        self.held[j][s], self.paid[j] = held, paid

    def halves(self, game: Game, node: Node) -> tuple[Change, Change]:
        """By a row's entry as in 6.3; by its distance where the action is null."""
        player, state, action, at = node.items(4)
        j, s = game.players.index(player.one_of(game.players)), game.index[state.one_of(game.index)]
        rows, box, far, _ = self.held[j][s]
        center, low = self.region.center[j][s], rows.low if rows else ZERO
        if action.value is None:
            cut = at.rational() if 0 <= at.rational() <= 2 else at.fail("a distance in [0, 2]")
            beyond = mode_rows(center, box, max(low, cut))
            return (j, s, self.hold(j, s, rows, box, min(far, cut))), (j, s, self.hold(j, s, beyond, box, far))
        (high, a, cut), (least, _, _) = split(game, {(j, s): box} if box else {}, node)
        below, above = (least, [*high]), ([*least], high)
        below[1][a] = above[0][a] = cut
        first, second = (self.hold(j, s, mode_rows(center, half, low), half, far) for half in (below, above))
        return (j, s, first), (j, s, second)

    def lows(self, j: int) -> list[Fraction]:
        """lo_j(s)"""
        return [held.rows.low if held.rows else ZERO for held in self.held[j]]

    def sets(self) -> ModeSets | None:
        """The row sets, and the largest mass that moves in each; `None` when the node is seen to hold no policy."""
        if self.voids or max(self.paid) > self.region.spent:
            return None
        result: ModeSets = []
        for j, own in enumerate(self.held):
            left, lows = (self.region.spent - self.paid[j]) * GRID, self.lows(j)
            spend(8 * len(own) * weight(bits(left) + self.length + longest(lows)))
            top, bottom = left.numerator, left.denominator
            result.append([])
            for (rows, _, _, most), low, (m, den) in zip(own, lows, self.mass):
                if rows is None:  # counted by `voids`
                    return None
                if m:  # no more than low + left / m
                    over, under = top * den * low.denominator, bottom * m * low.denominator
                    most = min(most, -(-(over + low.numerator * GRID * bottom * m) // under) * rows.half)
                result[j].append((rows, most))
        return result


def mode_rows(center: list[Fraction], box: Box | None, low: Fraction) -> ModeRows | None:
    """A row set with the least distance of its rows, at least `low`; `None` when its box holds no row."""
    near = distance(center, box) if box else ZERO
    return None if near is None else ModeRows(center, box, max(near, low))
