"""Nash value iteration for general-sum Markov games: a best effort in floats, judged by its certified regret.

With the values V_i of all players at the next state, state s is the one-shot game Q_i = r_i + g P.V_i; an equilibrium
of it is played there (pure if there is one, else by Lemke-Howson, or by Newton for more than two movers) and gives new
values. There is no contraction: which equilibrium a stage game gets may jump, and the iteration may cycle. A sweep
replaces V by the stage values, every few sweeps by what the profile is worth. Several starts are tried; the profile
with the least sum of float regret and change of V wins (float regrets alone do not see gains below 1e-11).

Source: Hu, Wellman, "Nash Q-learning for general-sum stochastic games" (2003), with a model.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import LimitError
from certigap.exact.integers import FloatArray
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.solve.stage import Approximation, stage_equilibrium
from certigap.work.deadline import Deadline

__all__ = ["nash_value_iteration"]

_STARTS = 10  # other selections among the stage games' equilibria: not every one converges
_SWEEPS = 120  # of one start: time to settle against time for another start
_EVALUATE = 4  # every fourth sweep evaluates its policy: fewer sweeps, but longer jumps
_GRID = 2**60  # of payoffs handed to exact stage games: finer than a float
_DONE = 1e-15  # of the values: nothing is left but rounding
_SETTLED = 1e-10  # of the values: near enough for the exact polish


def nash_value_iteration(game: Game, seed: int, deadline: Deadline) -> list[list[FloatArray]]:
    """A profile of small regret in floats, if the iteration settles.

    Args:
        game: any game.
        seed: of the random starts.
        deadline: when to stop with the best profile so far.

    Returns:
        `[n][S][A_i(s)]` probabilities.

    Raises:
        LimitError: the deadline passed before the first profile.
        SolverError: a stage game stayed undecided.
    """
    floats, rng = FloatGame(game), np.random.default_rng(seed)
    scale = float(max(game.half_range(player) for player in range(len(game.players))) * game.horizon) or 1.0
    best, least = None, np.inf
    for start in range(_STARTS):
        values = (start > 0) * scale * rng.uniform(-1, 1, (len(game.players), len(game.states)))
        for sweep in range(_SWEEPS):
            if not deadline.going:
                return _known(game, best)
            flat, stage_values = _sweep(floats, values, scale, Approximation(seed, _GRID, deadline))
            error = float(floats.gaps(flat).max() + np.abs(stage_values - values).max())
            if error < least:
                best, least = flat, error
            if error <= _DONE * scale:
                return _known(game, best)
            values = floats.values(flat) if sweep % _EVALUATE == _EVALUATE - 1 else stage_values
        if least <= _SETTLED * scale:
            break
    return _known(game, best)


def _sweep(
    floats: FloatGame, values: FloatArray, scale: float, approximation: Approximation
) -> tuple[list[FloatArray], FloatArray]:
    """Flat rows `[n][L_i]` of an equilibrium of every stage game, and the stage values `[n, S]`."""
    layout = floats.layout
    players = range(layout.players)
    payoffs = [floats.action_values(player, values[player]) for player in players]
    flat: list[list[float]] = [[] for _ in players]
    offsets = layout.row_offsets.tolist()
    for state, shape in enumerate(layout.shapes):
        own = [_integers(payoffs[player][offsets[state] : offsets[state + 1]], scale) for player in players]
        rows = stage_equilibrium(own, shape, approximation).rows if len(own[0]) > 1 else [[Fraction(1)]] * len(own)
        for player in players:
            flat[player] += [float(p) for p in rows[player]]
    arrays = [np.array(own, dtype=np.float64) for own in flat]
    weights = floats.joint(arrays)
    stage = [np.add.reduceat(own * weights, layout.row_offsets[:-1]) for own in payoffs]
    return arrays, np.array(stage, dtype=np.float64)


def _integers(payoffs: FloatArray, scale: float) -> list[Fraction]:
    return [Fraction(round(x)) for x in (payoffs * (_GRID / scale)).tolist()]


def _known(game: Game, best: Any) -> list[list[FloatArray]]:
    if best is None:
        raise LimitError(f"Nash value iteration on {game!r}: expected a profile in time, got none")
    offsets = game.layout.action_offsets
    return [np.split(own, offsets[player][1:-1]) for player, own in enumerate(best)]
