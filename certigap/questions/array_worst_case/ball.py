"""The ball B_BC(eps) of an array game: the expert's occupancy enclosed in integers, and what it leaves a row.

With F m <= T m = (1-g) nu + g P^T m (every product rounded down, FORMAT 16), r = F m - m and c the most that rounding
takes from all of F m: mu - m = sum_k (g P^T)^k (T m - m), so

    mu >= m - sum r^- / (1 - g)  at every state,      sum_s (mu - m)^+ <= (sum r^+ + c) / (1 - g).
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import ONE, share, times_up
from certigap.floats.sparse.process import Process, Tables
from certigap.floats.sparse.rows import Chain
from certigap.floats.sparse.stray import push, scatter
from certigap.model.large.policy import ArrayPolicy
from certigap.work.deadline import Deadline

__all__ = ["UNIT", "ArrayBall", "ball", "occupancy"]

UNIT = 1 << 61  # of an occupancy that is 1
_ROUNDS = 5000  # sweeps of an occupancy
_NEAR = 1e-13  # of its mass: where sweeps end


@dataclass(frozen=True, slots=True)
class ArrayBall:
    """The policies whose E_mu ||pi_j - e_j||_1 is at most `radius` for every player.

    Attributes:
        tables: the game and the expert.
        mass: `[S]` m, in units of 2^-61.
        lower: `[S]` m - slack <= mu.
        missing: sum_s (mu - m)^+ is at most this.
    """

    tables: Tables
    radius: Fraction
    mass: IndexArray
    lower: IndexArray
    missing: Fraction

    def rooms(self, players: int) -> IndexArray:
        """`[S]` the most mass that the joint row of so many players may move: min(1, players eps/(2 m))."""
        spread = min(math.ceil(players * self.radius * UNIT), 2 * UNIT)
        return np.where(
            self.lower > 0, np.minimum(share(np.int64(spread) + 0 * self.lower, 2 * self.lower) + 1, ONE), ONE
        )

    def distance(self, policy: ArrayPolicy) -> Fraction:
        """The largest error of a player is at most this."""
        return max(self._error(policy, j) for j in range(self.tables.game.players))

    def _error(self, policy: ArrayPolicy, player: int) -> Fraction:
        own, other = self.tables.policy, policy
        starts = self.tables.game.action_offsets[player]
        dens = own.denominators[player].astype(np.int64), other.denominators[player].astype(np.int64)
        each = np.repeat(np.stack(dens), np.diff(starts), axis=1)
        apart = np.abs(other.weights[player] * each[0] - own.weights[player] * each[1])
        moved = np.add.reduceat(apart, starts[:-1])
        shares = np.where(moved > 0, share(moved, dens[0] * dens[1]) + 1, 0)
        return Fraction(total(times_up(self.mass, shares)), UNIT) + self.missing * Fraction(int(shares.max()), ONE)


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


def ball(tables: Tables, radius: Fraction, deadline: Deadline) -> ArrayBall:
    """The ball around the policy of `tables`."""
    game = tables.game
    process = Process(tables, game.players)
    process.chosen.take(np.zeros(game.states, dtype=np.int64))
    x = occupancy(process, process.chosen.blocks, deadline)
    mass = np.floor(np.ldexp(x / x.sum() * (1 - 2.0**-40), 61)).astype(np.int64)
    low, missing = enclosed(tables, mass)
    return ArrayBall(tables, radius, mass, np.maximum(mass - low, 0), missing)


def enclosed(tables: Tables, mass: IndexArray) -> tuple[int, Fraction]:
    """The slack below m in its units, and the mass above it."""
    game, horizon = tables.game, 1 / (1 - tables.game.discount)
    after = np.zeros_like(mass)
    tables.ready(push)(tables.arrays, tables.play, mass, after)
    change = start_mass(tables) + _part(after, game.discount) - mass
    rounding = game.players * game.rows + game.entries + 3 * game.states
    below, above = total(np.maximum(-change, 0)), total(np.maximum(change, 0)) + rounding
    return min(math.ceil(below * horizon), UNIT), Fraction(above, UNIT) * horizon


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
