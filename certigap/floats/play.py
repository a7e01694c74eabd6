"""Quick float gaps for the witness search: `FloatGame` with best responses that start from a similar policy's.

Proposals only, never facts. A policy is a sequence of flat arrays, one per player, in the order of `Layout`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.floats.game import FloatGame
from certigap.floats.solvers import linear_solution
from certigap.model.game import Game

__all__ = ["Floats", "Gap", "Indices", "Play", "first_best"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_DENSE_STATES = 300  # up to which dense elimination is used: no overhead, but a cube of work
_ROUNDS = 50  # of policy iteration: an end where floats tie and go round


@dataclass(frozen=True, slots=True)
class Gap:
    """A player's gap at a policy, and what its gradient is made of."""

    gap: float
    best: Floats  # [L_i] a deterministic best response
    value: Floats  # [S] V_i^pi
    optimum: Floats  # [S] V_i^{*,pi_-i}


class Play(FloatGame):
    """Float evaluation of one game: dense solves for small games, those of `FloatGame` for the others."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self._is_dense = isinstance(self.transitions, np.ndarray) and self.layout.states <= _DENSE_STATES
        self._identity = np.eye(self.layout.states if self._is_dense else 0)

    def gap(self, policy: Sequence[Floats], player: int, guess: Floats | None = None) -> Gap:
        """V_i^{*,pi_-i}(nu) - V_i^pi(nu); policy iteration starts from the actions `guess`, if there are any."""
        if self._is_dense:
            return self._dense_gap(policy, player, guess)
        value = self.values(policy)[player]
        optimum, best = self.optimum(player, policy)
        return Gap(float(self.start @ (optimum - value)), best, value, optimum)

    def own_values(self, policy: Sequence[Floats], player: int, own: int, value: Floats) -> Floats:
        """`[L_own]` payoff to `player` of each action of player `own`, the others as in `policy`, then `value`."""
        rows = self.joint(policy, without=own) * self.action_values(player, value)
        index = self.layout.action_index[own]
        return np.asarray(np.bincount(index, weights=rows, minlength=len(policy[own])), dtype=np.float64)

    def _dense_gap(self, policy: Sequence[Floats], player: int, guess: Floats | None) -> Gap:
        weights = self.joint(policy, without=player)
        index, size = self.layout.action_index[player], len(policy[player])
        rewards: Any = np.bincount(index, weights=weights * self.rewards[player], minlength=size)
        order, starts = self.groups[player]
        matrix = np.add.reduceat((weights[:, None] * self.transitions)[order], starts, axis=0)
        value = self._value(policy[player], rewards, matrix, player)
        best = guess if guess is not None else self._greedy(rewards, matrix, value, player, None)
        optimum = self._value(best, rewards, matrix, player)
        for _ in range(_ROUNDS):
            better = self._greedy(rewards, matrix, optimum, player, best)
            if np.array_equal(better, best):
                break
            best = better
            optimum = self._value(best, rewards, matrix, player)
        return Gap(float(self.start @ (optimum - value)), best, value, optimum)

    @cached_property
    def groups(self) -> list[tuple[Indices, Indices]]:
        """Per player: rows `[K]` ordered by own action, and where each own action `[L_i]` starts."""
        orders = [np.argsort(index, kind="stable") for index in self.layout.action_index]
        return [
            (order, np.flatnonzero(np.concatenate([[True], np.diff(index[order]) != 0])))
            for order, index in zip(orders, self.layout.action_index, strict=True)
        ]

    def _value(self, own: Floats, rewards: Floats, matrix: Floats, player: int) -> Floats:
        starts = self.layout.action_offsets[player][:-1]
        right = np.add.reduceat(own * rewards, starts)
        chain = np.add.reduceat(own[:, None] * matrix, starts, axis=0)
        return linear_solution(self._identity - self.discount * chain, right)

    def _greedy(self, rewards: Floats, matrix: Floats, value: Floats, player: int, current: Floats | None) -> Floats:
        """Rows that are greedy for `value`; the current action stays unless another is clearly better."""
        q = rewards + self.discount * (matrix @ value)
        if current is not None:
            q = q + current * 1e-11 * float(np.abs(q).max())
        return first_best(q, self.layout.action_offsets[player], self.layout.action_state[player])


def first_best(q: Floats, offsets: Indices, states: Indices) -> Floats:
    """`[L]` indicator of the first best action of each state."""
    top = np.maximum.reduceat(q, offsets[:-1])
    places = np.flatnonzero(q == top[states])
    first = places[np.searchsorted(states[places], np.arange(len(offsets) - 1))]
    result = np.zeros(len(q))
    result[first] = 1.0
    return result
