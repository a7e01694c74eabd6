"""The exact decision on the nodes of a `VertexTree`: the largest gap bound, in integers.

Only the nodes with the largest bounds matter. All are bounded with centers rounded down to multiples of 2^-s, in
`int64`: every entry loses less than 2^-s, which moves a node's bound by less than 16 r (A + B + 4) 2^-s, r the largest
payoff. From the largest down they are then computed exactly, until the rest is below for certain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.vertices.ball import RowBall
from certigap.bounds.vertices.tree import EMPTIED, FREE, Nodes, node_bounds
from certigap.exact.integers import IntArray, as_object, bit_length
from certigap.model.game import Game

__all__ = ["Decision", "decided", "player_table"]

_CHUNK = 64  # nodes computed exactly at a time, from the largest down
_SAFE_BITS = 62  # one of 64 is the sign, one is kept for the last sum
_SPARE_BITS = 12  # sums over actions, the factor 16 of the slack
_COARSEST = 8  # bits: a coarser sieve is not worth its pass


@dataclass(frozen=True, slots=True)
class Decision:
    """The largest exact bound over the nodes, and the opponent's row there when the node is a single point."""

    upper: Fraction
    row: list[Fraction] | None


def player_table(game: Game, player: int) -> IntArray:
    """`[A_i, A_j]` integer payoffs of a player of a bimatrix game, its own actions first."""
    table = as_object(game.rewards[player]).reshape(game.layout.shapes[0])
    return table if player == 0 else table.T


def decided(game: Game, player: int, balls: Sequence[RowBall], nodes: Nodes, known: Fraction) -> Decision:
    """The largest of `known` and the exact bounds of the nodes.

    Args:
        game: a bimatrix game.
        player: index of the player who may deviate.
        balls: `[2]` rows of each player.
        nodes: nodes that hold all vertices of the opponent's ball.
        known: a gap that is attained.
    """
    table, own, other = player_table(game, player), balls[player], balls[1 - player]
    unit = game.reward_denominators[player] * own.denominator * other.denominator
    centers = np.array(own.center, dtype=object), np.array(other.center, dtype=object)
    best = Decision(known, None)
    rounded = _Rounded.of(table, own, other, nodes)
    for start in range(0, len(nodes), _CHUNK):
        places = rounded.order[start : start + _CHUNK]
        if rounded.at_most(places[0], best.upper * game.reward_denominators[player]):
            break
        part = nodes.take(places)
        bounds, holds = node_bounds(table, *centers, (own.half, other.half), part)
        for place in np.flatnonzero(holds):
            bound = Fraction(int(bounds[place]), unit)
            if bound > best.upper:
                best = Decision(bound, _point(other, part, int(place)))
    return best


@dataclass(frozen=True, slots=True)
class _Rounded:
    """Bounds of the nodes with rounded centers, times `scale`, within `slack`; `order`: from the largest down."""

    order: IntArray
    bounds: IntArray | None
    slack: int = 0
    scale: int = 1

    @classmethod
    def of(cls, table: IntArray, own: RowBall, other: RowBall, nodes: Nodes) -> "_Rounded":
        bits = bit_length(table)
        room = (_SAFE_BITS - _SPARE_BITS - bits) // 2
        if room < _COARSEST:
            return cls(np.arange(len(nodes)), None)
        first, second = (np.array([(w << room) // ball.denominator for w in ball.center]) for ball in (own, other))
        halves = ((own.half << room) // own.denominator, (other.half << room) // other.denominator)
        small = table.astype(np.int64)
        parts = [nodes.take(slice(start, start + _CHUNK)) for start in range(0, len(nodes), _CHUNK)]
        bounds = np.concatenate([node_bounds(small, first, second, halves, part)[0] for part in parts])
        slack = 16 * (sum(table.shape) + 4) << (bits + room)
        return cls(np.argsort(-bounds, kind="stable"), bounds, slack, 4**room)

    def at_most(self, place: int, limit: Fraction) -> bool:
        """The exact bound of this node, and of those after it in the order, is at most `limit`, for certain."""
        return self.bounds is not None and int(self.bounds[place]) + self.slack <= limit * self.scale


def _point(ball: RowBall, nodes: Nodes, place: int) -> list[Fraction] | None:
    """The opponent's row of a node that holds one point only."""
    states, partial, receiver = nodes.states[place], int(nodes.partial[place]), int(nodes.receiver[place])
    row = list(ball.center)
    donors = [k for k, weight in enumerate(row) if weight and k != receiver]
    if any(states[k] == FREE and k != partial for k in donors):
        return None
    total = min(ball.half, sum(row[k] for k in donors))
    gifts = {k: row[k] for k in donors if states[k] == EMPTIED}
    if partial >= 0:
        gifts[partial] = total - sum(gifts.values())
    for k, mass in gifts.items():
        row[k] -= mass
        row[receiver] += mass
    return [Fraction(weight, ball.denominator) for weight in row]
