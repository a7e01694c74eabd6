"""The rows within L1 distance b of a probability row e: the polytope Y = { y >= 0, sum y = 1, ||y - e||_1 <= b }.

A linear function c is maximised over Y by moving the mass h = b/2 from the actions of least c to the one action of
largest c, each donor emptied before the next one gives. So Y is the convex hull of the rows

    e - z + (sum z) 1_r,   0 <= z <= e,  z_r = 0,  sum z = min(h, 1 - e_r),  at most one 0 < z_k < e_k,

over the receivers r: one receiver, a set of emptied donors, at most one partial donor. A convex function on Y is
largest at one of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import LimitError
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.knapsack import dearest, poured
from certigap.model.rows import Distribution

__all__ = ["RowBall", "ball_maxima", "ball_of", "ball_vertices"]


@dataclass(frozen=True, slots=True)
class RowBall:
    """The rows within L1 distance `2 half / denominator` of `center / denominator`."""

    center: tuple[int, ...]  # [A]
    half: int  # the mass that may be moved
    denominator: int


def ball_of(center: Distribution, radius: Fraction) -> RowBall:
    """The ball of an L1 `radius` >= 0 around a row, in integers.

    >>> ball_of(Distribution((1, 1), 2), Fraction(1, 5))
    RowBall(center=(5, 5), half=1, denominator=10)
    """
    half = min(radius / 2, Fraction(1))
    denominator = int(np.lcm(center.denominator, half.denominator, dtype=object))
    factor = denominator // center.denominator
    weights = tuple(weight * factor for weight in center.weights)
    return RowBall(weights, half.numerator * (denominator // half.denominator), denominator)


def ball_vertices(ball: RowBall, limit: int) -> IntArray:
    """Rows `[V, A]` over the ball's denominator whose convex hull is the ball, each once.

    Raises:
        LimitError: there are more than `limit`.

    >>> ball_vertices(RowBall((5, 5), 1, 10), 9).tolist()
    [[6, 4], [4, 6]]
    """
    found: dict[tuple[int, ...], None] = {}
    for receiver in range(len(ball.center)):
        for row in _moves_to(ball, receiver):
            found.setdefault(row)
            if len(found) > limit:
                raise LimitError(f"vertices of a ball of rows: expected at most {limit}, got more")
    flat = integer_array([weight for row in found for weight in row])
    return flat.reshape(len(found), len(ball.center))


def ball_maxima(ball: RowBall, costs: IntArray) -> IntArray:
    """`[N]` the maxima of `costs[n] . y` over the ball, times its denominator.

    Args:
        ball: the ball.
        costs: `[N, A]` integers, of a type with room for the products.
    """
    center = np.array(ball.center, dtype=costs.dtype)
    gains = costs.max(axis=1, keepdims=True) - costs
    return np.asarray(costs @ center + dearest(gains, center, ball.half))


def ball_maximiser(ball: RowBall, costs: Sequence[Any]) -> list[int]:
    """A row `[A]` over the ball's denominator that maximises `costs . y` (`costs` `[A]`, of any one type)."""
    order = sorted(range(len(costs)), key=costs.__getitem__)
    row, donors = list(ball.center), order[:-1]
    for donor, mass in zip(donors, poured(ball.half, [row[k] for k in donors]), strict=True):
        row[donor] -= mass
        row[order[-1]] += mass
    return row


def _moves_to(ball: RowBall, receiver: int) -> Iterator[tuple[int, ...]]:
    """The vertices whose mass moves to `receiver`."""
    donors = [a for a, weight in enumerate(ball.center) if weight and a != receiver]
    donors.sort(key=lambda a: -ball.center[a])
    masses = [ball.center[a] for a in donors]
    for taken in _gifts(masses, min(ball.half, sum(masses))):
        row = list(ball.center)
        for donor, mass in zip(donors, taken, strict=True):
            row[donor] -= mass
            row[receiver] += mass
        yield tuple(row)


def _gifts(masses: list[int], total: int) -> Iterator[list[int]]:
    """All z with 0 <= z <= masses, sum z = total and at most one entry strictly between its ends."""
    rest = [sum(masses[k:]) for k in range(len(masses) + 1)]
    taken = [0] * len(masses)

    def decide(k: int, left: int, largest: int) -> Iterator[list[int]]:
        """Entry k is emptied or kept; `largest` of the kept ones may give in part at the end."""
        if left == 0:
            yield list(taken)
            return
        if rest[k] + largest < left:
            return
        if k == len(masses):
            for partial, mass in enumerate(masses):
                if not taken[partial] and mass > left:
                    yield [*taken[:partial], left, *taken[partial + 1 :]]
            return
        if masses[k] <= left:
            taken[k] = masses[k]
            yield from decide(k + 1, left - masses[k], largest)
            taken[k] = 0
        yield from decide(k + 1, left, max(largest, masses[k]))

    yield from decide(0, total, 0)
