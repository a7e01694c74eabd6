"""Values, action values, occupancy and the visited region (THEORY 1), exact or enclosed.

V_i^pi = r_i^pi + g P_pi V_i^pi;  Q_i^pi(s, a) = r_i(s, a) + g P(. | s, a) V_i^pi;  mu_pi = (1 - g) nu + g P_pi^T mu_pi.
"""

import math

import numpy as np

from certigap.exact.integers import as_object
from certigap.exact.linear import RowMatrix
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.backend import select
from certigap.semantics.induced import reachable, transition_chain, vector_of
from certigap.semantics.optimum import require_policy

__all__ = ["action_values", "occupancy", "q_values", "values", "visited"]


def values(game: Game, policy: Policy, arithmetic: str = "auto") -> tuple[Bracket, ...]:
    """V_i^pi of every player.

    Args:
        game: the game.
        policy: a policy of it.
        arithmetic: "exact", "enclosed", or "auto" (exact while the answer stays short).

    Returns:
        `[n]` brackets of `[S]` vectors, discounted payoffs.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> values(game, Policy.pure(game))[0].lower
    Vector(numerators=(3,), denominator=1)
    """
    return select(arithmetic, game, policy).values(game, policy)


def q_values(game: Game, policy: Policy, player: int, arithmetic: str = "auto") -> Bracket:
    """Q_i^pi of one player over all rows (state, joint action).

    Args:
        game: the game.
        policy: a policy of it.
        player: index of the player.
        arithmetic: as in `values`.

    Returns:
        A bracket of `[K]` vectors, in the order of `Layout`.
    """
    return action_values(game, player, values(game, policy, arithmetic)[player])


def action_values(game: Game, player: int, following: Bracket) -> Bracket:
    """`r_i(s, a) + g P(. | s, a) v` over the rows `[K]`, for v in the bracket `following` `[S]`."""
    lower = _action_vector(game, player, following.lower)
    return Bracket(lower, lower if following.is_exact else _action_vector(game, player, following.upper))


def occupancy(game: Game, policy: Policy, arithmetic: str = "auto") -> Bracket:
    """mu_pi, the discounted share of time in each state.

    Args:
        game: the game.
        policy: a policy of it.
        arithmetic: as in `values`.

    Returns:
        A bracket of `[S]` vectors; the exact one sums to 1.
    """
    return select(arithmetic, game, policy).occupancy(game, policy)


def visited(game: Game, policy: Policy) -> tuple[bool, ...]:
    """S+_pi: for each state, whether mu_pi(s) > 0 (by graph search, exact)."""
    require_policy(game, policy)
    if not game.discount:
        return tuple(weight > 0 for weight in game.initial.weights)
    return tuple(reachable(game.initial, transition_chain(game, policy)).tolist())


def _action_vector(game: Game, player: int, following: Vector) -> Vector:
    rewards, scale = as_object(game.rewards[player]), game.reward_denominators[player]
    if not game.discount:
        return vector_of(rewards, np.full(len(rewards), scale, dtype=object))
    t = game.transitions
    sums = RowMatrix(t.offsets, t.columns, t.weights, t.denominators).row_sums(
        np.array(following.numerators, dtype=object)
    )
    common = math.lcm(*set(t.denominators.tolist()))
    step = game.discount.denominator * following.denominator * common
    factors = game.discount.numerator * scale * (common // as_object(t.denominators))
    return vector_of(rewards * step + sums * factors, np.full(len(rewards), scale * step, dtype=object))
