"""From any multipliers to a proven bound of a player's gap: weak duality of the occupancy programs, in integers.

With m <= mu, visits M >= mu_pi for every pi, the opponents' expert row e, D(s) = ||y - e||_1, R(s) = min(2, b / m(s))
and the limits of `balls` (b: spread):

    X(s) >= max_a max_{y, D <= R(s)} { sum_b y(b) [ r_i + g P.X ](s,a,b) - price (m(s)/M(s)) D }          at every s
        proves  V_i^{*,pi_-i}(nu) <= nu.X + price budget / (1 - g),
    d(k) = [ r_i + g P.Z ](k) - Z(s) >= -toll                                                            at every row k
        proves  V_i^pi(nu) >= nu.Z + [ sum_s m(s) v(s) - toll (1 - sum m) - toll radius ] / (1 - g),
        v(s) = sum_a piE(a|s) min(d(s,a), toll)     (for "mu": min(min_a d(s,a), toll)).

Proof. V^{sigma,pi_-i}(nu) = nu.X + sum_k x(k) [r_i + g P.X - X](k) / (1 - g), x the occupancy of (sigma, pi_-i). By the
first line the sum is at most price sum_s mu_x(s) (m(s)/M(s)) D(s) <= price sum m D <= price budget. In the same way
V^pi(nu) = nu.Z + sum_k rho_pi(k) d(k) / (1 - g), and rho_pi d >= rho min(d, toll) - toll |rho_pi - rho| entrywise when
d >= -toll; what m leaves out of mu counts as -toll.

A shift mends both: X + c gains c (1 - g) on its right side, Z - c gains it in d. So floats are put on a grid, the worst
violation is computed exactly and shifted away: no search, no tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from certigap.bounds.balls import ErrorBall, visit_bounds
from certigap.bounds.programs.program import Multipliers
from certigap.exact.brief import Brief
from certigap.exact.grid import bits_below, nearest, on_grid, to_grid
from certigap.exact.knapsack import poured
from certigap.exact.vector import Vector
from certigap.floats.game import payoff_scale
from certigap.model.policy import Policy
from certigap.regions.scaled import ScaledGame

__all__ = ["Duality", "OccupancyBound"]

_BITS = 40  # of multipliers where payoffs are of size 1: HiGHS is accurate to 1e-7, and a violation is shifted away


@dataclass(frozen=True, slots=True, repr=False)
class OccupancyBound(Brief):
    """A player's gap over the ball is at most `upper`, proved by X (`best`), `price`, Z (`value`) and `toll`."""

    best: Vector  # [S]
    price: Fraction
    value: Vector  # [S]
    toll: Fraction
    best_upper: Fraction  # sup V_i^{*,pi_-i}(nu) is at most this
    value_lower: Fraction  # inf V_i^pi(nu) is at least this

    @property
    def upper(self) -> Fraction:
        """sup over the ball of gap_i is at most this."""
        return max(Fraction(0), self.best_upper - self.value_lower)


