"""The lower end of a worst case of an array game: a policy of the ball with a large gap, found by linear steps.

At a policy pi and a best response, the slopes of a player's gap in every row are an occupancy times a Q-value. The ball
is a fractional knapsack a player (mass from an action to the best one at its state costs 2 mu(s) a unit), so the point
of it that is best by the slopes is found by sorting; then the slopes are taken there (Frank and Wolfe, whole steps).
The first slopes are those of the expert, and those of the best and the worst values of the region.
"""

from dataclasses import dataclass

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.backward import occupancy
from certigap.floats.sparse.process import Process, Sweeps, Tables
from certigap.floats.sparse.solver import solve
from certigap.floats.sparse.stray import slopes
from certigap.model.large.game import MOST, Ints32
from certigap.model.large.policy import ArrayPolicy
from certigap.questions.array_worst_case.ball import ArrayBall
from certigap.semantics.array_occupancy import UNIT
from certigap.work.deadline import Deadline

__all__ = ["found_witness"]

_ROUNDS = 7  # after the first
_PATIENCE = 2  # rounds without a gap that is larger by what is worth a round
_WORTH = 5e-3  # of what has been gained over the expert's own gap
_NEAR = 1e-4  # of occupancies that choose
_EXACT = 1e-7  # of the half-range over 1 - g: of values that choose
_SHRINKS, _CLOSE = 5, 0.99  # budgets of rows tried for rho, and how near to the radius the next one aims
_PARTS = 1 << 10  # of a row's mass: how finely the last one is divided


@dataclass(slots=True)
class _Point:
    """A policy and what its slopes need."""

    tables: Tables
    choice: IndexArray
    deviator: FloatArray
    imitator: FloatArray
    optimum: FloatArray
    value: FloatArray


def found_witness(
    ball: ArrayBall, player: int, optimum: FloatArray, value: FloatArray, deadline: Deadline, seconds: float
) -> tuple[ArrayPolicy, float]:
    """A policy of the ball, and the player's gap in floats, in units of its scale.

    Args:
        ball: the ball.
        player: whose gap.
        optimum: `[S]` the best values of the region.
        value: `[S]` the worst ones.
        deadline: when the best so far is taken; no step begins that would not have ended, were it as long as before.
        seconds: about how long it takes to find values of a policy; where there is no time, the expert stands.
    """
    if not deadline.before(seconds).going:
        return ball.tables.policy, 0.0
    watch = Deadline()
    start, own = _at(ball.tables, player, None, deadline)
    edge = _Point(start.tables, start.choice, start.deviator, start.imitator, optimum, value)
    firsts, step = [(start, own)], 2 * watch.spent
    for first in (start, edge):
        if not deadline.before(step).going:
            break
        watch = Deadline()
        firsts.append(_stepped(ball, player, first, start, deadline))
        step = watch.spent
    point, best = max(firsts[1:] or firsts, key=lambda one: one[1])
    found, waited = point.tables.policy, 0
    for _ in range(_ROUNDS):
        if waited >= _PATIENCE or not deadline.before(step).going:
            break
        point, gap = _stepped(ball, player, point, point, deadline)
        waited = 0 if gap - best > _WORTH * (best - own) else waited + 1
        if gap > best:
            best, found = gap, point.tables.policy
    return (found, best) if best > own else (ball.tables.policy, own)


def _stepped(ball: ArrayBall, player: int, by: _Point, near: _Point, deadline: Deadline) -> tuple[_Point, float]:
    """The point of the ball that is best by the slopes of `by`, found from what is known `near` it."""
    return _at(Tables(ball.tables.game, _inside(ball, by, player, deadline)), player, near, deadline)


def _inside(ball: ArrayBall, by: _Point, player: int, deadline: Deadline) -> ArrayPolicy:
    """The policy of the ball that is best by the slopes; for rho, of rows so near that its occupancy is inside."""
    if ball.measure.is_by_rows:
        return _vertex(ball, by, player, float(ball.radius - 2 * ball.visits.missing) * (1 - 1e-9) - 2.0**-26)
    budget, radius = float(ball.budget(1)), float(ball.radius)
    for _ in range(_SHRINKS):
        policy = _vertex(ball, by, player, budget)
        error = float(ball.distance(policy, ball.seen(policy, deadline)))
        if error <= radius or not deadline.going:
            break
        budget *= _CLOSE * radius / error
    return policy if error <= radius else ball.tables.policy


