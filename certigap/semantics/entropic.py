"""Entropy-regularised values, best responses and gaps, enclosed (THEORY 10).

With temperatures tau of a player's own entropy and sigma of its opponents' (0: only its own counts; tau in the
two-sided regularisation of zero-sum games, r + tau H_i - tau H_{-i}), player i's regularised reward at (s, a) is

    r_i(s, a) + tau H(pi_i(.|s)) - sigma sum_{j != i} H(pi_j(.|s)).

Against fixed opponents the optimal regularised value is the fixed point of U(s) = tau log sum_a exp(q_U(s, a)/tau), a
contraction, and the best response is softmax(q_U/tau). In one-sided form, without logarithms:

    U >= optimum  if  sum_a exp((q_U(s, a) - U(s))/tau) <= 1 at every state;   U <= optimum  if  it is >= 1.

Vectors come from floats, are rounded outward and checked with enclosures of exp and log (`certigap.exact.enclosures`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from certigap.errors import InputError, SolverError
from certigap.exact.enclosures import Enclosure, entropy, exp
from certigap.exact.integers import FloatArray, as_object
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Bracket, Vector
from certigap.floats.solvers import Resolvent
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.deviation import initial_value
from certigap.semantics.exploitability import maximum
from certigap.semantics.induced import Induced, decision_process
from certigap.semantics.optimum import require_policy

__all__ = ["RegularisedGaps", "regularised_best_response", "regularised_gaps"]

_GRID_BITS = 80  # of the rounded vectors: below every margin that is tried
_FIRST_MARGIN = 2.0**-44  # of the magnitude of the values: above the rounding of the floats they start from
_TRIES = 12  # margins: beyond, the float answer is to blame
_MOST_STEPS = 200  # of Newton, which is monotone and ends quadratically: a dozen as a rule
_STILL = 1e-15  # relative move at which floats can do no more


@dataclass(frozen=True, repr=False)
class RegularisedGaps(Shown):
    """What each player can gain in the regularised game, discounted payoff plus entropy.

    `values[i]` and `optima[i]` bracket the regularised values `[S]` of the policy and of a best response to the others.
    """

    game: Game
    policy: Policy
    temperature: Fraction
    opponents_temperature: Fraction
    values: tuple[Bracket, ...]
    optima: tuple[Bracket, ...]
    player_gaps: tuple[Interval, ...]

    @property
    def regularised_gap(self) -> Interval:
        """The largest of the players' gaps: 0 exactly at a regularised equilibrium."""
        return maximum(self.player_gaps)

    def sheet(self) -> Sheet:
        """The players' regularised gaps."""
        return Sheet(("player", "gap"), list(zip(self.game.players, self.player_gaps, strict=True)))

    def _line(self) -> str:
        upper = self.regularised_gap.upper
        return f"<RegularisedGaps tau {format_rational(self.temperature)}, at most {float(upper or 0):.3g}>"


def regularised_gaps(
    game: Game, policy: Policy, temperature: RationalLike, *, opponents_temperature: RationalLike = 0
) -> RegularisedGaps:
    """Enclosures of every player's gap in the entropy-regularised game.

    Args:
        game: the game.
        policy: a policy of it.
        temperature: tau > 0 of the player's own entropy, reward per nat.
        opponents_temperature: sigma >= 0 of the others' entropy, which is subtracted.

    Returns:
        Intervals, with the vectors that prove them.

    Raises:
        InputError: a temperature out of range, or a policy of another game.
        SolverError: no enclosure was found near the float solution.

    Source: THEORY 10; Bergerault, Cevher, Mehr (arXiv 2602.21020), Appendix E.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[1, -1], [-1, 1]])
    >>> even = Policy.from_rows(game, [["1/2", "1/2"], ["1/2", "1/2"]])
    >>> regularised_gaps(game, even, "1/10").regularised_gap.upper < Fraction(1, 10**9)
    True
    """
    tau, sigma = _temperatures(temperature, opponents_temperature)
    require_policy(game, policy)
    players = range(len(game.players))
    views = [_View(game, policy, i, tau, sigma) for i in players]
    optima = tuple(view.optimum() for view in views)
    values = tuple(view.value() for view in views)
    pairs = [(initial_value(game, best), initial_value(game, own)) for best, own in zip(optima, values, strict=True)]
    gaps = tuple(
        Interval(max(Fraction(0), _end(best.lower) - _end(own.upper)), _end(best.upper) - _end(own.lower))
        for best, own in pairs
    )
    return RegularisedGaps(game, policy, tau, sigma, values, optima, gaps)


