"""The linear program of a player's induced decision process, compiled once and solved for many opponents' policies.

    minimise    ((nu + uniform)/2) . V
    subject to  V(s) >= r(s, a) + g sum_s' P(s' | s, a) V(s')     for every own action a

r and P depend on the opponents and are parameters; the weights are positive everywhere, so that V = V* at every
state. The multiplier of a constraint is the discounted time that an optimal policy spends playing a at s: the action
with the largest one is proposed at each state. A proposal, not a fact: `best_response` checks it over the rationals.
"""

from typing import Any

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray, as_object
from certigap.floats.programs import CLARABEL, HIGHS, solved
from certigap.floats.solvers import first_best
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.induced import Induced, decision_process

__all__ = ["BestResponseProgram"]


class BestResponseProgram:
    """Player `player`'s best-response program, parametrised by the others' policies.

    Args:
        game: the game.
        player: index of the player.
    """

    def __init__(self, game: Game, player: int) -> None:
        import cvxpy as cp

        layout = game.layout
        self.game, self.player = game, player
        self._keys = _pattern(game, player)
        states, rows = layout.states, int(layout.action_offsets[player][-1])
        owner, column = self._keys // states, self._keys % states
        self._values = cp.Variable(states)
        self._rewards = cp.Parameter(rows)
        self._probabilities = cp.Parameter(len(self._keys), nonneg=True)
        moved = cp.multiply(self._probabilities, _picker(column, states) @ self._values)
        following = _picker(owner, rows).T @ moved
        self._constraint = (
            _picker(layout.action_state[player], states) @ self._values
            >= self._rewards + game.float_discount * following
        )
        nu = np.array([w / game.initial.denominator for w in game.initial.weights])
        self._problem = cp.Problem(cp.Minimize((nu + 1 / states) / 2 @ self._values), [self._constraint])

    def solve(self, policy: Policy) -> IndexArray:
        """The proposed row (own action, flat) `[S]` of each state; `SolverError` when the solver fails."""
        induced = decision_process(self.game, policy, self.player)
        self._rewards.value = np.array(as_object(induced.rewards[0]) / induced.scale(), dtype=np.float64)
        self._probabilities.value = self._entries(induced)
        multipliers = solved(self._problem, [self._constraint], "best-response program", (HIGHS, CLARABEL))[0]
        return first_best(multipliers, induced.offsets)

    def _entries(self, induced: Induced) -> FloatArray:
        result = np.zeros(len(self._keys))
        if induced.matrix is not None:
            keys = induced.matrix.owners * self.game.layout.states + induced.matrix.columns
            result[np.searchsorted(self._keys, keys)] = induced.matrix.floats()
        return result


def _pattern(game: Game, player: int) -> IndexArray:
    """Sorted keys `own action * S + next state` that some opponents' policy makes possible."""
    transitions = game.transitions
    owner = np.repeat(game.layout.action_index[player], np.diff(transitions.offsets))
    return np.unique(owner * game.layout.states + transitions.columns)


def _picker(columns: IndexArray, width: int) -> Any:
    from scipy.sparse import csr_array

    count = len(columns)
    return csr_array((np.ones(count), columns, np.arange(count + 1)), shape=(count, width))
