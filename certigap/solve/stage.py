"""One equilibrium of a one-shot game, exact where possible: what backward induction plays at each state.

With one mover: the first action that attains the maximum. Otherwise the first pure equilibrium in row-major order;
else, with two movers, a mixed one by Lemke-Howson (in a zero-sum game: optimal strategies). Three or more movers
without a pure equilibrium get a mixed profile of small regret: their equilibria may be irrational.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from certigap.exact.integers import IntArray
from certigap.model.build import normal_form
from certigap.solve.lemke_howson import lemke_howson
from certigap.solve.mixed import first_candidate
from certigap.work.deadline import Deadline

__all__ = ["Approximation", "StageRows", "pure_equilibria", "stage_equilibrium"]


class StageRows(NamedTuple):
    """What is played in a one-shot game."""

    rows: list[list[Fraction]]
    """`[n][A_i]` probabilities."""
    exact: bool
    """They are an equilibrium; else a profile of small regret."""


class Approximation(NamedTuple):
    """How a stage game without an exact method is treated."""

    seed: int
    denominator: int
    deadline: Deadline


def stage_equilibrium(
    payoffs: Sequence[Sequence[Fraction]], shape: tuple[int, ...], approximation: Approximation
) -> StageRows:
    """An equilibrium of a one-shot game, or with three or more movers a profile of small regret.

    Args:
        payoffs: `[n][A_1 ... A_n]` flat, row-major.
        shape: `(A_1, ..., A_n)`.
        approximation: seed and grid of Newton's method, and when to give up.

    Returns:
        Probabilities, and whether they are exact.

    Raises:
        SolverError: three or more movers, no pure equilibrium, and Newton's method found no root.
        LimitError: the deadline passed.

    >>> found = stage_equilibrium([[Fraction(2), Fraction(3)]], (2,), Approximation(0, 2**52, Deadline(None)))
    >>> [str(p) for p in found.rows[0]], found.exact
    (['0', '1'], True)
    """
    movers = [player for player, size in enumerate(shape) if size > 1]
    if len(movers) == 1:
        own = payoffs[movers[0]]
        return StageRows(_pure_rows(shape, {movers[0]: own.index(max(own))}), True)
    tables = [_integers(own).reshape(shape) for own in payoffs]
    joint = next(pure_equilibria(tables), None)
    if joint is not None:
        return StageRows(_pure_rows(shape, dict(enumerate(joint))), True)
    if len(movers) > 2:
        one_shot = normal_form([np.array(own, dtype=object).reshape(shape) for own in payoffs])
        found = first_candidate(one_shot, *approximation)
        rows = [own[0].fractions() for own in found.policy.rows]
        return StageRows(rows, found.nash_gap.upper == 0)
    first, second = (tables[player].squeeze(_single(shape)).tolist() for player in movers)
    mixed = lemke_howson(first, second, deadline=approximation.deadline)
    rows = _pure_rows(shape, {})
    for player, row in zip(movers, mixed, strict=True):
        rows[player] = row
    return StageRows(rows, True)


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


def _pure_rows(shape: tuple[int, ...], joint: dict[int, int]) -> list[list[Fraction]]:
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
