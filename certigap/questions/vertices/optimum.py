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

from certigap.errors import LimitError
from certigap.exact.integers import IntArray, as_object, bit_length
from certigap.model.game import Game
from certigap.model.rows import Distribution, distribution
from certigap.questions.vertices.ball import Ball, ball_maxima, ball_maximiser

__all__ = ["Optimum", "vertex_optimum"]

_CHUNK = 200_000
_SAFE_BITS = 62

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


def vertex_optimum(game: Game, player: int, balls: Sequence[Ball], vertices: Vertices, limit: int) -> Optimum:
    """The largest stage gap of a player of a one-state game, and where it is attained.

    Args:
        game: a game of one state; its discount is not looked at.
        player: index of the player who may deviate.
        balls: `[n]` rows of each player.
        vertices: their vertices.
        limit: the most payoffs (profiles of vertices x actions) to compute.

    Raises:
        LimitError: more than `limit` for every choice of the player left out.
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
    return _Enumeration(game, player, left_out, balls, vertices).optimum(affordable[left_out])


def _cost(counts: Sequence[int | None], shape: Sequence[int], player: int, left_out: int) -> int | None:
    total = shape[left_out] * (1 if left_out == player else shape[player])
    for j, count in enumerate(counts):
        if j != left_out:
            if count is None:
                return None
            total *= count
    return total


class _Enumeration:
    """All profiles of vertices of the players but one, in chunks of the first enumerated player's vertices."""

    def __init__(self, game: Game, player: int, left_out: int, balls: Sequence[Ball], vertices: Vertices) -> None:
        self.game, self.player, self.left_out, self.balls = game, player, left_out, balls
        others = [j for j in range(len(balls)) if j not in (player, left_out)]
        self.order = others if left_out == player else [player, *others]
        self.rows = {j: as_object(found) for j in self.order if (found := vertices(j)) is not None}
        shape = game.layout.shapes[0]
        table = as_object(game.rewards[player]).reshape(shape)
        self.table = np.moveaxis(table, [*self.order, left_out], range(len(shape)))
        self.denominator = game.reward_denominators[player] * math.prod(ball.denominator for ball in balls)
        bits = bit_length(self.table) + sum(ball.denominator.bit_length() for ball in balls)
        if bits + 4 + sum(size.bit_length() for size in shape) <= _SAFE_BITS:
            self.table = self.table.astype(np.int64)
            self.rows = {j: rows.astype(np.int64) for j, rows in self.rows.items()}

    def optimum(self, evaluations: int) -> Optimum:
        best: tuple[int, tuple[int, ...], list[int]] | None = None
        for first, costs in self._chunks():
            values = ball_maxima(self.balls[self.left_out], costs.reshape(-1, costs.shape[-1]))
            place = int(np.argmax(values))
            if best is None or values[place] > best[0]:
                found = [int(k) for k in np.unravel_index(place, costs.shape[:-1])]
                row = ball_maximiser(self.balls[self.left_out], costs[tuple(found)])
                at = self._vertex_indices(found, first)
                best = int(values[place]), at, row
        if best is None:
            raise LimitError(
                f"payoffs at vertices for player {self.game.players[self.player]}: expected some, got none"
            )
        value, at, row = best
        return Optimum(
            self.player, Fraction(value, self.denominator), self._profile(at, row), self.left_out, evaluations
        )

    def _chunks(self) -> Iterator[tuple[int, IntArray]]:
        """Costs `[(A_i), V_1, V_2, .., A_left]` of the row left out, by chunks of V_1, each with its first index."""
        table = self.table
        own_first = self.left_out != self.player
        for place, j in list(enumerate(self.order))[1:]:
            table = _contracted(table, place, self.rows[j])
        if not self.order:
            yield 0, np.asarray(table.max() - table)
            return
        lead, scale = self.rows[self.order[0]], self.balls[self.order[0]].denominator
        width = max(1, int(table[0].size) * (table.shape[0] if own_first else 1))
        step = max(1, _CHUNK // width)
        for first in range(0, len(lead), step):
            payoff = _contracted(table, 0, lead[first : first + step])
            if own_first:
                yield first, table[:, None] * scale - payoff[None]
            else:
                yield first, payoff.max(axis=-1, keepdims=True) - payoff

    def _vertex_indices(self, found: list[int], first: int) -> tuple[int, ...]:
        indices = found[1:] if self.left_out != self.player else found
        return tuple(index + (first if place == 0 else 0) for place, index in enumerate(indices))

    def _profile(self, at: tuple[int, ...], row: list[int]) -> tuple[Distribution, ...]:
        weights = {j: [int(w) for w in self.rows[j][index]] for j, index in zip(self.order, at, strict=True)}
        weights[self.left_out] = [int(w) for w in row]
        return tuple(
            distribution([Fraction(w, ball.denominator) for w in weights[j]], f"row of {self.game.players[j]}")
            for j, ball in enumerate(self.balls)
        )


def _contracted(table: IntArray, axis: int, rows: IntArray) -> IntArray:
    """The table with the axis of a player's actions `[A]` exchanged for one of its rows `[V]`."""
    return np.asarray(np.moveaxis(np.tensordot(table, rows, axes=(axis, 1)), -1, axis))
