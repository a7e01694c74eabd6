"""The largest gap of one player over a product of balls of rows, exactly, by vertices (THEORY 5, normal form).

gap_i(x, y) = max_a' F_a'(x, y) with F_a'(x, y) = u_i(a', y) - u_i(x, y), and F_a' is affine in each player's row
alone. So its maximum over a product of polytopes is attained at vertices, and one player k may be left out of the
enumeration: with the others at vertices, F_a' is linear in k's row, and its maximum over the ball is greedy. Leaving
out k = i turns the maximum over a' into one of numbers; any other k needs a greedy maximum for every a'. The cheaper
k is taken: two players with one mixed expert cost as little as two with pure ones.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.vertices.ball import RowBall, ball_maxima, ball_maximiser
from certigap.errors import LimitError
from certigap.exact.integers import IntArray, as_object, bit_length
from certigap.model.game import Game
from certigap.model.rows import Distribution, distribution
from certigap.work.deadline import Deadline

__all__ = ["Optimum", "vertex_optimum"]

_CHUNK = 200_000  # costs held at a time: a few megabytes, and a look at the clock every some milliseconds
_SAFE_BITS = 62  # one of 64 is the sign, one is kept for the last sum
_SPARE_BITS = 12  # sums over actions, the factor 16 of the slack
_COARSEST = 8  # bits: a coarser sieve is not worth its pass
_FEW = 16  # so many profiles are settled without a sieve

Vertices = Callable[[int], IntArray | None]
"""Player -> rows `[V, A]` over the denominator of its ball; None: too many."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """max gap_i over the balls, attained at `rows` `[n]`; `left_out` is the player whose rows were not enumerated."""

    player: int
    value: Fraction
    rows: tuple[Distribution, ...]
    left_out: int
    evaluations: int


def vertex_optimum(
    game: Game, player: int, balls: Sequence[RowBall], vertices: Vertices, limit: int, deadline: Deadline | None = None
) -> Optimum:
    """The largest stage gap of a player of a one-state game, and where it is attained.

    Args:
        game: a game of one state; its discount is not looked at.
        player: index of the player who may deviate.
        balls: `[n]` rows of each player.
        vertices: their vertices.
        limit: the most payoffs (profiles of vertices x actions) to compute.
        deadline: when to give up.

    Raises:
        LimitError: more than `limit` for every choice of the player left out, or the deadline came.
    """
    shape = game.layout.shapes[0]
    counts = [None if (rows := vertices(j)) is None else len(rows) for j in range(len(shape))]
    costs = {k: _cost(counts, shape, player, k) for k in range(len(shape))}
    affordable = {k: cost for k, cost in costs.items() if cost is not None and cost <= limit}
    if not affordable:
        known = min((cost for cost in costs.values() if cost is not None), default=None)
        got = "more vertices than that" if known is None else known
        raise LimitError(f"payoffs at vertices for player {game.players[player]}: expected at most {limit}, got {got}")
    left_out = min(affordable, key=affordable.__getitem__)
    return _Enumeration(game, player, left_out, balls, vertices, deadline).optimum(affordable[left_out])


def _cost(counts: Sequence[int | None], shape: Sequence[int], player: int, left_out: int) -> int | None:
    total = shape[left_out] * (1 if left_out == player else shape[player])
    for j, count in enumerate(counts):
        if j != left_out:
            if count is None:
                return None
            total *= count
    return total


class _Enumeration:
    """All profiles of vertices of the players but one: sieved in rounded integers, the best of them settled exactly.

    Vertices and center are first rounded down to multiples of 2^-s, so that everything fits `int64`. Each entry loses
    less than 2^-s, which moves a payoff by less than M A 2^-s (M the largest payoff) and the greedy maximum of costs
    within [-2M, 2M] by less than 8 M (A + 1) 2^-s; so a profile whose rounded value is more than twice that, summed
    over the players, below another's cannot be the best one.
    """

    def __init__(
        self,
        game: Game,
        player: int,
        left_out: int,
        balls: Sequence[RowBall],
        vertices: Vertices,
        deadline: Deadline | None = None,
    ) -> None:
        self.game, self.player, self.left_out, self.balls, self.deadline = game, player, left_out, balls, deadline
        others = [j for j in range(len(balls)) if j not in (player, left_out)]
        self.order = others if left_out == player else [player, *others]
        self.rows = [as_object(found) for j in self.order if (found := vertices(j)) is not None]
        shape = game.layout.shapes[0]
        table = as_object(game.rewards[player]).reshape(shape)
        self.table = np.moveaxis(table, [*self.order, left_out], range(len(shape)))
        self.denominator = game.reward_denominators[player] * math.prod(ball.denominator for ball in balls)

    def optimum(self, evaluations: int) -> Optimum:
        """The best profile; ties go to the first one."""
        best: tuple[int, tuple[int, ...]] | None = None
        for at in self._candidates():
            self._check_time()
            value = int(ball_maxima(self.balls[self.left_out], self._exact_costs(at)).max())
            if best is None or value > best[0]:
                best = value, at
        if best is None:
            raise LimitError(
                f"payoffs at vertices for player {self.game.players[self.player]}: expected some, got none"
            )
        value, at = best
        return Optimum(self.player, Fraction(value, self.denominator), self._profile(at), self.left_out, evaluations)

    def _candidates(self) -> list[tuple[int, ...]]:
        """Indices of the vertices of every profile that may be the best one, the likely ones first."""
        counts = [len(rows) for rows in self.rows]
        players, bits = len(self.balls), bit_length(self.table)
        room = (_SAFE_BITS - _SPARE_BITS - bits) // players
        if math.prod(counts) <= _FEW or room < _COARSEST:
            return list(np.ndindex(*counts))
        rounded = [
            ((rows << room) // self.balls[j].denominator).astype(np.int64)
            for j, rows in zip(self.order, self.rows, strict=True)
        ]
        ball = self.balls[self.left_out]
        center = tuple((weight << room) // ball.denominator for weight in ball.center)
        coarse = RowBall(center, (ball.half << room) // ball.denominator, 1 << room)
        table, scale = self.table.astype(np.int64), 1 << room
        values = np.concatenate([self._values(costs, coarse) for costs in self._chunks(table, rounded, scale)])
        slack = 16 * sum(size + 1 for size in self.table.shape) << (bits + (players - 1) * room)
        likely = np.flatnonzero(values >= values.max() - slack)
        likely = likely[np.argsort(-values[likely], kind="stable")]
        return [tuple(int(k) for k in place) for place in zip(*np.unravel_index(likely, counts), strict=True)]

    def _values(self, costs: IntArray, ball: RowBall) -> IntArray:
        """`[N]` the gap at each profile of a chunk; `costs` `[(A_i), V_1, .., A_left]`."""
        values = ball_maxima(ball, costs.reshape(-1, costs.shape[-1]))
        if self.left_out != self.player:
            values = values.reshape(costs.shape[0], -1).max(axis=0)
        return np.asarray(values)

    def _exact_costs(self, at: tuple[int, ...]) -> IntArray:
        """`[N, A_left]` costs at one profile of vertices: N = 1, or one row for each deviation."""
        rows = [own[k : k + 1] for own, k in zip(self.rows, at, strict=True)]
        scale = self.balls[self.player].denominator
        return np.concatenate([costs.reshape(-1, costs.shape[-1]) for costs in self._chunks(self.table, rows, scale)])

    def _chunks(self, table: IntArray, rows: Sequence[IntArray], scale: int) -> Iterator[IntArray]:
        """Costs `[(A_i), V_1, V_2, .., A_left]` of the row left out, by chunks of V_1; `scale`: that of the own row."""
        for place in range(1, len(rows)):
            table = _contracted(table, place, rows[place])
        if not rows:
            yield np.asarray(table.max() - table)
            return
        own_first = self.left_out != self.player
        width = max(1, int(table[0].size) * (table.shape[0] if own_first else 1))
        step = max(1, _CHUNK // width)
        for first in range(0, len(rows[0]), step):
            self._check_time()
            payoff = _contracted(table, 0, rows[0][first : first + step])
            yield table[:, None] * scale - payoff[None] if own_first else payoff.max(axis=-1, keepdims=True) - payoff

    def _check_time(self) -> None:
        if self.deadline is not None and not self.deadline.going:
            player = self.game.players[self.player]
            raise LimitError(f"payoffs at vertices for player {player}: expected an end in the time given, got none")

    def _profile(self, at: tuple[int, ...]) -> tuple[Distribution, ...]:
        costs, ball = self._exact_costs(at), self.balls[self.left_out]
        best = costs[int(np.argmax(ball_maxima(ball, costs)))]
        rows = {j: own[k].tolist() for j, own, k in zip(self.order, self.rows, at, strict=True)}
        rows[self.left_out] = ball_maximiser(ball, best.tolist())
        return tuple(
            distribution([Fraction(w, ball.denominator) for w in rows[j]], f"row of {self.game.players[j]}")
            for j, ball in enumerate(self.balls)
        )


def _contracted(table: IntArray, axis: int, rows: IntArray) -> IntArray:
    """The table with the axis of a player's actions `[A]` exchanged for one of its rows `[V]`."""
    return np.asarray(np.moveaxis(np.tensordot(table, rows, axes=(axis, 1)), -1, axis))
