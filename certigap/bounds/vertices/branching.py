"""Worst case over B_BC of a bimatrix game with more vertices than can be listed: branch and bound over them.

Lower end: alternating ascent (`certigap.bounds.vertices.ascent`), then any better vertex that the tree ends at.
Upper end: the largest exact bound over the nodes (`certigap.bounds.vertices.tree`). When the search ends, the two
ends are equal as a rule: the tree is finite and exact at its single points.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.vertices.ascent import ascend
from certigap.bounds.vertices.ball import RowBall, ball_maximiser, ball_of
from certigap.bounds.vertices.decide import decided, player_table
from certigap.bounds.vertices.tree import VertexTree
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import distribution
from certigap.semantics.exploitability import gaps
from certigap.work.deadline import Deadline

__all__ = ["NormalFormInterval", "branch_worst_case"]

_RELATIVE = 1e-9  # what floats may not tell from the best: left to the exact decision


@dataclass(frozen=True, slots=True)
class NormalFormInterval:
    """W(radius) is in `interval`; `witness`, exploited by `witness_player`, attains the lower end."""

    game: Game
    expert: Policy
    radius: Fraction
    interval: Interval
    witness: Policy
    witness_player: int
    complete: bool
    nodes: int


def branch_worst_case(
    game: Game,
    expert: Policy,
    eps: RationalLike,
    *,
    deadline: Deadline | None = None,
    max_nodes: int = 200_000,
    seed: int = 0,
) -> NormalFormInterval:
    """The largest NashGap of a policy whose rows are within `eps` of the expert's, as an interval that closes.

    Args:
        game: a bimatrix game.
        expert: the policy that is imitated.
        eps: radius of the ball, >= 0, full L1.
        deadline: when the search ends; the exact decision comes on top.
        max_nodes: the most open nodes of a player's tree.
        seed: of the ascent's starting points.

    Raises:
        InputError: not a bimatrix game, a policy of another game, or a negative `eps`.
        TypeError: a float `eps`.

    >>> import certigap as cg
    >>> branch_worst_case(cg.games.load("algorithm1"), cg.games.expert("algorithm1"), "1/10").interval
    Interval(lower=Fraction(9, 200), upper=Fraction(9, 200))
    """
    radius = rational(eps)
    if len(game.players) != 2 or len(game.states) != 1:
        raise InputError(f"branch and bound over vertices: expected a bimatrix game, got {game!r}")
    if expert.game != game:
        raise InputError("branch and bound over vertices: expected a policy of this game, got one of another")
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    work = _Work(game, expert, radius, deadline or Deadline(), max_nodes)
    return work.answer(seed)


class _Work:
    """The search of both players; `best` is the largest stage gap that is attained."""

    def __init__(self, game: Game, expert: Policy, radius: Fraction, deadline: Deadline, max_nodes: int) -> None:
        self.game, self.expert, self.radius = game, expert, radius
        self.deadline, self.max_nodes = deadline, max_nodes
        self.balls = [ball_of(own[0], radius) for own in expert.rows]
        self.best, self.witness, self.player = Fraction(0), expert, 0
        self.trees = [self._tree(player) for player in range(2)]

    def answer(self, seed: int) -> NormalFormInterval:
        """Ascent, trees, exact decision."""
        ended = [*(self._climbed(player, seed) for player in range(2)), self._searched()]
        uppers = [self._decided(player, tree) for player, tree in enumerate(self.trees)]
        horizon = self.game.horizon
        interval = Interval(self.best * horizon, max(self.best, *uppers) * horizon)
        nodes = sum(tree.count for tree in self.trees)
        return NormalFormInterval(
            self.game, self.expert, self.radius, interval, self.witness, self.player, all(ended), nodes
        )

    def _climbed(self, player: int, seed: int) -> bool:
        try:
            self._keep(ascend(self.game, player, self.balls, seed=seed, deadline=self.deadline))
        except KeyboardInterrupt:
            self.deadline = Deadline(0)
            return False
        return True

    def _searched(self) -> bool:
        """Whether both trees came to their ends: the one with the larger bound grows next."""
        target = float(self.best) * (1 + _RELATIVE)
        try:
            for tree in self.trees:
                tree.open_roots(target)
            while (tree := max(self.trees, key=lambda one: one.upper)).heap:
                if tree.count >= self.max_nodes or not self.deadline.going:
                    return False
                tree.step(target)
        except KeyboardInterrupt:
            return False
        return True

    def _decided(self, player: int, tree: VertexTree) -> Fraction:
        """An exact upper bound of a player's gap; a better vertex at which the tree ended becomes the witness."""
        try:
            found = decided(self.game, player, self.balls, tree.leaves(), self.best)
        except KeyboardInterrupt:
            return 2 * self.game.half_range(player)
        if found.row is not None:
            self._keep(self._profile(player, found.row))
        return found.upper

    def _tree(self, player: int) -> VertexTree:
        scale = self.game.reward_denominators[player]
        table = np.array(player_table(self.game, player) / scale, dtype=np.float64)
        rows = self.expert.floats()
        return VertexTree(table, rows[player], rows[1 - player], min(1.0, float(self.radius) / 2))

    def _keep(self, policy: Policy) -> None:
        shown = [interval.value / self.game.horizon for interval in gaps(self.game, policy, "exact").player_gaps]
        player = int(shown[1] > shown[0])
        if shown[player] > self.best:
            self.best, self.witness, self.player = shown[player], policy, player

    def _profile(self, player: int, row: list[Fraction]) -> Policy:
        """The opponent's row and the player's worst row against it."""
        payoffs = [sum(u * p for u, p in zip(line, row, strict=True)) for line in player_table(self.game, player)]
        ball: RowBall = self.balls[player]
        own = [Fraction(w, ball.denominator) for w in ball_maximiser(ball, [-q for q in payoffs])]
        rows = [own, row] if player == 0 else [row, own]
        return Policy(self.game, tuple((distribution(values, "witness row"),) for values in rows))
