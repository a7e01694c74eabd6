"""The balls B_BC(eps), B_rho(eps) of an array game: the expert's occupancy in integers, and what it leaves a row.

With F m <= T m = (1-g) nu + g P^T m (every product rounded down, FORMAT 16), r = F m - m and c the most that rounding
takes from all of F m: mu - m = sum_k (g P^T)^k (T m - m), so

    mu >= m - sum r^- / (1 - g)  at every state,      sum_s (mu - m)^+ <= (sum r^+ + c) / (1 - g).

How far a policy is from the expert (eps_BC a player's rows, eps_rho the occupancies of joint actions), d_j(s) being the
distance of player j's rows and m~ an occupancy of the policy:

    eps_BC <= max_j sum m d_j + missing max d_j,
    eps_rho <= sum_s [ |m~ - m| + min(m~, m) min(2, sum_j d_j) ] + slack + slack~ + missing + missing~.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.balls import Measure
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import ONE, share, times_up
from certigap.floats.sparse.process import Process, Tables
from certigap.floats.sparse.rows import Chain
from certigap.floats.sparse.stray import push, scatter
from certigap.model.large.policy import ArrayPolicy
from certigap.work.deadline import Deadline

__all__ = ["UNIT", "ArrayBall", "Visits", "ball", "occupancy", "visits"]

UNIT = 1 << 61  # of an occupancy that is 1
_ROUNDS = 5000  # sweeps of an occupancy
_NEAR = 1e-13  # of its mass: where sweeps end


@dataclass(frozen=True, slots=True)
class Visits:
    """An occupancy `[S]` m in units of 2^-61, near mu of a policy.

    Attributes:
        slack: m - slack <= mu at every state, in the same units; sum_s (m - mu)^+ is at most this, too.
        missing: sum_s (mu - m)^+ is at most this.
    """

    mass: IndexArray
    slack: int
    missing: Fraction

    @property
    def apart(self) -> Fraction:
        """|| m - mu ||_1 is at most this."""
        return self.missing + Fraction(self.slack, UNIT)


@dataclass(frozen=True, slots=True)
class ArrayBall:
    """The policies whose error from the policy of `tables` is at most `radius`.

    Attributes:
        tables: the game and the expert.
        measure: bc, the largest E_mu ||pi_j - e_j||_1 of a player; or rho.
        visits: of the expert.
    """

    tables: Tables
    measure: Measure
    radius: Fraction
    visits: Visits

    @property
    def mass(self) -> IndexArray:
        """`[S]` m, in units of 2^-61."""
        return self.visits.mass

    @property
    def lower(self) -> IndexArray:
        """`[S]` m - slack <= mu."""
        return np.maximum(self.mass - min(self.visits.slack, UNIT), 0)

    def budget(self, players: int) -> Fraction:
        """The distance of the joint rows of so many players, expected over mu, is at most this (`bounds.balls`)."""
        return self.radius * (players if self.measure.is_by_rows else 1 + self.tables.game.discount)

    def rooms(self, players: int) -> IndexArray:
        """`[S]` the most mass that the joint row of so many players may move: min(1, spread/(2 m))."""
        spread = self.radius * (players if self.measure.is_by_rows else 1)
        most = np.full_like(self.mass, min(math.ceil(spread * UNIT), 2 * UNIT))
        lower = self.lower
        return np.where(lower > 0, np.minimum(share(most, 2 * lower) + 1, ONE), ONE)

    def seen(self, policy: ArrayPolicy, deadline: Deadline) -> Visits:
        """What `distance` uses of a policy: for rho its own visits, else those of the expert."""
        if self.measure.is_by_rows or policy is self.tables.policy:
            return self.visits
        return visits(Tables(self.tables.game, policy), deadline, self.mass / UNIT)

    def distance(self, policy: ArrayPolicy, seen: Visits) -> Fraction:
        """The error of a policy of which so much is `seen` is at most this."""
        moved = [self._moved(policy, j) for j in range(self.tables.game.players)]
        if not any(own.any() for own in moved):
            return Fraction(0)
        if self.measure.is_by_rows:
            return max(map(self._error, moved))
        joint = np.minimum(np.sum(moved, axis=0), 2 * ONE)
        apart = np.abs(seen.mass - self.mass) + times_up(np.minimum(seen.mass, self.mass), joint)
        return Fraction(total(apart), UNIT) + self.visits.apart + seen.apart

    def _moved(self, policy: ArrayPolicy, player: int) -> IndexArray:
        """`[S]` distances of a player's rows, in units of 2^-28, rounded up; 0 where they are equal."""
        own, other = self.tables.policy, policy
        starts = self.tables.game.action_offsets[player]
        dens = own.denominators[player].astype(np.int64), other.denominators[player].astype(np.int64)
        each = np.repeat(np.stack(dens), np.diff(starts), axis=1)
        apart = np.abs(other.weights[player] * each[0] - own.weights[player] * each[1])
        moved = np.add.reduceat(apart, starts[:-1])
        return np.where(moved > 0, share(moved, dens[0] * dens[1]) + 1, 0)

    def _error(self, moved: IndexArray) -> Fraction:
        most = Fraction(int(moved.max()), ONE)
        return Fraction(total(times_up(self.mass, moved)), UNIT) + self.visits.missing * most


