"""Entropy-regularised Nash equilibria of two-player zero-sum Markov games, by Nash value iteration.

THEORY 2, Appendix E.1 (Tag at temperature 1/10) and Appendix E.2 (several temperatures).

The regularised reward is r_1 + tau H_1 - tau H_2. The operator

    (T V)(s) = max_x min_y  x' Q_V(s) y + tau H(x) - tau H(y),     Q_V(s, a, b) = r_1(s, a, b) + g P(.|s, a, b).V,

is a g-contraction in the sup norm; its fixed point is the regularised value, and the saddle points of its matrix
games are the equilibrium. Everything here is floating point: a proposal, whose plain regret is certified elsewhere.
"""

from typing import NamedTuple

import numpy as np

from certigap.errors import InputError, SolverError
from certigap.exact.integers import as_object
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.solve.matrix_game import Floats, logit_equilibria, saddle_bounds, softmax
from certigap.solve.stages import Stages

__all__ = ["RegularisedEquilibrium", "regularised_equilibrium"]

_MOST_SWEEPS = 100_000  # an end for discounts near 1; the budget comes first
_RELATIVE = 1e-12  # of the payoffs: a residual that floats reach with a digit to spare


class RegularisedEquilibrium(NamedTuple):
    """A regularised equilibrium in floats, and how far it is from one."""

    rows: tuple[tuple[Floats, ...], ...]
    """`[n][S][A_i(s)]` probabilities."""
    values: Floats
    """`[S]` regularised discounted payoff to player 1."""
    residual: float
    """max over states of |V - lower| and |V - upper|, the bounds of (T V)(s) that the two rows at s prove: V is within
    residual/(1-g) of the regularised value, up to rounding."""


def regularised_equilibrium(
    game: Game, temperature: RationalLike, tolerance: float | None = None
) -> RegularisedEquilibrium:
    """The entropy-regularised Nash equilibrium of a two-player zero-sum game, in floats.

    Args:
        game: two players, r_2 = -r_1 exactly.
        temperature: tau > 0, in units of reward per unit of entropy (nats).
        tolerance: sup-residual to reach, in units of payoff; by default 1e-12 of what is at stake, the largest
            half-range of rewards, or tau where that is larger.

    Returns:
        Rows, values and residual (see `RegularisedEquilibrium`).

    Raises:
        InputError: another number of players, not zero-sum, or tau <= 0.
        SolverError: the tolerance is below what floating point reaches here.

    Source: entropy-regularised Nash value iteration, as in the paper's Appendix E.1.

    >>> from certigap.model.build import bimatrix
    >>> regularised_equilibrium(bimatrix([[1, -1], [-1, 1]]), "1/10").rows[0][0].tolist()
    [0.5, 0.5]
    """
    tau = _checked_temperature(game, temperature)
    stages = Stages(game)
    enough = _RELATIVE * max(stages.scale, tau) if tolerance is None else tolerance
    values = np.zeros(len(game.states))
    logits: tuple[Floats, Floats] | None = None
    best = np.inf
    since_best = 0
    for _ in range(_MOST_SWEEPS):
        payoffs = stages.payoffs(values)
        logits = logit_equilibria(payoffs, tau, stages.masks, logits)
        x, y = softmax(logits[0], stages.masks[0]), softmax(logits[1], stages.masks[1])
        lower, upper = saddle_bounds(payoffs, tau, x, y, stages.masks)
        residual = float(max(np.abs(values - lower).max(), np.abs(values - upper).max()))
        if residual <= enough:
            return RegularisedEquilibrium((stages.ragged(x, 0), stages.ragged(y, 1)), values, residual)
        since_best = 0 if residual < best else since_best + 1
        best = min(best, residual)
        if since_best > _patience(game):
            break
        values = (lower + upper) / 2
    raise SolverError(f"regularised equilibrium: expected a residual of {enough:.1e}, got {best:.1e}")


def _patience(game: Game) -> int:
    """Sweeps without progress after which the residual is rounding error: more than one contraction by 1/2."""
    return 10 + int(2 * game.horizon)


def _checked_temperature(game: Game, temperature: RationalLike) -> float:
    if len(game.players) != 2:
        raise InputError(f"regularised equilibrium: expected a game of 2 players, got {len(game.players)}")
    first, second = (as_object(own) for own in game.rewards)
    if np.any(first * game.reward_denominators[1] != -second * game.reward_denominators[0]):
        raise InputError("regularised equilibrium: expected a zero-sum game (r_2 = -r_1), got one that is not")
    tau = rational(temperature)
    if tau <= 0:
        raise InputError(f"temperature: expected a rational > 0, got {format_rational(tau)}")
    return float(tau)
