"""Worst case over B_BC in a one-state game, exactly (THEORY 5, normal form).

With one state the expert's occupancy is 1, so B_BC(eps) is the product of the L1 balls of radius eps around the
expert's rows. Each gap is convex in every row, so W(eps) = max_i max gap_i is attained at vertices of the balls
(`certigap.bounds.vertices`). A discount g multiplies every gap by 1/(1 - g): the state never changes.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from certigap.bounds.vertices import RowBall, ball_of, ball_vertices, vertex_optimum
from certigap.errors import InputError, LimitError, SolverError
from certigap.exact.integers import IntArray
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.exploitability import gaps
from certigap.work.deadline import Deadline

__all__ = ["NormalFormWorstCase", "exact_worst_case"]


@dataclass(frozen=True, slots=True)
class NormalFormWorstCase:
    """W(radius) of a one-state game: `values[i]` is the largest gap of player i, `witness` attains the largest.

    `left_out[i]` is the player whose rows were optimised greedily instead of being enumerated: with it, the value is
    proven by going through the vertices again.
    """

    game: Game
    expert: Policy
    radius: Fraction
    values: tuple[Fraction, ...]
    witness: Policy
    witness_player: int
    left_out: tuple[int, ...]
    evaluations: int

    @property
    def value(self) -> Fraction:
        """sup { NashGap(pi) : eps_BC(pi) <= radius }, discounted payoff."""
        return self.values[self.witness_player]


def exact_worst_case(
    game: Game,
    expert: Policy,
    eps: RationalLike,
    *,
    limit: int = 5_000_000,
    max_vertices: int = 200_000,
    deadline: Deadline | None = None,
) -> NormalFormWorstCase:
    """The largest NashGap of a policy whose rows are within `eps` of the expert's, exactly.

    Args:
        game: a game of one state (a normal form).
        expert: the policy that is imitated; it need not be an equilibrium.
        eps: radius of the ball, >= 0, full L1.
        limit: the most payoffs (profiles of vertices x actions) to compute for a player.
        max_vertices: the most vertices of one ball.
        deadline: when to give up; None: never.

    Raises:
        InputError: several states, a negative `eps`, or a policy of another game.
        LimitError: more vertices than that, or no end in that time.
        TypeError: a float `eps`.

    Source: THEORY 5; the gap is convex in each row, so vertices suffice.

    >>> import certigap as cg
    >>> exact_worst_case(cg.games.load("algorithm1"), cg.games.expert("algorithm1"), "1/10").value
    Fraction(9, 200)
    """
    radius = rational(eps)
    if len(game.states) != 1:
        raise InputError(f"exact worst case: expected a game of one state, got {len(game.states)} states")
    if expert.game != game:
        raise InputError("exact worst case: expected a policy of this game, got one of another")
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    balls = [ball_of(own[0], radius) for own in expert.rows]
    vertices = cache(lambda player: _vertices(balls[player], max_vertices))
    found = [vertex_optimum(game, player, balls, vertices, limit, deadline) for player in range(len(balls))]
    values = tuple(optimum.value * game.horizon for optimum in found)
    best = max(range(len(found)), key=values.__getitem__)
    witness = Policy(game, tuple((row,) for row in found[best].rows))
    shown = gaps(game, witness, "exact").player_gaps[best]
    if not shown.is_exact or shown.value != values[best]:
        raise SolverError(f"exact worst case: expected the witness to gain {values[best]}, got {shown}")
    left_out, evaluations = tuple(o.left_out for o in found), sum(o.evaluations for o in found)
    return NormalFormWorstCase(game, expert, radius, values, witness, best, left_out, evaluations)


def _vertices(ball: RowBall, limit: int) -> IntArray | None:
    try:
        return ball_vertices(ball, limit)
    except LimitError:
        return None