class Duality:
    """The exact side of the occupancy programs of one player.

    Args:
        expert: the center of the balls.
        player: index of the player.
        occupancy_lower: `[S]` m <= mu of the expert.
        scaled: the game in integers.
    """

    def __init__(self, expert: Policy, player: int, occupancy_lower: Vector, scaled: ScaledGame) -> None:
        self.expert, self.player, self.mass, self.scaled = expert, player, occupancy_lower.fractions(), scaled

    def bound(self, ball: ErrorBall, given: Multipliers) -> OccupancyBound:
        """The bound that the multipliers prove once they are shifted to where their inequalities hold."""
        game = self.expert.game
        bits = _BITS + bits_below(payoff_scale(game))
        price, toll = (nearest(x, bits) for x in (given.price, given.toll))
        best = self._shifted_best(ball, on_grid(to_grid(given.best, bits), bits), price)
        value = self._shifted_value(on_grid(to_grid(given.value, bits), bits), toll)
        return OccupancyBound(
            best=best,
            price=price,
            value=value,
            toll=toll,
            best_upper=self._start(best) + price * ball.budget * game.horizon,
            value_lower=self._start(value) + self._kept(ball, value, toll) * game.horizon,
        )

    def _shifted_best(self, ball: ErrorBall, x: Vector, price: Fraction) -> Vector:
        worst = max(self._step(ball, s, x, price) - x[s] for s in range(len(self.mass)))
        return _shifted(x, max(worst, Fraction(0)) * self.expert.game.horizon)

    def _step(self, ball: ErrorBall, s: int, x: Vector, price: Fraction) -> Fraction:
        """The right side of the first line at one state."""
        state, m, visits = self.scaled.states[s], self.mass[s], self._visits[s]
        fee = 2 * price * m / visits if visits else Fraction(0)
        room = Fraction(1) if 2 * m <= ball.spread else ball.spread / (2 * m)
        scale = state.scale * x.denominator
        values, rows, size = state.backups(self.player, x.numerators, x.denominator), *self._opponents[s]
        stride, count = state.stride(self.player), state.shape[self.player]
        totals = []
        for a in range(count):
            own = [k for k in range(len(values)) if k // stride % count == a]
            totals.append(_moved([values[k] for k in own], [rows[k] for k in own], size, room, fee * scale))
        return max(totals) / scale

    def _shifted_value(self, z: Vector, toll: Fraction) -> Vector:
        least = min(min(self._excess(s, z)) for s in range(len(self.mass)))
        return _shifted(z, -max(-toll - least, Fraction(0)) * self.expert.game.horizon)

    def _excess(self, s: int, z: Vector) -> list[Fraction]:
        """d(k) of the rows of one state."""
        state = self.scaled.states[s]
        scale, here = state.scale * z.denominator, state.scale * z.numerators[s]
        return [Fraction(v - here, scale) for v in state.backups(self.player, z.numerators, z.denominator)]

    def _kept(self, ball: ErrorBall, z: Vector, toll: Fraction) -> Fraction:
        """sum_s m(s) v(s) - toll (1 - sum m) - toll radius"""
        total = -toll * (1 - sum(self.mass) + ball.reach)
        for s, m in enumerate(self.mass):
            if m:
                excess = [min(d, toll) for d in self._excess(s, z)]
                total += m * (min(excess) if ball.measure.is_by_state else self._mean(s, excess))
        return total

    def _mean(self, s: int, values: Sequence[Fraction]) -> Fraction:
        """sum_a piE(a|s) values(a)"""
        own, (rows, size), state = self.expert.rows[self.player][s], self._opponents[s], self.scaled.states[s]
        stride, count = state.stride(self.player), state.shape[self.player]
        total = sum((w * own.weights[k // stride % count] * values[k] for k, w in enumerate(rows) if w), Fraction(0))
        return total / (size * own.denominator)

    @cached_property
    def _visits(self) -> tuple[Fraction, ...]:
        return visit_bounds(self.expert.game)

    @cached_property
    def _opponents(self) -> list[tuple[list[int], int]]:
        """Per state the weights of the opponents' joint expert row, spread over all rows, and their denominator."""
        return [self._opponent_row(s) for s in range(len(self.mass))]

    def _opponent_row(self, s: int) -> tuple[list[int], int]:
        state, weights, size = self.scaled.states[s], [1], 1
        for j, count in enumerate(state.shape):
            row = self.expert.rows[j][s]
            factor = (1,) * count if j == self.player else row.weights
            size *= 1 if j == self.player else row.denominator
            weights = [w * f for w in weights for f in factor]
        return weights, size

    def _start(self, vector: Vector) -> Fraction:
        start = self.expert.game.initial
        return vector.dot(start.weights, start.denominator)


def _moved(values: Sequence[int], weights: Sequence[int], size: int, room: Fraction, fee: Fraction) -> Fraction:
    """max over y of y.values - fee (mass moved), at most `room` of the mass moved away from weights / size.

    >>> _moved([0, 4], [1, 0], 1, Fraction(1, 2), Fraction(1))
    Fraction(3, 2)
    """
    top = max(values)
    stay = Fraction(sum(w * v for w, v in zip(weights, values, strict=True)), size)
    pairs = sorted(zip(values, weights, strict=True))
    gains = [(top - value - fee, Fraction(weight, size)) for value, weight in pairs if top - value > fee]
    moved = poured(room, [weight for _, weight in gains])
    return stay + sum((gain * mass for (gain, _), mass in zip(gains, moved, strict=True)), Fraction(0))


def _shifted(vector: Vector, by: Fraction) -> Vector:
    """`vector + by`, `by` rounded away from zero to the vector's grid."""
    scaled = by * vector.denominator
    step = -(-scaled.numerator // scaled.denominator) if by > 0 else scaled.numerator // scaled.denominator
    return Vector(tuple(x + step for x in vector.numerators), vector.denominator)