def regularised_best_response(
    game: Game, policy: Policy, player: int, temperature: RationalLike, *, denominator: int = 2**52
) -> tuple[Policy, tuple[list[Enclosure], ...]]:
    """The policy with `player`'s rows replaced by its regularised best response, and enclosures `[S][A_i(s)]` of it.

    The rows are rounded to `denominator`; the best response itself, softmax(q/tau), lies in the enclosures.
    """
    tau, sigma = _temperatures(temperature, 0)
    require_policy(game, policy)
    view = _View(game, policy, player, tau, sigma)
    enclosures = _response_rows(view.optimum(), view.actions, tau)
    floats = [[float((low + high) / 2) for low, high in row] for row in enclosures]
    rounded = Policy.from_floats(game, _with(policy, player, floats), denominator)
    return policy.replace(player, rounded.rows[player]), tuple(enclosures)


def _response_rows(
    optimum: Bracket, actions: Callable[[Vector], list[list[Fraction]]], tau: Fraction
) -> list[list[Enclosure]]:
    """Enclosures of softmax(q/tau) = exp((q - U)/tau), from both sides of the optimal value."""
    lower, upper = actions(optimum.lower), actions(optimum.upper)
    return [
        [
            (exp((low - optimum.upper[s]) / tau)[0], min(Fraction(1), exp((high - optimum.lower[s]) / tau)[1]))
            for low, high in zip(lower[s], upper[s], strict=True)
        ]
        for s in range(len(lower))
    ]


