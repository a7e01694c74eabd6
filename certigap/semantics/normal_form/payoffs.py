"""A player's payoffs against the others' joint actions, u_i(a, b), in a game of one state.

Joint actions b of the others are row-major in the order of the players, the last one varying fastest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IntArray, as_object
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["PayoffTable", "joint_row", "payoff_table"]


@dataclass(frozen=True, eq=False)
class PayoffTable:
    """`numerators[a, b] / denominator`, payoffs of one stage (Python integers, exact)."""

    game: Game
    player: int
    numerators: IntArray  # [A_i, B] object
    denominator: int

    @property
    def others(self) -> tuple[int, ...]:
        """The other players, in order."""
        return tuple(j for j in range(len(self.game.players)) if j != self.player)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Their numbers of actions; B is the product."""
        return tuple(self.game.layout.shapes[0][j] for j in self.others)

    def profile(self, column: int) -> dict[str, str]:
        """The others' actions of a column, by name."""
        actions = np.unravel_index(column, self.sizes)
        names = self.game.actions[0]
        return {self.game.players[j]: names[j][int(a)] for j, a in zip(self.others, actions, strict=True)}

    def value(self, action: int, column: int) -> Fraction:
        """u_i(a, b)"""
        return Fraction(int(self.numerators[action, column]), self.denominator)


def payoff_table(game: Game, player: int) -> PayoffTable:
    """The payoffs of a player.

    Raises:
        InputError: a game of more than one state.

    >>> from certigap.model.build import bimatrix
    >>> payoff_table(bimatrix([[1, 2], [3, 4]], [[5, 6], [7, 8]]), 1).numerators.tolist()
    [[5, 7], [6, 8]]
    """
    if len(game.states) != 1:
        raise InputError(f"payoffs: expected a game of one state, got {game!r}")
    shape = game.layout.shapes[0]
    tensor = np.moveaxis(as_object(game.rewards[player]).reshape(shape), player, 0)
    return PayoffTable(game, player, tensor.reshape(shape[player], -1), game.reward_denominators[player])


def joint_row(policy: Policy, players: Sequence[int]) -> Vector:
    """`[B]` the product of some players' rows, row-major in their order.

    >>> from certigap.model.build import bimatrix
    >>> joint_row(Policy.from_rows(bimatrix([[0, 0]]), [[1], ["1/3", "2/3"]]), (0, 1)).numerators
    (1, 2)
    """
    rows = [policy.rows[j][0] for j in players]
    weights = [1]
    for row in rows:
        weights = [w * x for w in weights for x in row.weights]
    return Vector(tuple(weights), math.prod(row.denominator for row in rows))
