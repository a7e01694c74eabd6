"""Where a policy is exploitable: what each state adds to a player's gap.

By the performance difference identity, d a best response of player i to pi_-i and mu_d the occupancy of (d, pi_-i),

    gap_i(pi) = sum_s mu_d(s) A(s) / (1 - g),    A(s) = Q_i^pi(s, d, pi_-i) - V_i^pi(s),

so the share of state s is mu_d(s) A(s) over the sum; a share may be negative, where d loses now to gain later. Computed
in floats: a reading of the answer, no part of its proof.
"""

from dataclasses import dataclass

import numpy as np

from certigap.floats.game import FloatGame
from certigap.model.policy import Policy

__all__ = ["StateShare", "gap_shares"]


@dataclass(frozen=True, slots=True)
class StateShare:
    """A state, its share of the gap, and how often the exploiting player comes there (discounted share of time)."""

    state: str
    gap_share: float
    visits: float


def gap_shares(policy: Policy, player: int) -> tuple[StateShare, ...]:
    """The states by what they add to the gap of `player` (an index) against `policy`, most first.

    States that add nothing are left out; without a gap the answer is empty.

    >>> from certigap.model.build import bimatrix
    >>> gap_shares(Policy.pure(bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])), 0)
    (StateShare(state='', gap_share=1.0, visits=1.0),)
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
    shares = (StateShare(policy.game.states[s], float(added[s]) / total, float(visits[s])) for s in order)
    return tuple(share for share in shares if abs(share.gap_share) > 1e-9)
