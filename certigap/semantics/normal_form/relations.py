"""Dominance of one action, decided exactly, with a proof of either answer (THEORY 8).

D(k, b) = u(k, b) - u(a, b) for an action a. A mixture x of the player's other actions dominates a

    strictly     x.D(., b) > 0  for every b,
    weakly       x.D(., b) >= 0 for every b, and > 0 for some b,
    very weakly  x.D(., b) >= 0 for every b.

By linear duality none does exactly when a belief q over the others' joint actions (correlated for n >= 3) has

    strictly     q.D(k, .) <= 0 for every k            (a is a best reply to q),
    weakly       the same, and q(b) > 0 for every b,
    very weakly  q.D(k, .) < 0  for every k != a       (a is the only best reply to q).

Source: Pearce (1984), Lemmas 3 and 4; Shoham, Leyton-Brown, Multiagent Systems (2009), section 4.5.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.integers import IntArray
from certigap.exact.lp import Optimal, Program, solve
from certigap.exact.vector import Vector

__all__ = [
    "STRENGTHS",
    "Dominated",
    "Relation",
    "Strength",
    "Undecided",
    "Undominated",
    "is_dominating",
    "mixed_relation",
    "pure_dominator",
]

Strength: TypeAlias = Literal["strict", "weak", "very-weak"]
STRENGTHS: tuple[Strength, ...] = ("strict", "weak", "very-weak")


@dataclass(frozen=True, slots=True, repr=False)
class Dominated(Brief):
    """`mixture` `[A]` of the other actions dominates."""

    mixture: Vector

    @property
    def pure(self) -> int | None:
        """The action that dominates alone, where the mixture is pure."""
        played = [a for a, weight in enumerate(self.mixture.numerators) if weight]
        return played[0] if len(played) == 1 else None


@dataclass(frozen=True, slots=True, repr=False)
class Undominated(Brief):
    """`belief` `[B]` shows that no mixture dominates."""

    belief: Vector


@dataclass(frozen=True, slots=True)
class Undecided:
    """The linear program stayed open."""

    reason: str


Relation: TypeAlias = Dominated | Undominated | Undecided


def is_dominating(differences: IntArray, strength: Strength) -> bool:
    """Differences `[B]`, dominating minus dominated payoff, are those of dominance.

    >>> is_dominating(np.array([0, 1]), "weak"), is_dominating(np.array([0, 1]), "strict")
    (True, False)
    """
    if strength == "strict":
        return bool((differences > 0).all())
    return bool((differences >= 0).all()) and (strength == "very-weak" or bool((differences > 0).any()))


def pure_dominator(table: IntArray, action: int, strength: Strength) -> int | None:
    """The first action that dominates alone, None when there is none.

    Args:
        table: `[A, B]` integer payoffs.
        action: the one that may be dominated.
        strength: "strict", "weak" or "very-weak".

    >>> pure_dominator(np.array([[0, 0], [0, 1]]), 0, "weak")
    1
    """
    others = (k for k in range(len(table)) if k != action)
    return next((k for k in others if is_dominating(table[k] - table[action], strength)), None)


def mixed_relation(table: IntArray, action: int, strength: Strength) -> Relation:
    """Whether a mixture dominates an action, with the mixture or the belief.

    Args:
        table: `[A, B]` integer payoffs.
        action: the one that may be dominated.
        strength: "strict", "weak" or "very-weak".

    >>> mixed_relation(np.array([[3, 0], [0, 3], [1, 1]]), 2, "strict").mixture.fractions()
    [Fraction(1, 2), Fraction(1, 2), Fraction(0, 1)]
    >>> mixed_relation(np.array([[3, 0], [0, 3], [2, 2]]), 2, "weak").belief.fractions()
    [Fraction(1, 2), Fraction(1, 2)]
    """
    rows, columns = table.shape
    if rows == 1:
        return Undominated(Vector((1,) * columns, columns))
    alone = pure_dominator(table, action, strength)
    if alone is not None:
        return Dominated(Vector(tuple(int(k == alone) for k in range(rows)), 1))
    if strength == "weak":
        return _weakly(table - table[action], action)
    outcome = solve(_largest_margin(table - table[action], action))
    if not isinstance(outcome, Optimal):
        return Undecided(f"linear program: {outcome}")
    margin = -outcome.value
    if margin > 0 or (strength == "very-weak" and margin == 0):
        return Dominated(Vector(outcome.point.numerators[:-1], outcome.point.denominator))
    return Undominated(Vector(outcome.multipliers.numerators[:-1], outcome.multipliers.denominator))


def _largest_margin(differences: IntArray, action: int) -> Program:
    """max t with x.D(., b) >= t for every b, x a mixture of the others: variables (x, t), multipliers (q, .)."""
    rows, columns = differences.shape
    matrix = np.zeros((columns + 1, rows + 1), dtype=object)
    matrix[:columns, :rows], matrix[:columns, rows], matrix[columns, :rows] = differences.T, -1, 1
    return Program(
        cost=[0] * rows + [-1],
        matrix=matrix,
        row_lower=[0] * columns + [1],
        row_upper=[None] * columns + [1],
        lower=[0] * rows + [None],
        upper=[0 if k == action else None for k in range(rows)] + [None],
    )


def _weakly(differences: IntArray, action: int) -> Relation:
    """max sum_b x.D(., b) with x.D(., b) >= 0, x a mixture of all: above 0, or a belief 1 + multipliers."""
    rows, columns = differences.shape
    matrix = np.ones((columns + 1, rows), dtype=object)
    matrix[:columns] = differences.T
    outcome = solve(
        Program(
            cost=[-int(total) for total in differences.sum(axis=1)],
            matrix=matrix,
            row_lower=[0] * columns + [1],
            row_upper=[None] * columns + [1],
            lower=[0] * rows,
            upper=[None] * rows,
        )
    )
    if not isinstance(outcome, Optimal):
        return Undecided(f"linear program: {outcome}")
    if outcome.value < 0:
        others = [0 if k == action else w for k, w in enumerate(outcome.point.numerators)]
        return Dominated(Vector(tuple(others), sum(others)))
    weights = [outcome.multipliers.denominator + w for w in outcome.multipliers.numerators[:-1]]
    return Undominated(Vector(tuple(weights), sum(weights)))
