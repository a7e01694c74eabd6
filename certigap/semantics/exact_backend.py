"""Evaluation over the rationals: linear fixed points, and Howard's policy iteration with exact comparisons.

A best response is accepted only when, in integers, no own action at any state improves on its value: V >= T* V with
V = V^d is Bellman's equation. A float run proposes the first policy; ties keep the current action.
"""

import math
from fractions import Fraction

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import IndexArray, IntArray, as_object
from certigap.exact.linear import solve_fixed_point, solve_transposed_fixed_point
from certigap.exact.vector import Bracket, Vector
from certigap.floats.solvers import first_best, policy_iteration
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.semantics.induced import Induced, chain, decision_process, transition_chain, vector_of
from certigap.semantics.optimum import Optimum
from certigap.semantics.tensor import action_payoffs

__all__ = ["evaluate_choice", "is_optimal", "name", "occupancy", "optimum", "values", "values_and_optima"]

name = "exact"


def values(game: Game, policy: Policy) -> tuple[Bracket, ...]:
    """Per player V_i^pi, `[S]`, exact."""
    if _is_one_shot(game):
        return values_and_optima(game, policy)[0]
    induced = chain(game, policy)
    rewards = [(own, induced.scale(i)) for i, own in enumerate(induced.rewards)]
    if induced.matrix is None:
        return tuple(Bracket.exact(vector_of(*pair)) for pair in rewards)
    return tuple(Bracket.exact(v) for v in solve_fixed_point(induced.matrix, game.discount, rewards))


def occupancy(game: Game, policy: Policy) -> Bracket:
    """mu_pi, `[S]`, exact."""
    start, discount = game.initial, game.discount
    if not discount:
        return Bracket.exact(Vector(start.weights, start.denominator))
    weights = np.array(start.weights, dtype=object) * (discount.denominator - discount.numerator)
    constant = (weights, start.denominator * discount.denominator)
    return Bracket.exact(solve_transposed_fixed_point(transition_chain(game, policy), discount, constant))


def optimum(game: Game, policy: Policy, player: int) -> Optimum:
    """V_i^{*, pi_-i}, `[S]`, exact, with own actions that attain it at every state."""
    if _is_one_shot(game):
        return _best_action(*action_payoffs(game, policy, player))
    induced = decision_process(game, policy, player)
    if induced.matrix is None:
        rows = first_best(induced.rewards[0], induced.offsets)
        vector = vector_of(induced.rewards[0][rows], induced.scale()[rows])
        return Optimum(Bracket.exact(vector), rows - induced.offsets[:-1])
    rows = _proposed_rows(induced, game.discount)
    while True:
        vector = evaluate_choice(induced, game.discount, rows)
        improved = _improved(induced, game.discount, rows, vector)
        if np.array_equal(improved, rows):
            return Optimum(Bracket.exact(vector), rows - induced.offsets[:-1])
        rows = improved


def values_and_optima(game: Game, policy: Policy) -> tuple[tuple[Bracket, ...], tuple[Optimum, ...]]:
    """`values` and every player's `optimum`; in a one-shot game both come from one contraction per player."""
    players = range(len(game.players))
    if not _is_one_shot(game):
        return values(game, policy), tuple(optimum(game, policy, player) for player in players)
    payoffs = [action_payoffs(game, policy, player) for player in players]
    own = tuple(_profile_value(*payoffs[player], policy.rows[player][0]) for player in players)
    return own, tuple(_best_action(*pair) for pair in payoffs)


def evaluate_choice(induced: Induced, discount: Fraction, rows: IndexArray) -> Vector:
    """Exact values `[S]` of playing row `rows[s]` at every state of a discounted decision process."""
    if induced.matrix is None:
        return vector_of(induced.rewards[0][rows], induced.scale()[rows])
    constant = (induced.rewards[0][rows], induced.scale()[rows])
    return solve_fixed_point(induced.matrix.select(rows), discount, [constant])[0]


def is_optimal(induced: Induced, discount: Fraction, rows: IndexArray, vector: Vector) -> bool:
    """No own action at any state improves on `vector`, the exact values of playing `rows`."""
    return np.array_equal(_improved(induced, discount, rows, vector), rows)


def _is_one_shot(game: Game) -> bool:
    return len(game.states) == 1 and not game.discount


def _best_action(payoffs: IntArray, denominator: int) -> Optimum:
    best = int(np.argmax(payoffs))
    value = Fraction(int(payoffs[best]), denominator)
    return Optimum(_scalar(value), np.array([best], dtype=np.int64))


def _profile_value(payoffs: IntArray, denominator: int, row: Distribution) -> Bracket:
    total = sum(q * w for q, w in zip(payoffs.tolist(), row.weights, strict=True) if w)
    return _scalar(Fraction(total, denominator * row.denominator))


def _scalar(value: Fraction) -> Bracket:
    return Bracket.exact(Vector((value.numerator,), value.denominator))


def _proposed_rows(induced: Induced, discount: Fraction) -> IndexArray:
    if induced.matrix is None or len(induced.owners) == len(induced.offsets) - 1:
        return induced.offsets[:-1]
    try:
        rewards = np.array(as_object(induced.rewards[0]) / induced.scale(), dtype=np.float64)
        matrix = induced.matrix.sparse(len(induced.offsets) - 1)
        return policy_iteration(rewards, matrix, float(discount), induced.offsets)[1]
    except (OverflowError, SolverError):
        return induced.offsets[:-1]  # a warm start only: the exact iteration needs none


def _improved(induced: Induced, discount: Fraction, rows: IndexArray, vector: Vector) -> IndexArray:
    numerators, units = _action_values(induced, discount, vector)
    current = np.array(vector.numerators, dtype=object)[induced.owners]
    better = np.asarray(numerators > current * units, dtype=bool)
    if not better.any():
        return rows
    result = rows.copy()
    for state in np.unique(induced.owners[better]).tolist():
        own = [r for r in range(induced.offsets[state], induced.offsets[state + 1]) if better[r]]
        common = math.lcm(*(int(units[r]) for r in own))
        result[state] = max(own, key=lambda r: numerators[r] * (common // units[r]))
    return result


def _action_values(induced: Induced, discount: Fraction, vector: Vector) -> tuple[IntArray, IntArray]:
    """`[R]` numerators and units: the value of a row is `numerators / (units * vector.denominator)`.

    That denominator is left out: it may be the longest number by far, with the length of thousands of others together.
    """
    rewards, scale = as_object(induced.rewards[0]), induced.scale()
    if induced.matrix is None:
        return rewards * vector.denominator, scale
    following = induced.matrix.row_sums(np.array(vector.numerators, dtype=object)) * discount.numerator
    step = as_object(induced.matrix.scales) * discount.denominator
    return rewards * (step * vector.denominator) + following * scale, scale * step
