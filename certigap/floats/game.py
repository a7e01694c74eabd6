"""A game as float arrays: quick values, occupancies, optima and gaps for searches. Proposals only, never facts.

Policies are tuples of flat arrays, per player `[L_i]` probabilities in the order of `Layout` (`Policy.floats()`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from certigap.exact.integers import FloatArray
from certigap.floats.solvers import Resolvent, first_best, policy_iteration
from certigap.model.game import Game

__all__ = ["FloatGame", "payoff_scale"]

_DENSE_ENTRIES = 1_000_000  # 8 megabytes dense


def payoff_scale(game: Game) -> float:
    """The largest half-range c_i of rewards: what tolerances in payoffs are relative to; 1 where nothing is at stake.

    Multiplying a game multiplies its answers; a tolerance of 1e-12 payoff would make them 0 in a game of 1e-15.
    """
    return float(max(game.half_range(player) for player in range(len(game.players)))) or 1.0


class FloatGame:
    """Float arrays of a game; every method takes `policy_floats`, per player `[L_i]` probabilities.

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.policy import Policy
    >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> FloatGame(game).gaps(Policy.pure(game).floats()).tolist()
    [2.0, 2.0]
    """

    def __init__(self, game: Game) -> None:
        self.game, self.layout = game, game.layout
        self.discount = game.float_discount
        self.start = np.array([w / game.initial.denominator for w in game.initial.weights], dtype=np.float64)
        self.rewards = game.float_rewards()
        self.scale = payoff_scale(game)
        self.transitions = _transitions(game)
        self._orders = tuple(np.argsort(index, kind="stable") for index in self.layout.action_index)
        self._sizes = tuple(int(offsets[-1]) for offsets in self.layout.action_offsets)
        counts = [
            np.bincount(index, minlength=size)
            for index, size in zip(self.layout.action_index, self._sizes, strict=True)
        ]
        self._group_offsets = tuple(np.concatenate([[0], np.cumsum(count)]) for count in counts)

    def joint(self, policy: Sequence[FloatArray], without: int | None = None) -> FloatArray:
        """`[K]` probability of each joint action at its state; `without` leaves one player's factor out."""
        result = np.ones(self.layout.rows)
        for player, index in enumerate(self.layout.action_index):
            if player != without:
                result *= policy[player][index]
        return result

    def values(self, policy: Sequence[FloatArray]) -> FloatArray:
        """`[n, S]` V_i^pi."""
        weights = self.joint(policy)
        rewards = np.add.reduceat(self.rewards * weights, self.layout.row_offsets[:-1], axis=1)
        if not self.discount:
            return rewards
        chain = self._aggregate(weights, None)
        return np.ascontiguousarray(Resolvent(chain, self.discount).values(rewards.T).T)

    def chain(self, policy: Sequence[FloatArray]) -> FloatArray:
        """`[S, S]` P_pi, dense: for games of few states."""
        found = self._aggregate(self.joint(policy), None)
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)

    def neighbours(self) -> Any:
        """`[S, S]` where some joint action leads from one state to another, dense: for games of few states."""
        return self.chain([np.ones(size) for size in self._sizes]) > 0

    def occupancy(self, policy: Sequence[FloatArray]) -> FloatArray:
        """`[S]` mu_pi."""
        if not self.discount:
            return self.start.copy()
        chain = self._aggregate(self.joint(policy), None)
        return Resolvent(chain, self.discount).occupancies((1 - self.discount) * self.start)

    def optimum(self, player: int, policy: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
        """`[S]` V_i^{*, pi_-i}, and a pure best response `[L_i]` (its probabilities, 0 or 1)."""
        weights = self.joint(policy, without=player)
        index, size = self.layout.action_index[player], self._sizes[player]
        totals = np.bincount(index, weights=self.rewards[player] * weights, minlength=size)
        rewards = totals.astype(np.float64)
        values, rows = self._optimise(player, rewards, weights)
        response = np.zeros(size)
        response[rows] = 1.0
        return values, response

    def action_values(self, player: int, following: FloatArray) -> FloatArray:
        """`[K]` r_i(s, a) + g P(. | s, a) v."""
        if not self.discount:
            return np.array(self.rewards[player], dtype=np.float64)
        return np.asarray(self.rewards[player] + self.discount * (self.transitions @ following))

    def gaps(self, policy: Sequence[FloatArray]) -> FloatArray:
        """`[n]` player gaps."""
        own = self.values(policy) @ self.start
        best = [self.optimum(player, policy)[0] @ self.start for player in range(self.layout.players)]
        return np.asarray(best - own, dtype=np.float64)

    def _optimise(self, player: int, rewards: FloatArray, weights: FloatArray) -> tuple[FloatArray, Any]:
        offsets = self.layout.action_offsets[player]
        if self.discount:
            return policy_iteration(rewards, self._aggregate(weights, player), self.discount, offsets)
        rows = first_best(rewards, offsets)
        return rewards[rows], rows

    def _aggregate(self, weights: FloatArray, player: int | None) -> Any:
        """Transitions `[S, S]` of the chain, or `[L_i, S]` of a player's decision process; dense for small games."""
        from scipy.sparse import csr_array

        layout = self.layout
        if player is None:
            order, offsets, size = np.arange(layout.rows), layout.row_offsets, layout.states
        else:
            order, offsets, size = self._orders[player], self._group_offsets[player], self._sizes[player]
        return csr_array((weights[order], order, offsets), shape=(size, layout.rows)) @ self.transitions


def _transitions(game: Game) -> Any:
    from scipy.sparse import csr_array

    t, shape = game.transitions, (game.layout.rows, game.layout.states)
    matrix = csr_array((t.floats(), t.columns, t.offsets), shape=shape)
    return matrix.toarray() if shape[0] * shape[1] <= _DENSE_ENTRIES else matrix
