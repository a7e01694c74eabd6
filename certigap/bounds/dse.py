"""The bound `dse`: linear in eps, once the expert is proved to play dominant strategies (THEORY 5 and 11).

With d and D the ball's limits of one player's and of the opponents' distances, R its limit of the occupancy's error
(`balls`: own, budget, reach),

    min( d + g D, D + (1 - g) R ) max_i c_i / (1 - g)^2.

The first: THEORY 5 with d_i* = 0. The second: V^{piE_i,pi_-i} - V^piE <= D c/(1-g)^2 by coupling, V^piE - V^pi <= R
c/(1-g). For "bc" that is [1 + g (n - 1)] eps, for "rho" min(2, (1 + g)^2) eps. A ball that limits no rows has none.
"""

from fractions import Fraction
from functools import partial
from typing import Any

from certigap.bounds.balls import ErrorBall
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.regions.dominant import refute
from certigap.regions.statewise import Dominance, statewise_dominance
from certigap.work.deadline import Deadline

_SHARE = 0.05  # of the time, for a word in the table; `markov_dominance` takes all it is given
_SECONDS = 1.0
_MANY_ROWS = 10_000
"""Joint actions from which on the expert's own regret is asked first: the check takes as long as the bound `region`."""

__all__ = ["DSE", "dse_bound", "slipping"]


def dse_bound(ball: ErrorBall) -> Fraction:
    """The bound for a dominant expert; the measure limits rows."""
    game = ball.game
    largest = max(game.half_range(player) for player in range(len(game.players)))
    return slipping(ball) * largest * game.horizon**2


def slipping(ball: ErrorBall) -> Fraction:
    """min( d + g D, D + (1 - g) R ): what the ball's own errors cost, in units of c_i / (1 - g)^2."""
    g = ball.game.discount
    return min(ball.own + g * ball.budget, ball.budget + (1 - g) * ball.reach)


def dominance(center: Center, deadline: Deadline | None = None) -> Dominance:
    """The statewise check of dominance, with its vectors."""
    return statewise_dominance(center.engine, center.expert, deadline)


def _find(center: Center, ball: ErrorBall, deadline: Deadline) -> Bound:
    if ball.measure.is_by_state:
        return Bound.unproven("dse", f"the ball of eps_{ball.measure} limits no player's rows")
    if center.game.layout.rows >= _MANY_ROWS and (gain := center.gaps.nash_gap.lower):
        return Bound.unproven(
            "dse", f"expected a dominant expert, got one whose own NashGap is about {float(gain):.6g}"
        )
    found = center.once(dominance, deadline=deadline)
    if found.refusal is not None:
        said = f"expected a dominant expert, got {found.refusal}"
        player = center.game.player_index(found.refusal.player)
        return Bound.unproven("dse", said + center.once(_refuted, player, deadline=deadline))
    return Bound("dse", dse_bound(ball), Theorem("dse", partial(_proof, center.game, found)))


def _refuted(center: Center, player: int, deadline: Deadline | None = None) -> str:
    """What refutes the player's dominance: a policy of the others against which it gains; empty: none was found."""
    given = deadline or Deadline(None)
    if given.left * _SHARE < _SECONDS / 10:
        return ""
    found = refute(center.game, center.expert, player, given.share(_SHARE).within(_SECONDS), center.seed)
    if found is None:
        return ""
    gain = found.player_gaps[player].lower or 0
    return f"; refuted: it gains {float(gain):.6g} by deviating against a pure policy of the others"


def _proof(game: Game, found: Dominance) -> dict[str, Any]:
    """FORMAT 8.2: the vectors over all policies."""
    vectors = zip(game.players, found.best_upper, found.best_lower, strict=True)
    return {p: {"best_upper": vector_json(high), "best_lower": vector_json(low)} for p, high, low in vectors}


DSE = Rule("dse", Turn.CHECKED, _find, written=("dse",), is_closed_form=True)
