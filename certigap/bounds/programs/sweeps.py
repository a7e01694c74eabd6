"""The joint-occupancy programs of games too large for an LP solver, by their duals: the multipliers are what is kept.

*best*: for a price p the least X that satisfies the first line of `duality` is the fixed point of

    X(s) = max_a max_y { sum_b y(b) [ r + g P.X ](s,a,b) - p (m(s)/M(s)) D(y) : D(y) <= R(s) },

an MDP; nu.X + p budget/(1-g) is convex in p, and its least is found by golden section.

*value*: maximise the concave  g(Z) = nu.Z + min { d.w : w >= 0, ||w - c||_1 <= radius/(1-g) },  d = r + g P Z - Z, c
the expert's occupancy over 1 - g, by primal-dual steps on  min_w max_Z r.w + Z.(nu - A w)  (Chambolle and Pock, 2011),
with the average of the iterates taken where its g is larger. A projection onto the ball around c moves every block
(a row; for measure mu a state) by at most one number, which bisection finds.
"""

import math
from collections.abc import Callable

import numpy as np

from certigap.bounds.balls import ErrorBall, visit_bounds
from certigap.bounds.programs.program import Multipliers
from certigap.errors import SolverError
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.vector import Vector
from certigap.floats.game import FloatGame
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.work.deadline import Deadline

__all__ = ["OccupancySweeps", "sweeps_seconds"]

_SECTIONS = 16
_SWEEPS = 400  # of one price
_NEAR = 1e-7  # of the values: where the sweeps of a price end
_STEPS = 6000  # primal-dual
_LOOK = 100  # steps between two looks at g
_PATIENCE, _GROWS = 8, 1e-6  # looks without so much growth, of the values, that end the steps
_BISECTIONS = 30
_ROW_SECONDS = 5e-5
_GOLDEN = (math.sqrt(5) - 1) / 2


def sweeps_seconds(game: Game) -> float:
    """About how long it takes to come near the multipliers of all players and to prove what they are worth."""
    return 2 * len(game.players) * _exact_seconds(game)


def _exact_seconds(game: Game) -> float:
    """About how long one player's multipliers take to be proved: 2 s at 40,000 joint actions."""
    return _ROW_SECONDS * game.layout.rows