def total(numbers: IndexArray) -> int:
    """Their sum, in two limbs."""
    return (int((numbers >> 31).sum()) << 31) + int((numbers & (2**31 - 1)).sum())


def occupancy(
    process: Process, chains: list[Chain], deadline: Deadline, start: FloatArray | None = None, near: float = _NEAR
) -> FloatArray:
    """`[S]` the occupancy of a chain in floats, of sum about 1: sweeps from a guess of that sum."""
    game = process.tables.game
    initial = game.initial / game.initial.sum(dtype=np.float64)
    x, first = (initial if start is None else start).copy(), (1 - process.discount) * initial
    for _ in range(_ROUNDS):
        out = first.copy()
        for chain in chains:
            process.tables.ready(scatter)(chain, process.discount, x, out)
        change = float(np.abs(out - x).sum())
        x = out
        if change <= near * (1 - process.discount) or not deadline.going:
            break
    return x


def visits(tables: Tables, deadline: Deadline, start: FloatArray | None = None) -> Visits:
    """Those of the policy of `tables`, by sweeps from a guess."""
    game = tables.game
    process = Process(tables, game.players)
    process.chosen.take(np.zeros(game.states, dtype=np.int64))
    x = occupancy(process, process.chosen.blocks, deadline, start)
    mass = np.floor(np.ldexp(x / x.sum() * (1 - 2.0**-40), 61)).astype(np.int64)
    return Visits(mass, *enclosed(tables, mass))


def ball(tables: Tables, measure: Measure, radius: Fraction, deadline: Deadline) -> ArrayBall:
    """The ball around the policy of `tables`."""
    return ArrayBall(tables, measure, radius, visits(tables, deadline))


def enclosed(tables: Tables, mass: IndexArray) -> tuple[int, Fraction]:
    """The slack below m in its units, and the mass above it."""
    game, horizon = tables.game, 1 / (1 - tables.game.discount)
    after = np.zeros_like(mass)
    tables.ready(push)(tables.arrays, tables.play, mass, after)
    change = start_mass(tables) + _part(after, game.discount) - mass
    rounding = game.players * game.rows + game.entries + 3 * game.states
    below, above = total(np.maximum(-change, 0)), total(np.maximum(change, 0)) + rounding
    return math.ceil(below * horizon), Fraction(above, UNIT) * horizon


def start_mass(tables: Tables) -> IndexArray:
    """`[S]` (1-g) nu, rounded down twice."""
    game = tables.game
    initial, sums = game.initial.astype(np.int64) << 30, int(game.initial.sum(dtype=np.int64))
    return _part(_mean(initial, np.zeros_like(initial), sums), 1 - game.discount)


def _part(numbers: IndexArray, factor: Fraction) -> IndexArray:
    """floor(factor x)"""
    top, bottom = factor.numerator, factor.denominator
    return _mean(top * (numbers >> 31), top * (numbers & (2**31 - 1)), bottom)


def _mean(high: IndexArray, low: IndexArray, den: int) -> IndexArray:
    """floor((high 2^31 + low)/den), as in `kernels.mean_of_limbs`"""
    upper = high // den
    return np.asarray((upper << 31) + (((high - upper * den) << 31) + low) // den)
