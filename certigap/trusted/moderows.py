"""FORMAT 6.5: rows with kept and moved mass, and tree nodes that also bound a row's distance from the expert's."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from operator import mul

from cover import split
from game import Game
from kernel import Box, Boxes, shift
from limits import common, longest, spend, weight
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
        self.receivers = [r for r, (e, y) in enumerate(zip(self.center, u)) if y > e]
        self.donors = [c for c in range(len(center)) if self.lost[c] or self.give[c]]
        self.swaps = bool(self.donors) and all(any(r != c for r in self.receivers) for c in self.donors)
        self.cap = den - min((self.center[r] for r in self.receivers), default=den)
        self.need = den - sum(self.kept) - sum(self.got)  # what even the most kept and the least moved mass lacks
        self.least = sum(self.got) + max(self.need, 0)
        self.low, self.free = low, int(low * den) // 2

    def bound(self, q0: Sequence[int], q1: Sequence[int], price: int, most: int) -> int:
        """`den * row(q0, q1)` where at most `most` is moved, for a price of one unit of distance over `den`."""
        if len(q0) == 1:
            return self.den * q0[0]
        most = min(most, self.cap)
        filled = self.fill(q0, q1, price, most)
        return filled if q0 is q1 or not self.swaps else min(filled, self.swap(q0, q1, price, most))

    def fill(self, q0: Sequence[int], q1: Sequence[int], price: int, most: int) -> int:
        """R1: mass moves from the smallest q0 to the largest q1."""
        order = range(len(q0))
        donors = deque([q0[c], self.give[c]] for c in sorted(order, key=q0.__getitem__) if self.give[c])
        takers = deque([q1[c], self.take[c]] for c in sorted(order, key=q1.__getitem__, reverse=True) if self.take[c])
        total = sum(map(mul, self.kept, q0)) + sum(map(mul, self.got, q1))
        if self.need:
            total -= shift(donors, -self.need)
            total += shift(takers, self.need)
        return self.spend(total, self.least, 0, pairs(donors, takers), price, most)

    def swap(self, q0: Sequence[int], q1: Sequence[int], price: int, most: int) -> int:
        """R2: every donor gives to the best receiver but itself."""
        *_, second, first = self.receivers[:1] + sorted(self.receivers, key=q1.__getitem__)
        gains = [q1[first if c != first else second] - q0[c] for c in self.donors]
        total = sum(map(mul, self.center, q0)) + sum(gain * self.lost[c] for gain, c in zip(gains, self.donors))
        steps = sorted(((gain, self.give[c]) for gain, c in zip(gains, self.donors)), reverse=True)
        return self.spend(total, sum(self.lost), sum(self.got), steps, price, most)

    def spend(self, total: int, moved: int, least: int, steps: Iterable[tuple[int, int]], price: int, most: int) -> int:
        """Gains fall: mass moves up to `least` in any case, up to `free` for no charge, then while it pays."""
        for gain, amount in steps:
            before = moved
            for limit, charge in ((least, gain - 1), (min(self.free, most), 0), (most, 2 * price)):
                if gain > charge and moved < limit:
                    used = min(amount, limit - moved)
                    total, moved, amount = total + used * gain, moved + used, amount - used
            if moved == before and amount:
                break
        return total - 2 * price * max(0, moved - self.free)


def pairs(donors: deque[list[int]], takers: deque[list[int]]) -> Iterator[tuple[int, int]]:
    """Gains and amounts of moving mass from the first donors to the first takers; both lose what they give or take."""
    while donors and takers:
        gain, amount = takers[0][0] - donors[0][0], min(takers[0][1], donors[0][1])
        shift(takers, amount)
        shift(donors, amount)
        yield gain, amount


RowSet = tuple[ModeRows, int]  # with the largest mass that moves
ModeSets = list[list[RowSet]]  # [n][S]
Around = list[tuple[ModeRows, int, int, int]]  # row set, largest mass, price and stride, the outermost first


def sup(around: Around, q0: Sequence[int], q1: Sequence[int], k: int) -> int:
    """The first part of sup[q0|q1], from the joint action `k` on."""
    if not around:
        return q0[k]
    (rows, most, price, stride), rest = around[0], around[1:]
    moved = [sup(rest, q1, q1, k + c * stride) for c in range(len(rows.center))]
    kept = moved if q0 is q1 else [sup(rest, q0, q1, k + c * stride) for c in range(len(rows.center))]
    return rows.bound(kept, moved, price, most)


Change = tuple[int, int, ModeRows | None, Box | None, Fraction]  # player, state, and what a half makes of this row


class Part:
    """The present node of a tree: boxes, and `[n][S]` row sets (`None`: no row) and largest distances by the splits.

    A half changes one row; `enter` puts back what the halves on the way to another part of the tree have changed.
    """

    def __init__(self, region: Region, boxes: Boxes) -> None:
        self.region, self.boxes, self.path = region, dict[tuple[int, int], Box | None](boxes), list[Change]()
        players = enumerate(region.center)
        self.rows = [[mode_rows(region, j, s, boxes.get((j, s)), ZERO) for s in range(len(own))] for j, own in players]
        self.far = [[TWO] * len(own) for own in self.rows]

    def enter(self, depth: int, half: Change | None) -> None:
        """Go back to the node at that depth, and from there into a half."""
        while len(self.path) > depth:
            self.set(self.path.pop())
        if half is not None:
            j, s = half[:2]
            self.path.append((j, s, self.rows[j][s], self.boxes.get((j, s)), self.far[j][s]))
            self.set(half)

    def set(self, change: Change) -> None:
        j, s, rows, box, far = change
        self.rows[j][s], self.boxes[j, s], self.far[j][s] = rows, box, far

    def halves(self, game: Game, node: Node) -> tuple[Change, Change]:
        """By a row's entry as in 6.3; by its distance where the action is null."""
        player, state, action, at = node.items(4)
        j, s = game.players.index(player.one_of(game.players)), game.index[state.one_of(game.index)]
        rows, box, far = self.rows[j][s], self.boxes.get((j, s)), self.far[j][s]
        low = rows.low if rows else ZERO
        if action.value is None:
            cut = at.rational() if 0 <= at.rational() <= 2 else at.fail("a distance in [0, 2]")
            beyond = mode_rows(self.region, j, s, box, max(low, cut))
            return (j, s, rows, box, min(far, cut)), (j, s, beyond, box, far)
        (high, a, cut), (least, _, _) = split(game, {(j, s): box} if box else {}, node)
        below, above = (least, [*high]), ([*least], high)
        below[1][a] = above[0][a] = cut
        first, second = ((j, s, mode_rows(self.region, j, s, half, low), half, far) for half in (below, above))
        return first, second

    def lows(self, j: int) -> list[Fraction]:
        """lo_j(s)"""
        return [rows.low if rows else ZERO for rows in self.rows[j]]

    def sets(self) -> ModeSets | None:
        """The row sets, and the largest mass that moves in each; `None` when the node is seen to hold no policy."""
        result: ModeSets = []
        for j, own in enumerate(self.rows):
            radii = self.region.within(j, self.lows(j))
            if radii is None:
                return None
            result.append([])
            spend(4 * len(own) * weight(longest(radii) + longest(self.far[j])))
            for rows, radius, far in zip(own, radii, self.far[j]):
                if rows is None:
                    return None
                reach = min(radius, far) if len(rows.center) > 1 else ZERO
                if rows.low > reach:
                    return None
                result[j].append((rows, math.ceil(reach * GRID) * (rows.den // GRID) // 2))
        return result


def mode_rows(region: Region, j: int, s: int, box: Box | None, low: Fraction) -> ModeRows | None:
    """A row set with the least distance of its rows, at least `low`; `None` when its box holds no row."""
    center = region.center[j][s]
    near = distance(center, box) if box else ZERO
    return None if near is None else ModeRows(center, box, max(near, low))
