"""Normal forms, fast: payoff tensors contracted with integer profiles, exactly.

q_i(a_i) = sum_{a_-i} u_i(a) prod_{j != i} w_j(a_j). A weight vector too long for `int64` is cut into limbs
w = sum_l 2^(b l) w_l, short enough that every limb's sum fits `int64`; the limbs' results are put together as Python
integers. One contraction shortens the tensor by a factor A_j, so only the first one is large.
"""

import numpy as np

from certigap.exact.integers import IntArray, as_object, bit_length
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["action_payoffs"]

_INT64_BITS = 62  # one of 64 is the sign, one is kept for the last sum
_SHORTEST_LIMB = 8  # bits: shorter limbs need more passes than they save


def action_payoffs(game: Game, policy: Policy, player: int) -> tuple[IntArray, int]:
    """A player's payoff of each own action against the others, in a one-state game.

    Args:
        game: a normal form.
        policy: the profile; the player's own part is not used.
        player: index of the player.

    Returns:
        Numerators `[A_i]` and their common denominator.
    """
    sizes = game.layout.shapes[0]
    table = np.moveaxis(game.rewards[player].reshape(sizes), player, 0).reshape(-1)
    denominator = game.reward_denominators[player]
    for j in reversed([j for j in range(len(sizes)) if j != player]):
        table = _contract(table.reshape(-1, sizes[j]), policy.weights[j])
        denominator *= policy.rows[j][0].denominator
    return table, denominator


def _contract(table: IntArray, weights: IntArray) -> IntArray:
    """`table @ weights`, exactly, for a table `[., A]`."""
    room = _INT64_BITS - (bit_length(table) + len(weights).bit_length())
    if table.dtype == object or room < _SHORTEST_LIMB:
        return np.asarray(as_object(table) @ as_object(weights))
    length = bit_length(weights)
    if length <= room:
        return np.asarray(table @ weights.astype(np.int64))
    limbs = _limbs(weights, room, -(-length // room))
    parts = (table @ limbs).astype(object)
    total = parts[:, -1]
    for limb in range(limbs.shape[1] - 2, -1, -1):
        total = (total << room) + parts[:, limb]
    return np.asarray(total)


def _limbs(weights: IntArray, width: int, count: int) -> IntArray:
    mask = (1 << width) - 1
    if weights.dtype != object:
        return np.stack([(weights >> (width * limb)) & mask for limb in range(count)], axis=1)
    rows = [[(w >> (width * limb)) & mask for limb in range(count)] for w in weights.tolist()]
    return np.array(rows, dtype=np.int64)
