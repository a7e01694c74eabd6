"""Good vertices where there are too many: alternating ascent, a lower bound of the worst case of a one-state game.

F_a'(x, y) = u_i(a', y) - u_i(x, y) is affine in each row: with everything else fixed, the best row is greedy. Going
round the players, and to the best reply a', never lowers the gap; many starts, the best end is kept. The rows are
exact vertices of the balls, whatever the floats that chose them.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from certigap.bounds.vertices.ball import RowBall, ball_maximiser
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import distribution
from certigap.work.deadline import Deadline

__all__ = ["ascend"]

_ROUNDS = 100  # a climb ends at a vertex by itself: this only stops cycles of rounding

Floats = npt.NDArray[np.float64]


def ascend(
    game: Game,
    player: int,
    balls: Sequence[RowBall],
    *,
    starts: int = 100,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> Policy:
    """A profile of vertices at which a player's gap is large (a local maximum in every row, by floats).

    Args:
        game: a game of one state.
        player: index of the player who may deviate.
        balls: `[n]` rows of each player.
        starts: number of starting points, one for every action of the player at least.
        seed: of the starting points.
        deadline: after it no further start is made.
    """
    table = game.float_rewards()[player].reshape(game.layout.shapes[0])
    rng = np.random.default_rng([seed, player])
    climb = _Climb(table, player, balls)
    best: tuple[float, list[list[int]]] | None = None
    for start in range(max(starts, table.shape[player])):
        found = climb.run(start % table.shape[player], lambda size: rng.normal(size=size))
        best = found if best is None or found[0] > best[0] else best
        if deadline is not None and not deadline.going:
            break
    rows = [list(ball.center) for ball in balls] if best is None else best[1]
    pairs = zip(rows, balls, strict=True)
    exact = ([Fraction(w, ball.denominator) for w in row] for row, ball in pairs)
    return Policy(game, tuple((distribution(row, "witness row"),) for row in exact))


class _Climb:
    """One player's ascent; `rows` are integers over the balls' denominators."""

    def __init__(self, table: Floats, player: int, balls: Sequence[RowBall]) -> None:
        self.table, self.player, self.balls = table, player, balls

    def run(self, deviation: int, noise: Callable[[int], Floats]) -> tuple[float, list[list[int]]]:
        """From random opponents and a deviation to a profile that no single row improves."""
        rows = [ball_maximiser(ball, noise(len(ball.center)).tolist()) for ball in self.balls]
        value = -np.inf
        for _ in range(_ROUNDS):
            for k in range(len(rows)):
                if k != self.player:
                    payoff = self._payoffs(rows, (self.player, k))
                    own = self._float(rows, self.player) @ payoff
                    rows[k] = ball_maximiser(self.balls[k], (payoff[deviation] - own).tolist())
            q = self._payoffs(rows, (self.player,))
            rows[self.player] = ball_maximiser(self.balls[self.player], (-q).tolist())
            deviation = int(np.argmax(q))
            reached = float(q[deviation] - self._float(rows, self.player) @ q)
            if reached <= value + 1e-12 * abs(value):
                break
            value = reached
        return value, rows

    def _float(self, rows: list[list[int]], k: int) -> Floats:
        return np.array([w / self.balls[k].denominator for w in rows[k]])

    def _payoffs(self, rows: list[list[int]], kept: tuple[int, ...]) -> Floats:
        """`[A_i]` or `[A_i, A_k]`: the payoffs with the other players' rows put in."""
        table = np.moveaxis(self.table, kept, range(len(kept)))
        others = [j for j in range(len(rows)) if j not in kept]
        for j in reversed(others):
            table = table @ self._float(rows, j)
        return np.asarray(table)
