"""The balls B_BC(eps), B_rho(eps) of an array game: the expert's occupancy in integers, and what it leaves a row.

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
from certigap.exact.integers import IndexArray
from certigap.exact.shares import ONE, share, times_up
from certigap.floats.sparse.process import Tables
from certigap.model.large.policy import ArrayPolicy
from certigap.semantics.array_occupancy import UNIT, Visits, total, visits
from certigap.work.deadline import Deadline

__all__ = ["ArrayBall", "ball"]


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


def ball(tables: Tables, measure: Measure, radius: Fraction, deadline: Deadline) -> ArrayBall:
    """The ball around the policy of `tables`."""
    return ArrayBall(tables, measure, radius, visits(tables, deadline))
