"""One equilibrium of a one-shot game, exact: what backward induction plays at each state.

With one mover: the first action that attains the maximum. Otherwise the first pure equilibrium in row-major order;
else, with two movers, a mixed one by Lemke-Howson (in a zero-sum game: optimal strategies). Three or more movers
without a pure equilibrium are left undecided: their equilibria may be irrational.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import IntArray
from certigap.solve.deadline import Deadline
from certigap.solve.lemke_howson import lemke_howson

__all__ = ["StageRows", "pure_equilibria", "stage_equilibrium"]

StageRows: TypeAlias = list[list[Fraction]]
"""`[n][A_i]` probabilities."""


def stage_equilibrium(
    payoffs: Sequence[Sequence[Fraction]], shape: tuple[int, ...], where: str, deadline: Deadline | None = None
) -> StageRows:
    """An equilibrium of a one-shot game.

    Args:
        payoffs: `[n][A_1 ... A_n]` flat, row-major.
        shape: `(A_1, ..., A_n)`.
        where: the place, for messages.
        deadline: when to give up.

    Returns:
        `[n][A_i]` probabilities.

    Raises:
        SolverError: more than two movers and no pure equilibrium.
        LimitError: the deadline passed.

    >>> [str(p) for p in stage_equilibrium([[Fraction(2), Fraction(3)]], (2,), "here")[0]]
    ['0', '1']
    """
    movers = [player for player, size in enumerate(shape) if size > 1]
    if len(movers) == 1:
        own = payoffs[movers[0]]
        return _pure_rows(shape, {movers[0]: own.index(max(own))})
    tables = [_integers(own).reshape(shape) for own in payoffs]
    joint = next(pure_equilibria(tables), None)
    if joint is not None:
        return _pure_rows(shape, dict(enumerate(joint)))
    if len(movers) > 2:
        raise SolverError(
            f"stage game at {where}: expected a pure equilibrium or at most 2 movers, got none and {len(movers)} movers"
        )
    first, second = (tables[player].squeeze(_single(shape)).tolist() for player in movers)
    mixed = lemke_howson(first, second, deadline=deadline)
    rows = _pure_rows(shape, {})
    for player, row in zip(movers, mixed, strict=True):
        rows[player] = row
    return rows


def pure_equilibria(tables: Sequence[IntArray]) -> Iterator[tuple[int, ...]]:
    """Joint actions that are pure equilibria, row-major, as an iterator of tuples.

    >>> pd = [np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])]
    >>> list(pure_equilibria(pd))
    [(1, 1)]
    """
    best = np.ones(tables[0].shape, dtype=bool)
    for player, table in enumerate(tables):
        best &= np.asarray(table == table.max(axis=player, keepdims=True), dtype=bool)
    return (tuple(int(a) for a in joint) for joint in zip(*np.nonzero(best), strict=True))


def _pure_rows(shape: tuple[int, ...], joint: dict[int, int]) -> StageRows:
    return [
        [Fraction(int(action == joint.get(player, 0))) for action in range(size)] for player, size in enumerate(shape)
    ]


def _single(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis for axis, size in enumerate(shape) if size == 1)


def _integers(values: Sequence[Fraction]) -> IntArray:
    common = math.lcm(*(value.denominator for value in values))
    result = np.empty(len(values), dtype=object)
    result[:] = [value.numerator * (common // value.denominator) for value in values]
    return result
