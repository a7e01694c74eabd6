"""Where the budget of an upper bound goes: states by price times distance, in a joint leaf at the root, in floats.

The leaf bounds a gap by nu.U0 + sum_j p_j B (THEORY 13), B what the ball lets each player spend. In every mode a row of
player j pays p_j w_j(s) ||y_j - e_j||_1; over the modes' occupancies and all states this comes to p_j B where the price
is the best one. So a state's part is what errors made there add to the bound. A reading, no part of a proof.
"""

import numpy as np

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.modes.engine import JOINT, View, expert_rates
from certigap.exact.integers import FloatArray
from certigap.floats.game import FloatGame

__all__ = ["spending"]


def spending(ball: ErrorBall, player: int) -> FloatArray:
    """`[S]` discounted payoff that errors at a state add to the bound of a player's gap.

    Args:
        ball: of rows, bc or rho, in a game of several states.
        player: whose gap is bounded (an index).

    >>> from fractions import Fraction
    >>> import certigap as cg
    >>> pursuit = ErrorBall(cg.games.expert("pursuit"), Measure.BC, Fraction(1, 20))
    >>> bool(0 < spending(pursuit, 0).sum() < 0.85)
    True
    """
    expert, n = ball.expert, len(ball.game.players)
    mass = FloatGame(ball.game).occupancy(expert.floats())
    share = float(ball.radius) if ball.measure is Measure.RHO else None
    bench = View(ball.game, expert, player, mass, float(ball.own), range(n), share).bench()
    rates = expert_rates(bench.view, JOINT)
    prices = bench.bound(bench.view.root(), JOINT, rates).prices[:-1]
    paid = (rates * bench.state.excess * bench.state.visits[:, None, :]).sum(axis=0)
    return np.asarray(prices @ paid)
