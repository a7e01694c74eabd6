"""Boxes of profiles (x, y) of a bimatrix game, many at once, and what is known of each.

A box l <= x, y <= u holds the profiles whose rows lie in it. Everything is over `unit`: 1.0 with floats (proposals), an
integer with `int64` or Python integers, where every step is exact (facts). The same code serves both.

- The joint distances of a tightened box to a joint distribution E: every p_ab lies in [l_a l_b, u_a u_b], and both sum
  to 1, so that ||xy' - E||_1 = 2 sum (xy' - E)+ = 2 sum (E - xy')+ lies between
  closest = 2 max( sum (ll' - E)+, sum (E - uu')+ )  and  farthest = 2 min( sum (uu' - E)+, sum (E - ll')+ ).
- NashGap >= gap_1 >= sum_a x_a sum_b y_b [ u_1(a', b) - u_1(a, b) ] for every a' (player 2 likewise), and the minimum
  over the box is at least the nested one: outer over x, inner over y for every a, or the other way round.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.exact.knapsack import dearest

__all__ = ["Numbers", "gap_lowers", "nash_gaps", "ranges", "tighten"]

Numbers: TypeAlias = npt.NDArray[Any]
"""`float64`, `int64` or object (Python integers)."""


def tighten(low: Numbers, high: Numbers, first: int, unit: float | int = 1.0) -> tuple[Numbers, Numbers]:
    """The smallest boxes `[N, A + B]` with the same rows; `first` = A. An empty box gets an end below its start."""
    parts = []
    for own in (slice(0, first), slice(first, None)):
        a, b = low[:, own], high[:, own]
        least, most = a.sum(axis=1, keepdims=True), b.sum(axis=1, keepdims=True)
        parts.append((np.maximum(a, unit - (most - b)), np.minimum(b, unit - (least - a))))
    return np.concatenate([p[0] for p in parts], axis=1), np.concatenate([p[1] for p in parts], axis=1)


def ranges(low: Numbers, high: Numbers, first: int, targets: Numbers) -> tuple[Numbers, Numbers]:
    """Closest and farthest joint distances of tightened boxes.

    Args:
        low: `[N, A + B]`; `high` likewise.
        first: A.
        targets: `[N, A, B]` joint distributions, over unit^2.

    Returns:
        `[N]` both, over unit^2.
    """
    least = low[:, :first, None] * low[:, None, first:] - targets
    most = high[:, :first, None] * high[:, None, first:] - targets
    closest = 2 * np.maximum(_positive(least), _positive(-most))
    return closest, 2 * np.minimum(_positive(most), _positive(-least))


def gap_lowers(low: Numbers, high: Numbers, tables: tuple[Numbers, Numbers], unit: float | int = 1.0) -> Numbers:
    """Lower bounds `[N]` of NashGap over boxes that are not empty, over unit^2; `tables`: `[A, B]` payoffs of both."""
    first = len(tables[0])
    x, y = (low[:, :first], high[:, :first]), (low[:, first:], high[:, first:])
    return np.asarray(np.maximum(_player(x, y, tables[0], unit), _player(y, x, tables[1].T, unit)))


def nash_gaps(profiles: Numbers, tables: tuple[Numbers, Numbers]) -> Numbers:
    """`[N]` NashGap of float profiles `[N, A + B]`."""
    first = len(tables[0])
    x, y = profiles[:, :first], profiles[:, first:]
    row, column = y @ tables[0].T, x @ tables[1]
    first_gap = row.max(axis=1) - (x * row).sum(axis=1)
    return np.asarray(np.maximum(first_gap, column.max(axis=1) - (y * column).sum(axis=1)))


def _positive(terms: Numbers) -> Numbers:
    return np.asarray(np.maximum(terms, 0).sum(axis=(1, 2)))


def _player(own: tuple[Numbers, Numbers], other: tuple[Numbers, Numbers], table: Numbers, unit: float | int) -> Numbers:
    gains = table[:, None, :] - table[None, :, :]  # [a', a, b]
    turned = np.swapaxes(gains, 1, 2)  # [a', b, a]
    nested = [
        _minima(_minima(costs[None], inner, (1, 1), unit), outer, (1,), unit)
        for costs, inner, outer in ((gains, other, own), (turned, own, other))
    ]
    return np.asarray(np.maximum(*nested).max(axis=1))


def _minima(costs: Numbers, sides: tuple[Numbers, Numbers], between: tuple[int, ...], unit: float | int) -> Numbers:
    """min of costs . y along the last axis: every row has its lower ends, the rest goes where it is cheapest."""
    low, high = (side.reshape(len(side), *between, -1) for side in sides)
    left = unit - low.sum(axis=-1, keepdims=True)
    return np.asarray((costs * low).sum(axis=-1) - dearest(-costs, high - low, left))
