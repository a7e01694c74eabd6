"""The occupancy of a policy of an array game: floats propose, a step in integers encloses it.

With F m <= T m = (1-g) nu + g P^T m (every product rounded down, FORMAT 16), r = F m - m and c the most that rounding
takes from all of F m: mu - m = sum_k (g P^T)^k (T m - m), so

    sum_s (m - mu)^+ <= sum r^- / (1 - g),      sum_s (mu - m)^+ <= (sum r^+ + c) / (1 - g),

and mu >= m - sum r^- / (1 - g) at every state.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.backward import occupancy
from certigap.floats.sparse.process import Process, Tables
from certigap.floats.sparse.stray import push, scatter
from certigap.work.deadline import Deadline

__all__ = ["UNIT", "Visits", "enclosed", "start_mass", "total", "visits"]

UNIT = 1 << 61  # of an occupancy that is 1


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


def visits(tables: Tables, deadline: Deadline, start: FloatArray | None = None) -> Visits:
    """Those of the policy of `tables`, by sweeps from a guess."""
    game = tables.game
    tables.prepare(scatter, push)
    process = Process(tables, game.players)
    process.chosen.take(np.zeros(game.states, dtype=np.int64))
    x = occupancy(process, process.chosen.blocks, deadline, start)
    mass = np.floor(np.ldexp(x / x.sum() * (1 - 2.0**-40), 61)).astype(np.int64)
    return Visits(mass, *enclosed(tables, mass))


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


def total(numbers: IndexArray) -> int:
    """Their sum, in two limbs."""
    return (int((numbers >> 31).sum()) << 31) + int((numbers & (2**31 - 1)).sum())
