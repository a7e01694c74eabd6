"""The upper end of a worst case of an array game: a player's optimum and value, each coupled with the expert.

S is the step of FORMAT 16, whose c = 2 + (number of means) bounds what rounding takes. Per player i:

    A >= S(A, A) + c       the others stray within the rooms of n-1 players, i chooses:  A >= V_i* at every state
    L >= S(L, L) + c       all stray, rewards -r_i:  L >= -V_i
    G_T = A, G_t = S(G_{t+1}, A) + c, fees 2 p_t m/M_t:  V_i*(nu) <= nu.G_0 + B sum g^t p_t
    W >= S(W, L) + c, fee 2 p:  -V_i(nu) <= nu.W + p B/(1-g)

B = (n-1) eps for the optimum, n eps for the value; M_t bounds where a deviator against the expert is after t steps.
G and W go on beside the expert until a draw differs, A and L from there on (THEORY 15). In a ball of eps_rho
the others' joint rows have B = (1+g) eps, and the value is the expert's but for c_i eps/(1-g): L = W, at rows that do
not move.

Where time is short: fewer stages prove more than none (G_0 = A, no prices), W = L at no price, and constant A and L
hold without a pass. So a bound is there at any moment, and a pass begins only where the one before would have ended.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import ONE
from certigap.questions.array_worst_case.ball import ArrayBall
from certigap.questions.array_worst_case.prices import chosen_states, fees, places, priced
from certigap.questions.array_worst_case.reach import stages
from certigap.questions.array_worst_case.steps import Steps, digits
from certigap.semantics.array_gaps import start_value
from certigap.semantics.array_occupancy import UNIT
from certigap.work.deadline import Deadline

__all__ = ["PlayerUpper", "player_upper"]

_WIDTH, _APART = 1e-6, 1e-5
"""Of the half-range over 1 - g: widths of W; and of A and L, which count for what has moved alone."""
_AGAIN = 3  # prices of the value: rounds of price and vector


@dataclass(frozen=True, slots=True)
class PlayerUpper:
    """The vectors `[S]` and prices that prove `upper`, in units of the scale times 2^-bits."""

    bits: int
    optimum: IndexArray  # A
    value: IndexArray  # L
    together: IndexArray  # W
    prices: tuple[int, ...]  # p_t
    price: int  # p
    upper: Fraction

    def payoff(self, scale: Fraction) -> Fraction:
        """The bound in payoffs."""
        return self.upper * scale / (1 << self.bits)


def player_upper(ball: ArrayBall, player: int, value: FloatArray, deadline: Deadline) -> PlayerUpper:
    """What is proved of one player's gap.

    Args:
        ball: the ball.
        player: whose gap.
        value: `[S]` about its value of the expert, in units of its scale.
        deadline: until when a bound is looked for: of fewer stages, or of constants, where time is short.
    """
    game, bits = ball.tables.game, digits(ball, player)
    size = float(game.half_range(player) / game.scales[player] / (1 - game.discount)) * 2.0**bits
    width, wide = _WIDTH * size, _APART * size
    guess = np.rint(np.ldexp(value, bits)).astype(np.int64)
    best = Steps(ball, player, player, 1, bits)
    found = best.settled(guess, None, None, wide, deadline.share(0.3), deadline)
    optimum = best.constant() if found is None else found
    prices, most = _staged(best, player, optimum, deadline.share(0.4))
    if not ball.measure.is_by_rows:
        still = Steps(ball, game.players, player, -1, bits, still=True)
        still.seconds = best.seconds
        found = still.settled(-guess, None, None, width, deadline, deadline)
        own = still.constant() if found is None else found
        lost = ball.radius * (game.half_range(player) / game.scales[player]) * (1 << bits) * still.horizon
        return PlayerUpper(bits, optimum, own, own, prices, 0, most + start_value(game, own) + lost)
    worst = Steps(ball, game.players, player, -1, bits)
    worst.seconds = best.seconds
    found = worst.settled(-guess, None, None, wide, deadline.share(0.5), deadline)
    apart = worst.constant() if found is None else found
    price, together = _coupled(worst, -guess, apart, width, deadline)
    least = start_value(game, together) + price * worst.budget * worst.horizon
    return PlayerUpper(bits, optimum, apart, together, prices, price, most + least)


def _staged(best: Steps, player: int, apart: IndexArray, deadline: Deadline) -> tuple[tuple[int, ...], Fraction]:
    """The prices p_t, and what they prove of the optimum at the start; none where time ends before stage 0."""
    game, reached = best.tables.game, stages(best, player, deadline)
    sample, prices, x = places(game.states), list[int](), apart
    for weights, ratio in reversed(reached):
        if not deadline.before(2 * best.seconds).going:
            return (), start_value(game, apart)
        price = priced(best, sample, weights, ratio, x, apart, deadline)
        if price or prices:  # before the last price, the vector is A
            x = best(x, apart, fees(price, ratio)) + best.rounding
            prices.insert(0, price)
    paid = sum((price * game.discount**t for t, price in enumerate(prices)), Fraction(0))
    return tuple(prices), start_value(game, x) + best.budget * paid


def _coupled(
    worst: Steps, x: IndexArray, apart: IndexArray, width: float, deadline: Deadline
) -> tuple[int, IndexArray]:
    """The price p and W: of all that are found in time those that prove most, no price and L among them."""
    ratio = np.full(worst.states, ONE, dtype=np.int64)
    sample, price = places(worst.states), 0
    mass = worst.ball.lower[chosen_states(sample)] / UNIT
    game, found = worst.tables.game, [(0, apart)]
    for again in range(_AGAIN):
        if not deadline.before(4 * worst.seconds).going:
            break
        price = priced(worst, sample, mass, ratio, x, apart, deadline)
        rough = width if again == _AGAIN - 1 else 1e3 * width
        settled = worst.settled(x, apart, fees(price, ratio), rough, deadline.share(1 / (_AGAIN - again)), deadline)
        if settled is None:
            break
        x = settled
        found.append((price, x))
    return min(found, key=lambda one: start_value(game, one[1]) + one[0] * worst.budget * worst.horizon)
