"""Where an imitation error lies, by states, and how much of it at rows that change nothing.

eps_BC is the largest over the players of sum_s mu_E(s) ||pi_i(.|s) - piE_i(.|s)||_1. A player is *idle* at a state
where none of its actions changes anyone's rewards or the transitions, whatever the others play: at the end of an
episode, say, which holds most of mu_E. Rows of idle players can be exchanged without a change of any value or gap, so
the policy with the expert's idle rows (`without_idle`) is as exploitable as the policy itself, and nearer.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution

if TYPE_CHECKING:
    from certigap.semantics.matching import ErrorsAnswer

__all__ = ["RowError", "is_idle", "row_errors", "without_idle"]


@dataclass(frozen=True, slots=True)
class RowError:
    """A row's part of its player's error: at most `error`, which is `share` of the largest player's (0 to 1)."""

    player: str
    state: str
    error: Fraction
    share: float
    idle: bool


def is_idle(game: Game, player: int, state: int) -> bool:
    """Whether no action of the player at the state changes a reward or a transition.

    >>> from certigap.model.build import bimatrix
    >>> [is_idle(bimatrix([[1, 2], [1, 2]], [[0, 3], [0, 3]]), i, 0) for i in range(2)]
    [True, False]
    """
    layout, moves = game.layout, game.transitions
    first, last = (int(layout.row_offsets[s]) for s in (state, state + 1))
    shape = layout.shapes[state]

    def is_same(numbers: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> bool:
        table = numbers.reshape(shape)
        return bool((table == table.take([0], axis=player)).all())

    if not all(is_same(np.asarray(own[first:last], dtype=object)) for own in game.rewards):
        return False
    known: dict[tuple[tuple[int, Fraction], ...], int] = {}
    kinds = [known.setdefault(tuple(sorted(moves.row(k).items())), len(known)) for k in range(first, last)]
    return is_same(np.array(kinds, dtype=object))


def row_errors(answer: "ErrorsAnswer") -> tuple[RowError, ...]:
    """The rows in which the policy differs from the expert at visited states, the largest errors first."""
    game, mass = answer.game, answer.expert_occupancy.upper.fractions()
    found = []
    for i, (own, wanted) in enumerate(zip(answer.policy.rows, answer.expert.rows, strict=True)):
        for s, (row, other) in enumerate(zip(own, wanted, strict=True)):
            if row != other and mass[s]:
                found.append((mass[s] * _distance(row, other), i, s))
    totals = [sum((error for error, j, _ in found if j == i), Fraction(0)) for i in range(len(game.players))]
    largest = max(totals)
    return tuple(
        RowError(game.players[i], game.states[s], error, float(error / largest), is_idle(game, i, s))
        for error, i, s in sorted(found, key=lambda one: (-one[0], one[2], one[1]))
    )


def without_idle(expert: Policy, policy: Policy) -> Policy:
    """The policy with the expert's rows where their player is idle: its values and gaps are the same."""
    game = policy.game
    rows = tuple(
        tuple(
            wanted if row != wanted and is_idle(game, i, s) else row
            for s, (row, wanted) in enumerate(zip(own, expert.rows[i], strict=True))
        )
        for i, own in enumerate(policy.rows)
    )
    return Policy(game, rows, policy.rounding_error)


def _distance(row: Distribution, other: Distribution) -> Fraction:
    return sum((abs(x - y) for x, y in zip(row.fractions(), other.fractions(), strict=True)), Fraction(0))
