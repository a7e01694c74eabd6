"""Entropy-regularised Nash equilibria of two-player zero-sum Markov games, by Nash value iteration.

THEORY 2, Appendix E.1 (Tag at temperature 1/10) and Appendix E.2 (several temperatures).

The regularised reward is r_1 + tau H_1 - tau H_2. The operator

    (T V)(s) = max_x min_y  x' Q_V(s) y + tau H(x) - tau H(y),     Q_V(s, a, b) = r_1(s, a, b) + g P(.|s, a, b).V,

is a g-contraction in the sup norm; its fixed point is the regularised value, and the saddle points of its matrix
games are the equilibrium. Everything here is floating point: a proposal, whose plain regret is certified elsewhere.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from certigap.errors import InputError, SolverError
from certigap.exact.integers import as_object
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.floats.fixed_point import fixed_point
from certigap.model.game import Game
from certigap.solve.matrix_game import Floats, logit_equilibria, saddle_bounds, softmax
from certigap.solve.stages import Stages
from certigap.work.deadline import Deadline

__all__ = ["RegularisedEquilibrium", "regularised_equilibrium"]

_RELATIVE = 1e-12  # of the payoffs: a residual that floats reach with a digit to spare
_FLOAT = 1e-13  # of the values: what floats reach at discounts near 1
_SLICE = 400  # sweeps between two looks at the clock: all that is needed at discounts up to 0.93


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
    game: Game, temperature: RationalLike, tolerance: float | None = None, deadline: Deadline | None = None
) -> RegularisedEquilibrium:
    """The entropy-regularised Nash equilibrium of a two-player zero-sum game, in floats.

    Args:
        game: two players, r_2 = -r_1 exactly.
        temperature: tau > 0, in units of reward per unit of entropy (nats).
        tolerance: sup-residual to reach, in units of payoff; by default 1e-12 of what is at stake, the largest
            half-range of rewards, or tau where that is larger; or 1e-13 of the values where that is more.
        deadline: when to stop.

    Returns:
        Rows, values and residual (see `RegularisedEquilibrium`).

    Raises:
        InputError: another number of players, not zero-sum, or tau <= 0.
        SolverError: the tolerance is below what floating point reaches here, or the deadline came first.

    Source: entropy-regularised Nash value iteration, as in the paper's Appendix E.1.

    >>> from certigap.model.build import bimatrix
    >>> regularised_equilibrium(bimatrix([[1, -1], [-1, 1]]), "1/10").rows[0][0].tolist()
    [0.5, 0.5]
    """
    tau = _checked_temperature(game, temperature)
    nash = _NashOperator(game, tau)
    wanted = _RELATIVE * max(nash.stages.scale, tau) if tolerance is None else tolerance
    start, until = np.zeros(len(game.states)), deadline or Deadline()
    fixed_point(nash.sweeps(wanted), start, game.float_discount, wanted, _SLICE, until)
    best = nash.best
    enough = max(wanted, _FLOAT * float(np.abs(best.values).max())) if tolerance is None else wanted
    if best.residual > enough:
        raise SolverError(f"regularised equilibrium: expected a residual of {enough:.1e}, got {best.residual:.1e}")
    return best


class _NashOperator:
    """T with the saddle points of its matrix games; `best` is what had the smallest residual so far."""

    def __init__(self, game: Game, tau: float) -> None:
        self.tau, self.stages = tau, Stages(game)
        self.logits: tuple[Floats, Floats] | None = None
        self.best = RegularisedEquilibrium(((), ()), np.zeros(len(game.states)), np.inf)

    def sweeps(self, tolerance: float) -> Callable[[Floats, int], float]:
        """Sweeps that end where the residual is at most `tolerance`."""

        def some(values: Floats, count: int) -> float:
            residual = np.inf
            for _ in range(count):
                residual = self._sweep(values)
                if residual <= tolerance:
                    break
            return residual

        return some

    def _sweep(self, values: Floats) -> float:
        stages = self.stages
        payoffs = stages.payoffs(values)
        self.logits = logit_equilibria(payoffs, self.tau, stages.masks, self.logits)
        x, y = softmax(self.logits[0], stages.masks[0]), softmax(self.logits[1], stages.masks[1])
        lower, upper = saddle_bounds(payoffs, self.tau, x, y, stages.masks)
        residual = float(max(np.abs(values - lower).max(), np.abs(values - upper).max()))
        if residual < self.best.residual:
            rows = (stages.ragged(x, 0), stages.ragged(y, 1))
            self.best = RegularisedEquilibrium(rows, values.copy(), residual)
        values[:] = (lower + upper) / 2
        return residual


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