class OccupancySweeps:
    """Both programs of player `player`, as `OccupancyProgram` solves them.

    Args:
        expert: the center of the balls.
        player: index of the player.
        occupancy_lower: `[S]` m <= mu of the expert.
        by_state: the occupancy radius limits the states' occupancy (measure "mu") rather than the joint one.
    """

    def __init__(self, expert: Policy, player: int, occupancy_lower: Vector, by_state: bool = False) -> None:
        self.expert, self.player, self.by_state = expert, player, by_state
        self._game = game = FloatGame(expert.game)
        self._mass = np.array(occupancy_lower.floats())
        self._rewards, self._horizon = game.rewards[player], float(expert.game.horizon)
        self._transitions = game.transitions
        layout = expert.game.layout
        self._state: IndexArray = layout.row_state
        rows = game.joint(expert.floats())
        self._center = self._mass[self._state] * rows * self._horizon
        self._groups = [_Group(self._game, expert, player, shape) for shape in sorted(set(layout.shapes))]

    def solve(self, ball: ErrorBall, deadline: Deadline | None = None) -> Multipliers:
        """The multipliers at one radius: what is found until the deadline."""
        until = deadline or Deadline()
        left = until.within(max(0.0, until.left - _exact_seconds(self.expert.game)))
        best, price = self._best(ball, left.share(1 / 2))
        value, toll = self._value(ball, left)
        if not np.isfinite([*best, price, *value, toll]).all():
            raise SolverError("occupancy program: expected finite multipliers, got an overflow")
        return Multipliers(best, price, value, toll)

    def _best(self, ball: ErrorBall, deadline: Deadline) -> tuple[FloatArray, float]:
        visits = np.array([float(m) for m in visit_bounds(self.expert.game)])
        ratio = np.divide(self._mass, visits, out=np.zeros(len(visits)), where=visits > 0)
        room = np.ones(len(visits))
        np.divide(float(ball.spread) / 2, self._mass, out=room, where=self._mass > float(ball.spread) / 2)
        x = np.zeros(len(visits))

        def cost(price: float) -> float:
            nonlocal x
            x = self._settled(x, 2 * price * ratio, room, deadline)
            return float(self._game.start @ x) + price * float(ball.budget) * self._horizon

        price = _cheapest(cost, self._game.scale * self._horizon)
        cost(price)
        return x, price

    def _settled(self, x: FloatArray, fees: FloatArray, room: FloatArray, deadline: Deadline) -> FloatArray:
        carry = self._horizon - 1
        width = _NEAR * self._game.scale * self._horizon
        for _ in range(_SWEEPS):
            q = self._rewards + self._game.discount * (self._transitions @ x)
            out = np.empty_like(x)
            for group in self._groups:
                out[group.states] = group.step(q, fees, room)
            low, high = float((out - x).min()), float((out - x).max())
            x = out + carry * (low + high) / 2
            if carry * (high - low) <= width or not deadline.going:
                break
        return x

    def _value(self, ball: ErrorBall, deadline: Deadline) -> tuple[FloatArray, float]:
        radius, r = float(ball.reach) * self._horizon, self._rewards
        back = self._transitions.T.tocsr() if hasattr(self._transitions, "tocsr") else self._transitions.T
        states, discount = len(self._mass), self._game.discount
        ones = np.ones(len(r))
        down = 1 / (np.bincount(self._state, minlength=states) + discount * (back @ ones))
        step = 1 / (1 + discount)
        scale = self._game.scale * self._horizon
        balance = math.sqrt(max(float(np.abs(self._center).max()), 1e-12) / scale)
        z, w, lead = np.zeros(states), self._center.copy(), self._center.copy()
        best, total, count, seen = (-math.inf, z, 0.0), np.zeros(states), 0, list[float]()
        for turn in range(_STEPS):
            flow = self._game.start - (np.bincount(self._state, lead, states) - discount * (back @ lead))
            z = z + flow * down / balance
            drift = r + discount * (self._transitions @ z) - z[self._state]
            before, w = w, self._projected(w - step * balance * drift, radius)
            lead = 2 * w - before
            total, count = total + z, count + 1
            if (turn + 1) % _LOOK == 0 or not deadline.going:
                for own in (z, total / count):
                    shown, toll = self._shown(own, radius)
                    if shown > best[0]:
                        best = shown, own.copy(), toll
                seen.append(best[0])
                grown = len(seen) <= _PATIENCE or best[0] - seen[-1 - _PATIENCE] > _GROWS * scale
                if not deadline.going or not grown:
                    break
        return best[1], best[2]

    def _shown(self, z: FloatArray, radius: float) -> tuple[float, float]:
        """g(Z) and the toll that attains it: as much of the center's mass as the radius is dearer than the toll."""
        drift = self._rewards + self._game.discount * (self._transitions @ z) - z[self._state]
        mass = self._center
        if self.by_state:
            drift = np.minimum.reduceat(drift, self.expert.game.layout.row_offsets[:-1])
            mass = self._mass * self._horizon
        least = float(drift.min())
        order = np.argsort(-drift)
        spent = np.cumsum(mass[order])
        place = min(int(np.searchsorted(spent, radius)), len(order) - 1)
        toll = max(-least, float(drift[order[place]]), 0.0)
        kept = float(mass @ np.minimum(drift, toll)) - toll * radius
        return float(self._game.start @ z) + kept, toll

    def _projected(self, v: FloatArray, radius: float) -> FloatArray:
        """The nearest point to v of the ball."""
        if not self.by_state:
            away, floor = v - self._center, -self._center

            def apart(most: float) -> float:
                return float(np.abs(np.maximum(np.sign(away) * np.maximum(np.abs(away) - most, 0), floor)).sum())

            most = _least(apart, radius, float(np.abs(away).max()))
            moved = np.sign(away) * np.maximum(np.abs(away) - most, 0)
            return np.asarray(self._center + np.maximum(moved, floor))
        level = np.empty(len(self._mass))
        for group in self._groups:
            level[group.states] = group.level(v, self._mass * self._horizon)
        goal = self._mass * self._horizon

        def point(most: float) -> FloatArray:
            return np.asarray(np.maximum(v - np.clip(level, -most, most)[self._state], 0))

        def spread(most: float) -> float:
            return float(np.abs(np.bincount(self._state, point(most), len(goal)) - goal).sum())

        return point(_least(spread, radius, float(np.abs(level).max())))


