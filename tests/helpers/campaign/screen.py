"""Gaps of many policies at once in floats: which of them deserve an exact look. Nothing here is a fact.

Policies are stacked, `[N, n, S, A]` probabilities, A the largest number of actions, 0 where a player lacks an action.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.helpers.checker.truth import Rows, TrueGame

__all__ = ["Array", "Screen"]

Array = npt.NDArray[np.float64]


class Screen:
    """A game as dense arrays over padded joint actions."""

    def __init__(self, game: TrueGame) -> None:
        self.game, self.g = game, float(game.g)
        self.n, self.states = len(game.players), len(game.states)
        self.most = max(len(own) for state in game.actions for own in state)
        self.nu = np.array([float(p) for p in game.nu])
        shape = (self.most,) * self.n
        self.rewards: Array = np.zeros((self.n, self.states, int(np.prod(shape))))
        self.moves: Array = np.zeros((self.states, int(np.prod(shape)), self.states))
        self.allowed = np.zeros((self.n, self.states, self.most), dtype=bool)
        for s in range(self.states):
            for i, own in enumerate(game.actions[s]):
                self.allowed[i, s, : len(own)] = True
            for joint, row in game.reward[s].items():
                place = int(np.ravel_multi_index(joint, shape))
                self.rewards[:, s, place] = [float(x) for x in row]
                self.moves[s, place] = [float(p) for p in game.next[s][joint]]
        self.index = np.indices(shape).reshape(self.n, -1)

    def stack(self, policies: Sequence[Rows]) -> Array:
        """Exact policies as `[N, n, S, A]`."""
        result = np.zeros((len(policies), self.n, self.states, self.most))
        for k, policy in enumerate(policies):
            for i, own in enumerate(policy):
                for s, row in enumerate(own):
                    result[k, i, s, : len(row)] = [float(p) for p in row]
        return result

    def joint(self, policies: Array) -> Array:
        """`[N, S, J]` probabilities of the joint actions."""
        return np.asarray(np.prod(self.factors(policies), axis=0))

    def factors(self, policies: Array) -> list[Array]:
        """Each player's `[N, S, J]` probability of its part of the joint actions."""
        return [policies[:, i][..., self.index[i]] for i in range(self.n)]

    def occupancies(self, policies: Array) -> Array:
        """`[N, S]` occupancies of the states."""
        chain = np.einsum("zsj,sjt->zts", self.joint(policies), self.moves)
        start = np.broadcast_to((1 - self.g) * self.nu[:, None], (len(policies), self.states, 1))
        return self.solve(chain, start)[..., 0]

    def gaps(self, policies: Array) -> Array:
        """`[N, n]` player gaps."""
        factors = self.factors(policies)
        whole = self.joint(policies)
        chain = np.einsum("zsj,sjt->zst", whole, self.moves)
        rewards = np.einsum("zsj,isj->zsi", whole, self.rewards)
        values = self.solve(chain, rewards)
        result = np.empty((len(policies), self.n))
        for i in range(self.n):
            others: Any = np.prod([f for j, f in enumerate(factors) if j != i], axis=0)
            result[:, i] = (self.optimum(i, others) - values[..., i]) @ self.nu
        return result

    def optimum(self, i: int, others: Array) -> Array:
        """`[N, S]` best values of player `i`, by policy iteration in all problems together."""
        own = np.eye(self.most)[self.index[i]]
        rewards = np.where(self.allowed[i], np.einsum("zsj,sj,ja->zsa", others, self.rewards[i], own), -np.inf)
        moves = np.einsum("zsj,sjt,ja->zsat", others, self.moves, own, optimize=True)
        choice = rewards.argmax(axis=2)
        for _ in range(50):
            at = choice[..., None]
            best = np.take_along_axis(rewards, at, 2)
            chain = np.take_along_axis(moves, at[..., None], 2)[:, :, 0]
            values = self.solve(chain, best)[..., 0]
            gains = rewards + self.g * np.einsum("zsat,zt->zsa", moves, values)
            better = gains.argmax(axis=2)
            improved = gains.max(axis=2) > np.take_along_axis(gains, at, 2)[..., 0] + 1e-12
            if not improved.any():
                break
            choice = np.where(improved, better, choice)
        return values

    def solve(self, chain: Array, right: Array) -> Array:
        """(I - g P)^{-1} right."""
        return np.asarray(np.linalg.solve(np.eye(self.states) - self.g * chain, right), dtype=np.float64)
