"""Product policies of array games: integer weights a state over denominators below 2^31."""

from dataclasses import dataclass

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IndexArray
from certigap.model.large.game import MOST, ArrayGame, Ints32, int32, row_sums, running
from certigap.model.policy import Policy

__all__ = ["ArrayPolicy"]


@dataclass(frozen=True, eq=False, repr=False)
class ArrayPolicy:
    """Player `i` plays action `a` of state `s` with `weights[i][offset + a] / denominators[i][s]` (FORMAT 16)."""

    weights: tuple[Ints32, ...]  # [n][L_i] at least 0
    denominators: tuple[Ints32, ...]  # [n][S] their sums by state

    @classmethod
    def uniform(cls, game: ArrayGame) -> "ArrayPolicy":
        """Every action alike.

        >>> from certigap.model.large.families import random_game
        >>> ArrayPolicy.uniform(random_game(states=3)).denominators[0].tolist()
        [2, 2, 2]
        """
        weights = tuple(np.ones(int(own[-1]), dtype=np.int32) for own in game.action_offsets)
        return cls(weights, tuple(np.ascontiguousarray(game.shapes[:, i]) for i in range(game.players)))

    @classmethod
    def from_weights(cls, game: ArrayGame, weights: tuple[Ints32, ...]) -> "ArrayPolicy":
        """Rows proportional to weights `[n][L_i]`, integers >= 0."""
        found = []
        for i, own in enumerate(weights):
            if len(own) != game.action_offsets[i, -1]:
                raise InputError(
                    f"policy of player {i + 1}: expected {game.action_offsets[i, -1]} weights, got {len(own)}"
                )
            found.append(int32(row_sums(own, game.action_offsets[i]), f"policy of player {i + 1}: sums"))
        return cls(weights, tuple(found)).of(game)

    @classmethod
    def pure(cls, game: ArrayGame, actions: list[IndexArray]) -> "ArrayPolicy":
        """The policy in which player `i` plays action `actions[i][s]` at every state `s`."""
        weights = []
        for i, own in enumerate(actions):
            if len(own) != game.states or (np.asarray(own) < 0).any() or (own >= game.shapes[:, i]).any():
                raise InputError(f"policy of player {i + 1}: expected an action of its own for every state, got others")
            row = np.zeros(int(game.action_offsets[i, -1]), dtype=np.int32)
            row[game.action_offsets[i, :-1] + own] = 1
            weights.append(row)
        return cls.from_weights(game, tuple(weights))

    @classmethod
    def from_policy(cls, policy: Policy) -> "ArrayPolicy":
        """The same policy, for `ArrayGame.from_game` of its game."""
        weights = tuple(int32(own, "policy") for own in policy.weights)
        return cls(weights, tuple(int32(own, "policy") for own in policy.denominators))

    def of(self, game: ArrayGame) -> "ArrayPolicy":
        """The policy itself, where it fits the game.

        Raises:
            InputError: another number of rows or weights, or rows whose weights do not sum to their denominators.
        """
        if len(self.weights) != game.players or len(self.denominators) != game.players:
            raise InputError(f"policy: expected rows of {game.players} players, got {len(self.weights)}")
        for i, (own, sums) in enumerate(zip(self.weights, self.denominators, strict=True)):
            what = f"policy of player {i + 1}"
            for array in (own, sums):
                if not isinstance(array, np.ndarray) or array.dtype != np.int32 or array.ndim != 1:
                    got = getattr(array, "dtype", type(array).__name__)
                    raise InputError(f"{what}: expected 32-bit integers along one axis, got {got}")
            offsets = running(game.shapes[:, i])
            if len(own) != offsets[-1] or len(sums) != game.states:
                raise InputError(f"{what}: expected {offsets[-1]} weights, got {len(own)}")
            if int(own.min()) < 0 or not np.array_equal(row_sums(own, offsets), sums) or int(sums.min()) < 1:
                raise InputError(f"{what}: expected weights >= 0 whose sums, 1 to {MOST}, are the denominators")
        return self

    def __repr__(self) -> str:
        return f"<ArrayPolicy {len(self.weights)} players, {len(self.denominators[0])} states>"
