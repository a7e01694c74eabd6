"""Backward induction over the rationals: subgame-perfect equilibria of games that are solvable backward.

States are taken after all that they lead to. With the successors' values known, state s is the one-shot game

    q_i(a) = r_i(s, a) + g sum_{t != s} P(t | s, a) V_i(t),

and a profile x played there for ever, as long as the game stays at s with probability p, is worth
V_i(s) = sum_a x(a) q_i(a) / (1 - g p). If p is the same for all joint actions, an equilibrium of q is one of the
subgame; if one player alone moves, that player takes the action with the greatest q_i(a) / (1 - g p(a)).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from certigap.errors import InputError, LimitError
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.solve.stage import Approximation, stage_equilibrium
from certigap.solve.structure import backward_order, stay_probabilities
from certigap.work.deadline import Deadline

__all__ = ["BackwardAnswer", "backward_induction"]


class BackwardAnswer(NamedTuple):
    """What backward induction plays."""

    policy: Policy
    exact: bool
    """Every stage was solved exactly: a subgame-perfect equilibrium."""


def backward_induction(
    game: Game, deadline: Deadline | None = None, seed: int = 0, denominator: int = 2**52
) -> BackwardAnswer:
    """A subgame-perfect equilibrium; pure wherever a stage game has a pure equilibrium.

    Args:
        game: a game that is solvable backward (see `certigap.solve.structure`).
        deadline: when to give up.
        seed: of the starting points where a stage game of three or more movers has no pure equilibrium.
        denominator: of the grid there.

    Returns:
        The profile, and whether it is exact.

    Raises:
        InputError: the game is not solvable backward.
        SolverError: a stage game of three or more movers stayed undecided.
        LimitError: the deadline passed.

    >>> from certigap.model.catalog import load
    >>> backward_induction(load("lemma2", discount="1/2", eps="1/2")).exact
    True
    """
    order = backward_order(game)
    if order is None:
        raise InputError(f"backward induction: expected a game without cycles through several states, got {game!r}")
    approximation = Approximation(seed, denominator, deadline or Deadline(None))
    induction = _Induction(game, approximation)
    for state in order:
        if not approximation.deadline.going:
            raise LimitError(f"backward induction on {len(order)} states: expected its end in time, got none")
        induction.solve(state)
    return BackwardAnswer(induction.policy(), induction.exact)


class _Induction:
    def __init__(self, game: Game, approximation: Approximation) -> None:
        self.exact = True
        self._game, self._approximation = game, approximation
        self._players = range(len(game.players))
        self._stays = stay_probabilities(game) if game.discount else {}
        self._values: list[list[Fraction]] = [[] for _ in game.states]
        self._rows: list[tuple[Distribution, ...]] = [() for _ in game.states]
        self._offsets = game.layout.row_offsets.tolist()

    def solve(self, state: int) -> None:
        """Rows and values of a state whose successors are done."""
        game, rows = self._game, range(self._offsets[state], self._offsets[state + 1])
        stays = self._stays.get(state, {})
        factors = [1 / (1 - game.discount * stays[row]) if row in stays else Fraction(1) for row in rows]
        worth = [
            [value * factor for value in self._action_values(row, state)]
            for row, factor in zip(rows, factors, strict=True)
        ]
        payoffs = [[own[player] for own in worth] for player in self._players]
        shape = game.layout.shapes[state]
        if len(rows) == 1:
            self._rows[state] = (Distribution((1,), 1),) * len(self._players)
            self._values[state] = worth[0]
            return
        mixed, exact = stage_equilibrium(payoffs, shape, self._approximation)
        self.exact &= exact
        weights = _joint(mixed)
        self._values[state] = [
            sum((w * x for w, x in zip(weights, own, strict=True) if w), Fraction(0)) for own in payoffs
        ]
        self._rows[state] = tuple(distribution(row, f"row at state {game.states[state]!r}") for row in mixed)

    def policy(self) -> Policy:
        """The rows of all states."""
        return Policy(self._game, tuple(tuple(rows[player] for rows in self._rows) for player in self._players))

    def _action_values(self, row: int, state: int) -> list[Fraction]:
        game = self._game
        values = [game.reward(player, row) for player in self._players]
        if not game.discount:
            return values
        for following, probability in game.transitions.row(row).items():
            if following == state:
                continue
            weight = game.discount * probability
            for player in self._players:
                values[player] += weight * self._values[following][player]
        return values


def _joint(rows: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """Probabilities of the joint actions, row-major."""
    result = [Fraction(1)]
    for row in rows:
        result = [weight * p for weight in result for p in row]
    return result
