"""Two-sided enclosures of values and optima from floats, by one-sided inequalities in integers (THEORY 7).

Let T be the backup of a chain or of a decision process (T* with the maximum over own actions): monotone, and
T(X + d) = TX + g d for a constant d. A float solution is rounded to the grid 2^-k and refined against its residual
TX - X, computed in integers. With lo <= TX - X <= hi at every state,

    L = X + lo/(1 - g) satisfies L <= T L, so L <= V;    U = X + hi/(1 - g) satisfies U >= T U, so U >= V.

Both inequalities are then checked at every state, in integers, with TX rounded down for L and up for U. The grid is
2^-60 (1 - g) times the size of the values, so the width is about 1e-17 relative. Occupancies: `enclosed_occupancy`.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import SolverError
from certigap.exact.grid import on_grid, to_grid
from certigap.exact.integers import FloatArray, IndexArray, IntArray, as_object
from certigap.exact.vector import Bracket
from certigap.floats.solvers import Resolvent, first_best, policy_iteration
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import exact_backend
from certigap.semantics.enclosed_occupancy import enclose_occupancy
from certigap.semantics.induced import Induced, chain, decision_process, transition_chain
from certigap.semantics.optimum import Optimum

__all__ = ["name", "occupancy", "optimum", "values", "values_and_optima"]

name = "enclosed"

_GRID_BITS = 60  # of the values' size: a little finer than a float, so that refinement shows
_MAX_ROUNDS = 12  # of refinement, each of which gains what the float solve is right about
_ENOUGH = 4
"""Residual, in grid units, below which refinement stops."""


def values(game: Game, policy: Policy) -> tuple[Bracket, ...]:
    """Per player a bracket of V_i^pi, `[S]`."""
    if not game.discount:
        return exact_backend.values(game, policy)
    induced = chain(game, policy)
    return tuple(_enclose(game, _Backup(induced, game.discount, which))[0] for which in range(len(game.players)))


def occupancy(game: Game, policy: Policy) -> Bracket:
    """A bracket of mu_pi, `[S]`; exactly 0 where the policy never comes."""
    if not game.discount:
        return exact_backend.occupancy(game, policy)
    return enclose_occupancy(game.initial, transition_chain(game, policy), game.discount)


def optimum(game: Game, policy: Policy, player: int) -> Optimum:
    """A bracket of V_i^{*, pi_-i}, `[S]`, with the own actions whose values it was built from."""
    if not game.discount:
        return exact_backend.optimum(game, policy, player)
    backup = _Backup(decision_process(game, policy, player), game.discount, 0)
    bracket, rows = _enclose(game, backup)
    return Optimum(bracket, rows - backup.induced.offsets[:-1])


def values_and_optima(game: Game, policy: Policy) -> tuple[tuple[Bracket, ...], tuple[Optimum, ...]]:
    """`values` and every player's `optimum`."""
    return values(game, policy), tuple(optimum(game, policy, player) for player in range(len(game.players)))


@dataclass(frozen=True, slots=True)
class _Backup:
    """The backup of one player's rewards, exact up to one rounding to the grid."""

    induced: Induced
    discount: Fraction
    which: int

    def actions(self, grid: IntArray, bits: int, up: bool) -> IntArray:
        """`[R]` r + g P X on the grid, rounded down or up; X `[S]` in grid units."""
        induced, discount = self.induced, self.discount
        if induced.matrix is None:
            raise SolverError("enclosure: expected a discount above 0, got 0")
        scale, rows = induced.scale(self.which), as_object(induced.matrix.scales)
        constant = (as_object(induced.rewards[self.which]) * rows * discount.denominator) << bits
        numerators = constant + induced.matrix.row_sums(grid) * scale * discount.numerator
        denominators = scale * rows * discount.denominator
        return np.asarray(-(-numerators // denominators) if up else numerators // denominators)

    def states(self, grid: IntArray, bits: int, up: bool) -> IntArray:
        """`[S]` T X on the grid, rounded down or up."""
        return np.asarray(np.maximum.reduceat(self.actions(grid, bits, up), self.induced.offsets[:-1]))


def _enclose(game: Game, backup: _Backup) -> tuple[Bracket, IndexArray]:
    rewards, matrix = _floats(backup)
    proposal, rows = _propose(backup, rewards, matrix)
    bits = _grid_bits(game.discount, proposal)
    grid, rows = _refine(backup, matrix, to_grid(proposal, bits), rows, bits)
    horizon = game.horizon
    lowest = min(0, int((backup.states(grid, bits, up=False) - grid).min()))
    highest = max(0, int((backup.states(grid, bits, up=True) - grid).max()))
    lower, upper = grid + math.floor(lowest * horizon), grid + math.ceil(highest * horizon)
    if not bool((lower <= backup.states(lower, bits, up=False)).all()):
        raise SolverError("lower enclosure of values: expected L <= T L at every state, got a violation")
    if not bool((upper >= backup.states(upper, bits, up=True)).all()):
        raise SolverError("upper enclosure of values: expected U >= T U at every state, got a violation")
    return Bracket(on_grid(lower, bits), on_grid(upper, bits)), rows


def _floats(backup: _Backup) -> tuple[FloatArray, Any]:
    induced = backup.induced
    if induced.matrix is None:
        raise SolverError("enclosure: expected a discount above 0, got 0")
    try:
        rewards = as_object(induced.rewards[backup.which]) / induced.scale(backup.which)
        return np.array(rewards, dtype=np.float64), induced.matrix.sparse(len(induced.offsets) - 1)
    except OverflowError as error:
        raise SolverError(f"enclosure: expected rewards within the range of floats, got {error}") from error


def _propose(backup: _Backup, rewards: FloatArray, matrix: Any) -> tuple[FloatArray, IndexArray]:
    offsets, discount = backup.induced.offsets, float(backup.discount)
    if len(rewards) > len(offsets) - 1:
        return policy_iteration(rewards, matrix, discount, offsets)
    return Resolvent(matrix, discount).values(rewards), offsets[:-1]


def _grid_bits(discount: Fraction, proposal: FloatArray) -> int:
    size = float(np.abs(proposal).max())
    magnitude = math.frexp(size)[1] if size > 0 else 0
    return max(0, _GRID_BITS + math.ceil(1 / (1 - discount)).bit_length() - magnitude)


def _refine(backup: _Backup, matrix: Any, grid: IntArray, rows: IndexArray, bits: int) -> tuple[IntArray, IndexArray]:
    """Iterative refinement with integer residuals, and policy improvement at the precision of the grid."""
    offsets, discount = backup.induced.offsets, float(backup.discount)
    resolvent = Resolvent(matrix[rows], discount)
    for _ in range(_MAX_ROUNDS):
        actions = backup.actions(grid, bits, up=False)
        residual = actions[rows] - grid
        if max(abs(int(residual.max())), abs(int(residual.min()))) > _ENOUGH:
            grid = grid + to_grid(resolvent.values(residual.astype(np.float64)), 0)
            continue
        best = first_best(actions, offsets)
        improved = np.asarray(actions[best] > actions[rows] + _ENOUGH, dtype=bool)
        if not improved.any():
            break
        rows = np.where(improved, best, rows)
        resolvent = Resolvent(matrix[rows], discount)
    return grid, rows
