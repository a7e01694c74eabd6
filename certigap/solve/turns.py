"""Strategy iteration over the rationals for two-player constant-sum turn-based games, with cycles or without.

Player 1's pure strategy x is answered by player 2's exact best response at every state; V_1 = C/(1-g) - V_2 is what x
is worth. Where another action of player 1 has a strictly greater value under V_1, x takes the best one, and V_1 rises.
When none has, V_1 satisfies Shapley's equations, and x with the answer to it is an equilibrium from every state.

Source: Hoffman, Karp (1966); Rao, Chandrasekaran, Nair (1973).
"""

import itertools
from collections.abc import Sequence
from fractions import Fraction

from certigap.errors import LimitError
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.semantics import best_response
from certigap.semantics.evaluation import action_values
from certigap.work.deadline import Deadline

__all__ = ["strategy_iteration"]


def strategy_iteration(
    game: Game, total: Fraction, start: Sequence[int] | None = None, deadline: Deadline | None = None
) -> tuple[Policy, int]:
    """A pure equilibrium from every state, exact.

    Args:
        game: two players, turn-based, r_1 + r_2 = `total` everywhere.
        total: the constant sum of the rewards.
        start: `[S]` player 1's first actions; a good proposal saves rounds.
        deadline: when to give up.

    Returns:
        The equilibrium, and the number of rounds.

    Raises:
        LimitError: the deadline passed.
    """
    sizes = game.layout.shape_array[:, 0].tolist()
    choice = list(start) if start is not None else [0] * len(sizes)
    others = Policy.pure(game).rows[1]
    for rounds in itertools.count(1):
        own = tuple(_pure(size, action) for size, action in zip(sizes, choice, strict=True))
        answer = best_response(game, Policy(game, (own, others)), 1, arithmetic="exact")
        values = _complement(answer.optimum.lower, total / (1 - game.discount))
        improved = _improve(game, choice, values)
        if improved == choice:
            return Policy(game, (own, answer.rows)), rounds
        choice, others = improved, answer.rows
        if deadline is not None and not deadline.going:
            break
    raise LimitError(f"strategy iteration on {len(sizes)} states: expected its end in time, got none")


def _improve(game: Game, choice: list[int], values: Vector) -> list[int]:
    rows = action_values(game, 0, Bracket.exact(values)).lower
    offsets = game.layout.row_offsets.tolist()
    improved = list(choice)
    for state, size in enumerate(game.layout.shape_array[:, 0].tolist()):
        if size == 1:
            continue
        own = rows.numerators[offsets[state] : offsets[state + 1]]
        best = max(range(size), key=own.__getitem__)
        if own[best] > own[choice[state]]:
            improved[state] = best
    return improved


def _complement(values: Vector, total: Fraction) -> Vector:
    denominator = values.denominator * total.denominator
    whole = total.numerator * values.denominator
    return Vector(tuple(whole - x * total.denominator for x in values.numerators), denominator)


def _pure(size: int, action: int) -> Distribution:
    return Distribution(tuple(int(a == action) for a in range(size)), 1)
