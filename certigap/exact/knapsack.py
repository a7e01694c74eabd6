"""Fractional knapsacks: a total is poured over places in order of worth, each filled before the next one gets anything.

Exact for a linear objective over { 0 <= z <= rooms, sum z <= total }: an exchange argument. Here once for one list of
any exact type, and once for many lists as arrays; compiled code has its own (`row_maximum` of
`certigap.floats.kernel.sweeps`), and so has the checker.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["dearest", "knapsack", "poured", "poured_rows"]

Number = TypeVar("Number", bound=Any)
Numbers = npt.NDArray[Any]
"""`float64`, `int64` or object (Python integers): exact with the latter two."""


def poured(total: Number, rooms: Iterable[Number]) -> Iterator[Number]:
    """What each place gets, in turn; places behind the last drop get nothing.

    >>> list(poured(5, [2, 4, 1]))
    [2, 3, 0]
    """
    for room in rooms:
        amount = min(total, room)
        yield amount
        total -= amount


def poured_rows(total: Any, rooms: Numbers) -> Numbers:
    """`[.., A]` what each place gets, along the last axis; `total` is broadcast against `[.., 1]`.

    >>> poured_rows(5, np.array([[2, 4, 1], [9, 1, 1]])).tolist()
    [[2, 3, 0], [5, 0, 0]]
    """
    before = np.cumsum(rooms, axis=-1) - rooms
    return np.asarray(np.minimum(np.maximum(total - before, 0), rooms))


def dearest(worths: Numbers, rooms: Numbers, total: Any) -> Numbers:
    """`[..]` max { worths . z : 0 <= z <= rooms, sum z = total } along the last axis (sum z <= total if worths >= 0).

    Args:
        worths: `[.., A]`.
        rooms: `[.., A]`, broadcast against `worths`.
        total: broadcast against `[.., 1]`; what is more than all rooms together is left over.
    """
    shape = np.broadcast_shapes(worths.shape, rooms.shape)
    order = np.broadcast_to(np.argsort(-worths, axis=-1), shape)
    best, room = (np.take_along_axis(np.broadcast_to(own, shape), order, axis=-1) for own in (worths, rooms))
    return np.asarray((poured_rows(total, room) * best).sum(axis=-1))


def knapsack(gains: Sequence[Fraction], costs: Sequence[Fraction], budget: Fraction) -> Fraction:
    """max { sum gains D : sum costs D <= budget, 0 <= D <= 2 }, gains and costs >= 0.

    >>> knapsack([Fraction(1), Fraction(1, 2)], [Fraction(1, 2), Fraction(1, 2)], Fraction(3, 2))
    Fraction(5, 2)
    """
    pairs = list(zip(gains, costs, strict=True))
    free = sum((2 * gain for gain, cost in pairs if not cost), Fraction(0))
    paid = sorted(((gain / cost, 2 * cost) for gain, cost in pairs if cost), reverse=True)
    spent = poured(budget, [room for _, room in paid])
    return free + sum((worth * part for (worth, _), part in zip(paid, spent, strict=True)), Fraction(0))
