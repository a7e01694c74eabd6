"""Approximate dominance: how much a strategy can lose against any play of the others, at most (THEORY 8).

    kappa(x) = max_b [ max_k u(k, b) - x.u(., b) ]

is the smallest kappa for which x is kappa-dominant: the largest regret over product policies of the others is at a
vertex, because it is convex in each. The least kappa over x is a linear program; its multipliers are a belief under
which knowing b in advance is worth that much, to whatever strategy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.integers import IntArray
from certigap.exact.lp import Optimal, Program, solve
from certigap.exact.vector import Vector

__all__ = ["LeastRegret", "Regret", "largest_regret", "least_regret"]


@dataclass(frozen=True, slots=True)
class Regret:
    """kappa of a strategy, in the table's units, attained against `column` by the action `deviation`."""

    value: Fraction
    column: int
    deviation: int


@dataclass(frozen=True, slots=True, repr=False)
class LeastRegret(Brief):
    """The least kappa, in the table's units, with the `mixture` `[A]` that has it and a `belief` `[B]` as proof."""

    value: Fraction
    mixture: Vector
    belief: Vector


def largest_regret(table: IntArray, weights: Sequence[int]) -> Regret:
    """kappa of the strategy proportional to `weights` `[A]`; ties go to the first column and action.

    >>> largest_regret(np.array([[3, 0], [0, 1]]), [1, 0])
    Regret(value=Fraction(1, 1), column=1, deviation=1)
    """
    total = sum(weights)
    own = sum(
        (int(w) * line for w, line in zip(weights, table, strict=True) if w), np.zeros(table.shape[1], dtype=object)
    )
    losses = table.max(axis=0) * total - own
    column = int(losses.argmax())
    return Regret(Fraction(int(losses[column]), total), column, int(table[:, column].argmax()))


def least_regret(table: IntArray) -> LeastRegret | None:
    """The least kappa of any strategy; None when the linear program stays open.

    >>> least_regret(np.array([[3, 0], [0, 1]])).value
    Fraction(3, 4)
    """
    rows, columns = table.shape
    matrix = np.zeros((columns + 1, rows + 1), dtype=object)
    matrix[:columns, :rows], matrix[:columns, rows], matrix[columns, :rows] = table.T, 1, 1
    outcome = solve(
        Program(
            cost=[0] * rows + [1],
            matrix=matrix,
            row_lower=[int(top) for top in table.max(axis=0)] + [1],
            row_upper=[None] * columns + [1],
            lower=[0] * (rows + 1),
            upper=[None] * (rows + 1),
        )
    )
    if not isinstance(outcome, Optimal):
        return None
    point, multipliers = outcome.point, outcome.multipliers
    mixture = Vector(point.numerators[:-1], point.denominator)
    belief = multipliers.numerators[:-1]
    if outcome.value == 0:  # its multipliers need not sum to 1, and every belief will do
        return LeastRegret(outcome.value, mixture, Vector((1,) * columns, columns))
    return LeastRegret(outcome.value, mixture, Vector(belief, multipliers.denominator))
