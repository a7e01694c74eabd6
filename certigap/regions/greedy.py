"""Exact linear maximisation over one row of a region (THEORY 5).

The set is Y = {y in the simplex : l <= y <= u, ||y - e||_1 <= b} for a probability row e. Write y = e - d + r
with d, r >= 0 and sum d = sum r = t. Then y is in Y exactly when, for some such d, r and t,

    (e - u)+ <= d <= (e - l)+ v (e - u)+,   (l - e)+ <= r <= (u - e)+ v (l - e)+,   2 t <= b

(if d_k and r_k are both positive then l_k <= e_k <= u_k, and y_k stays between the two ends; the distance only
shrinks). For fixed t the best d takes what it must and then the cheapest coordinates, the best r what it must
and then the dearest: two fractional knapsacks, so the value is concave in t, from t = max(sum (l - e)+, sum (e
- u)+) on. Hence the rule is exact: start from clip(e, l, u), repair the sum at the cheapest or dearest
coordinates, then exchange the mass b/2 - t from the cheapest donor to the dearest receiver while that gains. It
equals min over lambda >= 0 of lambda b + max over the box of sum_k (c_k y_k - lambda |y_k - e_k|), its linear
programming dual. The set is empty iff l <= u fails, or sum l <= 1 <= sum u fails, or b/2 < t at the start.

Several opponents: sup over products is at most the nested maximum, y_1 outermost and a y_2(.|b_1) for every
b_1, and so on. Orders are the rotations of the list of opponents; the smallest nested value over them is kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from certigap.exact.knapsack import poured

__all__ = ["RowSet", "maximiser", "maximum", "minimum", "nested_infimum", "nested_supremum", "row_set"]


@dataclass(frozen=True, slots=True)
class RowSet:
    """The rows {l <= y <= u, ||y - e||_1 <= b}: every integer below is a mass times `denominator`."""

    base: tuple[int, ...]  # clip(e, l, u)
    donors: tuple[int, ...]  # mass that each coordinate of `base` may lose
    receivers: tuple[int, ...]  # mass that each may gain
    need: int  # sum(base) - 1: to be removed (> 0) or added (< 0) first
    exchange: int  # mass that may then be exchanged
    denominator: int

    @property
    def is_empty(self) -> bool:
        """No row satisfies the constraints."""
        room = sum(self.donors) if self.need > 0 else sum(self.receivers)
        return self.exchange < 0 or min(self.donors) < 0 or min(self.receivers) < 0 or abs(self.need) > room

    @property
    def is_point(self) -> bool:
        """The set is one row: `base` itself."""
        return self.exchange == 0 and self.need == 0


def row_set(
    center: Sequence[Fraction],
    radius: Fraction,
    lower: Sequence[Fraction] | None = None,
    upper: Sequence[Fraction] | None = None,
    *,
    segment: bool = True,
) -> RowSet:
    """The rows within L1 distance `radius` of `center`, in the box `lower <= y <= upper`.

    Args:
        center: `[A]`, probabilities.
        radius: L1 distance, >= 0.
        lower: `[A]`, by default 0.
        upper: `[A]`, by default 1.
        segment: write two actions from an end of their segment where that saves repairs; False keeps `base` as said.

    >>> maximum(row_set([Fraction(1, 2), Fraction(1, 2)], Fraction(1, 5)), [0, 10])
    60
    """
    low = list(lower) if lower is not None else [Fraction(0)] * len(center)
    high = list(upper) if upper is not None else [Fraction(1)] * len(center)
    half = radius / 2
    denominator = math.lcm(*(x.denominator for x in (*center, *low, *high, half)))
    e, lo, up = ([x.numerator * (denominator // x.denominator) for x in row] for row in (center, low, high))
    base = tuple(min(max(x, a), b) for x, a, b in zip(e, lo, up, strict=True))
    forced_up = sum(max(a - x, 0) for x, a in zip(e, lo, strict=True))
    forced_down = sum(max(x - b, 0) for x, b in zip(e, up, strict=True))
    budget = half.numerator * (denominator // half.denominator)
    if segment and len(base) == 2 and sum(base) != denominator:
        return _segment(e, lo, up, budget, denominator)
    return RowSet(
        base=base,
        donors=tuple(y - a for y, a in zip(base, lo, strict=True)),
        receivers=tuple(b - y for y, b in zip(base, up, strict=True)),
        need=sum(base) - denominator,
        exchange=budget - max(forced_up, forced_down),
        denominator=denominator,
    )


def _segment(e: list[int], lo: list[int], up: list[int], budget: int, denominator: int) -> RowSet:
    """Two actions: the set is a segment, written from the end where the first action has most (nothing to repair)."""
    least = max(lo[0], denominator - up[1], e[0] - budget)
    most = min(up[0], denominator - lo[1], e[0] + budget)
    length = most - least
    return RowSet((most, denominator - most), (length, 0), (0, length), 0, length, denominator)


def maximum(rows: RowSet, c: Sequence[int]) -> int:
    """`denominator * max { c.y : y in rows }` for integers `c` `[A]`; the set must not be empty."""
    if rows.need or len(c) != 2:
        return sum(map(mul, c, rows.base if rows.is_point else maximiser(rows, c)))
    first, second = c
    gain = second - first
    value = first * rows.base[0] + second * rows.base[1]
    if gain > 0:
        return value + gain * min(rows.exchange, rows.donors[0], rows.receivers[1])
    return value - gain * min(rows.exchange, rows.donors[1], rows.receivers[0])


def minimum(rows: RowSet, c: Sequence[int]) -> int:
    """`denominator * min { c.y : y in rows }`."""
    return -maximum(rows, [-x for x in c])


def maximiser(rows: RowSet, c: Sequence[int], price: int = 0) -> list[int]:
    """A row `[A]`, times `denominator`, that maximises `c.y - price ||y - e||_1`; mass moved costs twice the price."""
    y, donors, receivers = list(rows.base), list(rows.donors), list(rows.receivers)
    order = sorted(range(len(c)), key=c.__getitem__)
    _repair(rows.need, y, donors, receivers, order)
    left, low, high = rows.exchange, 0, len(c) - 1
    while left > 0 and low < high:
        donor, receiver = order[low], order[high]
        if c[receiver] - c[donor] <= 2 * price:
            break
        mass = min(left, donors[donor], receivers[receiver])
        y[donor] -= mass
        y[receiver] += mass
        donors[donor] -= mass
        receivers[receiver] -= mass
        left -= mass
        if donors[donor] == 0:
            low += 1
        else:
            high -= 1
    return y


def _repair(need: int, y: list[int], donors: list[int], receivers: list[int], order: list[int]) -> None:
    capacity, sequence, sign = (donors, order, -1) if need > 0 else (receivers, order[::-1], 1)
    rooms = [capacity[k] for k in sequence]
    for k, mass in zip(sequence, poured(abs(need), rooms), strict=True):
        y[k] += sign * mass
        capacity[k] -= mass


def nested_supremum(values: list[int], own: int, sets: Sequence[RowSet], shape: Sequence[int]) -> list[int]:
    """Upper bounds of `max over the opponents' rows of sum_b y(b) values(a, b)`, one for each own action.

    Args:
        values: flat `[A_1 * ... * A_n]` integers, row-major.
        own: index of the player whose action is kept.
        sets: `[n]` row sets at the state (`sets[own]` is not used).
        shape: `[n]` numbers of actions.

    Returns:
        `[A_own]` integers, scaled by the product of the opponents' denominators: the smallest over the rotations.
    """
    opponents = [player for player in range(len(shape)) if player != own]
    best: list[int] | None = None
    for start in range(len(opponents)):
        nested = _nested(values, opponents[start:] + opponents[:start], sets, shape)
        best = nested if best is None else list(map(min, best, nested))
    return values if best is None else best


def nested_infimum(values: list[int], own: int, sets: Sequence[RowSet], shape: Sequence[int]) -> list[int]:
    """Lower bounds of the minimum, with the conventions of `nested_supremum`: the largest over the rotations."""
    return [-x for x in nested_supremum([-x for x in values], own, sets, shape)]


def _nested(values: list[int], outermost_first: list[int], sets: Sequence[RowSet], shape: Sequence[int]) -> list[int]:
    sizes = list(shape)
    for player in reversed(outermost_first):
        size, inner, rows = sizes[player], math.prod(sizes[player + 1 :]), sets[player]
        block = size * inner
        values = [
            maximum(rows, values[start + offset : start + block : inner])
            for start in range(0, len(values), block)
            for offset in range(inner)
        ]
        sizes[player] = 1
    return values
