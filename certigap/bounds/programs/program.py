"""The joint-occupancy programs of one player, compiled once and solved along a sweep of radii (cvxpy; THEORY 11).

Unnormalised occupancies x, w `[K]` >= 0 of joint actions, flow: sum_a x(s,a) - g sum_k P(s|k) x(k) = nu(s).

    best    maximise  r_i.x    sup V_i^{*,pi_-i}; x belongs to (sigma, pi_-i), sigma a free policy of player i
            t >= | x(s,a,b) - x_i(s,a) e(b) |,   e the opponents' expert row, x_i(s,a) = sum_b x(s,a,b)
            sum_b t(s,a,b) <= R(s) x_i(s,a),     sum (m(s)/M(s)) t <= budget / (1 - g)
    value   minimise  r_i.w    inf V_i^pi
            u >= | w - rho/(1 - g) |,   sum u <= radius / (1 - g)      (for "mu": of the states' sums)

Products of policies make x(s,a,b) = x_i(s,a) y_s(b) bilinear. With D(s) = ||y_s - e||_1, sum_ab t = mu_x(s) D(s), the
McCormick cuts of that product over 0 <= D <= R, 0 <= mu_x <= M are sum t <= R mu_x and sum t <= M D; D is then
eliminated from sum m D <= budget. The third cut t >= M D + R mu_x - M R bounds from below, where nothing pulls.

The multipliers (X of the flow and the price of the budget; Z and the toll of the radius) are proposals, made into
proofs by `duality`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from certigap.bounds.balls import ErrorBall, visit_bounds
from certigap.exact.brief import Brief
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.floats.game import FloatGame
from certigap.floats.programs import CLARABEL, HIGHS, solved
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.work.deadline import Deadline

__all__ = ["MAX_ROWS", "Multipliers", "OccupancyProgram", "occupancy_seconds"]

MAX_ROWS = 5_000
"""Joint actions above which `sweeps` replaces the solver: at 4,000 they end 0.2 % apart in a fifth of the time."""


def occupancy_seconds(game: Game) -> float:
    """About how long the programs of all players take: 1 s at 1,152 joint actions and two players (Tag)."""
    return 0.5 * len(game.players) * (0.2 + math.pow(game.layout.rows / 1152, 1.5))


@dataclass(frozen=True, slots=True, repr=False)
class Multipliers(Brief):
    """Float multipliers of both programs: nothing is believed of them."""

    best: FloatArray  # [S] X
    price: float
    value: FloatArray  # [S] Z
    toll: float


class OccupancyProgram:
    """Both programs of player `player`, parametrised by the radii.

    Args:
        expert: the center of the balls.
        player: index of the player.
        occupancy_lower: `[S]` m <= mu of the expert.
        by_state: the occupancy radius limits the states' occupancy (measure "mu") rather than the joint one.
    """

    def __init__(self, expert: Policy, player: int, occupancy_lower: Vector, by_state: bool = False) -> None:
        self.expert, self.player, self.by_state = expert, player, by_state
        self._game = FloatGame(expert.game)
        self._mass = np.array(occupancy_lower.floats())
        self._horizon = float(expert.game.horizon)
        self._unit = 2.0 ** math.frexp(self._game.scale)[1]
        self._rewards = self._game.rewards[player] / self._unit  # solvers' tolerances are absolute
        self._build_best()
        self._build_value()

    def solve(self, ball: ErrorBall, deadline: Deadline | None = None) -> Multipliers:
        """The multipliers at one radius.

        Args:
            ball: the radii.
            deadline: of both programs; None: as long as they take.

        Raises:
            SolverError: the solver failed, or its time ended.
        """
        spread = np.full(len(self._mass), 2.0)
        np.divide(float(ball.spread), self._mass, out=spread, where=self._mass > float(ball.spread) / 2)
        self._spread.value = spread[self.expert.game.layout.action_state[self.player]]
        self._budget.value = float(ball.budget) * self._horizon
        self._radius.value = float(ball.reach) * self._horizon
        until = deadline or Deadline()
        best, price = self._solved(self._best, "sup", until.share(1 / 2))
        value, toll = self._solved(self._value, "inf", until)
        unit = self._unit
        return Multipliers(unit * best, unit * max(float(price), 0.0), -unit * value, unit * max(float(toll), 0.0))

    def _solved(self, parts: tuple[Any, Any, Any], what: str, deadline: Deadline) -> list[FloatArray]:
        """Multipliers of the flow and of the radius; Clarabel is asked where HiGHS fails."""
        problem, *wanted = parts
        return solved(problem, wanted, f"occupancy program ({what})", (HIGHS, CLARABEL), deadline, roughly=True)

    def _build_best(self) -> None:
        import cvxpy as cp

        layout, player = self.expert.game.layout, self.player
        own, width = layout.action_index[player], len(self.expert.weights[player])
        own_sum = _picker(own, width).T
        follows = _diagonal(self._game.joint(self.expert.floats(), without=player)) @ own_sum.T @ own_sum
        visits = np.array([float(m) for m in visit_bounds(self.expert.game)])
        ratio = np.divide(self._mass, visits, out=np.zeros(len(visits)), where=visits > 0)
        x, t = cp.Variable(layout.rows, nonneg=True), cp.Variable(layout.rows, nonneg=True)
        self._spread, self._budget = cp.Parameter(width, nonneg=True), cp.Parameter(nonneg=True)
        flow, paid = self._flow(x), ratio[layout.row_state] @ t <= self._budget
        limits = [t >= x - follows @ x, t >= follows @ x - x, own_sum @ t <= cp.multiply(self._spread, own_sum @ x)]
        problem = cp.Problem(cp.Minimize(-self._rewards @ x), [flow, paid, *limits])
        self._best = (problem, flow, paid)

    def _build_value(self) -> None:
        import cvxpy as cp

        layout = self.expert.game.layout
        center = self._mass[layout.row_state] * self._game.joint(self.expert.floats()) * self._horizon
        w = cp.Variable(layout.rows, nonneg=True)
        moved, size = w - center, layout.rows
        if self.by_state:
            moved, size = _picker(layout.row_state, layout.states).T @ moved, layout.states
        u, self._radius = cp.Variable(size, nonneg=True), cp.Parameter(nonneg=True)
        flow, paid = self._flow(w), cp.sum(u) <= self._radius
        problem = cp.Problem(cp.Minimize(self._rewards @ w), [flow, paid, u >= moved, u >= -moved])
        self._value = (problem, flow, paid)

    def _flow(self, x: Any) -> Any:
        from scipy.sparse import csr_array

        layout = self.expert.game.layout
        out = _picker(layout.row_state, layout.states)
        matrix = csr_array(out - self._game.discount * csr_array(self._game.transitions)).T.tocsr()
        return matrix @ x == self._game.start


def _picker(columns: Any, width: int) -> Any:
    from scipy.sparse import csr_array

    count = len(columns)
    return csr_array((np.ones(count), columns, np.arange(count + 1)), shape=(count, width))


def _diagonal(values: FloatArray) -> Any:
    from scipy.sparse import diags_array

    return diags_array(values)
