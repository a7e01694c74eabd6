"""The bound `concentrability`: only how far player i alone can move the occupancy (THEORY 5 and 11).

With M_i(s) >= max over pi_i' of mu_{(pi_i', piE_-i)}(s) and m <= mu_piE, B and R the ball's limits of the opponents'
distance and of the occupancy's error (`balls`: budget, reach),

    gap_i(pi) <= [ (1 - g) R + min(K_i, 2) ] c_i / (1 - g)^2 + eta    on the ball,
    K_i = max { sum_s M_i(s) D(s) : sum_s m(s) D(s) <= B, 0 <= D <= 2 },

eta the expert's own regret. (2: the visits of a deviation sum to 1, and no distance is above 2.) The first term bounds
V^piE - V^pi: (1 - g) R = n eps for "bc", (1 - g) eps for "rho". A ball that limits no rows has none. M_i(s) = nu.U_s
for any U_s >= T U_s, T the optimality operator of player i against piE_-i for the reward (1 - g) on s: one vector per
player and state up to `MAX_STATES` states. Above, M_i(s) is bounded by caps, a flow and vectors of many targets at once
(`visits`), searched in a share of the time.
"""

import math
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.visit_groups import search
from certigap.bounds.visits import Deviator, Visits
from certigap.exact.integers import FloatArray, IntArray, as_object
from certigap.exact.knapsack import knapsack
from certigap.exact.vector import Vector
from certigap.floats.fixed_point import fixed_point
from certigap.model.files.vectors import brackets_json, vector_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.induced import Induced, decision_process
from certigap.work.deadline import Deadline

__all__ = ["CONCENTRABILITY", "MAX_STATES", "reach_vectors"]

MAX_STATES = 300  # one decision process a state: the work grows with the square
_GRID_BITS = 40  # of numbers in [0, 1]: a loss of 1e-12 times the horizon, certificates stay short
_RATIO = Fraction(11, 10)  # of the groups: the knapsack adds up many states, a closer bound of the worst gains little
_PART, _MOST_SECONDS = Fraction(1, 10), 60.0
"""Of the time left, for the groups of all players; and the time that is left where there is no deadline."""
_TRIES = 6  # margins, each 8 times the last: after 8^6 roundings 1 is as good
_SWEEPS, _SLICE = 400, 20
"""Of all targets together: enough at discounts up to 0.92; and of one between two mixtures."""


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    game = center.game
    if ball.measure.is_by_state:
        return Bound.unproven("concentrability", f"the ball of eps_{ball.measure} limits no player's rows")
    bounds = []
    for player in range(len(game.players)):
        most = _most(center, player, deadline)
        moved = min(knapsack(most, center.occupancy_lower.fractions(), ball.budget), Fraction(2))
        bounds.append(((1 - game.discount) * ball.reach + moved) * game.half_range(player) * game.horizon**2)
    return Bound("concentrability", max(bounds) + center.regret, Theorem("concentrability", partial(_proof, center)))


def _most(center: Center, player: int, deadline: Deadline) -> list[Fraction]:
    """`[S]` upper bounds of M_i, by the means that the size of the game allows."""
    game = center.game
    if len(game.states) > MAX_STATES and game.discount:
        return [*center.once(_visits, deadline=deadline)[player].most]
    vectors = center.once(_reach, deadline=deadline)[player]
    return [u.dot(game.initial.weights, game.initial.denominator) for u in vectors]


def _visits(center: Center, deadline: Deadline | None = None) -> tuple[Visits, ...]:
    """What player i alone can bring about, for all states at once; the time is shared with the other bounds."""
    end, players = (deadline or Deadline()).or_within(_MOST_SECONDS).share(_PART), len(center.game.players)
    found = []
    for player in range(players):
        deviator = Deviator(center.expert, player)
        flow, own = deviator.flow(), end.share(Fraction(1, players - player))
        groups = search(deviator, center.occupancy_lower, flow, _RATIO, own).groups
        found.append(deviator.visits(flow, groups))
    return tuple(found)


def _reach(center: Center, deadline: Deadline | None = None) -> tuple[tuple[Vector, ...], ...]:
    """`[n][S]` of `[S]`: nu.reach[i][s] >= the occupancy of s that player i alone can bring about."""
    return tuple(reach_vectors(center.expert, player, deadline) for player in range(len(center.game.players)))


