"""Where things stand in the flat arrays of a game.

Joint actions of state `s` are rows `row_offsets[s] .. row_offsets[s+1]`, row-major with the last player's action
varying fastest (the order of `outcomes` in a game file). Player `i`'s own actions of all states are flattened in the
same way: action `a` of state `s` is entry `action_offsets[i][s] + a`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from certigap.exact.integers import IndexArray

__all__ = ["Layout"]


@dataclass(frozen=True)
class Layout:
    """Sizes of a game: `shapes[s]` gives the number of actions of each player at state `s`.

    >>> Layout(((2, 3),)).rows
    6
    """

    shapes: tuple[tuple[int, ...], ...]

    @property
    def states(self) -> int:
        """Number of states, S."""
        return len(self.shapes)

    @property
    def players(self) -> int:
        """Number of players, n."""
        return len(self.shapes[0])

    @property
    def rows(self) -> int:
        """Number of (state, joint action) pairs, K."""
        return int(self.row_offsets[-1])

    @cached_property
    def shape_array(self) -> IndexArray:
        """`[S, n]` numbers of actions."""
        return np.array(self.shapes, dtype=np.int64).reshape(self.states, -1)

    @cached_property
    def row_offsets(self) -> IndexArray:
        """`[S + 1]` first row of each state."""
        return _offsets(self.shape_array.prod(axis=1))

    @cached_property
    def row_state(self) -> IndexArray:
        """`[K]` the state of each row."""
        return np.repeat(np.arange(self.states, dtype=np.int64), np.diff(self.row_offsets))

    @cached_property
    def action_offsets(self) -> tuple[IndexArray, ...]:
        """Per player `[S + 1]`: first own action of each state."""
        return tuple(_offsets(self.shape_array[:, player]) for player in range(self.players))

    @cached_property
    def action_state(self) -> tuple[IndexArray, ...]:
        """Per player `[L_i]`: the state of each own action."""
        states = np.arange(self.states, dtype=np.int64)
        return tuple(np.repeat(states, self.shape_array[:, player]) for player in range(self.players))

    @cached_property
    def action_index(self) -> tuple[IndexArray, ...]:
        """Per player `[K]`: entry of the player's flat actions that each row plays."""
        within = np.arange(self.rows, dtype=np.int64) - self.row_offsets[self.row_state]
        result: list[IndexArray] = []
        stride = np.ones(self.states, dtype=np.int64)
        for player in reversed(range(self.players)):
            size = self.shape_array[:, player]
            action = (within // stride[self.row_state]) % size[self.row_state]
            result.append(self.action_offsets[player][self.row_state] + action)
            stride = stride * size
        return tuple(reversed(result))

    def row(self, state: int, joint: tuple[int, ...]) -> int:
        """Row of a joint action (one action index per player) at a state."""
        return int(self.row_offsets[state]) + int(np.ravel_multi_index(joint, self.shapes[state]))

    def joint(self, row: int) -> tuple[int, tuple[int, ...]]:
        """The state and the joint action (one action index per player) of a row."""
        state = int(self.row_state[row])
        inside = int(row - self.row_offsets[state])
        return state, tuple(int(a) for a in np.unravel_index(inside, self.shapes[state]))


def _offsets(counts: IndexArray) -> IndexArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
