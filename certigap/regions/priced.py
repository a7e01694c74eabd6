"""Row sets in the coordinates of the simplex around them, with a price on the distance to the expert's row.

The rows Y = {l <= y <= u, ||y - e||_1 <= b} lie in the simplex {y >= low} with

    h_k = min(u_k, e_k + b/2),   low_k = max(l_k, e_k - b/2, 1 - sum_{c != k} h_c),   tau = 1 - sum low,

whose vertices are z_k = low + tau e_k. In y = low + tau theta a linear function of y is sum_k theta_k F(z_k), a
convex one is at most that, and ||y - e|| = tau ||theta - (e - low)/tau||. A set of one row (tau = 0) keeps the
coordinates y.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.regions.greedy import RowSet, maximiser
from certigap.regions.region import Region

__all__ = ["PricedRows", "priced_rows", "priced_supremum"]


@dataclass(frozen=True, slots=True)
class PricedRows:
    """The simplex, as integers over `denominator`, and the row set in its coordinates theta."""

    low: tuple[int, ...]
    tau: int
    denominator: int
    sets: RowSet
    center: tuple[int, ...]  # of the expert's row in theta, over sets.denominator
    price: Fraction  # of a unit of distance in theta

    def supremum(self, c: Sequence[int], price: int) -> int:
        """`sets.denominator * max( c.theta - price distance )`."""
        theta = maximiser(self.sets, c, price)
        moved = sum(abs(x - e) for x, e in zip(theta, self.center, strict=True))
        return sum(x * k for x, k in zip(theta, c, strict=True)) - price * moved

    def restrict(self, table: list[int], stride: int) -> list[int]:
        """`denominator * table` with the player's actions (entries `stride` apart) replaced by the vertices."""
        size = len(self.low)
        if size == 1:
            return [self.denominator * x for x in table]
        result = [0] * len(table)
        for outer in range(0, len(table), size * stride):
            for start in range(outer, outer + stride):
                places = range(start, start + size * stride, stride)
                total = sum(w * table[k] for w, k in zip(self.low, places, strict=True))
                for k in places:
                    result[k] = total + self.tau * table[k]
        return result


def priced_rows(region: Region, player: int, state: int, price: Fraction) -> PricedRows:
    """The row set of a player at a state of the region.

    Args:
        region: a region that is not empty.
        player: index of the player.
        state: index of the state.
        price: >= 0, of a unit of ||y - e||_1.
    """
    row, radius = region.center.rows[player][state], region.radii[player][state]
    size = len(row.weights)
    lower = (Fraction(0),) * size if region.lower is None else region.lower[player][state]
    upper = (Fraction(1),) * size if region.upper is None else region.upper[player][state]
    one = math.lcm(row.denominator, 2 * radius.denominator, *(x.denominator for x in (*lower, *upper)))
    e = [w * (one // row.denominator) for w in row.weights]
    lo, up = ([x.numerator * (one // x.denominator) for x in own] for own in (lower, upper))
    half = radius.numerator * (one // (2 * radius.denominator))
    high = [min(u, x + half) for u, x in zip(up, e, strict=True)]
    rest = one - sum(high)
    low = [max(a, x - half, rest + h) for a, x, h in zip(lo, e, high, strict=True)]
    tau = one - sum(low)
    origin, starts, unit = (low, [0] * size, tau) if tau else ([0] * size, lo, one)
    middle, ends = ([x - y for x, y in zip(own, origin, strict=True)] for own in (e, up))
    short, common = math.gcd(one, *low), math.gcd(unit, half, *middle, *starts, *ends)
    middle, starts, ends = ([x // common for x in own] for own in (middle, starts, ends))
    return PricedRows(
        low=tuple(x // short for x in low),
        tau=tau // short,
        denominator=one // short,
        sets=_row_set(middle, starts, ends, half // common, unit // common),
        center=tuple(middle),
        price=price * Fraction(unit, one),
    )


def _row_set(center: list[int], lower: list[int], upper: list[int], half: int, denominator: int) -> RowSet:
    """The rows between `lower` and `upper` with mass at most `half` moved, everything times `denominator`."""
    base = [min(max(e, a), b) for e, a, b in zip(center, lower, upper, strict=True)]
    forced_up = sum(max(a - e, 0) for e, a in zip(center, lower, strict=True))
    forced_down = sum(max(e - b, 0) for e, b in zip(center, upper, strict=True))
    return RowSet(
        base=tuple(base),
        donors=tuple(y - a for y, a in zip(base, lower, strict=True)),
        receivers=tuple(b - y for y, b in zip(base, upper, strict=True)),
        need=sum(base) - denominator,
        exchange=half - max(forced_up, forced_down),
        denominator=denominator,
    )


def priced_supremum(
    gains: Sequence[list[int]], scale: int, player: int, rows: Sequence[PricedRows], shape: Sequence[int]
) -> Fraction:
    """max over deviations and rows of the gains less the prices of the rows.

    Args:
        gains: `[A_i][K]` integers over `scale`: phi(a', z) for each deviation and each joint vertex.
        scale: > 0.
        player: index of the player who deviates: outermost.
        rows: `[n]` row sets.
        shape: `[n]` numbers of actions.
    """
    opponents = [j for j in range(len(shape)) if j != player]
    unit = math.lcm(*(own.price.denominator for own in rows))
    prices = [int(own.price * unit) * scale for own in rows]
    scaled = [[x * unit for x in own] for own in gains]
    others = math.prod(rows[j].sets.denominator for j in opponents)
    best = None
    for values in scaled:
        nested = None
        for start in range(max(1, len(opponents))):
            found = _nested(values, opponents[start:] + opponents[:start], rows, shape, prices)
            nested = found if nested is None else list(map(min, nested, found))
        own = rows[player].supremum(nested or values, prices[player] * others)
        best = own if best is None else max(best, own)
    if best is None:
        raise ValueError("priced_supremum: expected at least one deviation, got none")
    return Fraction(best, scale * unit * others * rows[player].sets.denominator)


def _nested(
    values: list[int], outermost_first: list[int], rows: Sequence[PricedRows], shape: Sequence[int], prices: list[int]
) -> list[int]:
    sizes, inside = list(shape), 1
    for player in reversed(outermost_first):
        size, inner = sizes[player], math.prod(sizes[player + 1 :])
        own, block, price = rows[player], size * inner, prices[player] * inside
        values = [
            own.supremum(values[start + offset : start + block : inner], price)
            for start in range(0, len(values), block)
            for offset in range(inner)
        ]
        inside *= own.sets.denominator
        sizes[player] = 1
    return values