class _Group:
    """The states of one shape, their joint rows and the opponents' expert rows."""

    def __init__(self, game: FloatGame, expert: Policy, player: int, shape: tuple[int, ...]) -> None:
        layout = expert.game.layout
        self.states = np.flatnonzero([own == shape for own in layout.shapes])
        count = math.prod(shape)
        rows = (layout.row_offsets[self.states][:, None] + np.arange(count)).reshape(-1, *shape)
        self._own = np.moveaxis(rows, 1 + player, 1).reshape(len(self.states), shape[player], -1)
        self._rows = rows.reshape(len(self.states), -1)
        self._mass = game.joint(expert.floats(), without=player)[self._own]

    def step(self, q: FloatArray, fees: FloatArray, room: FloatArray) -> FloatArray:
        """max_a of the best that moving mass at a fee gives, at these states."""
        values = q[self._own]
        gains = values.max(axis=2, keepdims=True) - fees[self.states][:, None, None] - values
        order = np.argsort(-gains, axis=2)
        mass = np.take_along_axis(self._mass, order, 2)
        left = room[self.states][:, None, None] - (np.cumsum(mass, axis=2) - mass)
        moved = np.clip(left, 0, mass) * np.maximum(np.take_along_axis(gains, order, 2), 0)
        return np.asarray(((values * self._mass).sum(axis=2) + moved.sum(axis=2)).max(axis=1))

    def level(self, v: FloatArray, goal: FloatArray) -> FloatArray:
        """The number that, taken off v, leaves `goal` above 0 at each state (a projection onto a simplex)."""
        values = -np.sort(-v[self._rows], axis=1)
        levels = (np.cumsum(values, axis=1) - goal[self.states][:, None]) / np.arange(1, values.shape[1] + 1)
        count = np.maximum((values > levels).sum(axis=1), 1)
        return np.asarray(np.take_along_axis(levels, count[:, None] - 1, 1)[:, 0])


def _cheapest(cost: Callable[[float], float], size: float) -> float:
    """The price from 2^-12 to 2^26 of `size`, or 0, at which a convex cost is least."""
    low, high = -12.0, 26.0
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    costs = [cost(size * 2**power) for power in inner]
    for _ in range(_SECTIONS):
        if costs[0] <= costs[1]:
            high, inner[1], costs[1] = inner[1], inner[0], costs[0]
            inner[0] = high - _GOLDEN * (high - low)
            costs[0] = cost(size * 2 ** inner[0])
        else:
            low, inner[0], costs[0] = inner[0], inner[1], costs[1]
            inner[1] = low + _GOLDEN * (high - low)
            costs[1] = cost(size * 2 ** inner[1])
    place = int(np.argmin(costs))
    return 0.0 if cost(0.0) <= costs[place] else float(size * 2 ** inner[place])


def _least(apart: Callable[[float], float], radius: float, most: float) -> float:
    """The least threshold that leaves a distance of at most `radius`."""
    if apart(0.0) <= radius:
        return 0.0
    low, high = 0.0, most
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if apart(middle) > radius else (low, middle)
    return high