class _View:
    """One player's decision process, with the entropy of the others as a cost of the state."""

    def __init__(self, game: Game, policy: Policy, player: int, tau: Fraction, sigma: Fraction) -> None:
        self.game, self.tau = game, tau
        self.process: Induced = decision_process(game, policy, player)
        self.own = [row.fractions() for row in policy.rows[player]]
        own = [entropy(row) for row in self.own]
        others = [j for j in range(len(game.players)) if j != player]
        rest = [[entropy(policy.rows[j][s].fractions()) for j in others] for s in range(len(game.states))]
        self.own_entropy = own
        self.cost = [(sigma * sum(x[0] for x in r), sigma * sum(x[1] for x in r)) for r in rest]
        scales = self.process.scale()
        self.rewards = [Fraction(int(x), int(d)) for x, d in zip(self.process.rewards[0], scales, strict=True)]
        self.groups = list(zip(self.process.offsets[:-1].tolist(), self.process.offsets[1:].tolist(), strict=True))

    def actions(self, following: Vector) -> list[list[Fraction]]:
        """r + g P.following for every own action, `[S][A_i(s)]`, without entropies."""
        totals = list(self.rewards)
        matrix, discount = self.process.matrix, self.game.discount
        if matrix is not None:
            sums = matrix.row_sums(np.array(following.numerators, dtype=object))
            for k, (x, scale) in enumerate(zip(sums, as_object(matrix.scales), strict=True)):
                totals[k] += discount * Fraction(int(x), int(scale) * following.denominator)
        return [totals[a:b] for a, b in self.groups]

    def optimum(self) -> Bracket:
        """Both sides of the optimal regularised value."""
        return self._bracket(self._soft(), self._is_optimum)

    def value(self) -> Bracket:
        """Both sides of the policy's regularised value."""
        return self._bracket(self._linear(), self._is_value)

    def _is_optimum(self, vector: Vector, sign: int) -> bool:
        side = 1 if sign > 0 else 0  # a cost is subtracted: its lower end for an upper bound
        for s, row in enumerate(self.actions(vector)):
            level = vector[s] + self.cost[s][1 - side]
            mass = sum((exp((q - level) / self.tau)[side] for q in row), Fraction(0))
            if sign * (1 - mass) < 0:
                return False
        return True

    def _is_value(self, vector: Vector, sign: int) -> bool:
        side = 1 if sign > 0 else 0
        for s, row in enumerate(self.actions(vector)):
            mean = sum((p * q for p, q in zip(self.own[s], row, strict=True)), Fraction(0))
            total = mean + self.tau * self.own_entropy[s][side] - self.cost[s][1 - side]
            if sign * (vector[s] - total) < 0:
                return False
        return True

    def _bracket(self, floats: FloatArray, holds: Callable[[Vector, int], bool]) -> Bracket:
        sides = {sign: self._side(floats, holds, sign) for sign in (-1, 1)}
        return Bracket(sides[-1], sides[1])

    def _side(self, floats: FloatArray, holds: Callable[[Vector, int], bool], sign: int) -> Vector:
        size = max(1e-300, float(np.abs(floats).max()), float(self.tau), max(abs(float(r)) for r in self.rewards))
        margin = Fraction(size) * Fraction(_FIRST_MARGIN) / (1 - self.game.discount)
        for _ in range(_TRIES):
            grid = Fraction(1, 2 ** max(0, _GRID_BITS - math.frexp(size)[1]))
            numbers = [math.floor((Fraction(float(x)) + sign * margin) / grid) for x in floats]
            vector = Vector(tuple(numbers), grid.denominator)
            if holds(vector, sign):
                return vector
            margin *= 16
        raise SolverError("regularised value: expected an enclosure near the float solution, got none")

    def _soft(self) -> FloatArray:
        """The fixed point of tau log sum exp(q/tau), by Newton's method (soft policy iteration)."""
        values = np.zeros(len(self.groups))
        tau, cost = float(self.tau), np.array([float(low) for low, _ in self.cost])
        starts, owners = self.process.offsets[:-1], self.process.owners
        for _ in range(_MOST_STEPS):
            q = self._float_actions(values)
            top = np.maximum.reduceat(q, starts)
            weights = np.exp((q - top[owners]) / tau)
            total = np.add.reduceat(weights, starts)
            target = top + tau * np.log(total) - cost
            move = target - values
            if float(np.abs(move).max()) <= _STILL * max(1e-300, float(np.abs(target).max())):
                break
            values = values + self._float_solve(weights / total[owners], move)
        return values

    def _linear(self) -> FloatArray:
        """The policy's own regularised value."""
        own = np.array([float(p) for row in self.own for p in row])
        bonus = [float(self.tau * e[0] - c[0]) for e, c in zip(self.own_entropy, self.cost, strict=True)]
        rewards = np.array([float(r) for r in self.rewards])
        return self._float_solve(own, np.add.reduceat(own * rewards, self.process.offsets[:-1]) + np.array(bonus))

    @cached_property
    def _float_matrix(self) -> Any:
        return None if self.process.matrix is None else self.process.matrix.sparse(len(self.groups))

    def _float_actions(self, values: FloatArray) -> FloatArray:
        rewards = np.array([float(r) for r in self.rewards])
        return (
            rewards
            if self._float_matrix is None
            else rewards + self.game.float_discount * (self._float_matrix @ values)
        )

    def _float_solve(self, weights: FloatArray, right: FloatArray) -> FloatArray:
        """x with x = right + g P x under the rows `weights` `[R]`."""
        if self._float_matrix is None:
            return right
        average = csr_array(
            (weights, np.arange(len(weights)), self.process.offsets), shape=(len(self.groups), len(weights))
        )
        return Resolvent((average @ self._float_matrix).tocsr(), self.game.float_discount).values(right)


def _temperatures(temperature: RationalLike, opponents: RationalLike) -> tuple[Fraction, Fraction]:
    tau, sigma = rational(temperature), rational(opponents)
    if tau <= 0:
        raise InputError(f"temperature: expected a rational > 0, got {format_rational(tau)}")
    if sigma < 0:
        raise InputError(f"opponents' temperature: expected a rational >= 0, got {format_rational(sigma)}")
    return tau, sigma


def _with(policy: Policy, player: int, rows: list[list[float]]) -> list[list[list[float]]]:
    """The policy's rows in floats, one player's replaced."""
    others = [[[float(p) for p in row.fractions()] for row in own] for own in policy.rows]
    return [rows if j == player else own for j, own in enumerate(others)]


def _end(value: Fraction | None) -> Fraction:
    if value is None:
        raise SolverError("regularised value: expected both ends, got one")
    return value
