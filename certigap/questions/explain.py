"""Where a policy is exploitable: what each state adds to a player's gap.

By the performance difference identity, d a best response of player i to pi_-i and mu_d the occupancy of (d, pi_-i),

    gap_i(pi) = sum_s mu_d(s) A(s) / (1 - g),    A(s) = Q_i^pi(s, d, pi_-i) - V_i^pi(s),

so the share of state s is mu_d(s) A(s) over the sum; a share may be negative, where d loses now to gain later. Also
stands, where the upper end rests on coupled modes, what errors at the state add to that end: price times distance.
Computed in floats: a reading of the answer, no part of its proof.
"""

from dataclasses import dataclass

import numpy as np

from certigap.exact.integers import FloatArray
from certigap.floats.game import FloatGame
from certigap.model.policy import Policy

__all__ = ["StateShare", "gap_shares"]


@dataclass(frozen=True, slots=True)
class StateShare:
    """A state, its share of the gap, and how often the exploiting player comes there (discounted share of time).

    `price`: the payoff that errors there add to the upper end; None where that end does not rest on prices.
    """

    state: str
    gap_share: float
    visits: float
    price: float | None = None


def gap_shares(policy: Policy, player: int, spent: FloatArray | None = None) -> tuple[StateShare, ...]:
    """The states by what they add to the gap of `player` (an index) against `policy`, most first.

    States that add nothing are left out; without a gap the answer is empty.

    Args:
        policy: the witness.
        player: who exploits it.
        spent: `[S]` payoff that errors at a state add to the upper end (`certigap.bounds.modes.spending`).

    >>> from certigap.model.build import bimatrix
    >>> gap_shares(Policy.pure(bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])), 0)
    (StateShare(state='', gap_share=1.0, visits=1.0, price=None),)
    """
    game = FloatGame(policy.game)
    own = policy.floats()
    following = game.values(own)[player]
    _, response = game.optimum(player, own)
    deviating = [response if i == player else row for i, row in enumerate(own)]
    taken = game.joint(deviating) * game.action_values(player, following)
    advantage = np.add.reduceat(taken, game.layout.row_offsets[:-1]) - following
    visits = game.occupancy(deviating)
    added = visits * advantage
    total = float(added.sum())
    if total <= 1e-12 * game.scale:
        return ()
    order = np.argsort(-added, kind="stable").tolist()
    prices = [None] * len(order) if spent is None else spent.tolist()
    shares = (StateShare(policy.game.states[s], float(added[s]) / total, float(visits[s]), prices[s]) for s in order)
    least = 1e-9 * game.scale
    return tuple(share for share in shares if abs(share.gap_share) > 1e-9 or (share.price or 0.0) > least)
