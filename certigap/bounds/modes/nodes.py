"""What the mode rules know of a ball, and the nodes of their trees (FORMAT 6.5): boxes, and distances of the rows.

A node says of every row `y` of player `j` at state `s` that it lies in a box and that `least <= ||y - e||_1 <= far`,
`e` the expert's row. With `m <= mu` and `sum_s mu(s) ||y - e||_1 <= spent` the row is within
`min(2, far, least + (spent - sum_t m(t) least(t)) / m(s))`; for `rho` also within `eps / m(s)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.boxes.tree import Boxes, Split, halves
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["DistanceSplit", "ModeBall", "ModeNode", "mode_ball", "root_node"]

ZERO, TWO = Fraction(0), Fraction(2)


@dataclass(frozen=True, slots=True)
class DistanceSplit:
    """The halves `||y - e||_1 <= at` and `||y - e||_1 >= at` of one row."""

    player: int
    state: int
    at: Fraction


@dataclass(frozen=True, eq=False)
class ModeBall:
    """A ball around an expert.

    `mass`: `[S]` m <= mu. `spent`: B >= sum_s mu(s) ||y_j - e_j||_1 for every player j. `drift`: how far the
    occupancies of states, and of joint actions, are from the expert's, in L1. `share`: no state spends more (rho).
    `unit`: in which the game's payoffs are counted.
    """

    expert: Policy
    measure: Measure
    mass: tuple[Fraction, ...]
    spent: Fraction
    drift: tuple[Fraction, Fraction]
    share: Fraction | None
    unit: Fraction = Fraction(1)

    @property
    def game(self) -> Game:
        """The game of the expert."""
        return self.expert.game


def mode_ball(ball: ErrorBall, occupancy_lower: Vector) -> ModeBall:
    """What an error of at most the ball's radius says (FORMAT 6.5 has the table).

    Args:
        ball: around the expert.
        occupancy_lower: `[S]` m <= mu of the expert.
    """
    g, n, eps = ball.game.discount, len(ball.game.players), ball.radius
    mass = tuple(max(ZERO, m) for m in occupancy_lower.fractions())
    drift = {
        Measure.BC: (n * g * eps / (1 - g), n * eps / (1 - g)),
        Measure.RHO: (g * eps, eps),
        Measure.MU: (eps, TWO),
    }
    share = eps if ball.measure is Measure.RHO else None
    return ModeBall(ball.expert, ball.measure, mass, ball.own, drift[ball.measure], share)


@dataclass(frozen=True, eq=False)
class ModeNode:
    """A node: boxes, and of every row `[n][S]` the least and the largest distance that splits and boxes leave."""

    ball: ModeBall
    boxes: Boxes
    least: tuple[tuple[Fraction, ...], ...]
    far: tuple[tuple[Fraction, ...], ...]
    holds_rows: bool = True  # no box is without a row

    @cached_property
    def left(self) -> tuple[Fraction, ...]:
        """`[n]` what the ball leaves each player to spend beyond the least distances."""
        mass = self.ball.mass
        return tuple(
            self.ball.spent - sum((m * d for m, d in zip(mass, own, strict=True) if d), ZERO) for own in self.least
        )

    def radius(self, player: int, state: int) -> Fraction:
        """The largest distance of a row of the node from the expert's."""
        ball, least = self.ball, self.least[player][state]
        m, own = ball.mass[state], TWO
        if m and not ball.measure.is_by_state:
            own = min(own, least + self.left[player] / m)
        if m and ball.share is not None:
            own = min(own, ball.share / m)
        alone = len(ball.game.actions[state][player]) == 1
        return ZERO if alone else min(own, self.far[player][state])

    @cached_property
    def is_empty(self) -> bool:
        """The node is seen to hold no policy of the ball."""
        if not self.holds_rows or any(x < 0 for x in self.left):
            return True
        states = range(len(self.ball.mass))
        return any(own[s] and own[s] > self.radius(j, s) for j, own in enumerate(self.least) for s in states)

    def halves(self, split: Split | DistanceSplit) -> "tuple[ModeNode, ModeNode]":
        """The parts below and above."""
        j, s = split.player, split.state
        if isinstance(split, DistanceSplit):
            least, far = self.least[j][s], self.far[j][s]
            below = replace(self, far=_changed(self.far, j, s, min(far, split.at)))
            return below, replace(self, least=_changed(self.least, j, s, max(least, split.at)))
        low, high = halves(self.ball.expert, self.boxes, split)
        return self._boxed(low, j, s), self._boxed(high, j, s)

    def _boxed(self, boxes: Boxes, j: int, s: int) -> "ModeNode":
        lower, upper = boxes[j, s]
        center = self.ball.expert.rows[j][s].fractions()
        below = sum((max(y - e, ZERO) for y, e in zip(lower, center, strict=True)), ZERO)
        above = sum((max(e - y, ZERO) for y, e in zip(upper, center, strict=True)), ZERO)
        least = max(self.least[j][s], 2 * max(below, above))
        holds = sum(lower) <= 1 <= sum(upper) and all(low <= high for low, high in zip(lower, upper, strict=True))
        return replace(self, boxes=boxes, least=_changed(self.least, j, s, least), holds_rows=self.holds_rows and holds)


def root_node(ball: ModeBall) -> ModeNode:
    """The whole ball."""
    n, states = len(ball.game.players), len(ball.game.states)
    boxes: Mapping[tuple[int, int], tuple[tuple[Fraction, ...], tuple[Fraction, ...]]] = {}
    return ModeNode(ball, boxes, ((ZERO,) * states,) * n, ((TWO,) * states,) * n)


def _changed(
    rows: tuple[tuple[Fraction, ...], ...], j: int, s: int, value: Fraction
) -> tuple[tuple[Fraction, ...], ...]:
    own = (*rows[j][:s], value, *rows[j][s + 1 :])
    return (*rows[:j], own, *rows[j + 1 :])