def _at(tables: Tables, player: int, near: _Point | None, deadline: Deadline) -> tuple[_Point, float]:
    """The point of a policy, and the player's gap there."""
    game = tables.game
    width = float(game.half_range(player) / game.scales[player] / (1 - game.discount)) * _EXACT
    following, choosing = Process(tables, game.players), Process(tables, player)
    known = (near.value.copy(), near.optimum.copy()) if near else (None, None)  # they are changed in place
    value, only = solve(Sweeps(following, following.expected[player]), width, deadline, start=known[0])
    optimum, choice = solve(Sweeps(choosing, choosing.expected[0]), width, deadline, start=known[1])
    following.chosen.take(only)
    choosing.chosen.take(choice)
    imitator = occupancy(following, following.chosen.blocks, deadline, near.imitator if near else None, _NEAR)
    deviator = occupancy(following, choosing.chosen.blocks, deadline, near.deviator if near else None, _NEAR)
    start = game.initial / game.initial.sum(dtype=np.float64)
    return _Point(tables, choice, deviator, imitator, optimum, value), float(start @ (optimum - value))


def _vertex(ball: ArrayBall, at: _Point, player: int, budget: float) -> ArrayPolicy:
    """The policy that is best by the slopes, of those whose every player's error, eps_BC, is at most `budget`."""
    t = at.tables
    out = np.zeros(len(t.play.weights))
    head = (t.arrays, t.play, player, at.choice, at.deviator, at.imitator, at.optimum, at.value)
    t.ready(slopes)(*head, t.game.float_discount, out)
    weights, base = list[Ints32](), 0
    for j, own in enumerate(ball.tables.policy.weights):
        weights.append(_filled(ball, j, own, out[base : base + len(own)], budget))
        base += len(own)
    return ArrayPolicy.from_weights(t.game, tuple(weights))


def _filled(ball: ArrayBall, j: int, weights: Ints32, slope: FloatArray, budget: float) -> Ints32:
    """The weights of player `j`: mass moved where its slope gains most for what it costs."""
    game, sums = ball.tables.game, ball.tables.policy.denominators[j]
    starts = game.action_offsets[j]
    state = np.repeat(np.arange(game.states), np.diff(starts))
    top = np.maximum.reduceat(slope, starts[:-1])
    gain, share = top[state] - slope, weights / sums[state]
    places = np.arange(len(slope))
    target = np.minimum.reduceat(np.where(slope == top[state], places, len(slope)), starts[:-1])
    mass = ball.mass / UNIT + 1e-300
    order = np.flatnonzero((gain > 0) & (weights > 0))
    order = order[np.argsort(-gain[order] / mass[state[order]], kind="stable")]
    cost = 2 * mass[state[order]] * share[order]
    whole = int(np.searchsorted(np.cumsum(cost), budget, side="right"))
    result = weights.astype(np.int64)
    moved = order[:whole]
    np.add.at(result, target[state[moved]], weights[moved])
    result[moved] -= weights[moved]
    if whole < len(order):
        _divided(result, order[whole], target, state, starts, sums, (budget - cost[:whole].sum()) / cost[whole])
    return result.astype(np.int32)


def _divided(
    result: IndexArray,
    place: int,
    target: IndexArray,
    state: IndexArray,
    starts: IndexArray,
    sums: Ints32,
    part: float,
) -> None:
    """Move a part of one action's mass, in `_PARTS` of it, where its row's denominator has room for them."""
    s = int(state[place])
    parts = int(part * _PARTS)
    if parts <= 0 or int(sums[s]) * _PARTS > MOST:
        return
    own = result[place]
    result[starts[s] : starts[s + 1]] *= _PARTS
    result[place] -= own * parts
    result[target[s]] += own * parts
