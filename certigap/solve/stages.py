"""The matrix games of a two-player Markov game in floats: Q_V(s, a, b) = r_1(s, a, b) + g P(.|s, a, b).V."""

import numpy as np

from certigap.floats.game import payoff_scale
from certigap.model.game import Game
from certigap.solve.matrix_game import Floats, Mask

__all__ = ["Stages"]


class Stages:
    """The matrix games of all states, padded to one shape `[S, A, B]`, as a function of the next state's values."""

    def __init__(self, game: Game) -> None:
        layout = game.layout
        sizes = layout.shape_array
        self._shape = (layout.states, int(sizes[:, 0].max()), int(sizes[:, 1].max()))
        own = [layout.action_index[i] - layout.action_offsets[i][layout.row_state] for i in range(2)]
        self._place = (layout.row_state, own[0], own[1])
        self._rewards = game.float_rewards()[0]
        self.scale = payoff_scale(game)
        self._owner = np.repeat(np.arange(layout.rows), np.diff(game.transitions.offsets))
        self._columns = game.transitions.columns
        self._weights = game.transitions.floats() * game.float_discount
        self.sizes = sizes
        masks = [np.arange(self._shape[1 + i])[None, :] < sizes[:, i, None] for i in range(2)]
        self.masks: tuple[Mask, Mask] = (masks[0], masks[1])

    def payoffs(self, values: Floats) -> Floats:
        """`[S, A, B]`: Q_V, 0 where an action does not exist."""
        following = np.bincount(self._owner, self._weights * values[self._columns], len(self._rewards))
        result = np.zeros(self._shape)
        result[self._place] = self._rewards + following
        return result

    def ragged(self, rows: Floats, player: int) -> tuple[Floats, ...]:
        """Padded rows `[S, A]` as `[S][A(s)]`."""
        return tuple(row[:size] for row, size in zip(rows, self.sizes[:, player], strict=True))
