"""Boxes in balls of occupancies (rho, mu): their bounds with tilts of the imitator's reward (`certigap.bounds.tilt`).

A tilt k by states (mu) or joint actions (rho), proposed by `certigap.floats.kernel.tilt`, gives the imitator (1-g) k
more; what the box then shows of V* - V', and the tilt's cost, bound the gap.
"""

from fractions import Fraction

import numpy as np

from certigap.bounds.balls import ErrorBall
from certigap.bounds.tilt import by_row, tilt_cost
from certigap.exact.grid import bits_below, on_grid, to_grid
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.floats.kernel.node import BallArrays, NodeArrays, NodeRoom, node_bound
from certigap.floats.kernel.sweeps import Room, SetArrays
from certigap.floats.kernel.tilt import TiltRoom, best_tilt, new_tilt_room
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget

__all__ = ["Tilting"]

_BITS = 20  # of a tilt's grid, where its numbers are of size 1: every tilt is sound
_PENALTY = 100.0  # of the mixture's distance beyond the radius, over the largest gap


class Tilting:
    """The tilts of a ball.

    Args:
        engine: of the game.
        ball: of measure rho or mu.
        mass: `[S]` 0 <= m <= mu of the expert.
    """

    def __init__(self, engine: RegionEngine, ball: ErrorBall, mass: tuple[Fraction, ...]) -> None:
        self.engine, self.expert, self.ball, self.mass = engine, ball.expert, ball, mass
        layout = ball.game.layout
        joint = np.ones(layout.rows)
        for own, index in zip(ball.expert.floats(), layout.action_index, strict=True):
            joint *= own[index]
        m = np.array([float(x) for x in mass])
        self._joint = m[layout.row_state] * joint
        self.center = m if ball.measure.is_by_state else self._joint
        self._rest, self._reach = 1.0 - float(m.sum()), float(ball.reach)
        self._stay = 1.0 - ball.game.float_discount
        self._row_state, self._row_units = layout.row_state, engine.units[layout.row_state]
        self._largest = np.ptp(ball.game.float_rewards(), axis=1) / self._stay

    @property
    def budget(self) -> ErrorBudget:
        """What the ball says of rows."""
        if self.ball.measure.is_by_state:
            return ErrorBudget(Fraction(0), (Fraction(0),) * len(self.mass))
        return ErrorBudget(self.ball.own, self.mass, self.ball.spread)

    def room(self) -> TiltRoom:
        """Working space of one thread."""
        return new_tilt_room(self.engine.arrays, self.center, self.engine.units)

    def bound(
        self,
        player: int,
        ball: BallArrays,
        node: NodeArrays,
        rooms: tuple[SetArrays, NodeRoom, Room],
        space: TiltRoom,
        enough: float,
    ) -> float:
        """The node's bound with a tilt of its own, any number <= `enough` being as good; -inf: the node is empty.

        Where that is no smaller than the parent's bound, the parent's tilt, and the middle of both, are tried too.
        """
        sets, room, sweeps = rooms
        arrays, largest = self.engine.arrays, self._largest[player]
        parent, before = node.tilt.copy(), float(node.bounds.min()) + self._cost(self._rows(node.tilt))
        if best_tilt(player, arrays, ball, node, sets, room, space, self._reach, _PENALTY * largest) == -np.inf:
            return -np.inf

        def tried(tilt: FloatArray) -> float:
            node.tilt[:] = self._rounded(tilt)
            rows = self._rows(node.tilt)
            cost = self._cost(rows)
            paid = arrays.rewards.copy()
            paid[player] += self._stay * rows / self._row_units
            game = arrays._replace(paid=paid)
            return node_bound(player, game, ball, node, sets, room, sweeps, enough - cost) + cost

        own = space.tilt.copy()
        found = tried(own)
        if found <= enough or found < before or not node.tilt.size:
            return found
        best, kept = found, [x.copy() for x in node]
        for other in ((own + parent) / 2, parent):
            found = tried(other)
            if found < best:
                best, kept = found, [x.copy() for x in node]
            if best < before:
                break
        for held, x in zip(node, kept, strict=True):
            held[:] = x
        return best

    def _rows(self, tilt: FloatArray) -> FloatArray:
        """`[K]`"""
        return tilt[self._row_state] if self.ball.measure.is_by_state else tilt

    def _cost(self, rows: FloatArray) -> float:
        """About `tilt_cost`."""
        return float(self._joint @ rows + self._rest * rows.max() + self._reach * np.ptp(rows) / 2)

    def exact(self, tilt: FloatArray, player: int) -> tuple[Vector, Fraction, RegionEngine]:
        """A node's tilt, what it costs, and the engine of the game with it."""
        bits = self._bits(tilt)
        vector = on_grid(to_grid(tilt, bits), bits)
        rows = by_row(self.expert, vector.fractions())
        cost = tilt_cost(self.expert, self.mass, self.ball.reach, rows)
        stay = 1 - self.ball.game.discount
        return vector, cost, self.engine.tilted(player, [stay * x for x in rows])

    def _rounded(self, tilt: FloatArray) -> FloatArray:
        """On the grid of `exact`, its middle at 0."""
        middle = (tilt.max() + tilt.min()) / 2
        bits = self._bits(tilt)
        return np.asarray(np.ldexp(np.round(np.ldexp(tilt - middle, bits)), -bits))

    def _bits(self, tilt: FloatArray) -> int:
        return _BITS + bits_below(float(np.abs(tilt).max()))
