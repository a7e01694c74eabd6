"""Two-player constant-sum Markov games: Nash value iteration and Hoffman-Karp policy iteration, in floats.

With Q_V(s, a, b) = r_1 + g P.V and val the value of a matrix game, Shapley's operator (TV)(s) = val Q_V(s) is a
g-contraction whose fixed point is the value of the game, attained by optimal strategies of the matrix games Q_V.

- *value iteration*: V <- TV, a few sweeps: a start;
- *Newton step*: x and y optimal in the matrix games Q_V; V <- what (x, y) is worth. Fast near the fixed point, but it
  can cycle, so it is taken only when it halves the residual |TV - V|; else
- *policy iteration*: V <- what x is worth against a best response. Then V <= TV, and from there on TV <= the next V: V
  rises to the value at least as fast as by value iteration.

It ends when the residual is at rounding error or stops falling. The strategies are proposals: their rows are put on a
grid, or on small fractions where these serve better, and their regret is certified from the game itself.

Source: Shapley (1953); Hoffman, Karp (1966); Pollatschek, Avi-Itzhak (1969).
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from certigap.errors import InputError
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.solve.float_lp import matrix_games
from certigap.solve.matrix_game import Floats
from certigap.solve.stages import Stages
from certigap.solve.structure import constant_sum
from certigap.work.deadline import Deadline

__all__ = ["FloatEquilibrium", "nash_policy_iteration", "required_sum"]

_SWEEPS = 10  # of value iteration before policies are worth solving for
_PATIENCE = 2  # rounds without a smaller residual: rounding has the last word
_RELATIVE = 1e-14  # of the values: nothing is left but rounding
_ALIKE = 1e-10  # of the values: actions that floats cannot tell apart


@dataclass(frozen=True, eq=False, slots=True)
class FloatEquilibrium:
    """Optimal strategies in floats, and how far from a fixed point the values are."""

    rows: tuple[tuple[Floats, ...], tuple[Floats, ...]]  # [2][S][A_i(s)]
    values: Floats  # [S], discounted payoff to player 1
    simple_rows: tuple[tuple[Floats, ...], tuple[Floats, ...]]  # the same, pure where a pure row is as good in floats
    residual: float  # max over states of |TV - V|
    rounds: int
    complete: bool


def required_sum(game: Game) -> Fraction:
    """r_1 + r_2, the same everywhere; `InputError` when it is not, or there are not two players."""
    total = constant_sum(game)
    if total is None:
        raise InputError(f"zero-sum solver: expected 2 players with r_1 + r_2 the same everywhere, got {game!r}")
    return total


def nash_policy_iteration(game: Game, deadline: Deadline | None = None) -> FloatEquilibrium:
    """A Nash equilibrium of a two-player constant-sum game, in floats.

    Args:
        game: two players, r_1 + r_2 the same everywhere.
        deadline: when to stop early, with the strategies at hand.

    Returns:
        Strategies, values and residual (see `FloatEquilibrium`).

    Raises:
        InputError: not two players, or not constant-sum.

    >>> from certigap.model.build import bimatrix
    >>> nash_policy_iteration(bimatrix([[1, -1], [-1, 1]])).values.tolist()
    [0.0]
    """
    shift = float(required_sum(game) / (1 - game.discount))
    stages, floats = Stages(game), FloatGame(game)
    values = np.zeros(len(game.states))
    for _ in range(_SWEEPS if game.discount else 1):
        values = matrix_games(stages.payoffs(values), stages.sizes)[0]
    best = current = _greedy(stages, values)
    stalled = 0
    while stalled < _PATIENCE and best.residual > _RELATIVE * max(floats.scale, float(np.abs(values).max())):
        if deadline is not None and not deadline.going:
            return replace(best, complete=False)
        flat = [np.concatenate(own) for own in current.rows]
        following = _greedy(stages, floats.values(flat)[0])
        if following.residual > current.residual / 2:
            following = _greedy(stages, shift - floats.optimum(1, flat)[0])
        current = replace(following, rounds=current.rounds + 1)
        stalled = 0 if current.residual < best.residual / 2 else stalled + 1
        best = current if current.residual < best.residual else best
    return best


def _greedy(stages: Stages, values: Floats) -> FloatEquilibrium:
    """The optimal strategies of the matrix games Q_V."""
    after, x, y = matrix_games(stages.payoffs(values), stages.sizes)
    residual = float(np.abs(after - values).max())
    p, q = _purified(stages, values, after, x, y)
    rows, simple = ((stages.ragged(a, 0), stages.ragged(b, 1)) for a, b in ((x, y), (p, q)))
    return FloatEquilibrium(rows, values, simple, residual, 0, True)


def _purified(stages: Stages, values: Floats, after: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The rows, replaced by a pure row at the states where one guarantees the stage's value up to rounding."""
    payoffs = stages.payoffs(values)
    exists = stages.masks[0][:, :, None] & stages.masks[1][:, None, :]
    lowest = np.where(exists, payoffs, np.inf).min(axis=2)
    highest = np.where(exists, payoffs, -np.inf).max(axis=1)
    lowest[~stages.masks[0]], highest[~stages.masks[1]] = -np.inf, np.inf
    margin = _ALIKE * max(stages.scale, float(np.abs(after).max()))
    secure = lowest.max(axis=1) >= after - margin, highest.min(axis=1) <= after + margin
    pure = np.eye(x.shape[1])[lowest.argmax(axis=1)], np.eye(y.shape[1])[highest.argmin(axis=1)]
    return np.where(secure[0][:, None], pure[0], x), np.where(secure[1][:, None], pure[1], y)