def _proof(center: Center) -> dict[str, Any]:
    """FORMAT 8.3: how far each player alone moves the occupancy, and the expert's own gaps."""
    game = center.game
    return {
        "occupancy": {"lower": vector_json(center.occupancy_lower)},
        "reach": _reach_json(center),
        "values": brackets_json(game, center.gaps.values),
        "optima": brackets_json(game, center.gaps.optima),
    }


def _reach_json(center: Center) -> dict[str, Any]:
    game = center.game
    if len(game.states) > MAX_STATES and game.discount:
        visits = center.once(_visits)
        return {player: own.to_json(game) for player, own in zip(game.players, visits, strict=True)}
    pairs = zip(game.players, center.once(_reach), strict=True)
    return {player: [vector_json(vector) for vector in vectors] for player, vectors in pairs}


def reach_vectors(expert: Policy, player: int, deadline: Deadline | None = None) -> tuple[Vector, ...]:
    """Per target state a vector U `[S]` with U >= T U for the reward (1 - g) on the target (module docstring).

    At the deadline what stands is made to hold by a larger margin, up to U = 1.
    """
    game = expert.game
    process = decision_process(game, expert, player)
    targets = range(len(game.states))
    if process.matrix is None:
        return tuple(Vector(tuple(int(s == target) for s in targets), 1) for target in targets)
    proposal, moves = _proposal(game, process, deadline or Deadline())
    return tuple(_certified(game, process, target, proposal[:, target], moves[target]) for target in targets)


def _proposal(game: Game, process: Induced, deadline: Deadline) -> tuple[FloatArray, list[float]]:
    """Float vectors `[S, S]`, a column per target, and the last move of each: first all together, then one by one."""
    discount, states = game.float_discount, len(game.states)
    matrix: Any = process.matrix.sparse(states) if process.matrix is not None else None
    tolerance = max(1e-12 * (1 - discount), 1e-15)

    def sweeps(u: FloatArray, count: int, reward: FloatArray) -> float:
        move = math.inf
        for _ in range(count):
            new = reward + discount * np.maximum.reduceat(matrix @ u, process.offsets[:-1], axis=0)
            move = float(np.abs(new - u).max())
            u[:] = new
            if move <= tolerance:
                break
        return move

    rewards = (1 - discount) * np.eye(states)
    u: FloatArray = np.zeros((states, states))
    moves = [sweeps(u, _SWEEPS, rewards)] * states
    for target in range(states):
        if moves[target] > tolerance and deadline.going:
            own = u[:, target].copy()
            some = partial(sweeps, reward=rewards[:, target])
            moves[target] = fixed_point(some, own, discount, tolerance, _SLICE, deadline)
            u[:, target] = own
    return u, moves


def _certified(game: Game, process: Induced, target: int, proposal: FloatArray, move: float) -> Vector:
    slack = float(1 - game.discount)
    margin = 2 * max(move, 2.0**-_GRID_BITS) / slack
    for _ in range(_TRIES):
        scaled = np.ceil(np.ldexp(np.minimum(proposal + margin, 1.0), _GRID_BITS))
        u: IntArray = np.array([int(x) for x in scaled], dtype=object)
        if _holds(game, process, target, u):
            return Vector(tuple(u.tolist()), 2**_GRID_BITS)
        margin *= 8
    return Vector((1,) * len(game.states), 1)


def _holds(game: Game, process: Induced, target: int, u: IntArray) -> bool:
    """U(s) >= (1 - g) [s = target] + g P(. | s, a).U for every own action, U over the grid."""
    matrix = process.matrix
    if matrix is None:
        return False
    top, bottom = game.discount.numerator, game.discount.denominator
    scales = as_object(matrix.scales) * bottom
    left = u[process.owners] * scales - top * matrix.row_sums(u)
    start, end = int(process.offsets[target]), int(process.offsets[target + 1])
    left[start:end] -= as_object(matrix.scales)[start:end] * ((bottom - top) << _GRID_BITS)
    return bool((left >= 0).all())


CONCENTRABILITY = Rule("concentrability", Turn.AFTER_SEARCH, _find, written=("concentrability",), is_closed_form=True)
