"""Many float policies at once: their occupancies, errors and gaps, for searches in small games. Nothing here is a fact.

Policies are stacked as `[N, L]`: the players' flat rows (`Layout`) side by side, L = sum_j L_j.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from certigap.floats.play import Floats, Indices, Play
from certigap.floats.solvers import linear_solution

__all__ = ["Stack"]

_ROUNDS = 50  # of policy iteration: an end where floats tie and go round
_ENTRIES = 500_000
"""Floats that an array may have: more policies are taken in parts."""


class Stack:
    """Evaluation of stacked policies of one game with dense transitions.

    Args:
        play: the game in floats.
        center: the expert, per player `[L_j]`.
        by_state: the errors are those of the states' occupancies (eps_mu), else of states and joint actions (eps_rho).

    `work` counts the floats in the largest arrays so far: time that is the same on every machine.
    """

    def __init__(self, play: Play, center: Sequence[Floats], by_state: bool) -> None:
        self.play, self.by_state, layout = play, by_state, play.layout
        self.bounds = np.cumsum([0, *(len(own) for own in center)])
        self._index = [index + place for index, place in zip(layout.action_index, self.bounds, strict=False)]
        self._padded = [_padded(offsets) for offsets in layout.action_offsets]
        self._transitions: Any = play.transitions
        self._right = (1 - play.discount) * play.start
        self._chunk = max(1, _ENTRIES // (layout.rows * layout.states))
        self.center = np.concatenate(center)
        self._known = self._masses(self.center[None])
        self.work = 0

    def errors(self, policies: Floats) -> Floats:
        """`[N]` eps_rho or eps_mu."""
        parts = [np.abs(self._masses(part) - self._known).sum(axis=1) for part in self._parts(policies)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def moved(self, policies: Floats) -> Floats:
        """`[N, S]` or `[N, K]` occupancies less the expert's: what `errors` measures."""
        return np.concatenate([self._masses(part) - self._known for part in self._parts(policies)])

    def gaps(self, policies: Floats) -> Floats:
        """`[N, n]` the players' gaps."""
        parts = [self._gaps(part) for part in self._parts(policies)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self._index)))

    def _parts(self, policies: Floats) -> list[Floats]:
        self.work += len(policies) * self.play.layout.rows * self.play.layout.states
        return [policies[k : k + self._chunk] for k in range(0, len(policies), self._chunk)]

    def _joint(self, policies: Floats, without: int | None = None) -> Floats:
        """`[N, K]` probabilities of the joint actions at their states."""
        result = np.ones((len(policies), self.play.layout.rows))
        for player, index in enumerate(self._index):
            if player != without:
                result *= policies[:, index]
        return result

    def _masses(self, policies: Floats) -> Floats:
        """`[N, S]` or `[N, K]` occupancies."""
        joint = self._joint(policies)
        chain = self._chain(joint)
        right = np.broadcast_to(self._right[:, None], (len(policies), len(self._right), 1))
        mu = self._solved(chain.transpose(0, 2, 1), right)[..., 0] if self.play.discount else right[..., 0]
        return mu if self.by_state else np.asarray(mu[:, self.play.layout.row_state] * joint)

    def _chain(self, joint: Floats) -> Floats:
        """`[N, S, S]` transitions between states."""
        starts = self.play.layout.row_offsets[:-1]
        return np.asarray(np.add.reduceat(joint[:, :, None] * self._transitions, starts, axis=1))

    def _gaps(self, policies: Floats) -> Floats:
        joint, starts = self._joint(policies), self.play.layout.row_offsets[:-1]
        rewards = np.add.reduceat(joint[:, None] * self.play.rewards, starts, axis=2)
        values = self._solved(self._chain(joint), rewards.transpose(0, 2, 1))
        optima = [self._optimum(player, self._joint(policies, player)) for player in range(len(self._index))]
        return np.asarray((np.stack(optima, axis=2) - values).transpose(0, 2, 1) @ self.play.start)

    def _optimum(self, player: int, weights: Floats) -> Floats:
        """`[N, S]` V_i^{*,pi_-i} by policy iteration in all problems together."""
        order, starts = self.play.groups[player]
        rewards = np.add.reduceat((weights * self.play.rewards[player])[:, order], starts, axis=1)
        places, real = self._padded[player]
        choice = self._best(rewards, places, real)
        values = np.take_along_axis(rewards, choice, 1)
        if not self.play.discount:
            return values
        matrix = np.add.reduceat((weights[:, :, None] * self._transitions)[:, order], starts, axis=1)
        for _ in range(_ROUNDS):
            chain = np.take_along_axis(matrix, choice[:, :, None], 1)
            values = self._solved(chain, np.take_along_axis(rewards, choice, 1)[..., None])[..., 0]
            q = rewards + self.play.discount * (matrix @ values[..., None])[..., 0]
            better = self._best(q, places, real)
            gain = np.take_along_axis(q, better, 1) - np.take_along_axis(q, choice, 1)
            improved = gain > 1e-11 * np.abs(q).max()
            if not improved.any():
                break
            choice = np.where(improved, better, choice)
        return values

    def _best(self, q: Floats, places: Indices, real: Any) -> Indices:
        """`[N, S]` the entry of the first best action of each state."""
        action = np.where(real, q[:, places], -np.inf).argmax(axis=2)
        return np.asarray(places[np.arange(len(places)), action])

    def _solved(self, chain: Floats, right: Floats) -> Floats:
        """(I - g P)^{-1} right"""
        if not self.play.discount:
            return right
        return linear_solution(np.eye(chain.shape[-1]) - self.play.discount * chain, right)


def _padded(offsets: Indices) -> tuple[Indices, Any]:
    """`[S, A]` entries of the states' actions, and which of them are no padding."""
    sizes = np.diff(offsets)
    actions = np.arange(sizes.max())
    real = actions < sizes[:, None]
    return np.where(real, offsets[:-1, None] + actions, 0), real
